"""What an engineer watches: each run's line, its metrics, the alarms and the dashboard that live on them.

MiniStack makes no metrics of log lines and looks at no alarm's dimensions, so the lines' metrics are put here as
CloudWatch would take them, and the dimensions are compared as text.
"""

import json
import re
from collections import Counter
from contextlib import closing
from datetime import timedelta

import pytest

from local.cloud import FUNCTIONS, REPOSITORY
from local.notices import Subscriber, topic_of
from local.process import until
from local.story import Approver, NobodyYet, Story
from world import APPROVERS

NAMES = set(re.findall(r'"([A-Z][A-Za-z]+)"', (REPOSITORY / "shared" / "stages" / "src" / "metrics.rs").read_text())) - {"Count", "None"}
FIELDS = {"echo", "function", "at", "woken_by", "outcomes", "error", "warnings", "request_id", "duration_ms", "calls"}


def metrics(line):
    """The metrics of a line, as CloudWatch reads the embedded format; fails where it would refuse them."""
    if "_aws" not in line:
        return {}
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "RDSEcho" and directive["Dimensions"] == [["Echo"]] and line["Echo"] == line["echo"]
    assert isinstance(line["_aws"]["Timestamp"], int) and 0 < len(directive["Metrics"]) <= 100
    found = {}
    for metric in directive["Metrics"]:
        assert metric["Unit"] in ("Count", "None")
        values = line[metric["Name"]]
        found[metric["Name"]] = values = values if isinstance(values, list) else [values]
        assert 0 < len(values) <= 100 and all(isinstance(value, float) for value in values)
    assert set(found) <= NAMES
    return found


def lines(story):
    return [invocation.report for invocation in story.invocations]


def of(story, name):
    """All values of a metric, in the order of their runs."""
    return [value for line in lines(story) for value in metrics(line).get(name, [])]


@pytest.fixture
def told(deploy):
    world = deploy()
    story = Story(world.echo, world.rds, approver=Approver(who=APPROVERS[:1]))
    story.cycle(world.first)
    story.approver = Approver(who=APPROVERS[1:2], action="cancel")
    story.cycle(world.first + timedelta(days=7))
    return world, story


def test_one_line_a_run_tells_the_whole_and_alarms_stay_quiet(told):
    world, story = told
    for invocation in story.invocations:
        (line,) = [line for line in invocation.lines if line.startswith("{")]
        assert FIELDS <= set(json.loads(line)), line
    assert len({line["request_id"] for line in lines(story)}) == len(story.invocations)
    calls = Counter()
    for line in lines(story):
        for call in line["calls"]:
            assert call["failed"] == 0 and 0 <= call["ms"] <= line["duration_ms"] + 1, line
            calls[call["call"]] += call["times"]
    asked_of_rds = {f"rds:{name}": count for name, count in story.rds_calls().items()}
    assert {name: count for name, count in calls.items() if name.startswith("rds:")} == asked_of_rds, "every call is told, and no other"
    assert calls["ses:SendEmail"] == len(story.mails)
    assert calls["route53:ChangeResourceRecordSets"] == 1

    assert sum(of(story, "Confirmations")) == sum(of(story, "Cancellations")) == 1
    assert of(story, "Failures") == []
    assert max(of(story, "Instances")) == 2
    (in_new, *_), (in_modified, *_) = of(story, "HoursInNew"), of(story, "HoursInModified")
    advanced = {outcome["to"]: outcome["after_seconds"] for _, outcome in story.outcomes() if outcome["did"] == "advanced"}
    assert advanced["new"] is None and in_new == pytest.approx(advanced["modified"] / 3600, abs=0.001) and in_modified > 0
    # The first copy's snapshot is from 01:30 of the day on which it was promoted.
    (oldest, newest) = max(of(story, "DataAgeHours")), min(of(story, "DataAgeHours"))
    assert newest < 24 and 7 * 24 < oldest < 8 * 24
    for alarm in alarms(world).values():
        if alarm["Namespace"] == "RDSEcho":
            assert not any(breaches(alarm, value) for value in of(story, alarm["MetricName"])), alarm["AlarmName"]


def alarms(world):
    found = world.cloud.client("cloudwatch").describe_alarms(AlarmNamePrefix=f"rds-echo-{world.echo.name}-")["MetricAlarms"]
    prefix = f"rds-echo-{world.echo.name}-"
    return {alarm["AlarmName"].removeprefix(prefix): alarm for alarm in found}


def breaches(alarm, value):
    return {
        "GreaterThanThreshold": value > alarm["Threshold"],
        "GreaterThanOrEqualToThreshold": value >= alarm["Threshold"],
        "LessThanThreshold": value < alarm["Threshold"],
    }[alarm["ComparisonOperator"]]


def test_there_is_an_alarm_for_each_trouble_and_it_looks_at_this_echo(deploy):
    world = deploy(StuckHours="30", MaximumDataAgeHours="100")
    options = world.cloud.client("ssm").get_parameter(Name="/rds-echo/dev/options")["Parameter"]["Value"]
    assert "-Drdsecho.stuck.hours=30" in options.split()
    found = alarms(world)
    failing = {f"{name}-failing" for name in FUNCTIONS}
    assert set(found) == failing | {"undelivered", "stuck", "old-data", "failed-copy", "silent"}
    topic = topic_of(world.echo)
    for what, alarm in found.items():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [topic]
        assert "docs/RUNBOOK.md" in alarm["AlarmDescription"]
        ((key, value),) = [(dimension["Name"], dimension["Value"]) for dimension in alarm["Dimensions"]]
        if what in failing or what == "silent":
            assert (alarm["Namespace"], key) == ("AWS/Lambda", "FunctionName")
            assert value == world.echo.function("promote" if what == "silent" else what.removesuffix("-failing"))
        elif what == "undelivered":
            assert (alarm["Namespace"], key, value) == ("AWS/SQS", "QueueName", "rds-echo-dev-undelivered")
        else:
            assert (alarm["Namespace"], key, value) == ("RDSEcho", "Echo", "dev") and alarm["MetricName"] in NAMES
    assert found["stuck"]["Threshold"] == 0 and found["stuck"]["MetricName"] == "Stuck" and found["old-data"]["Threshold"] == 100
    assert found["silent"]["TreatMissingData"] == "breaching", "what never runs counts nothing"


