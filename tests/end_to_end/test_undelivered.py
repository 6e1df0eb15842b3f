"""What no function could handle: tried again, then put into the queue, and no harm done. The look and the replay that
the run book describes: a function reads the truth afresh, so that to replay an event is to wake the function."""

import json
from datetime import timedelta

import pytest
from world import APPROVERS, make_world

from local import seed
from local.cloud import FUNCTIONS
from local.story import Approver, Story

# All but approve, which answers whoever asked.
WOKEN = [name for name in FUNCTIONS if name != "approve"]
ATTEMPTS = 3
SCHEDULE = {"detail-type": "Echo Schedule", "echo": "dev"}
FIRST = "dev-2026-11-30"
ARN = f"arn:aws:rds:us-east-1:000000000000:db:{FIRST}"


class Queue:
    """The stack's queue, as a person at a terminal has it."""

    def __init__(self, echo):
        self._sqs = echo.cloud.client("sqs")
        self.url = self._sqs.get_queue_url(QueueName=f"rds-echo-{echo.name}-undelivered")["QueueUrl"]
        self.arn = self._sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def look(self):
        """aws sqs receive-message --max-number-of-messages 10 --visibility-timeout 0"""
        messages = self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", [])
        return [json.loads(message["Body"]) for message in messages]

    def purge(self):
        """aws sqs purge-queue"""
        self._sqs.purge_queue(QueueUrl=self.url)


def attempts(echo, name):
    return echo.invocation_counts()[name]


def configure(echo, name, change):
    """Changes a function's settings behind the stack's back; gives those of before."""
    functions = echo.cloud.client("lambda")
    variables = functions.get_function_configuration(FunctionName=echo.function(name))["Environment"]["Variables"]
    before = variables["RDS_ECHO_OPTS"]
    functions.update_function_configuration(
        FunctionName=echo.function(name), Environment={"Variables": {**variables, "RDS_ECHO_OPTS": change(before)}}
    )
    return before


def begin(story, at):
    """The schedule of `new` comes round once more."""
    story.go_to(at - timedelta(minutes=30))
    seed.add_snapshots(story.rds, at - timedelta(minutes=30))
    return story.begin(at)


def test_every_asynchronous_path_retries_for_a_while_and_ends_in_the_one_queue(world):
    cloud, echo = world.cloud, world.echo
    functions, events = cloud.client("lambda"), cloud.client("events")
    queue = Queue(echo).arn
    paths = 0
    for name in WOKEN:
        age = 21600 if name == "new" else 900
        arn = functions.get_function_configuration(FunctionName=echo.function(name))["FunctionArn"]
        own = functions.get_function_event_invoke_config(FunctionName=echo.function(name), Qualifier="$LATEST")
        assert (own["MaximumRetryAttempts"], own["MaximumEventAgeInSeconds"]) == (ATTEMPTS - 1, age)
        assert own["DestinationConfig"]["OnFailure"]["Destination"] == queue
        targets = [echo.schedule(name)["Target"]]
        for rule in events.list_rule_names_by_target(TargetArn=arn)["RuleNames"]:
            targets += events.list_targets_by_rule(Rule=rule)["Targets"]
        for target in targets:
            assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] == age and target["RetryPolicy"]["MaximumRetryAttempts"] > 0
            assert target["DeadLetterConfig"]["Arn"] == queue
        paths += 1 + len(targets)
    assert paths == 6 + 6 + 10, "functions, schedules, rules"


@pytest.fixture(scope="module")
def world(cloud, template):
    """One echo for all of it."""
    world = make_world(cloud, template)
    yield world
    world.echo.close()


@pytest.fixture(scope="module")
def story(world):
    """Its first copy is in use."""
    story = Story(world.echo, world.rds, approver=Approver(who=APPROVERS[:1]))
    assert story.cycle(world.first) == FIRST
    return story


def test_a_function_that_always_fails_fills_the_queue_and_hurts_nothing(world, story, capsys):
    rds, echo = world.rds, world.echo
    queue = Queue(echo)
    there, target = rds.instances()[FIRST], world.zone.target()
    second = begin(story, world.first + timedelta(weeks=1))
    assert queue.look() == []

    right = configure(echo, "modify", lambda options: options.replace("backupRetentionPeriod=1", "backupRetentionPeriod=many"))
    before = attempts(echo, "modify")
    while rds.instances()[second]["status"] != "available":
        rds.advance_to_next()
    echo.wake(*(name for name in WOKEN if name != "new"))
    failed = queue.look()
    assert attempts(echo, "modify") - before == ATTEMPTS * len(failed)
    for record in failed:
        assert record["requestContext"]["functionArn"].split(":")[6] == echo.function("modify")
        assert record["requestContext"]["condition"] == "RetriesExhausted"
        assert "rdsecho.mod.backupRetentionPeriod" in record["responsePayload"]["errorMessage"]
    asked = [record["requestPayload"] for record in failed]
    events = [each for each in asked if each != SCHEDULE]
    assert asked.count(SCHEDULE) == 1 and len(events) == len({each["id"] for each in events}) == len(failed) - 1
    assert {each["detail"]["EventID"] for each in events} >= {"RDS-EVENT-0005", "RDS-EVENT-0002"}
    assert {each["detail"]["SourceArn"].rpartition(":")[2] for each in events} == {second}

    # The others have gone on, and found that there is nothing for them to do yet.
    assert rds.instances()[FIRST] == there and world.zone.target() == target
    assert world.tags(second)["stage"] == "new" and "ModifyDBInstance" in world.changes()
    changed = world.changes()

    configure(echo, "modify", lambda _: right)
    answer, has_failed = echo.invoke("modify", SCHEDULE)
    advanced = [(each["instance"], each["to"]) for each in answer["outcomes"] if each["did"] == "advanced"]
    assert not has_failed and advanced == [(second, "modified")]
    queue.purge()
    assert queue.look() == []
    assert world.changes()["ModifyDBInstance"] == changed["ModifyDBInstance"] + 1

    story.run_until(lambda: story.stage(second) == "promoted", "the promotion")
    calls = world.changes()
    assert (calls["RestoreDBInstanceFromDBSnapshot"], calls["RebootDBInstance"]) == (2, 2) and queue.look() == []
    with capsys.disabled():
        print(f"\n  {len(failed)} events of one function failed {ATTEMPTS} times each and are in the queue; 1 look made them good ", end="")


