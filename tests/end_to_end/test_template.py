"""What the template promises, where the local AWS would not notice: its text, and what SAM makes of it."""

import json
import re
import subprocess
import zipfile

import boto3
import pytest
from botocore.exceptions import ClientError
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from local.cloud import FUNCTIONS, REGION, REPOSITORY
from local.process import LocalCloudError

TEMPLATE = yaml_parse((REPOSITORY / "template.yaml").read_text())
PARAMETERS = TEMPLATE["Parameters"]
RESOURCES = TEMPLATE["Resources"]
WOKEN = tuple(name for name in FUNCTIONS if name != "approve")
AGES = {name: 21600 if name == "new" else 900 for name in WOKEN}
QUEUE = {"Fn::GetAtt": ["UndeliveredQueue", "Arn"]}
# Bytes of a function's environment (a quota of Lambda), and of a standard parameter's value.
MOST = 4096


def logical(name):
    """The logical id of a function."""
    return "".join(part.capitalize() for part in name.split("-")) + "Function"


def function(name):
    return RESOURCES[logical(name)]["Properties"]


def events(kind):
    """(function, logical id that SAM gives it, properties) of each event of a kind."""
    return [
        (name, logical(name) + key, event["Properties"])
        for name in FUNCTIONS
        for key, event in function(name).get("Events", {}).items()
        if event["Type"] == kind
    ]


RULES = events("EventBridgeRule")
SCHEDULES = events("ScheduleV2")


def references(node):
    """Every name that something refers to by Ref, GetAtt, Sub or a condition."""
    if isinstance(node, list):
        return set().union(*map(references, node))
    if not isinstance(node, dict):
        return set()
    found = set()
    for key, value in node.items():
        if key in ("Ref", "Condition") and isinstance(value, str):
            found.add(value)
        elif key == "Fn::GetAtt":
            found.add(value[0] if isinstance(value, list) else value.split(".")[0])
        elif key == "Fn::Sub":
            found |= set(re.findall(r"\$\{([A-Za-z0-9:]+)[.}]", value if isinstance(value, str) else value[0]))
        found |= references(value)
    return found


@pytest.fixture(scope="module")
def translated():
    """The resources as SAM gives them to CloudFormation."""

    def with_packages(node):
        if isinstance(node, list):
            return [with_packages(each) for each in node]
        if isinstance(node, dict):
            return {key: "s3://bucket/key" if key == "CodeUri" else with_packages(value) for key, value in node.items()}
        return node

    values = {name: parameter.get("Default", "dev") for name, parameter in PARAMETERS.items()}
    # SAM reads the region from the client's default session.
    boto3.setup_default_session(region_name=REGION)
    try:
        return Translator({}, Parser(), boto_session=boto3.Session(region_name=REGION)).translate(with_packages(TEMPLATE), values)["Resources"]
    finally:
        boto3.DEFAULT_SESSION = None


# ------------------------------------------------------------------------------------ what nobody handled