@pytest.fixture
def on_call(deploy):
    """A world, and somebody who listens to the topic of its alarms."""
    world = deploy()
    with closing(Subscriber(world.echo)) as subscriber:
        yield world, rung(subscriber)


def test_trouble_rings(on_call):
    """A copy that fails, one that is stuck, and data that grows old: from the functions' own lines to the topic."""
    world, heard = on_call
    story = Story(world.echo, world.rds, approver=Approver(who=APPROVERS[:1]))
    story.cycle(world.first)

    world.rds.next_restore_ends("incompatible-restore")
    failed = story.begin(world.first + timedelta(days=7))
    story.run_until(lambda: story.stage(failed) == "forgotten", "the failed copy is given up")
    assert of(story, "Failures") == [1]
    world.rds.timing(restore_seconds=10 * 24 * 3600)
    stuck = story.begin(world.first + timedelta(days=8))
    story.approver = NobodyYet()
    # The first one took a day and a quarter; three times that is a wait without end.
    story.go_to(world.first + timedelta(days=11))
    assert of(story, "Stuck")[-1] == 0
    story.go_to(world.first + timedelta(days=12))
    world.echo.wake("promote")
    story.listen()
    assert story.stage(stuck) == "new"
    overdue, age = of(story, "OverdueHours")[-1], of(story, "DataAgeHours")[-1]
    assert overdue == pytest.approx(96, abs=1) and age == pytest.approx(12 * 24 + 1.5, abs=1)
    # Nobody has woken retire, so that the failed one is overdue, too.
    assert of(story, "Stuck")[-1] == 2

    put(world.cloud, {"Failures": of(story, "Failures"), "Stuck": of(story, "Stuck")[-1:], "DataAgeHours": [age]})
    ringing = {name for name, alarm in alarms(world).items() if alarm["StateValue"] == "ALARM"}
    assert {"failed-copy", "stuck", "old-data"} <= ringing
    said = until(lambda: heard() or None, "the topic to tell", 10)
    assert {"rds-echo-dev-failed-copy", "rds-echo-dev-stuck", "rds-echo-dev-old-data"} <= said


def rung(subscriber):
    """Gives the names of the alarms that have rung, once they are three."""
    heard = set()

    def look():
        for notice in subscriber.fresh()[1]:
            # What the functions tell is in words.
            if notice["text"].startswith("{"):
                heard.add(json.loads(notice["text"])["AlarmName"])
        return heard if len(heard) >= 3 else None

    return look


def put(cloud, values):
    dimensions = [{"Name": "Echo", "Value": "dev"}]
    data = [{"MetricName": name, "Dimensions": dimensions, "Values": each} for name, each in values.items()]
    cloud.client("cloudwatch").put_metric_data(Namespace="RDSEcho", MetricData=data)


def test_the_dashboard_shows_what_the_lines_say(told):
    world, story = told
    body = json.loads(world.cloud.client("cloudwatch").get_dashboard(DashboardName="rds-echo-dev")["DashboardBody"])
    assert "${" not in json.dumps(body), "everything is filled in"
    shown, asked = set(), []
    for widget in body["widgets"]:
        properties = widget["properties"]
        for namespace, name, key, value, *_ in properties.get("metrics", []):
            if namespace == "RDSEcho":
                assert (key, value) == ("Echo", "dev")
                shown.add(name)
        if widget["type"] == "alarm":
            assert {arn.rsplit(":", 1)[1] for arn in properties["alarms"]} == {each["AlarmName"] for each in alarms(world).values()}
        if widget["type"] == "log":
            asked.append(properties["query"])
    assert shown == NAMES, "each metric is shown"
    waits, moves, errors = asked
    assert all(f"/aws/lambda/rds-echo-dev-{name}'" in query for query in asked for name in FUNCTIONS)
    raw = [line for invocation in story.invocations for line in invocation.lines if line.startswith("{")]
    first, second = (outcome["instance"] for _, outcome in story.outcomes() if outcome["to"] == "new")
    moved = {(found["copy"], found["was"], found["stage"]) for found in parsed(moves, raw)}
    assert {(first, "null", "new"), (first, "new", "modified"), (first, "rebooted", "promoted"), (second, "modified", "rebooted")} <= moved
    waited = {(found["copy"], found["what"], found["code"]) for found in parsed(waits, raw)}
    assert {(first, "waits", "awaiting-approval"), (second, "waits", "settling")} <= waited
    assert "error" in errors


def parsed(query, raw):
    """What a query's `parse` commands find, by the expressions in it."""
    expressions = [re.compile(each.replace("(?<", "(?P<")) for each in re.findall(r"parse @message /(.*?)/ \|", query)]
    assert expressions, query
    for line in raw:
        found = [match.groupdict() for match in (expression.search(line) for expression in expressions) if match]
        if len(found) == len(expressions):
            yield {key: value for groups in found for key, value in groups.items()}
