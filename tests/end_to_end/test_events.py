"""Events that are not ours, unknown or malformed: success, a line in the log, and no change."""

import pytest

from world import make_world

REGION_AND_ACCOUNT = "us-east-1:000000000000"


def rds_event(instance):
    return {
        "source": "rds-sim",
        "detail-type": "RDS DB Instance Event",
        "detail": {
            "SourceArn": f"arn:aws:rds:{REGION_AND_ACCOUNT}:db:{instance}",
            "EventCategories": ["creation"],
            "EventID": "RDS-EVENT-0005",
            "Message": "DB instance created.",
        },
    }


@pytest.fixture(scope="module")
def world(cloud, template):
    """One echo for many events, none of which may change anything."""
    world = make_world(cloud, template)
    yield world
    world.echo.close()


@pytest.mark.parametrize("function", ["new", "modify", "reboot", "request-approval", "promote", "retire"])
@pytest.mark.parametrize(
    "events",
    [
        pytest.param([rds_event("production"), rds_event("dev-qa-2026-11-30"), rds_event("dev-2026-11-30")], id="others-and-unknown"),
        pytest.param([{}, [], "text", 7, None, {"detail-type": 5}, {"detail-type": "RDS DB Instance Event", "detail": "text"}], id="malformed"),
        pytest.param(
            [
                {"detail-type": "Echo Schedule", "echo": "other"},
                {"source": "rds-echo", "detail-type": "Echo Stage Changed", "detail": {"echo": "other", "instance": "other-2026-11-30"}},
            ],
            id="another-echo",
        ),
    ],
)
def test_an_event_that_is_not_ours_is_logged_and_changes_nothing(world, function, events):
    # A production snapshot is there, and still nothing makes `new` restore it but its schedule or that snapshot.
    before = world.changes(), sorted(world.rds.instances())
    for event in events:
        answer, failed = world.echo.invoke(function, event)
        assert not failed, answer
        assert answer["function"] == function and answer["error"] is None
        assert {outcome["did"] for outcome in answer["outcomes"]} == {"nothing"}, answer
        assert all(outcome["why"] for outcome in answer["outcomes"])
        (logged,) = world.echo.new_invocations()
        assert answer.items() <= logged.report.items(), "the log line says what the answer says, and more"
    assert (world.changes(), sorted(world.rds.instances())) == before