@pytest.mark.parametrize(("name", "properties"), [(name, properties) for name, _, properties in RULES + SCHEDULES])
def test_each_rule_and_schedule_is_tried_for_as_long_as_its_function_and_then_queued(name, properties):
    assert properties["RetryPolicy"] == {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": AGES[name]}
    assert properties["DeadLetterConfig"] == {"Arn": QUEUE}


def test_the_events_are_those_that_are_known():
    assert len(RULES) == 10
    assert [name for name, _, _ in SCHEDULES] == list(WOKEN)


@pytest.mark.parametrize("name", WOKEN)
def test_what_a_function_could_not_do_in_three_runs_is_queued(name):
    config = function(name)["EventInvokeConfig"]
    assert (config["MaximumRetryAttempts"], config["MaximumEventAgeInSeconds"]) == (2, AGES[name])
    assert config["DestinationConfig"] == {"OnFailure": {"Type": "SQS", "Destination": QUEUE}}


def test_approve_is_called_by_its_url_alone():
    assert "Events" not in function("approve") and "EventInvokeConfig" not in function("approve")
    assert "EventInvokeConfig" not in TEMPLATE["Globals"]["Function"]


@pytest.mark.parametrize("properties", [properties for _, _, properties in SCHEDULES])
def test_schedules_have_no_name_of_their_own_and_one_role(properties):
    # SAM would name them after their logical ids, the same in every stack.
    assert properties["OmitName"] is True
    assert properties["RoleArn"] == {"Fn::GetAtt": ["SchedulerRole", "Arn"]}
    assert properties["Input"] == {"Fn::Sub": '{"detail-type":"Echo Schedule","echo":"${EchoName}"}'}


def test_the_schedules_role_invokes_the_woken_functions_and_sends_to_the_queue():
    properties = RESOURCES["SchedulerRole"]["Properties"]
    invoke, send = properties["Policies"][0]["PolicyDocument"]["Statement"]
    assert invoke["Action"] == "lambda:InvokeFunction"
    assert invoke["Resource"] == [{"Fn::GetAtt": [logical(name), "Arn"]} for name in WOKEN]
    assert (send["Action"], send["Resource"]) == ("sqs:SendMessage", QUEUE)
    (trust,) = properties["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}


def test_the_queue_is_encrypted_and_keeps_two_weeks():
    properties = RESOURCES["UndeliveredQueue"]["Properties"]
    assert properties["SqsManagedSseEnabled"] is True and properties["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_this_stacks_rules_and_nothing_else_may_send_to_the_queue_as_eventbridge():
    properties = RESOURCES["UndeliveredQueuePolicy"]["Properties"]
    assert properties["Queues"] == [{"Ref": "UndeliveredQueue"}]
    (statement,) = properties["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Action"], statement["Resource"]) == ("Allow", "sqs:SendMessage", QUEUE)
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    sources = statement["Condition"]["ArnEquals"]["aws:SourceArn"]
    assert sources == [{"Fn::GetAtt": [rule, "Arn"]} for rule in [*(rule for _, rule, _ in RULES), "TroubleRule"]]


def test_sam_adds_no_queue_no_policy_and_no_role_of_its_own(translated):
    for kind in ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "AWS::IAM::Role", "AWS::IAM::ManagedPolicy"):
        ours = {name for name, resource in RESOURCES.items() if resource["Type"] == kind}
        assert {name for name, resource in translated.items() if resource["Type"] == kind} == ours
    targets = [resource["Properties"]["Targets"] for resource in translated.values() if resource["Type"] == "AWS::Events::Rule"]
    schedules = [resource["Properties"] for resource in translated.values() if resource["Type"] == "AWS::Scheduler::Schedule"]
    assert len(targets) == len(RULES) + 1 and len(schedules) == len(SCHEDULES)
    for target in [each for (each,) in targets] + [schedule["Target"] for schedule in schedules]:
        assert target["DeadLetterConfig"] == {"Arn": QUEUE} and target["RetryPolicy"]["MaximumEventAgeInSeconds"] in (900, 21600)
    configs = [resource["Properties"] for resource in translated.values() if resource["Type"] == "AWS::Lambda::EventInvokeConfig"]
    assert [config["DestinationConfig"] for config in configs] == [{"OnFailure": {"Destination": QUEUE}}] * len(WOKEN)


def test_nothing_needs_itself(translated):
    needs = {name: references(resource) & set(translated) for name, resource in translated.items()}
    while needs:
        free = {name for name, needed in needs.items() if not needed & set(needs)}
        assert free, f"a circle among {sorted(needs)}"
        needs = {name: needed for name, needed in needs.items() if name not in free}


# ---------------------------------------------------------------------------------------------- functions


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_function_has_its_log_group_whose_lines_end(name):
    log_group = RESOURCES[function(name)["LoggingConfig"]["LogGroup"]["Ref"]]
    assert log_group["Type"] == "AWS::Logs::LogGroup"
    assert log_group["Properties"]["LogGroupName"] == {"Fn::Sub": f"/aws/lambda/rds-echo-${{EchoName}}-{name}"}
    assert log_group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_only_approve_can_reserve_concurrency_and_only_where_it_is_said():
    reserved = {name: function(name)["ReservedConcurrentExecutions"] for name in FUNCTIONS if "ReservedConcurrentExecutions" in function(name)}
    assert reserved == {"approve": {"Fn::If": ["LimitsApprove", {"Ref": "ApproveConcurrency"}, {"Ref": "AWS::NoValue"}]}}
    assert PARAMETERS["ApproveConcurrency"]["Default"] == ""
    assert TEMPLATE["Conditions"]["LimitsApprove"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "ApproveConcurrency"}, ""]}]}


