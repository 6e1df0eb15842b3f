"""An event that is not ours, in a process that is warm: nothing may be asked of AWS, and hardly any time go by."""

from statistics import median

from . import BenchError, figures, worlds
from .figures import Bar, Figure
from .subject import FLOOR

EVENTS = 1000
TURNS = 5


def measure(bench):
    """The figures of modify, by how much longer a round trip takes than the floor's."""
    foreign = worlds.event("modify/foreign-production.json")
    trips = {FLOOR: [], "modify": []}
    for turn in range(TURNS):
        bench.report.progress(f"an event that is not ours: {turn + 1} of {TURNS}")
        for name, taken in trips.items():
            # The first one is not warm.
            measured = bench.start(bench.subjects[name], events=[{"event": foreign, "times": EVENTS + 1}])
            taken += measured.answers_ns[1:]
            if name != FLOOR:
                measured.demand("none that echo")
                if measured.told or measured.calls:
                    raise BenchError(f"{name} calls AWS for an event that is not its own: {dict(measured.told)}")
    longer = (median(trips["modify"]) - median(trips[FLOOR])) / 1e6
    bench.report.add(Figure("foreign event in a warm process, above the floor", "modify", longer, "ms", bar=Bar(figures.WARM_MS, "under")))
