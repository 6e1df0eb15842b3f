"""The whole of it: two cycles, by events and without a single one."""

from datetime import timedelta

import pytest

from local import report, seed
from local.story import Approver, Story
from world import APPROVERS


def two_cycles(world):
    """Lives through two cycles until the first one's instance is gone; gives the story and what it came to."""
    story = Story(world.echo, world.rds, approver=Approver(who=APPROVERS[:1]))
    cycles = []
    for at in (world.first, world.first + timedelta(weeks=1)):
        story.go_to(at - timedelta(minutes=30))
        if cycles:
            seed.add_snapshots(world.rds, at - timedelta(minutes=30))
        before = world.zone.target()
        cycles.append(report.cycle(story, world.zone, story.cycle(at), before))
    story.see_off(cycles[0]["instance"])
    return story, report.report(story, cycles, 0)


@pytest.mark.parametrize("events", ["sent", "dropped"])
def test_two_cycles_replace_each_other(deploy, events):
    world = deploy()
    world.rds.drop_events(events == "dropped")
    story, found = two_cycles(world)
    first, second = found["cycles"]
    endpoint = world.rds.instances()[second["instance"]]["address"]

    assert [each["stage"] for each in first["stages"]] == ["new", "modified", "rebooted", "promoted", "forgotten", "retired"]
    assert [each["stage"] for each in second["stages"]] == ["new", "modified", "rebooted", "promoted"]
    assert first["instance"] == "dev-2026-11-30" and second["instance"] == "dev-2026-12-07"
    assert first["snapshot"] == "rds:production-2026-11-30-01-30" and second["snapshot"] == "rds:production-2026-12-07-01-30"
    assert first["confirmed_by"] == second["confirmed_by"] == [APPROVERS[0]]
    assert first["cname_before"] == seed.LEGACY_HOST and first["cname_after"] == second["cname_before"]
    assert second["cname_after"] == endpoint == world.zone.target()

    assert found["instances_left"] == sorted([second["instance"], "development", seed.PRODUCTION])
    headlines = [mail["BodyText"].splitlines()[0].split()[0] for mail in story.mails if mail["To"] == [APPROVERS[1]]]
    # Where the switch is faster than the mail that it is to come, that one is left out.
    assert [word for word in headlines if word != "Confirmed:"] == ["Switch", "Done:"] * 2, "one mail each"
    calls = found["rds_calls"]
    assert calls["RestoreDBInstanceFromDBSnapshot"] == 2 and calls["RebootDBInstance"] == 2 and calls["DeleteDBInstance"] == 1
    assert all(found["invocations"].values()), found["invocations"]

    tags = world.rds.instances()[second["instance"]]["tags"]
    assert tags["team"] == "shop" and tags["purpose"] == "a copy to develop with"
    ours = world.tags(second["instance"])
    assert ours["stage"] == "promoted" and ours["managed"] == "true" and ours["replaced"] == second["cname_before"]
    assert ours["id"] == second["instance"] and ours["resource"] == world.rds.instances()[second["instance"]]["resource_id"]
    assert world.rds.instances()[second["instance"]]["deletion_protection"]
    assert any(each["identifier"] == f"{first['instance']}-final" for each in world.rds.state()["snapshots"])

    woken = {invocation.report["woken_by"] for invocation in story.invocations if invocation.function in ("modify", "reboot")}
    from_rds = {each for each in woken if "RDS-EVENT" in each}
    assert bool(from_rds) == (events == "sent"), woken
    assert not [invocation.report["error"] for invocation in story.invocations if invocation.report.get("error")]


def test_a_new_echo_waits_for_its_minimum_age_and_its_predecessor(deploy):
    world = deploy()
    story = Story(world.echo, world.rds)
    instance = story.begin(world.first)
    world.echo.wake("new")
    (again,) = story.listen()
    assert again.report["outcomes"][0]["did"] == "waits"
    assert sorted(world.rds.instances()) == sorted([instance, "development", seed.PRODUCTION])
    assert world.changes()["RestoreDBInstanceFromDBSnapshot"] == 1


def test_without_approval_nobody_is_mailed(deploy):
    world = deploy(Approval="none", Approvers="", Sender="")
    story = Story(world.echo, world.rds)
    instance = story.cycle(world.first)
    assert story.mails == []
    assert world.zone.target() == world.rds.instances()[instance]["address"]
    promoted = story.advances(instance)[-1]
    assert promoted["woken_by"].startswith("Echo Stage Changed"), "the announcement of `rebooted` wakes promote"