def test_all_functions_are_traced_or_none():
    assert TEMPLATE["Globals"]["Function"]["Tracing"] == {"Fn::If": ["IsTraced", "Active", "PassThrough"]}
    assert not [name for name in FUNCTIONS if "Tracing" in function(name)]
    assert PARAMETERS["Tracing"]["Default"] == "false"


def test_the_approval_key_survives_the_stack():
    assert RESOURCES["ApprovalKey"]["DeletionPolicy"] == RESOURCES["ApprovalKey"]["UpdateReplacePolicy"] == "Retain"


# ----------------------------------------------------------------------------------------------- the form

FORM = TEMPLATE["Metadata"]["AWS::CloudFormation::Interface"]
# The parts of the options that all functions share, in their order.
OPTIONS = [part["Fn::If"][1] if "Fn::If" in part else part for part in RESOURCES["Options"]["Properties"]["Value"]["Fn::Join"][1]]
RENDERED = sorted(references(OPTIONS) & set(PARAMETERS) | {"BaseUrl"})


@pytest.mark.parametrize("name", PARAMETERS)
def test_each_parameter_is_described_labelled_in_one_group_limited_and_used(name):
    parameter = PARAMETERS[name]
    assert parameter["Description"] and parameter["ConstraintDescription"]
    assert FORM["ParameterLabels"][name]["default"]
    assert sum(group["Parameters"].count(name) for group in FORM["ParameterGroups"]) == 1
    if "AllowedValues" not in parameter:
        limits = {"String": ("AllowedPattern", "MaxLength"), "Number": ("MinValue", "MaxValue")}[parameter["Type"]]
        assert all(limit in parameter for limit in limits)
    if "Default" in parameter:
        assert accepts(name, str(parameter["Default"]))
    assert name in references({part: TEMPLATE[part] for part in ("Globals", "Conditions", "Resources")})


def test_the_form_knows_no_other_parameters():
    assert set(FORM["ParameterLabels"]) == set(PARAMETERS)
    assert {name for group in FORM["ParameterGroups"] for name in group["Parameters"]} == set(PARAMETERS)


def accepts(name, value):
    """Whether CloudFormation takes a value for a parameter."""
    parameter = PARAMETERS[name]
    if "AllowedValues" in parameter:
        return value in map(str, parameter["AllowedValues"])
    if parameter["Type"] == "Number":
        return value.isdigit() and parameter["MinValue"] <= int(value) <= parameter["MaxValue"]
    return len(value) <= parameter["MaxLength"] and re.fullmatch(parameter["AllowedPattern"], value) is not None


