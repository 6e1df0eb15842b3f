"""How often AWS is asked: for a transition by an event, and for a fallback's pass, among more and more strangers."""

from collections import Counter

from . import BenchError, figures, worlds
from .figures import Bar, Figure

# Of DescribeDBInstances and DescribeDBSnapshots.
PAGE = 100
ACCOUNTS = (1, 100, 10_000)
PASSES = (10, 10_000)


def measure(bench):
    """The figures of transitions and of fallback passes."""
    for transition in worlds.TRANSITIONS:
        least = transition.calls
        for instances in ACCOUNTS:
            what = f"{transition.function}: {transition.what}"
            bench.report.progress(f"calls: {what} among {instances:,} instances")
            total = _made(bench, transition, instances - 1).told.total()
            pages = -(-instances // PAGE) * transition.lists
            figure = f"calls for a transition, {instances:,} in the account"
            bench.report.add(Figure(figure, what, total, "calls", bar=Bar(least + pages)))
            # Among more instances no more calls than among fewer, but for the pages.
            least = min(least, total - pages)
    peaks = {}
    for strangers in PASSES:
        bench.report.progress(f"calls: a fallback pass among {strangers:,} strangers")
        seen = _made(bench, worlds.FALLBACK, strangers)
        pages = -(-(strangers + 1) // PAGE)
        bar = Bar(pages + worlds.FALLBACK.calls)
        bench.report.add(Figure(f"calls for a fallback pass, {strangers:,} others", "modify", seen.told.total(), "calls", bar=bar))
        peaks[strangers] = seen.peak_kib
    few, many = (peaks[strangers] for strangers in PASSES)
    bench.report.add(Figure(f"peak memory of a fallback pass, {PASSES[1]:,} others", "modify", many, "KiB", few, Bar(figures.PASS_MEMORY)))


def _made(bench, transition, strangers):
    """One transition; what the function says of its calls must be what the other side has counted, retries included."""
    with worlds.due(bench.work, transition, strangers) as (rds, event):
        before = Counter(rds.busy()["calls"])
        measured = bench.start(bench.subjects[transition.function], rds, events=[event])
        measured.demand(transition.said)
        counted = Counter(rds.busy()["calls"]) - before
    told = measured.told
    asked = Counter({f"rds:{name}": times for name, times in counted.items()}) + Counter(measured.calls)
    if asked != told:
        raise BenchError(f"{transition.function} says that it made the calls {dict(told)}, and was seen to make {dict(asked)}")
    return measured
