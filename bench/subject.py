"""What is measured: a function as it is deployed, and how it is started."""

import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from . import BenchError

FLOOR = "floor"


@dataclass(frozen=True)
class Subject:
    """A function that can be started: its program with arguments, what it needs in its environment, and its archive."""

    name: str
    command: list
    environment: dict = field(default_factory=dict)
    archive: Path | None = None


def unpacked(functions: Path, names, work: Path):
    """The functions by name, from the archives that `make bench` builds, unpacked below `work`."""
    subjects = {}
    for name in names:
        archive = functions / name / "bootstrap.zip"
        if not archive.is_file():
            raise BenchError(f"there is no {archive}: build it with `make bench`, or name another folder in BENCH_FUNCTIONS_DIR")
        folder = work / "unpacked" / name
        folder.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(archive) as opened:
            program = Path(opened.extract("bootstrap", folder))
        # The modes of its files are in an archive, and Python's zipfile does not restore them.
        program.chmod(0o755)
        subjects[name] = Subject(name, [str(program)], archive=archive)
    return subjects