GOOD = {
    "EchoName": ["dev", "qa-2", "a" * 38],
    "SnapshotDbInstanceIdentifier": ["production", "Shop-Production-2"],
    "SnapshotAccount": ["", "111122223333"],
    "StorageKeyArn": ["", "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef", "arn:aws-cn:kms:cn-north-1:123456789012:key/mrk-0123"],
    "NewSchedule": ["cron(0 3 ? * MON *)", "cron(0/30 8-18 ? * 2#1 2026-2030)", "cron(0 3 L * ? *)", "rate(7 days)", "rate(1 day)"],
    "TimeZone": ["UTC", "Europe/Berlin", "America/Argentina/ComodRivadavia", "Etc/GMT+5"],
    "FallbackRate": ["rate(1 minute)", "rate(5 minutes)", "rate(60 minutes)", "rate(1 hour)", "rate(12 hours)"],
    "NewDbInstanceClass": ["", "db.t4g.medium", "db.x2iezn.12xlarge.tpc2.mem2x", "db.r6i.large"],
    "NewDbSubnetGroupName": ["", "development", "default-vpc-0123456789abcdef0", "a_b.c"],
    "NewVpcSecurityGroupIds": ["", "sg-0123456789abcdef0", ",".join(["sg-0123456789abcdef0"] * 5)],
    "NewTags": ["", "team=shop", "team=shop,purpose=a copy to develop with", "url=https://example.com/", "empty=", "awsome=1,rdsx=2"],
    "PromoteTags": ["", "in-use=yes", "a@b=1+2=3 and 4"],
    "ModDbParameterGroupName": ["", "development", "default.mysql8.0"],
    "ModBackupRetentionPeriod": ["", "0", "7", "35"],
    "ModMasterUserSecretKeyArn": ["", "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"],
    "KeepFinalSnapshots": ["", "1", "10", "99", "100"],
    "KeepFinalSnapshotDays": ["", "1", "30", "365", "999", "1000", "2999", "3599", "3649", "3650"],
    "ModMonitoringInterval": ["", "0", "1", "60"],
    "ModMonitoringRoleArn": ["", "arn:aws:iam::123456789012:role/rds-monitoring", "arn:aws:iam::123456789012:role/service-role/rds,x=@+"],
    "Cname": ["dev-db.example.com", "_db.a.b.example.com", "a.b"],
    "HostedZoneId": ["Z0123456789ABCDEFGHIJ"],
    "Approvers": ["", "ann@example.com", "ann@example.com,b.o+b@sub.example.com", ",".join(f"a{number}@example.com" for number in range(13))],
    "Sender": ["", "rds-echo@example.com"],
    "ReplyTo": ["", "platform@example.com"],
    "AlarmEmail": ["", "platform@example.com"],
    "BaseUrl": ["", "https://echo.example.com", "https://echo.example.com:8443/a/b-c", "http://127.0.0.1:38123", "http://localhost"],
    "OperatorRoleArn": ["", "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Databases_0123456789abcdef"],
    "ApproveConcurrency": ["", "1", "25"],
    "MoreOptions": ["", "-Drdsecho.maxInstances=6", "-Drdsecho.new.tags='a=b c' -Drdsecho.promote.windowHours=\"12\""],
    "RdsEventSource": ["aws.rds", "rds-sim"],
    "EncryptionKeyArn": ["", "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"],
}
BAD = {
    "EchoName": ["", "Dev", "2dev", "a--b", "a-", "a b", "a" * 39],
    "SnapshotDbInstanceIdentifier": ["", "a--b", "a" * 64, "db:production"],
    "SnapshotAccount": ["1111", "1111-2222-3333", "self"],
    "StorageKeyArn": ["*", "arn:aws:kms:us-east-1:123456789012:key/*", "arn:aws:kms:us-east-1:123456789012:alias/a", "arn:aws:s3:::bucket"],
    "NewSchedule": ["", "at(2026-01-01T00:00:00)", "cron(0 3 * * *)", "cron(0 3 ? * MON * *)", "rate(0 days)", "every monday"],
    "TimeZone": ["", "Europe/Berlin x"],
    "FallbackRate": ["", "rate(0 minutes)", "rate(30 seconds)", "rate(61 minutes)", "rate(13 hours)", "rate(1 day)", "rate(1 minutes)"],
    "NewDbInstanceClass": ["t4g.medium", "db t4g"],
    "NewDbSubnetGroupName": ["a b", "a,b"],
    "NewVpcSecurityGroupIds": ["sg-1 sg-2", "sg-1,", "default"],
    "NewTags": ["team", "=shop", "team=shop,", "a=b,c", "rdsecho:dev:stage=new", "a=b,AWS:x=1", "Rds:x=1", "a={b}", "a=b;c"],
    "PromoteTags": ["x", "aws:x=1"],
    "ModDbParameterGroupName": ["a b"],
    "ModBackupRetentionPeriod": ["36", "-1", "7 days"],
    "ModMasterUserSecretKeyArn": ["*", "alias/a", "arn:aws:kms:us-east-1:123456789012:alias/a", "arn:aws:kms:us-east-1:123456789012:key/*"],
    "KeepFinalSnapshots": ["0", "101", "-1", "01"],
    "KeepFinalSnapshotDays": ["0", "3651", "4000", "-1", "1.5"],
    "ModMonitoringInterval": ["2", "61"],
    "ModMonitoringRoleArn": ["*", "arn:aws:iam::123456789012:role/*", "arn:aws:iam::123456789012:user/a"],
    "Cname": ["", "localhost", "Dev-db.example.com", "dev-db.example.com.", "*.example.com", "a..b", "a" * 64 + ".example.com"],
    "HostedZoneId": ["", "/hostedzone/Z1", "z1"],
    "Approvers": ["ann", "ann@localhost", "ann@example.com, bob@example.com", "ann@example.com,", "a@b@c.d", "Ann <ann@example.com>", ",".join(["a@b.c"] * 17)],
    "Approvals": ["0", "17"],
    "ApprovalExpiryHours": ["0", "721"],
    "Sender": ["ann", "ann@example.com,bob@example.com", "Ann <ann@example.com>", "ann@localhost"],
    "ReplyTo": ["ann", "ann@example.com;bob@example.com"],
    "AlarmEmail": ["ann", "ann@example.com,bob@example.com"],
    "BaseUrl": ["http://echo.example.com", "https://echo.example.com/", "ftp://a", "http://127.0.0.1.example.com", "http://localhost@example.com", "https://a b", "echo.example.com"],
    "OperatorRoleArn": ["*", "arn:aws:iam::123456789012:role/*", "arn:aws:iam::123456789012:root", "arn:aws:sts::123456789012:assumed-role/a/b"],
    "ApproveConcurrency": ["0", "-1", "many"],
    "MoreOptions": ["rdsecho.maxInstances=6", "-Drdsecho.name=a\n-Drdsecho.name=b"],
    "RetireGraceHours": ["-1", "8785"],
    "Architecture": ["arm", ""],
    "Approval": ["None", ""],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in GOOD.items() for value in values])
