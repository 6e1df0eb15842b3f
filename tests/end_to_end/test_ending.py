"""The deployed functions at the end of an instance: whose password it has, who is still on it, and what is left of it."""

from datetime import timedelta

from local.story import Approver, Story
from world import APPROVERS

SOON = timedelta(minutes=5)


def snapshots(world):
    return {each["identifier"]: each for each in world.rds.state()["snapshots"] if each["type"] == "manual"}


def looks(world, story, function="retire"):
    """What a function says after its schedule's next look: its outcomes' codes, or what it did."""
    story.go_to(world.rds.now() + SOON)
    world.echo.wake(function)
    said = [invocation.report for invocation in story.listen() if invocation.function == function]
    assert not [report["error"] for report in said if report["error"]]
    return [outcome["code"] or outcome["what"] for report in said for outcome in report["outcomes"]]


def until(world, story, wanted, tries=40):
    for _ in range(tries):
        told = looks(world, story)
        if any(each.startswith(wanted) for each in told):
            return told
    raise AssertionError(f"never {wanted}: {told}")


def connections(world, instance, count):
    """RDS writes a datapoint a minute; here the test does, at the simulated time."""
    now = world.rds.now()
    data = [
        {
            "MetricName": "DatabaseConnections",
            "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": instance}],
            "Timestamp": now + timedelta(minutes=minute),
            "Value": count,
            "Unit": "Count",
        }
        for minute in range(-2, 6)
    ]
    world.cloud.client("cloudwatch").put_metric_data(Namespace="AWS/RDS", MetricData=data)


def two(world):
    """Two cycles, the second of which has replaced the first; gives the story and the first one's instance."""
    story = Story(world.echo, world.rds, approver=Approver(who=APPROVERS[:1]))
    first = story.cycle(world.first)
    story.cycle(world.first + timedelta(weeks=1))
    return story, first


def test_an_old_one_goes_when_nobody_is_connected_and_its_snapshot_when_it_is_old(deploy):
    world = deploy(RetireConnectionMinutes="10", KeepFinalSnapshotDays="1", RetireGraceHours="1")
    story, old = two(world)
    # Taken by a person of that very instance.
    taken = world.cloud.rds_client().create_db_snapshot(DBInstanceIdentifier=old, DBSnapshotIdentifier=f"{old}-experiment")
    assert taken["DBSnapshot"]["SnapshotType"] == "manual"
    story.go_to(world.rds.now() + timedelta(hours=2))
    assert "clients-unknown" in looks(world, story), "nobody has written a datapoint"
    connections(world, old, 3)
    assert "in-use-by-clients" in looks(world, story)
    assert world.tags(old)["stage"] == "forgotten"
    # Nobody any more; its stage, then its status, says what retire does by itself.
    story.go_to(world.rds.now() + timedelta(minutes=20))
    connections(world, old, 0)
    looks(world, story)
    assert world.tags(old)["stage"] == "retired"
    connections(world, old, 3)
    story.go_to(world.rds.now() + timedelta(minutes=16))
    connections(world, old, 3)
    assert "in-use-by-clients" in looks(world, story), "they are back before it is destroyed"
    story.go_to(world.rds.now() + timedelta(minutes=20))
    connections(world, old, 0)
    looks(world, story)
    assert world.rds.instances()[old]["status"] == "deleting"
    final = f"{old}-final"
    assert snapshots(world)[final]["own_tags"]["rdsecho:dev:final"] == final
    until_gone = world.rds.now() + timedelta(hours=1)
    story.go_to(until_gone)
    assert old not in world.rds.instances()
    # Not yet a day old, it is listed at the latest within an hour and a minute, and stays.
    for _ in range(13):
        looks(world, story)
    assert final in snapshots(world)
    story.go_to(until_gone + timedelta(days=1))
    told = until(world, story, "final snapshot of ")
    assert told == [f"final snapshot of {old} deleted"]
    assert sorted(each for each in snapshots(world) if each.startswith(old)) == [f"{old}-experiment"]


def test_a_copy_is_asked_about_when_it_has_a_password_of_its_own(deploy):
    world = deploy()
    world.rds.timing(secret_seconds=3600)
    story = Story(world.echo, world.rds, approver=Approver(who=APPROVERS[:1]))
    instance = story.begin(world.first)
    story.run_until(lambda: (world.rds.instances()[instance]["secret"] or {}).get("status") == "creating", "its secret is made")
    assert "secret-pending" in looks(world, story, "reboot") and story.mails == []
    world.rds.force_secret_status(instance, "impaired")
    assert "secret-impaired" in looks(world, story, "reboot")
    world.rds.force_secret_status(instance, "active")
    story.run_until(lambda: story.stage(instance) == "promoted", f"{instance} is promoted")
    story.listen()
    secret = world.rds.instances()[instance]["secret"]["arn"]
    done = [mail["BodyText"] for mail in story.mails if mail["BodyText"].startswith("Done:")]
    assert done and all(secret in text for text in done), "who works with it reads where the password is"


def test_production_s_password_stays_only_where_the_stack_says_so(deploy):
    world = deploy(ModManageMasterUserPassword="false", Approval="none", Approvers="", Sender="")
    instance = Story(world.echo, world.rds).cycle(world.first)
    assert world.rds.instances()[instance]["secret"] is None
