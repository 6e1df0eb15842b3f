"""The diagrams of docs/ARCHITECTURE.md say what the code and the template say, and docs/COST.md what was counted."""

import json
import re

import pytest
import yaml

from local import cost
from local.cloud import FUNCTIONS, REPOSITORY

PAGE = (REPOSITORY / "docs/ARCHITECTURE.md").read_text()
COUNTS = json.loads(cost.COUNTS.read_text())
ARROW = re.compile(
    r"^ +(?P<source>[\w-]+)(?:\(?\[.*?\]\)?)? "
    r"(?:-->|-\.->|-- \"(?P<label>[^\"]+)\" -->|-\. \"(?P<dotted>[^\"]+)\" \.->) "
    r"(?P<targets>[\w-]+(?: & [\w-]+)*)"
)


class Template(yaml.SafeLoader):
    """CloudFormation's short forms are read as what stands behind them: conditions as lists, references as names."""


def _plain(loader, _suffix, node):
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    return loader.construct_sequence(node, deep=True) if isinstance(node, yaml.SequenceNode) else loader.construct_mapping(node, deep=True)


Template.add_multi_constructor("!", _plain)
RESOURCES = yaml.load((REPOSITORY / "template.yaml").read_text(), Template)["Resources"]  # noqa: S506, a SafeLoader with tags


def logical(function, kind):
    return "".join(word.capitalize() for word in function.split("-")) + kind


def diagram(heading):
    """The lines of the Mermaid block under a heading."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    (block,) = re.findall(r"^```mermaid\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    return block.splitlines()


def arrows(heading):
    """Who points at whom, with the label."""
    found = set()
    for line in diagram(heading):
        if arrow := ARROW.match(line):
            for target in arrow["targets"].split(" & "):
                found.add((arrow["source"], arrow["label"] or arrow["dotted"] or "", target))
        else:
            assert "--" not in line and "-." not in line, f"this test cannot read {line!r}"
    return found


def test_the_stages_and_the_ways_between_them():
    source = (REPOSITORY / "shared/tag-state/src/stage.rs").read_text()
    table = re.findall(r"\(Stage::(\w+), Move::(\w+), Stage::(\w+)\)", source.split("pub const TRANSITIONS")[1].split("];")[0])
    ways = {(start.lower(), way, end.lower()) for start, way, end in table}
    drawn = {
        (start, way.removesuffix(" by hand"), end)
        for line in diagram("The stages of an instance")
        for start, end, label in re.findall(r"^ +(\w+) --> (\w+): (.+)$", line)
        for way in label.split(" or ")
    }
    assert drawn == ways
    stages = re.findall(r'Stage::\w+ => "(\w+)"', source)
    assert len(stages) == 6 and {stage for start, _, end in drawn for stage in (start, end)} == set(stages)


def wakes(function):
    """What wakes a function, in the diagram's words, as the template has it."""
    resource = RESOURCES[logical(function, "Function")]["Properties"]
    for event in resource.get("Events", {}).values():
        properties = event["Properties"]
        if event["Type"] == "ScheduleV2":
            yield {"NewSchedule": "own", "FallbackRate": "fallback"}[properties["ScheduleExpression"]], "", function
            continue
        pattern = properties["Pattern"]
        assert event["Type"] == "EventBridgeRule"
        if pattern["source"] == ["RdsEventSource"]:
            assert len(pattern["detail"]["SourceArn"]) == 1
            if "snapshot:" in pattern["detail"]["SourceArn"][0]["prefix"]:
                assert properties["State"] == ["WakesOnSnapshot", "ENABLED", "DISABLED"]
                yield "snapshots", "if OnSnapshot", function
            else:
                assert pattern["detail"]["SourceArn"][0]["prefix"].endswith(":db:${EchoName}-20")
                categories = pattern["detail"]["EventCategories"]
                yield "instances", "deletion" if categories == ["deletion"] else "", function
        else:
            assert pattern["source"] == ["rds-echo"] and pattern["detail"]["echo"] == ["EchoName"]
            (kind,) = pattern["detail-type"]
            label = ", ".join(pattern["detail"].get("to", []))
            if "State" in properties:
                assert properties["State"] == ["AsksPeople", "DISABLED", "ENABLED"]
                label += ", if Approval is none"
            yield {"Echo Stage Changed": "stages", "Echo Approval Changed": "clicks"}[kind], label, function
    if "FunctionUrlConfig" in resource:
        yield "url", "", function


def test_what_wakes_what():
    assert arrows("What wakes what") == {wake for function in FUNCTIONS for wake in wakes(function)}


def actions(value):
    """Every action that some part of a role's policies allows."""
    if isinstance(value, str):
        return actions(json.loads(value)) if value.startswith("{") else set()
    if isinstance(value, list):
        return {action for each in value for action in actions(each)}
    if not isinstance(value, dict):
        return set()
    here = value.get("Action", []) if value.get("Effect") == "Allow" else []
    return {here, *()} if isinstance(here, str) else set(here) | {action for each in value.values() for action in actions(each)}