def test_what_is_right_is_taken(name, value):
    assert accepts(name, value)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_what_cannot_work_is_refused_by_the_form(name, value):
    assert not accepts(name, value)


def test_each_pattern_was_tried():
    assert set(GOOD) == {name for name, parameter in PARAMETERS.items() if "AllowedPattern" in parameter}


@pytest.mark.parametrize("name", sorted(set(RENDERED) - {"MoreOptions"}))
def test_no_value_of_the_form_can_end_its_quotes_or_begin_another_option(name):
    quoted = f"'${{{name}}}'" in json.dumps(OPTIONS)
    for good in GOOD.get(name, [str(value) for value in PARAMETERS[name].get("AllowedValues", [1])]):
        for place in range(len(good) + 1):
            for foreign in "'\"\\\n\t" + ("" if quoted else " "):
                assert not accepts(name, good[:place] + foreign + good[place:])


def test_of_what_has_spaces_the_quotes_are_the_templates():
    spacious = {name for name in RENDERED if any(" " in value for value in GOOD.get(name, []))} - {"MoreOptions"}
    assert spacious == set(re.findall(r"'\$\{(\w+)\}'", json.dumps(OPTIONS)))


# ----------------------------------------------------------------------------------------------- settings


def settings():
    """Every key of the settings, without its prefix: the table that is made from the schema."""
    table = (REPOSITORY / "docs" / "CLI.md").read_text().split("\n## Settings")[1].split("\n## ")[0]
    found = re.findall(r"^\| `([a-zA-Z.]+)` \|", table, flags=re.MULTILINE)
    assert len(found) > 60
    return set(found)


def rendered_keys(*nodes):
    return set(re.findall(r"-Drdsecho\.([a-zA-Z.]+)=", json.dumps(nodes)))


def test_each_setting_can_be_said_by_a_parameter_or_in_the_free_one():
    known = settings()
    by_parameter = rendered_keys(OPTIONS, [function(name).get("Environment") for name in FUNCTIONS])
    assert by_parameter <= known
    assert {"promote.keyId", "promote.url"} <= by_parameter
    for key in known - by_parameter:
        assert accepts("MoreOptions", f"-Drdsecho.{key}='a value'")
    # Of two the later wins, so that the free one stands behind all others.
    assert OPTIONS[-1] == {"Ref": "MoreOptions"}


def longest(name):
    """The most bytes that a parameter's value, or what AWS puts in a name's place, can have."""
    given = {"AWS::Region": "ap-southeast-1", "AWS::AccountId": "123456789012"}.get(name)
    if given:
        return len(given)
    if name == "ApprovalKey.Arn":
        return len("arn:aws-us-gov:kms:ap-southeast-1:123456789012:key/mrk-0123456789abcdef0123456789abcdef")
    parameter = PARAMETERS[name]
    return max(len(str(value)) for value in parameter.get("AllowedValues") or [parameter.get("MaxValue") or "x" * parameter["MaxLength"]])


def test_all_parameters_at_their_longest_fit_into_an_environment():
    parts = [part["Fn::Sub"] if "Fn::Sub" in part else "${%s}" % part["Ref"] if "Ref" in part else part for part in OPTIONS]
    parts += ["-Drdsecho.promote.keyId=${ApprovalKey.Arn}", "-Drdsecho.promote.url=${BaseUrl}"]
    text = " ".join(parts)
    names = re.findall(r"\$\{(.*?)\}", text)
    assert set(RENDERED) <= set(names)
    assert len(re.sub(r"\$\{.*?\}", "", text)) + sum(map(longest, names)) + len("RDS_ECHO_OPTS") < MOST - 100


