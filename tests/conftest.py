"""One local AWS for all tests that deploy; for each test a new simulated RDS, zone and stack, gone afterwards."""

from contextlib import ExitStack

import pytest

from local import seed
from local.cloud import REPOSITORY, LocalCloud, ended_by_signals
from local.echo import package
from world import make_world


@pytest.fixture(scope="session")
def cloud():
    ended_by_signals()
    with LocalCloud(REPOSITORY / "target" / "end-to-end") as cloud:
        seed.seed_sender(cloud)
        yield cloud


@pytest.fixture(scope="session")
def template(cloud):
    return package(cloud)


@pytest.fixture
def deploy(cloud, template):
    """Makes a world, as `make_world` does; its stack is deleted after the test."""
    with ExitStack() as stack:

        def make(**different):
            world = make_world(cloud, template, **different)
            stack.callback(world.echo.close)
            return world

        yield make
