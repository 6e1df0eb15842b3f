"""The simulation finds what it is there to find.

Each patch beside this file plants one fault: a classic one, or one that the simulation has found in this project
before it was mended. It is applied to a copy of the crates that need no AWS SDK, which the simulation then runs in.
A patch whose fault shows only after thousands of lifetimes names the first that does: `Seed: N`.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[2]
CRATES = ["shared/tag-state", "shared/stages", "tests/rds-sim", "tests/simulation"]
PATCHES = sorted(HERE.glob("*.patch"))
# No fault may hide for longer, unless its patch names the seed.
MOST_SEEDS = 2500

found = {}


def target() -> pathlib.Path:
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "planted"


def copy(to: pathlib.Path) -> None:
    """The crates without the SDK, as a workspace of their own, in a place that stays the same for cargo's sake."""
    shutil.rmtree(to, ignore_errors=True)
    for crate in CRATES:
        # With a new time of change: cargo goes by it.
        shutil.copytree(ROOT / crate, to / crate, copy_function=shutil.copy)
        manifest = to / crate / "Cargo.toml"
        # Tests are not built here, and some of them want the SDK.
        manifest.write_text(re.sub(r"\n\[dev-dependencies\]\n(?:[^\[].*\n|\n)*", "\n", manifest.read_text()))
    workspace = (ROOT / "Cargo.toml").read_text()
    (to / "Cargo.toml").write_text(re.sub(r"members = \[.*?\]", f"members = {json.dumps(CRATES)}", workspace))
    shutil.copy(ROOT / "Cargo.lock", to / "Cargo.lock")


def simulate(work: pathlib.Path, first: int, seeds: int) -> subprocess.CompletedProcess:
    environment = {**os.environ, "CARGO_TARGET_DIR": str(target() / "target"), "RUSTFLAGS": "-Awarnings"}
    command = ["cargo", "run", "--quiet", "--offline", "-p", "simulation", "--"]
    return subprocess.run(
        [*command, "--from", str(first), "--seeds", str(seeds), "--first"], cwd=work, env=environment, capture_output=True, text=True
    )


def test_nothing_is_found_where_nothing_is_planted():
    work = target() / "copy"
    copy(work)
    run = simulate(work, 0, 300)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr


@pytest.mark.parametrize("patch", PATCHES, ids=[patch.stem for patch in PATCHES])
def test_the_fault_is_found(patch):
    work = target() / "copy"
    copy(work)
    applied = subprocess.run(
        ["git", "apply", "-p1", "--unsafe-paths", f"--directory={work}", str(patch)],
        cwd=work,
        capture_output=True,
        text=True,
        env={**os.environ, "GIT_DIR": "/nonexistent", "GIT_CEILING_DIRECTORIES": str(work.parent)},
    )
    assert applied.returncode == 0, f"{patch.name} does not fit the code any more: {applied.stderr}"
    named = re.search(r"^Seed: (\d+)$", patch.read_text(), re.MULTILINE)
    run = simulate(work, int(named[1]), 1) if named else simulate(work, 0, MOST_SEEDS)
    assert run.returncode in (0, 1), run.stderr
    violations = re.findall(r"^seed (\d+): (invariant \d+): (.*)$", run.stdout, re.MULTILINE)
    assert run.returncode == 1 and violations, f"no lifetime showed it: {run.stdout[-500:]}"
    seed, invariant, what = violations[0]
    found[patch.stem] = {"after": int(seed) + 1, "by": invariant, "what": what}
    (target() / "found.json").write_text(json.dumps(found, indent=2))
    print(f"{patch.stem}: found after {int(seed) + 1} seeds by {invariant}: {what}")
