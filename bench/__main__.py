"""`make bench` and `make bench-short`: measures, shows a table, compares with what was recorded."""

import argparse
import json
import platform
import subprocess
import sys
from pathlib import Path

from local.cloud import FUNCTIONS, built, ended_by_signals, forget_the_users_aws
from local.process import LocalCloudError

from . import BenchError, calls, figures, instructions, page, recorded, starts, warm, worlds
from .driver import Driver
from .fairness import demand_same_calls
from .figures import Bar, Figure, by_clients, percentile
from .peers import subjects
from .reaction import measure
from .report import Report
from .subject import FLOOR, FLOORS, LEAN, archives, unpacked

SEEDS = 400


class Bench:
    """What is measured, with what, and where the figures go."""

    def __init__(self, driver, work: Path, runs):
        self.driver = driver
        self.work = work
        self.runs = runs
        self.report = Report()
        self.packages = built("BENCH_PACKAGES_DIR", "bench", "packages")
        self.subjects = unpacked(archives(self.packages, FUNCTIONS), work)

    def start(self, subject, rds=None, **more):
        """One process of it."""
        environment = {} if subject.name in FLOORS else worlds.environment(rds)
        return self.driver.measure(subject.command, {**environment, **subject.environment}, **more)


def sizes(bench):
    """The archives, as they are uploaded."""
    floor = None
    for name, subject in bench.subjects.items():
        size = subject.archive.stat().st_size
        bar = None if name in FLOORS else by_clients(name, figures.SIZE, figures.SIZE_ALL)
        bench.report.add(Figure("zip", name, size, "bytes", floor, bar))
        floor = floor or size


def clients(bench):
    """What each AWS client adds to an archive, beside what all of them share."""
    weighs = {folder.parent.name: folder.stat().st_size for folder in bench.packages.glob("clients/client-*/bootstrap.zip")}
    floor, everything = bench.subjects[LEAN].archive.stat().st_size, weighs.pop("client-all")
    # Each alone has what is shared and its own; all together have it once.
    shared = (sum(weighs.values()) - everything) // (len(weighs) - 1)
    bench.report.add(Figure("share of the zip", "what all clients share", shared - floor, "bytes"))
    for name, size in sorted(weighs.items()):
        bench.report.add(Figure("share of the zip", name, size - shared, "bytes"))


def peers(bench):
    """The same stage in other languages, where they can be installed, and once they are seen to do the same."""
    bench.report.progress("the same stage in other languages")
    offered, reasons = subjects(bench.work / "peers")
    for reason in reasons:
        bench.report.skip(reason, "the same stage in another language")
    if offered:
        demand_same_calls(bench.driver, bench.subjects["modify"], offered, bench.work)
        starts.peers(bench, offered)


def reaction(bench):
    """From RDS's event to the stage's first call on the local AWS."""
    bench.report.progress("reaction")
    taken = measure(bench.packages / "functions", bench.subjects[FLOOR].archive, bench.work / "reaction")
    for process, each in taken.items():
        later = round(percentile(each["stage_ms"], 95) - percentile(each["floor_ms"], 95), 3)
        figure = f"reaction of a {process} process, 95th percentile, above the floor"
        bench.report.add(Figure(figure, "modify", later, "ms", bar=Bar(figures.REACTION_MS)))


def simulation(bench):
    """What the simulation does in a second on one core."""
    bench.report.progress("simulation")
    binary = built("SIMULATION_BIN", "release", "simulation")
    if not binary.is_file():
        raise BenchError(f"there is no {binary}: build it with `make bench`, or name it in SIMULATION_BIN")
    done = subprocess.run([str(binary), "--seeds", str(SEEDS), "--jobs", "1"], capture_output=True, text=True, check=True)
    tally = json.loads(done.stdout.splitlines()[-1])
    rate = round(tally["invocations"] / tally["seconds"])
    bench.report.add(Figure("simulated stage invocations a second", "simulation", rate, "a second", bar=Bar(figures.SIMULATED, "at least")))


def compare(bench, fails):
    """Says what moved since it was recorded. True where that is too much, and `fails`."""
    before = recorded.read()
    if before is None:
        bench.report.skip("nothing is recorded yet (make bench RECORD=1)", "the comparison")
        return False
    kept, why = recorded.comparable(before, platform.machine())
    if why:
        bench.report.skip(why, "the comparison of instructions and sizes")
    for figure in recorded.missing(kept, bench.report.figures):
        bench.report.skip("recorded, and not measured now", figure)
    changes = recorded.moved(kept, bench.report.figures)
    risen = recorded.risen(changes) if fails else []
    bench.report.notes += [f"moved: {recorded.told(change)}" for change in changes if change not in risen]
    bench.report.notes += [f"TOO MUCH: {recorded.told(change)}" for change in risen]
    if changes and before["compiler"] != recorded.compiler():
        bench.report.notes.append(f"it was recorded with {before['compiler']}, and this is {recorded.compiler()}")
    if risen:
        bench.report.notes.append("if that is meant: make bench RECORD=1 records the figures as they are now")
    return bool(risen)


def arguments():
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--short", action="store_true", help="only what does not depend on how busy the machine is; fails on a rise of 10%%")
    kind.add_argument("--record", action="store_true", help="record the figures in bench/recorded.json")
    parser.add_argument("--runs", type=int, default=30, help="cold starts of each subject (default: 30)")
    return parser.parse_args()


def main():
    wanted = arguments()
    ended_by_signals()
    forget_the_users_aws()
    work = built("BENCH_DIR", "bench")
    work.mkdir(parents=True, exist_ok=True)
    with Driver(built("BENCH_DRIVER_BIN", "release", "bench-driver")) as driver:
        bench = Bench(driver, work, wanted.runs)
        steps = [sizes, instructions.measure, calls.measure]
        if not wanted.short:
            steps += [clients, starts.measure, starts.memory, warm.measure, simulation, peers, reaction]
        for step in steps:
            try:
                step(bench)
            except (BenchError, LocalCloudError) as error:
                # The others are worth knowing all the same.
                bench.report.fail(step.__name__, error)
    too_much = compare(bench, fails=wanted.short)
    broken = bench.report.broken()
    if broken:
        bench.report.notes.append(f"{len(broken)} of {sum(figure.bar is not None for figure in bench.report.figures)} bars do not hold")
    bench.report.progress("")
    bench.report.write(work / "report.json")
    print("\n".join(bench.report.lines()))
    if wanted.record:
        if not any(figure.unit == "instructions" for figure in bench.report.figures):
            raise BenchError("nothing is recorded: the instruction counts would be lost: install valgrind")
        recorded.write(bench.report.figures)
        page.write(recorded.read())
    # The short form is about what changes; that bars hold is the long one's.
    sys.exit(bool(too_much or bench.report.failed or broken and not wanted.short))


if __name__ == "__main__":
    try:
        main()
    except (BenchError, LocalCloudError) as error:
        sys.exit(f"bench: {error}")
