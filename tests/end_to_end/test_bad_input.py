"""Wrong settings and missing things: nothing may be done, and what is wrong must be said."""

import json

import pytest

from local import seed
from local.story import Story

SCHEDULE = {"detail-type": "Echo Schedule", "echo": "dev"}


def test_wrong_settings_are_named_all_at_once_and_nothing_is_done(deploy):
    world = deploy(MoreOptions="-Drdsecho.new.multiAZ=true -Drdsecho.mod.backupRetentionPeriod=many -Drdsecho.maxInstances=1")
    for function in ("new", "modify", "reboot", "request-approval", "promote", "retire"):
        answer, failed = world.echo.invoke(function, SCHEDULE)
        (logged,) = world.echo.new_invocations()
        assert failed
        for key in ("rdsecho.new.multiAZ", "rdsecho.mod.backupRetentionPeriod", "rdsecho.maxInstances"):
            assert key in json.dumps(answer) and key in "\n".join(logged.lines)
    assert world.changes() == {}


def test_settings_that_cannot_be_read_at_all_are_said(deploy):
    world = deploy(MoreOptions="-Drdsecho.new.tags='a=b")
    answer, failed = world.echo.invoke("new", SCHEDULE)
    assert failed and "RDS_ECHO_OPTS" in json.dumps(answer)
    assert world.changes() == {}


@pytest.mark.parametrize("option", ["-Drdsecho.region=eu-west-1", "-Drdsecho.accountNumber=123456789012"])
def test_in_another_place_than_the_settings_say_nothing_runs(deploy, option):
    world = deploy(MoreOptions=option)
    answer, failed = world.echo.invoke("new", SCHEDULE)
    assert failed and option.removeprefix("-D").split("=")[0] in json.dumps(answer)
    assert world.changes() == {}


def test_without_a_snapshot_new_refuses(deploy):
    world = deploy(snapshots=False)
    world.echo.wake("new")
    (ran,) = world.echo.new_invocations()
    (outcome,) = ran.report["outcomes"]
    assert outcome["did"] == "refuses" and outcome["code"] == "no-snapshot" and seed.PRODUCTION in outcome["why"]
    assert world.changes() == {}


def promote_an_approved_instance(world, meanwhile=lambda: None):
    """Has an instance restored, set up and confirmed; gives what promote then says, and the instance."""
    story = Story(world.echo, world.rds)
    instance = story.begin(world.first)
    meanwhile()
    story.run_until(lambda: story.mails, "the mails")
    assert any(key.startswith("confirmed:") for key in world.tags(instance))
    answer, _ = world.echo.invoke("promote", SCHEDULE)
    (logged,) = [each for each in story.listen() if each.function == "promote"]
    assert world.tags(instance)["stage"] == "rebooted"
    return answer, logged.report, instance


def test_a_missing_zone_is_said_and_nobody_is_asked(deploy, template):
    world = deploy()
    story = Story(world.echo, world.rds)
    instance = story.begin(world.first)
    # Before a restore `new` would have said it.
    world.echo.update(template, HostedZoneId="Z0NOWHERE")
    story.run_until(lambda: story.stage(instance) == "rebooted", "it is set up")
    for function in ("request-approval", "promote"):
        answer, failed = world.echo.invoke(function, {"detail-type": "Echo Schedule", "echo": "dev"})
        (outcome,) = answer["outcomes"]
        assert not failed and outcome["did"] == "refuses" and outcome["code"] == "no-zone" and "Z0NOWHERE" in outcome["why"]
    assert story.mails == [] and "request" not in world.tags(instance)


@pytest.mark.parametrize(
    "record",
    [
        pytest.param({"Type": "A", "ResourceRecords": [{"Value": "192.0.2.1"}]}, id="address"),
        pytest.param(
            {"Type": "CNAME", "SetIdentifier": "blue", "Weight": 10, "ResourceRecords": [{"Value": seed.LEGACY_HOST}]}, id="weighted"
        ),
    ],
)
def test_a_record_of_another_kind_is_refused_and_left_alone(deploy, record):
    world = deploy(cname_target=None)
    made = []

    def make():
        # Before a restore `new` would have said it.
        world.zone.change("CREATE", {"Name": world.zone.cname, "TTL": 60, **record})
        made.append(world.zone.record())

    answer, logged, instance = promote_an_approved_instance(world, make)
    (before,) = made
    assert answer.items() <= logged.items()
    (outcome,) = [each for each in logged["outcomes"] if each["instance"] == instance]
    assert outcome["did"] == "refuses" and outcome["code"] == "record" and "plain CNAME" in outcome["why"]
    assert outcome["why"].startswith(world.zone.cname)
    assert world.zone.record() == before
