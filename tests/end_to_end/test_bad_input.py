"""What goes wrong: foreign events, wrong settings, missing things. Nothing may be done, and it must be said."""

import json

import pytest
from conftest import START

from local import seed
from local.story import Story

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
def test_an_event_that_is_not_ours_is_logged_and_changes_nothing(quiet_world, function, events):
    world = quiet_world
    # A production snapshot is there; only a wake-up of our own may make `new` restore it.
    before = world.changes(), sorted(world.rds.instances())
    if function == "new":
        events = [event for event in events if event != rds_event("dev-2026-11-30")]
    for event in events:
        answer, failed = world.echo.invoke(function, event)
        assert not failed, answer
        assert answer["function"] == function and answer["error"] is None
        assert {outcome["did"] for outcome in answer["outcomes"]} == {"nothing"}, answer
        assert all(outcome["why"] for outcome in answer["outcomes"])
        (logged,) = world.echo.new_invocations()
        assert logged.report == answer, "the log line and the answer are the same"
    assert (world.changes(), sorted(world.rds.instances())) == before


@pytest.fixture(scope="module")
def quiet_world(cloud, template):
    """One echo for many events that must change nothing."""
    from conftest import APPROVERS, CNAME, World

    from local.echo import Echo
    from local.simulated_rds import EVENT_SOURCE

    rds = cloud.simulate_rds(START)
    seed.seed_production(rds, START)
    zone = seed.seed_zone(cloud, CNAME)
    echo = Echo(
        cloud,
        template,
        {
            "EchoName": "dev",
            "SnapshotDbInstanceIdentifier": seed.PRODUCTION,
            "Cname": CNAME,
            "HostedZoneId": zone.id,
            "Approvers": APPROVERS[0],
            "Sender": seed.SENDER,
            "RdsEventSource": EVENT_SOURCE,
        },
    )
    yield World(cloud, rds, zone, echo)
    echo.close()


def test_wrong_settings_are_named_all_at_once_and_nothing_is_done(deploy):
    world = deploy(
        MoreOptions="-Drdsecho.new.multiAZ=true -Drdsecho.mod.backupRetentionPeriod=many -Drdsecho.accountNumber=123456789012 "
        "-Drdsecho.promote.approvers=o'dana@example.test"
    )
    answer, failed = world.echo.invoke("new", {"detail-type": "Echo Schedule", "echo": "dev"})
    assert failed
    world.echo.new_invocations()

    world = deploy(MoreOptions="-Drdsecho.new.multiAZ=true -Drdsecho.mod.backupRetentionPeriod=many -Drdsecho.maxInstances=1")
    for function in ("new", "modify", "promote", "retire"):
        answer, failed = world.echo.invoke(function, {"detail-type": "Echo Schedule", "echo": "dev"})
        (logged,) = world.echo.new_invocations()
        assert failed
        for key in ("rdsecho.new.multiAZ", "rdsecho.mod.backupRetentionPeriod", "rdsecho.maxInstances"):
            assert key in json.dumps(answer) and key in "\n".join(logged.lines)
    assert world.changes() == {}


@pytest.mark.parametrize("option", ["-Drdsecho.region=eu-west-1", "-Drdsecho.accountNumber=123456789012"])
def test_in_another_place_than_the_settings_say_nothing_runs(deploy, option):
    world = deploy(MoreOptions=option)
    answer, failed = world.echo.invoke("new", {"detail-type": "Echo Schedule", "echo": "dev"})
    assert failed and option.removeprefix("-D").split("=")[0] in json.dumps(answer)
    assert world.changes() == {}


def test_without_a_snapshot_new_refuses(deploy):
    world = deploy(snapshots=False)
    world.echo.wake("new")
    (ran,) = world.echo.new_invocations()
    (outcome,) = ran.report["outcomes"]
    assert outcome["did"] in ("refuses", "waits") and outcome["code"] == "no-snapshot" and seed.PRODUCTION in outcome["why"]
    assert world.changes() == {}


class TestTheCname:
    """What promote and retire say about a name that they must not touch."""

    def promote(self, world):
        story = Story(world.echo, world.rds)
        story.begin(world.first)
        answer, failed = world.echo.invoke("promote", {"detail-type": "Echo Schedule", "echo": "dev"})
        (logged,) = [each for each in story.listen() if each.function == "promote"]
        assert logged.report == answer or failed
        return logged.report

    def test_a_missing_zone_is_refused(self, deploy):
        said = self.promote(deploy(HostedZoneId="Z0NOWHERE"))
        assert "refuses" in {outcome["did"] for outcome in said["outcomes"]}, said
        assert "Z0NOWHERE" in json.dumps(said)

    def test_a_record_of_another_kind_is_refused(self, deploy):
        world = deploy(cname_target=None)
        address = {"Name": world.zone.cname, "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
        world.zone.change("CREATE", address)
        said = self.promote(world)
        assert "refuses" in {outcome["did"] for outcome in said["outcomes"]}, said
        assert world.zone.record()["Type"] == "A"

    def test_a_weighted_record_is_refused(self, deploy):
        world = deploy(cname_target=None)
        weighted = {
            "Name": world.zone.cname,
            "Type": "CNAME",
            "TTL": 60,
            "SetIdentifier": "blue",
            "Weight": 10,
            "ResourceRecords": [{"Value": seed.LEGACY_HOST}],
        }
        world.zone.change("CREATE", weighted)
        said = self.promote(world)
        assert "refuses" in {outcome["did"] for outcome in said["outcomes"]}, said
        assert world.zone.record()["SetIdentifier"] == "blue"
