"""The stage `modify` in other languages, put where it can be started."""

import shutil
import subprocess
from pathlib import Path

from local.cloud import REPOSITORY

from ..subject import Subject

HERE = Path(__file__).resolve().parent
VENV = REPOSITORY / ".venv-bench"


class Missing(Exception):
    """Why a peer is left out, and what would bring it in."""


def subjects(work: Path) -> tuple[list[Subject], list[str]]:
    """The peers that can be started on this machine, and for each other one why it cannot.

    They are copied below `work` and installed there: neither Python's caches nor npm's modules come between the sources.
    """
    found, reasons = [], []
    for name, prepare in (("modify in Python", _python), ("modify in Node", _node)):
        try:
            found.append(prepare(name, work))
        except Missing as missing:
            reasons.append(f"{name}: {missing}")
    return found, reasons


def _python(name, work):
    interpreter = VENV / "bin/python"
    if not (VENV / ".installed").is_file():
        raise Missing(f"there is no {VENV.name}: `make bench` installs it")
    task = work / "python"
    task.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "python/modify.py", task)
    return Subject(name, [str(interpreter), "-m", "awslambdaric", "modify.handler"], {"PYTHONPATH": str(task)})


def _node(name, work):
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise Missing("there is no node or no npm: install Node 20 or later")
    task = work / "node"
    task.mkdir(parents=True, exist_ok=True)
    for each in (HERE / "node").iterdir():
        if each.is_file():
            shutil.copy(each, task)
    # Written last: an installation that was interrupted, or is of other versions, is made again.
    stamp, lock = task / ".installed", (task / "package-lock.json").read_bytes()
    if not stamp.is_file() or stamp.read_bytes() != lock:
        stamp.unlink(missing_ok=True)
        # No package's script is run; these have none.
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        done = subprocess.run(command, cwd=task, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
            raise Missing(f"npm could not install it: {said[0] if said else f'it ended with code {done.returncode}'}")
        stamp.write_bytes(lock)
    return Subject(name, [node, str(task / "runtime.mjs")])
