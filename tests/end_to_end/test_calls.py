"""The calls that the functions make in whole lifetimes, against what their roles allow: nothing missing, nothing unused."""

from datetime import timedelta

import pytest

import permission_table as table
import service_authorization as reference
from calls import Judge
from local import seed
from local.cloud import FUNCTIONS
from local.process import until
from local.recorder import CallRecorder
from local.story import Approver, Story
from permission_table import STACKS
from permissions import Roles
from world import APPROVERS, make_world


@pytest.fixture(scope="module")
def lived(cloud, template):
    """The roles of a stack with every option, each call that its functions made, and what they reported."""
    more = "-Drdsecho.snapshot.types=automated,manual -Drdsecho.mod.optionGroupName=small -Drdsecho.retire.graceHours=2"
    options = {
        **STACKS["with every option"][0],
        # So that one goes in this story.
        "KeepFinalSnapshots": "",
        "KeepFinalSnapshotDays": "1",
        "NewDbSubnetGroupName": "private",
        "ModDbParameterGroupName": "small",
        "OnSnapshot": "true",
        "MoreOptions": more,
    }
    world = make_world(cloud, template, **options)
    recorder = CallRecorder(cloud.port, cloud.rds_port)
    try:
        seed.seed_parameter_group(world.rds, "small")
        rds = world.rds.client()
        rds.create_option_group(OptionGroupName="small", EngineName="postgres", MajorEngineVersion="16", OptionGroupDescription="small")
        rds.create_db_subnet_group(DBSubnetGroupName="private", DBSubnetGroupDescription="private", SubnetIds=["subnet-1", "subnet-2"])
        listen_in(world, recorder)
        reports = live(world)
        yield Roles(world), recorder.calls(), reports
    finally:
        recorder.close()
        world.echo.close()


def listen_in(world, recorder):
    """Lets every function call AWS by the recorder, each at an address of its own."""
    functions = world.cloud.client("lambda")
    for name in FUNCTIONS:
        deployed = world.echo.function(name)
        variables = functions.get_function_configuration(FunctionName=deployed)["Environment"]["Variables"]
        functions.update_function_configuration(FunctionName=deployed, Environment={"Variables": {**variables, **recorder.variables(name)}})
        until(
            lambda: functions.get_function_configuration(FunctionName=deployed)["LastUpdateStatus"] == "Successful",
            f"{deployed} to be updated",
            30,
        )


def live(world):
    """Gives what the functions reported of two cycles that are confirmed, the first from what another account shares, the
    second begun by a snapshot's event; between them one whose restore fails, and one that is cancelled and breaks; a hand
    on what is in use; and the end of the first.
    """
    story = Story(world.echo, world.rds, approver=Approver(who=APPROVERS[:1]))
    world.rds.add_snapshot(seed.PRODUCTION, "of-the-day", "shared", world.first - timedelta(minutes=5))
    first = story.cycle(world.first)
    rds = world.rds.client()
    # Somebody takes the protection off what is in use; promote puts it back.
    rds.modify_db_instance(DBInstanceIdentifier=first, DeletionProtection=False)
    story.go_to(world.rds.now() + timedelta(hours=1))
    world.echo.wake("promote")
    story.listen()
    assert world.rds.instances()[first]["deletion_protection"]

    # A restore that fails; then one that is cancelled, and one begun by a snapshot.
    week = timedelta(weeks=1)
    seed.add_snapshots(world.rds, world.first + week - timedelta(minutes=30))
    world.rds.next_restore_ends("incompatible-network")
    failed = story.begin(world.first + week)
    story.run_until(lambda: story.stage(failed) in ("forgotten", "retired"), f"{failed} is given up")
    story.approver = Approver(who=APPROVERS[:1], action="cancel")
    cancelled = story.cycle(world.first + 2 * week)
    # While it waits for another request, it breaks.
    world.rds.force_status(cancelled, "incompatible-network")
    world.echo.wake("request-approval")
    story.listen()
    assert story.stage(cancelled) == "forgotten"
    story.approver = Approver(who=APPROVERS[:1])
    world.rds.client().create_db_snapshot(DBSnapshotIdentifier="by-hand", DBInstanceIdentifier=seed.PRODUCTION)
    story.run_until(lambda: story.stage(newest(world)) == "promoted", "the copy of a snapshot by hand is promoted")
    nobody_is_connected(world, first, timedelta(hours=12))
    story.see_off(first)
    story.go_to(world.rds.now() + timedelta(days=2))
    for _ in range(14):
        story.go_to(world.rds.now() + timedelta(minutes=5))
        world.echo.wake("retire")
        story.listen()
    assert f"{first}-final" not in {each["identifier"] for each in world.rds.state()["snapshots"]}
    return [invocation.report for invocation in story.invocations]


def nobody_is_connected(world, instance, long):
    """RDS writes a datapoint a minute; here the test does, in advance."""
    about = {"MetricName": "DatabaseConnections", "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": instance}], "Value": 0}
    times = [world.rds.now() + timedelta(minutes=minute) for minute in range(-60, long // timedelta(minutes=1))]
    world.cloud.client("cloudwatch").put_metric_data(Namespace="AWS/RDS", MetricData=[{**about, "Timestamp": at} for at in times])


def newest(world):
    return max(name for name in world.rds.instances() if name.startswith("dev-20"))


def types_of(ask):
    """The type of what is asked about."""
    return {name for name, known in reference.action(ask.action)["types"].items() if reference.of_type(ask.resource, known["arn"])} or {"-"}


def test_every_call_is_allowed(lived):
    roles, calls, _ = lived
    judge = Judge()
    refused = {(call.function, ask) for call in calls for ask in judge.asks(call) if not roles.may(call.function, ask)}
    assert not refused
    assert {call.function for call in calls} == set(FUNCTIONS)


def test_every_permission_is_used_or_its_reason_is_written_down(lived):
    roles, calls, _ = lived
    judge = Judge()
    used = {(call.function, ask.action, kind) for call in calls for ask in judge.asks(call) for kind in types_of(ask)}
    granted = set()
    for function in FUNCTIONS:
        for statement in roles.statements(function):
            for action in statement["Action"]:
                for resource in statement["Resource"]:
                    known = reference.action(action)["types"]
                    kinds = {name for name, each in known.items() if reference.of_type(resource, each["arn"])}
                    granted |= {(function, action, kind) for kind in kinds or {"-" if resource == "*" else resource.split(":")[5]}}
    explained = set()
    for actions, kinds, who, _why in table.table("action that no call shows"):
        for function in table.functions(who):
            explained |= {(function, action.strip("` "), kind.strip("` ")) for action in actions.split(",") for kind in kinds.split(",")}
    unused, needless = granted - used - explained, explained - (granted - used)
    assert not unused, f"granted, and no call needs it: {sorted(unused)}"
    assert not needless, f"explained, and there is nothing to explain: {sorted(needless)}"


def test_the_functions_report_the_calls_that_they_make(lived):
    _, calls, reports = lived
    reported = {(report["function"], call["call"]) for report in reports if report for call in report["calls"]}
    assert reported == {(call.function, call.operation) for call in calls}
