"""The stage `modify` in other languages, put where it can be started."""

import shutil
import subprocess
from pathlib import Path

from local.cloud import REPOSITORY

from ..subject import Subject

HERE = Path(__file__).resolve().parent
VENV = REPOSITORY / ".venv-bench"
# npm writes it last.
INSTALLED = "node_modules/.package-lock.json"


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
    return Subject(name, [str(interpreter), "-m", "awslambdaric", "modify.handler"], {"PYTHONPATH": str(task)}, None)


def _node(name, work):
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise Missing("there is no node or no npm: install Node 20 or later")
    task = work / "node"
    task.mkdir(parents=True, exist_ok=True)
    lock = HERE / "node/package-lock.json"
    as_installed = task / "package-lock.json"

    current = (task / INSTALLED).is_file() and as_installed.is_file() and as_installed.read_bytes() == lock.read_bytes()
    for each in (HERE / "node").iterdir():
        if each.is_file():
            shutil.copy(each, task)
    if not current:
        # Scripts of packages are none of our business; none of these has one.
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        done = subprocess.run(command, cwd=task, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
            raise Missing(f"npm could not install it: {said[0] if said else f'it ended with code {done.returncode}'}")
    return Subject(name, [node, str(task / "runtime.mjs")], {}, None)
