"""Instructions, counted by callgrind: the same on a busy machine as on a quiet one."""

import re
import shutil

from . import BenchError, figures, worlds
from .figures import Bar, Figure, by_clients
from .subject import FLOOR

INIT = "instructions to first next"
FIRST = "instructions to first answer"


def measure(bench):
    """The figures; a skip where there is no valgrind."""
    valgrind = shutil.which("valgrind")
    if not valgrind:
        bench.report.skip("callgrind is not installed", "instruction counts")
        return
    floor = None
    for name, subject in bench.subjects.items():
        bench.report.progress(f"{INIT}: {name}")
        count = _count(bench, valgrind, subject)
        bar = None if name == FLOOR else by_clients(name, figures.INSTRUCTIONS, figures.INSTRUCTIONS_ALL)
        bench.report.add(Figure(INIT, name, count, "instructions", floor, bar))
        floor = floor or count
    bench.report.progress(f"{FIRST}")
    floor = _count(bench, valgrind, bench.subjects[FLOOR], events=[worlds.MODIFY.event])
    bench.report.add(Figure(FIRST, FLOOR, floor, "instructions"))
    with worlds.due(bench.work, worlds.MODIFY) as (rds, event):
        count = _count(bench, valgrind, bench.subjects["modify"], rds, events=[event])
    bench.report.add(Figure(FIRST, "modify", count, "instructions", floor))


def _count(bench, valgrind, subject, rds=None, events=()):
    """All instructions of a process from its start to the `next` after the last event."""
    counts = bench.work / "callgrind.out"
    counts.unlink(missing_ok=True)
    command = [valgrind, "--tool=callgrind", f"--callgrind-out-file={counts}", *subject.command]
    environment = {**worlds.environment(rds), **subject.environment, "LAMBDA_TASK_ROOT": str(bench.work)}
    measured = bench.driver.measure(command, environment, events, end="terminate")
    if rds:
        measured.demand(worlds.MODIFY.said)
    return total(counts.read_text() if counts.exists() else "", subject.name)


def total(text, name):
    """The total of what callgrind has written."""
    found = re.search(r"^totals: (\d+)$", text, re.MULTILINE)
    if not found:
        raise BenchError(f"callgrind wrote no total for {name}: look at what `valgrind --tool=callgrind` says of its program")
    return int(found[1])
