"""Cold starts: time to the first `next`, time to the first answer, memory. Each subject in turn, again and again, so that
whatever else the machine does befalls all of them."""

from statistics import median

from . import figures, worlds
from .figures import Bar, Figure, by_clients, milliseconds
from .subject import FLOOR, FLOORS, LEAN

# Memory hardly varies.
MEMORY_RUNS = 5
INIT = "start to first next"
FIRST = "start to first answer"
MEMORY = "peak memory"


def init(bench, subjects, runs):
    """Nanoseconds to the first `next`, by subject."""
    taken = {name: [] for name in subjects}
    for run in range(runs):
        bench.report.progress(f"{INIT}: {run + 1} of {runs}")
        for name, subject in subjects.items():
            taken[name].append(bench.start(subject).init_ns)
    return taken


def first_answer(bench, subjects, runs):
    """Nanoseconds to the answer to a first event that is a transition, without what the other side took for it, by subject."""
    taken = {name: [] for name in subjects}
    for run in range(runs):
        bench.report.progress(f"{FIRST}: {run + 1} of {runs}")
        for name, subject in subjects.items():
            taken[name].append(_first_answer(bench, subject))
    return taken


def _first_answer(bench, subject):
    if subject.name in FLOORS:
        return bench.start(subject, events=[worlds.MODIFY.event]).answers_ns[0]
    with worlds.due(bench.work, worlds.MODIFY) as (rds, event):
        before = rds.busy()["nanoseconds"]
        measured = bench.start(subject, rds, events=[event])
        measured.demand(worlds.MODIFY.said)
        return measured.answers_ns[0] - (rds.busy()["nanoseconds"] - before) - measured.events_ns


def measure(bench):
    """The figures of all functions, and of modify's first answer."""
    taken = init(bench, bench.subjects, bench.runs)
    floor = milliseconds(taken.pop(FLOOR))
    bench.report.add(Figure(INIT, FLOOR, floor, "ms"))
    for name, each in taken.items():
        bar = None if name == LEAN else by_clients(name, figures.FIRST_NEXT, figures.FIRST_NEXT_ALL)
        bench.report.add(Figure(INIT, name, milliseconds(each), "ms", floor, bar))

    taken = first_answer(bench, {name: bench.subjects[name] for name in (FLOOR, "modify")}, bench.runs)
    floor, modify = milliseconds(taken[FLOOR]), milliseconds(taken["modify"])
    bench.report.add(Figure(FIRST, FLOOR, floor, "ms"))
    bench.report.add(Figure(FIRST, "modify", modify, "ms", floor, Bar(figures.FIRST_ANSWER)))


def memory(bench):
    """The figures of memory, each function after an event that concerns it."""
    peaks = {name: [] for name in bench.subjects}
    for run in range(MEMORY_RUNS):
        bench.report.progress(f"memory: {run + 1} of {MEMORY_RUNS}")
        for name, subject in bench.subjects.items():
            if name in FLOORS:
                peaks[name].append(bench.start(subject, events=[worlds.MODIFY.event]).peak_kib)
                continue
            transition = next(each for each in worlds.TRANSITIONS if each.function == name)
            with worlds.due(bench.work, transition) as (rds, event):
                peaks[name].append(bench.start(subject, rds, events=[event]).demand(transition.said).peak_kib)
    floor = median(peaks.pop(FLOOR))
    bench.report.add(Figure(MEMORY, FLOOR, floor, "KiB"))
    for name, each in peaks.items():
        bar = None if name == LEAN else Bar(figures.MEMORY)
        bench.report.add(Figure(MEMORY, name, median(each), "KiB", floor, bar))


def peers(bench, offered):
    """The same stage in other languages: what they take, in the same turns as ours."""
    subjects = {"modify": bench.subjects["modify"], **{peer.name: peer for peer in offered}}
    for figure, taken, bar in (
        (INIT, init(bench, subjects, bench.runs), Bar(figures.PEER, "at least")),
        (FIRST, first_answer(bench, subjects, bench.runs), None),
    ):
        ours = milliseconds(taken.pop("modify"))
        for name, each in taken.items():
            bench.report.add(Figure(f"{figure}, against modify", name, milliseconds(each), "ms", ours, bar))