# All parameters at once, as long as one finds them. Thirteen approvers leave room for some tags more on an instance.
FULLEST = {
    "EchoName": "development-warehouse-eu",
    "SnapshotDbInstanceIdentifier": "warehouse-production-2026-eu-central-1",
    "SnapshotAccount": "111122223333",
    "StorageKeyArn": "arn:aws:kms:us-east-1:000000000000:key/01234567-89ab-cdef-0123-456789abcdef",
    "NewSchedule": "cron(30 3 ? * MON-FRI *)",
    "TimeZone": "America/Argentina/Buenos_Aires",
    "OnSnapshot": "true",
    "MinimumAgeHours": "8784",
    "FallbackRate": "rate(12 hours)",
    "NewDbInstanceClass": "db.x2iezn.12xlarge",
    "NewDbSubnetGroupName": "development-warehouse-private-eu-central-1",
    "NewVpcSecurityGroupIds": ",".join(f"sg-0123456789abcdef{number}" for number in range(5)),
    "NewTags": "cost-centre=4711 data platform and warehouse - paid by the development department",
    "ModDbParameterGroupName": "development-warehouse-mysql8-0-less-memory",
    "ModBackupRetentionPeriod": "35",
    "ModManageMasterUserPassword": "true",
    "ModMasterUserSecretKeyArn": "arn:aws:kms:us-east-1:000000000000:key/01234567-89ab-cdef-0123-456789abcdef",
    "ModMonitoringInterval": "60",
    "ModMonitoringRoleArn": "arn:aws:iam::000000000000:role/service-role/rds-enhanced-monitoring-of-development",
    "PromoteTags": "cost-centre=4711 data platform and warehouse - in use",
    "Approvers": ",".join(f"some-first.and-family-name{number:02}@example.test" for number in range(12)),
    "Approvals": "12",
    "ApprovalExpiryHours": "720",
    "Sender": "rds-echo-development-warehouse@notifications.example.test",
    "ReplyTo": "data-platform-and-warehouse-team@example.test",
    "BaseUrl": "https://approvals-of-development-databases.internal.example.test/rds-echo",
    "OperatorRoleArn": "arn:aws:iam::000000000000:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Databases_0123456789abcdef",
    "RetireGraceHours": "8784",
    "SkipFinalSnapshot": "false",
    "RetireConnectionMinutes": "1440",
    "KeepFinalSnapshots": "100",
    "KeepFinalSnapshotDays": "3650",
    "ApproveConcurrency": "25",
    "MoreOptions": (
        "-Drdsecho.maxInstances=12 -Drdsecho.settleMinutes=10 -Drdsecho.reboot=when-needed -Drdsecho.promote.ttl=300 "
        "-Drdsecho.promote.windowHours=12 -Drdsecho.promote.reminderHours=24 -Drdsecho.retire.finalDbSnapshotIdentifier={instance}-final "
        "-Drdsecho.mod.preferredMaintenanceWindow=sun:04:00-sun:04:30 -Drdsecho.mod.optionGroupName='default:mysql-8-0'"
    ),
    "LogRetentionDays": "3653",
    "AlarmEmail": "data-platform-and-warehouse-team@example.test",
    "StuckHours": "8784",
    "MaximumDataAgeHours": "8784",
    "Tracing": "true",
}
# What the test's world gives itself, and what cannot be told here.
OWN = {"Cname", "HostedZoneId", "RdsEventSource", "Approval", "Architecture", "EncryptionKeyArn"}


def test_the_fullest_sample_fits_and_is_understood(deploy):
    assert set(FULLEST) | OWN == set(PARAMETERS)
    assert [name for name, value in FULLEST.items() if not accepts(name, value)] == []
    world = deploy(**FULLEST)
    sizes = {}
    for name in FUNCTIONS:
        environment = world.cloud.client("lambda").get_function_configuration(FunctionName=world.echo.function(name))["Environment"]["Variables"]
        sizes[name] = len(json.dumps(environment, ensure_ascii=False).encode())
    print("bytes of environment:", sizes)
    assert max(sizes.values()) == sizes["request-approval"] < 3500
    # A standard parameter of SSM holds 4 KB, and CloudFormation makes names of roles of up to 64 characters.
    options = world.cloud.client("ssm").get_parameter(Name=f"/rds-echo/{world.echo.name}/command-line")["Parameter"]["Value"]
    roles = dict(pair.split("=") for pair in re.search(r"-Drdsecho\.check\.roles=(\S+)", options)[1].split(","))
    assert set(roles) == set(FUNCTIONS)
    longest = len(options.encode()) + sum(64 - len(role) for role in roles.values())
    print("bytes of the command line's parameter, at most:", longest)
    assert longest <= 4096
    for name in WOKEN:
        answer, failed = world.echo.invoke(name, {"detail-type": "Echo Schedule", "echo": world.echo.name})
        assert not failed and answer["outcomes"] is not None, answer