def test_one_poisoned_event_is_made_good_by_the_next_look(world, story):
    """RDS refuses as often as the event is tried; whoever looks next finds the instance as it is."""
    rds, queue = world.rds, Queue(world.echo)
    third = begin(story, world.first + timedelta(weeks=2))
    rds.fail("ModifyDBInstance", "refuse", times=ATTEMPTS, code="AccessDenied")
    while rds.instances()[third]["status"] != "available":
        rds.advance_to_next()
        world.cloud.quiet()
    (record,) = queue.look()
    assert record["requestPayload"]["detail"]["SourceArn"].endswith(f":{third}")
    assert "AccessDenied" in record["responsePayload"]["errorMessage"] and third in json.dumps(record)
    assert world.tags(third)["stage"] == "new"

    story.run_until(lambda: story.stage(third) == "promoted", "the promotion")
    assert queue.look() == [record], "what was made good stays there until somebody has read it"
    assert world.changes()["RestoreDBInstanceFromDBSnapshot"] == 3 == world.changes()["RebootDBInstance"]
    queue.purge()


def deep(levels):
    found = FIRST
    for _ in range(levels):
        found = {"instance": found}
    return found


def stage_changed(**detail):
    return {"source": "rds-echo", "detail-type": "Echo Stage Changed", "detail": {"echo": "dev", "to": "rebooted", **detail}}


def from_rds(arn):
    return {"source": "rds-sim", "detail-type": "RDS DB Instance Event", "detail": {"SourceArn": arn, "EventCategories": ["creation"]}}


MALFORMED = [
    *(from_rds(arn) for arn in (7, None, ["a"], {"arn": ARN}, "", "arn", ARN[:-3], f"{ARN}-\u0000", f"{ARN}\n{ARN}", "arn:" * 40_000)),
    *(from_rds(ARN.replace(*other)) for other in (("000000000000", "111111111111"), ("us-east-1", "eu-west-1"), (":rds:", ":ec2:"))),
    *(stage_changed(instance=instance) for instance in (7, None, [], {}, "", "x" * 200_000, "../production", "production", deep(100))),
    stage_changed(instance=FIRST, echo=["dev"]),
    {"detail-type": "Echo Schedule", "echo": ["dev"]},
    {"detail-type": "Echo Schedule", "echo": {"name": "dev"}},
    {"detail-type": ["Echo Schedule"], "echo": "dev"},
    {"Records": [{"eventSource": "aws:sqs", "body": json.dumps(SCHEDULE)}]},
    {"source": "aws.rds", "detail-type": "RDS DB Cluster Event", "detail": {"SourceArn": ARN.replace(":db:", ":cluster:")}},
]


def test_what_is_no_event_of_ours_neither_fails_nor_changes_anything(world, story, capsys):
    echo, cloud = world.echo, world.cloud
    functions, queue = cloud.client("lambda"), Queue(echo)
    echo.new_invocations()
    before = world.changes(), world.rds.instances(), world.zone.record(), len(cloud.mails())
    counted = echo.invocation_counts()
    for name in FUNCTIONS:
        for event in MALFORMED:
            functions.invoke(FunctionName=echo.function(name), InvocationType="Event", Payload=json.dumps(event))
    cloud.quiet()
    runs = {name: count - counted[name] for name, count in echo.invocation_counts().items()}
    assert runs == dict.fromkeys(FUNCTIONS, len(MALFORMED)), "each was tried once"
    assert queue.look() == [] and (world.changes(), world.rds.instances(), world.zone.record(), len(cloud.mails())) == before
    ran = [invocation for invocation in echo.new_invocations() if invocation.function != "approve"]
    # Some name an instance of ours, which is looked at: it is not its time.
    assert {outcome["did"] for invocation in ran for outcome in invocation.report["outcomes"]} == {"nothing", "waits"}
    with capsys.disabled():
        print(f"\n  {len(MALFORMED)} malformed events to each of {len(FUNCTIONS)} functions: none failed, nothing changed ", end="")
