"""The figures as they were last recorded in the repository, and what has moved since."""

import json
import platform
import subprocess
from pathlib import Path

RECORDED = Path(__file__).with_name("recorded.json")
# What does not depend on how busy the machine is.
EXACT = ("instructions", "bytes", "calls")
# What the architecture decides.
OF_THE_MACHINE = ("instructions", "bytes")
WORTH_SAYING = 0.01
TOO_MUCH = 0.10


def compiler():
    """The Rust compiler's name for itself."""
    return subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.strip()


def of_now(figures):
    """What is recorded of a run. Only the exact figures are compared; the others are for docs/PERFORMANCE.md."""
    return {"architecture": platform.machine(), "compiler": compiler(), "figures": [each.to_json() for each in figures]}


def read(path=RECORDED):
    """What was recorded; None where nothing was yet."""
    return json.loads(path.read_text()) if path.is_file() else None


def write(figures, path=RECORDED):
    path.write_text(json.dumps(of_now(figures), indent=1) + "\n")


def comparable(recorded, architecture):
    """The recorded exact figures that can be compared on this machine, and why the others cannot be."""
    exact = [each for each in recorded["figures"] if each["unit"] in EXACT]
    if recorded["architecture"] == architecture:
        return exact, None
    kept = [each for each in exact if each["unit"] not in OF_THE_MACHINE]
    return kept, f"recorded on {recorded['architecture']}, and this is {architecture}"


def moved(recorded, figures):
    """(figure, subject, recorded, now, change) of each that moved by more than one percent, the largest rise first."""
    now = {(each.figure, each.subject): each.value for each in figures}
    pairs = [(each["figure"], each["subject"], each["value"]) for each in recorded]
    changes = [(*pair, now[pair[:2]], now[pair[:2]] / pair[2] - 1) for pair in pairs if pair[:2] in now]
    return sorted((change for change in changes if abs(change[4]) > WORTH_SAYING), key=lambda change: -change[4])


def missing(recorded, figures):
    """What was recorded and is not measured now, a figure with all its subjects at a time."""
    now = {(each.figure, each.subject) for each in figures}
    return sorted({each["figure"] for each in recorded if (each["figure"], each["subject"]) not in now})


def risen(changes):
    """Those that rose by more than ten percent."""
    return [change for change in changes if change[4] > TOO_MUCH]


def told(change):
    """A change as a line."""
    figure, subject, before, now, by = change
    return f"{figure}, {subject}: recorded {before:,}, now {now:,} ({by:+.1%})"