# -------------------------------------------------------------------------------------------------- rules


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        pytest.param({"Approvers": ""}, "Approvers: say who is asked", id="nobody to ask"),
        pytest.param({"Sender": ""}, "Sender: say which", id="no sender"),
        pytest.param({"Approval": "none", "Approvers": "", "Sender": "", "ReplyTo": "a@example.test"}, "ReplyTo:", id="answers to nothing"),
        pytest.param({"ModMonitoringInterval": "60"}, "ModMonitoringRoleArn:", id="an interval without a role"),
        pytest.param({"ModMonitoringRoleArn": "arn:aws:iam::000000000000:role/m"}, "ModMonitoringInterval:", id="a role without an interval"),
        pytest.param(
            {"ModMonitoringRoleArn": "arn:aws:iam::000000000000:role/m", "ModMonitoringInterval": "0"}, "ModMonitoringInterval:", id="a role for nothing"
        ),
        pytest.param({"FallbackRate": "rate(2 hours)"}, "FallbackRate:", id="a look after the window"),
        pytest.param({"BaseUrl": "http://echo.example.test"}, "BaseUrl", id="links in the clear"),
        pytest.param({"NewTags": "a='b"}, "NewTags", id="a quote"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_made(deploy, cloud, parameters, said):
    with pytest.raises((ClientError, LocalCloudError), match=said):
        deploy(**parameters)
    assert not cloud.client("lambda").list_functions()["Functions"]


def test_rules_let_through_what_works(deploy):
    world = deploy(
        Approval="none", Approvers="", Sender="", FallbackRate="rate(1 hour)", ModMonitoringInterval="0", MoreOptions="-Drdsecho.maxInstances=3"
    )
    assert world.echo.outputs["ApproveFunctionUrl"]


# ------------------------------------------------------------------------------------------------ outputs


def test_the_outputs_are_ready_to_use(deploy):
    world = deploy()
    outputs = world.echo.outputs
    assert outputs["LogGroups"] == "/aws/lambda/rds-echo-dev-"
    for name in FUNCTIONS:
        assert f" {name}" in outputs["TailLogs"]
    attributes = world.cloud.client("sqs").get_queue_attributes(QueueUrl=outputs["UndeliveredQueueUrl"], AttributeNames=["All"])["Attributes"]
    assert attributes["QueueArn"].endswith(":rds-echo-dev-undelivered")
    payload = re.search(r"--payload '(.*?)'", outputs["NextMakeOne"])[1]
    assert json.loads(payload) == {"detail-type": "Echo Schedule", "echo": "dev"}
    assert f"--function-name {world.echo.function('new')} " in outputs["NextMakeOne"]
    assert outputs["DashboardUrl"].endswith("/rds-echo-dev") and world.zone.cname in outputs["AfterDeletion"]
    # Everything that is sent is a schedule's own input, so that a command and a schedule are the same.
    assert json.loads(world.echo.schedule("new")["Target"]["Input"]) == json.loads(payload)


# -------------------------------------------------------------------------------------------- the packages


@pytest.mark.parametrize(
    ("machine", "version", "wanted", "said"),
    [
        (0x3E, b"2.34", "x86_64", None),
        (0xB7, b"2.17", "arm64", None),
        (0x3E, b"2.35", "x86_64", "needs glibc 2.35"),
        (0x3E, b"2.34", "arm64", "built for x86_64, not for arm64"),
    ],
)
def test_packages_that_amazon_linux_cannot_run_are_refused(tmp_path, machine, version, wanted, said):
    archive = tmp_path / "bootstrap.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("bootstrap", b"\x7fELF".ljust(18, b"\0") + machine.to_bytes(2, "little") + b"\0GLIBC_2.9\0GLIBC_" + version + b"\0")
    ran = subprocess.run([REPOSITORY / ".ci" / "glibc", wanted, archive], capture_output=True, text=True)
    assert (ran.returncode, said is None or said in ran.stderr) == (1 if said else 0, True), ran.stderr
