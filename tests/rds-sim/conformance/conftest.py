"""Fixtures: the simulated RDS, moto, and each of the two in turn."""

import os
from pathlib import Path

import pytest
from rds_servers import Moto, SimulatedRds


@pytest.fixture(scope="session")
def binary():
    """The binary under test."""
    path = os.environ.get("RDS_SIM_BIN")
    if not path or not Path(path).is_file():
        pytest.fail("RDS_SIM_BIN must name the rds-sim binary (cargo build -p rds-sim)", pytrace=False)
    return path


@pytest.fixture
def start(binary):
    """Starts simulators with options, and ends them after the test."""
    running = []

    def start(*options):
        running.append(SimulatedRds(binary, *options))
        return running[-1]

    yield start
    for simulator in running:
        simulator.end()


@pytest.fixture
def sim(start):
    """A simulator with nothing in it."""
    return start()


@pytest.fixture
def echo(sim):
    """A simulator with a production instance, a snapshot of it, and an echo restored from that, available."""
    sim.control("instances", {"identifier": "production", "tags": {"owner": "sales"}})
    sim.control("snapshots", {"source": "production", "identifier": "nightly"})
    sim.client.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier="dev-2026-11-22",
        DBSnapshotIdentifier="nightly",
        Tags=[{"Key": "stage", "Value": "new"}],
    )
    sim.settle()
    return sim


@pytest.fixture(scope="session")
def moto_server():
    server = Moto()
    yield server
    server.end()


@pytest.fixture
def moto(moto_server):
    moto_server.reset()
    return moto_server


@pytest.fixture(params=["rds-sim", "moto"])
def target(request):
    """Each of the two in turn."""
    return request.getfixturevalue({"rds-sim": "sim", "moto": "moto"}[request.param])
