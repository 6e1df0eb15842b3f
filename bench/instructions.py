"""Instructions, counted by callgrind: nearly the same on a busy machine as on a quiet one."""

import re
import shutil
from statistics import median

from . import BenchError, figures, worlds
from .figures import Figure, by_clients
from .subject import FLOOR, FLOORS

INIT = "instructions to first next"
FIRST = "instructions to first answer"
# What differs is how often a process looks for what it waits for: some thousand instructions.
RUNS = 3


def measure(bench):
    """The figures; a skip where there is no valgrind."""
    valgrind = shutil.which("valgrind")
    if not valgrind:
        bench.report.skip("callgrind is not installed", "instruction counts")
        return
    floor = None
    for name, subject in bench.subjects.items():
        bench.report.progress(f"{INIT}: {name}")
        count = median(_count(bench, valgrind, subject) for _ in range(RUNS))
        bar = None if name in FLOORS else by_clients(name, figures.INSTRUCTIONS, figures.INSTRUCTIONS_ALL)
        bench.report.add(Figure(INIT, name, count, "instructions", floor, bar))
        floor = floor or count
    bench.report.progress(FIRST)
    floor = median(_count(bench, valgrind, bench.subjects[FLOOR], events=[worlds.MODIFY.event]) for _ in range(RUNS))
    bench.report.add(Figure(FIRST, FLOOR, floor, "instructions"))
    counts = []
    for _ in range(RUNS):
        with worlds.due(bench.work, worlds.MODIFY) as (rds, event):
            counts.append(_count(bench, valgrind, bench.subjects["modify"], rds, events=[event]))
    bench.report.add(Figure(FIRST, "modify", median(counts), "instructions", floor))


def _count(bench, valgrind, subject, rds=None, events=()):
    """All instructions of a process from its start to the `next` after the last event."""
    counts = bench.work / "callgrind.out"
    counts.unlink(missing_ok=True)
    command = [valgrind, "--tool=callgrind", f"--callgrind-out-file={counts}", *subject.command]
    environment = {**worlds.environment(rds), **subject.environment, "LAMBDA_TASK_ROOT": str(bench.work)}
    measured = bench.driver.measure(command, environment, events, end="terminate")
    measured.demand(worlds.MODIFY.said if rds else "")
    return total(counts.read_text() if counts.exists() else "", subject.name)


def total(text, name):
    """The total of what callgrind has written."""
    found = re.search(r"^totals: (\d+)$", text, re.MULTILINE)
    if not found:
        raise BenchError(f"callgrind wrote no total for {name}: look at what `valgrind --tool=callgrind` says of its program")
    return int(found[1])