def allowed(function):
    role = RESOURCES[logical(function, "Role")]["Properties"]
    policies = [RESOURCES[policy]["Properties"]["PolicyDocument"] for policy in role.get("ManagedPolicyArns", []) if policy in RESOURCES]
    # A policy that needs the key, which needs the role, is a resource of its own.
    policies += [
        each["Properties"]["PolicyDocument"]
        for each in RESOURCES.values()
        if each["Type"] == "AWS::IAM::Policy" and logical(function, "Role") in each["Properties"]["Roles"]
    ]
    return actions(policies) | actions(role.get("Policies", []))


def test_who_may_change_what():
    # Reading, announcing, checking MACs, the function's own log, the queue, traces.
    reads = re.compile(r"\w+:(Describe|List|Get)\w*|kms:VerifyMac|events:PutEvents|logs:\w+|sqs:SendMessage|xray:\w+")
    beside = {("new", "CreateGrant"), ("modify", "CreateSecret"), ("modify", "PassRole"), ("retire", "DeleteDBSnapshot")}
    drawn = {(function, action) for function, _, action in arrows("Who may change what")}
    assert beside <= drawn
    drawn |= {("modify", "TagResource")} | {(function, "AddTagsToResource") for function in FUNCTIONS}
    may = {(function, action.split(":")[1]) for function in FUNCTIONS for action in allowed(function) if not reads.fullmatch(action)}
    assert drawn == may


# Participants of the sequence by their letters; what one calls another.
SERVICES = {"R": "rds", "K": "kms", "M": "ses", "D": "route53", "S": "events"}
CALLERS = {"F": ("new", "modify", "reboot"), "Q": ("request-approval",), "A": ("approve",), "O": ("promote",), "T": ("retire",)}


def drawn_calls():
    """(letter of the caller, service:Operation) of each message of the sequence that is a call to AWS."""
    for line in diagram("One cycle"):
        if message := re.fullmatch(r" +(\w)->>(\w): (.+)", line):
            caller, service, text = message.groups()
            if caller in CALLERS and service in SERVICES:
                called = re.findall(r"\b(?:Describe|Get|Restore|AddTags|Put|Modify|Reboot|List|Generate|Send|Verify|Change|Delete)[A-Z]\w+", text)
                assert called, f"no call in {line!r}"
                yield from ((caller, f"{SERVICES[service]}:{operation}") for operation in called)


def test_one_cycle_shows_every_call_that_was_counted_and_no_other():
    calls = set(drawn_calls())
    assert {call for _, call in calls} == set(COUNTS["a cycle"]["calls"])
    for caller, call in calls:
        assert any(call in allowed(function) for function in CALLERS[caller]), (caller, call)


def test_the_floors_are_those_of_the_crates():
    crates = {"functions": "functions/promote", "cli": "cli", "aws": "shared/aws", "stages": "shared/stages", "state": "shared/tag-state"}
    names = {"aws": "aws", "stages": "stages", "tag-state": "state"}
    uses = set()
    for floor, folder in crates.items():
        manifest = (REPOSITORY / folder / "Cargo.toml").read_text().split("[dev-dependencies]")[0]
        uses |= {(floor, "", names[name]) for name in re.findall(r"^(aws|stages|tag-state)\.workspace = true", manifest, re.MULTILINE)}
    assert arrows("The code") == uses


@pytest.mark.parametrize("place", ["shared/tag-state/src/decide", "shared/stages/src"])
def test_each_stage_has_its_module(place):
    for function in FUNCTIONS:
        name = function.replace("-", "_")
        name = {"approve": "click", "request_approval": "request"}.get(name, name) if place.endswith("decide") else name
        assert (REPOSITORY / place / f"{name}.rs").is_file()


def test_every_file_that_is_named_is_there():
    paths = re.findall(r"`((?:shared|tests|docs|functions)/[\w/.-]+)`", PAGE)
    assert len(paths) > 10
    for path in paths:
        assert (REPOSITORY / path.replace("/STAGE.rs", "")).exists(), path


def test_the_costs_are_those_of_the_counts_and_prices():
    text = cost.PAGE.read_text()
    assert cost.page(text, COUNTS) == text, "`python -m local.cost` writes the tables anew"


def test_what_is_priced_is_what_the_template_has():
    template = yaml.load((REPOSITORY / "template.yaml").read_text(), Template)  # noqa: S506
    defaults = {name: parameter.get("Default") for name, parameter in template["Parameters"].items()}
    assert defaults["FallbackRate"] == f"rate({cost.FALLBACK_MINUTES} minutes)"
    assert int(defaults["LogRetentionDays"]) == cost.LOG_DAYS
    assert template["Globals"]["Function"]["MemorySize"] == cost.MEMORY_GB * 1024
    kinds = [resource["Type"] for resource in template["Resources"].values()]
    assert kinds.count("AWS::CloudWatch::Alarm") == cost.ALARMS
    assert kinds.count("AWS::KMS::Key") == cost.KEYS
    assert kinds.count("AWS::CloudWatch::Dashboard") == 1
