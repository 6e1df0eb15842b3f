"""What is measured: a function as it is deployed, and how it is started."""

import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from . import BenchError

# A function that does nothing, as the documentation of the Lambda runtime for Rust begins one: the bars' reference.
FLOOR = "floor"
# The same without all that can be left out of it, as ours leave it out.
LEAN = "leanest floor"
FLOORS = (FLOOR, LEAN)


@dataclass(frozen=True)
class Subject:
    """A function that can be started: its program with arguments, what it needs in its environment, and its archive."""

    name: str
    command: list
    environment: dict = field(default_factory=dict)
    archive: Path | None = None


def archives(packages: Path, functions):
    """The archives that `make bench` builds, by name: both floors and the functions."""
    named = {FLOOR: packages / "as-documented/floor", LEAN: packages / "functions/floor"}
    named |= {name: packages / "functions" / name for name in functions}
    for folder in named.values():
        if not (folder / "bootstrap.zip").is_file():
            raise BenchError(f"there is no {folder}/bootstrap.zip: build it with `make bench`, or name another folder in BENCH_PACKAGES_DIR")
    return {name: folder / "bootstrap.zip" for name, folder in named.items()}


def unpacked(named, work: Path):
    """The programs of those archives, unpacked below `work`."""
    subjects = {}
    for name, archive in named.items():
        folder = work / "unpacked" / name
        folder.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(archive) as opened:
            program = Path(opened.extract("bootstrap", folder))
        # The modes of its files are in an archive, and Python's zipfile does not restore them.
        program.chmod(0o755)
        subjects[name] = Subject(name, [str(program)], archive=archive)
    return subjects
