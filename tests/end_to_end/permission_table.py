"""The tables of docs/SECURITY.md that say which function may do what, and what their words mean to IAM.

The document is what people read and decide by, so the tests read it too: a row without a meaning here, or a meaning
without a row there, is an error.
"""

import re
from itertools import product

from local import seed
from local.cloud import ACCOUNT, FUNCTIONS, REGION, REPOSITORY
from permissions import RDS, Ask
from world import CNAME

DOCUMENT = REPOSITORY / "docs" / "SECURITY.md"
OTHER_ACCOUNT = "111122223333"
SHARING_ACCOUNT = "999999999999"
STORAGE_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/5702a9e0-0000-4000-8000-000000000000"
OTHER_KEY = STORAGE_KEY.replace("5702a9e0", "00000000")
MONITORING_ROLE = f"arn:aws:iam::{ACCOUNT}:role/monitoring"
OPERATORS = f"arn:aws:iam::{ACCOUNT}:role/people/echo-operators"

MANAGED = {"rdsecho:dev:managed": "true"}
OURS = f"{RDS}db:dev-2026-11-30"
# What each column stands for: identifiers' ARNs, with the tags that they have.
TARGETS = {
    "ours": [(OURS, MANAGED), (f"{RDS}db:dev-2026-11-30-2", {**MANAGED, "team": "shop"})],
    "our name, not our tag": [
        (OURS, tags) for tags in ({}, {"rdsecho:dev:managed": "false"}, {"rdsecho:qa:managed": "true"}, {"rdsecho:dev:stage": "new"})
    ],
    "our tag, another name": [
        (RDS + "db:" + name, MANAGED) for name in ("dev", "development", "devel-2026-11-30", "my-dev-2026-11-30", "dev-1999-11-30")
    ],
    "production": [(f"{RDS}db:{seed.PRODUCTION}", tags) for tags in ({}, MANAGED)],
    "another echo's": [(f"{RDS}db:dev-qa-2026-11-30", {**tags, "rdsecho:dev-qa:managed": "true"}) for tags in ({}, MANAGED)],
    "another account's or region's": [(OURS.replace(ACCOUNT, OTHER_ACCOUNT), MANAGED), (OURS.replace(REGION, "eu-west-1"), MANAGED)],
}

CLICK = {"rdsecho:dev:confirmed:dana@example.test": "1 2026-11-30T09:00:00Z x"}
CANCEL = {"rdsecho:dev:cancelled:dana@example.test": "1 2026-11-30T09:00:00Z"}
STAGE = {"rdsecho:dev:stage": "forgotten"}
FOREIGN_CLICK = {"rdsecho:qa:confirmed:dana@example.test": "1"}
TAGS = "rds:AddTagsToResource"
RESTORE = "rds:RestoreDBInstanceFromDBSnapshot"
# The rows about instances: the action, and the tags in the request in each way that counts as this row.
INSTANCE_CALLS = {
    "`rds:RestoreDBInstanceFromDBSnapshot`, tagged as ours in the call": (RESTORE, [MANAGED, {**MANAGED, "team": "shop"}]),
    "`rds:RestoreDBInstanceFromDBSnapshot` otherwise": (
        RESTORE,
        [None, {"team": "shop"}, {"rdsecho:dev:managed": "false"}, {"rdsecho:qa:managed": "true"}],
    ),
    "`rds:ModifyDBInstance`": ("rds:ModifyDBInstance", [None]),
    "`rds:RebootDBInstance`": ("rds:RebootDBInstance", [None]),
    "`rds:DeleteDBInstance`": ("rds:DeleteDBInstance", [None]),
    "`rds:CreateDBSnapshot`": ("rds:CreateDBSnapshot", [None]),
    "`rds:AddTagsToResource`: `managed` among them": (TAGS, [MANAGED, {**MANAGED, **STAGE}]),
    "`rds:AddTagsToResource`: clicks only": (TAGS, [CLICK, CANCEL, {**CLICK, **CANCEL}]),
    "`rds:AddTagsToResource`: any other, or none": (
        TAGS,
        [STAGE, {**CLICK, **STAGE}, {**CLICK, "team": "shop"}, FOREIGN_CLICK, {"team": "shop"}, None],
    ),
    "`rds:RemoveTagsFromResource`": ("rds:RemoveTagsFromResource", [STAGE, CLICK]),
    "`rds:DescribeDBInstances`": ("rds:DescribeDBInstances", [None]),
    "`rds:DescribeDBSnapshots`": ("rds:DescribeDBSnapshots", [None]),
}

SNAPSHOT = f"{RDS}snapshot:rds:{seed.PRODUCTION}-2026-11-30-01-30"
FINAL = f"{RDS}snapshot:dev-2026-11-30-final"
BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"
IDENTITIES = [f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/{name}" for name in ("example.test", seed.SENDER)]
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds!db-8f0a-AbCdEf"
SHA_256 = {"kms:MacAlgorithm": "HMAC_SHA_256"}
SECRET_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/99a2b0c4-1d3e-4f56-8a7b-5e6f7a8b9c0d"
BY_SECRETS_MANAGER = {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com"}
FINAL_MARK = {"rdsecho:dev:final": "dev-2026-11-30-final"}
BY_RDS = {"kms:ViaService": f"rds.{REGION}.amazonaws.com"}
OF_RDS = {"kms:ResourceAliases": ["alias/aws/rds"]}
TO_MONITORING = {"iam:PassedToService": "monitoring.rds.amazonaws.com"}


def asks(actions, resources, keys=None, request_tags=None):
    """Each action on each resource."""
    for action, resource in product(actions.split(), resources):
        yield Ask(action, resource, keys or {}, request_tags=request_tags)


def change(names=(CNAME,), types=("CNAME",), actions=("CREATE", "DELETE")):
    given = {"NormalizedRecordNames": names, "RecordTypes": types, "Actions": actions}
    return {f"route53:ChangeResourceRecordSets{key}": list(values) for key, values in given.items() if values}


def event(detail_type, source="rds-echo"):
    return {"events:source": source, "events:detail-type": detail_type}


def log_streams(function):
    return [f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/rds-echo-dev-{function}:log-stream:2026/11/30/[$LATEST]0"]


def used(*kinds):
    names = {
        "snapshot": f"rds:{seed.PRODUCTION}-2026-11-30-01-30",
        "pg": "default.postgres16",
        "og": "default:postgres-16",
        "subgrp": "private",
        "secgrp": "default",
    }
    return [f"{RDS}{kind}:{names[kind]}" for kind in kinds]


LOOKS = "`rds:DescribeDBEngineVersions`, `rds:DescribeOrderableDBInstanceOptions`, `rds:DescribeAccountAttributes`, `ec2:DescribeSecurityGroups`"
CHANGE = "route53:ChangeResourceRecordSets"


def other_calls(roles, function):
    """The other rows, by the text of their first two cells: what is asked of one function's role."""
    return {
        (
            "`rds:RestoreDBInstanceFromDBSnapshot`",
            "a snapshot, `pg`, `og`, `subgrp`, `secgrp` of the account: what a restore uses",
        ): asks(RESTORE, used("snapshot", "pg", "og", "subgrp", "secgrp")),
        ("`rds:RestoreDBInstanceFromDBSnapshot`, `rds:DescribeDBSnapshots`", "a snapshot that `SnapshotAccount` shares"): asks(
            f"{RESTORE} rds:DescribeDBSnapshots", [SNAPSHOT.replace(ACCOUNT, SHARING_ACCOUNT)]
        ),
        ("`rds:RestoreDBInstanceFromDBSnapshot`", "another account's snapshot"): asks(RESTORE, [SNAPSHOT.replace(ACCOUNT, OTHER_ACCOUNT)]),
        ("`rds:ModifyDBInstance`", "`pg`, `og`, `subgrp`, `secgrp`: what a modification names"): asks(
            "rds:ModifyDBInstance", used("pg", "og", "subgrp", "secgrp")
        ),
        ("`rds:AddTagsToResource`", "any of these"): asks(TAGS, used("snapshot", "pg", "og", "subgrp", "secgrp"), request_tags=MANAGED),
        ("`rds:DescribeDBSnapshots`", "a final snapshot of ours"): asks("rds:DescribeDBSnapshots", [FINAL]),
        ("`rds:DescribeDBSnapshots`", "any other snapshot of the account"): asks("rds:DescribeDBSnapshots", [SNAPSHOT]),
        ("`rds:DescribeDBParameterGroups`", "any `pg` of the account"): asks("rds:DescribeDBParameterGroups", used("pg")),
        ("`rds:DescribeOptionGroups`", "any `og` of the account"): asks("rds:DescribeOptionGroups", used("og")),
        ("`rds:DescribeDBSubnetGroups`", "any `subgrp` of the account"): asks("rds:DescribeDBSubnetGroups", used("subgrp")),
        (LOOKS, "the account, of which IAM knows no resources there"): asks(LOOKS.replace("`", "").replace(",", ""), ["*"]),
        ("`rds:DescribeEvents`", "RDS's events, which IAM binds to no resource"): asks("rds:DescribeEvents", ["*"]),
        ("`rds:CreateDBSnapshot`, `rds:AddTagsToResource`", "a final snapshot of ours, with its instance's tags"): asks(
            f"rds:CreateDBSnapshot {TAGS}", [FINAL, f"{RDS}snapshot:before-dev-2026-11-30"], request_tags=MANAGED
        ),
        (
            "`rds:CreateDBSnapshot`, `rds:AddTagsToResource`",
            "the same of an echo whose name ends in ours, such as `my-dev`",
        ): asks(f"rds:CreateDBSnapshot {TAGS}", [f"{RDS}snapshot:my-dev-2026-11-30-final"], request_tags=MANAGED),
        ("`rds:CreateDBSnapshot`, `rds:AddTagsToResource`", "a snapshot of another name, or account"): asks(
            f"rds:CreateDBSnapshot {TAGS}",
            [f"{RDS}snapshot:production-final", SNAPSHOT, f"{RDS}snapshot:dev-qa-2026-11-30-final", FINAL.replace(ACCOUNT, OTHER_ACCOUNT)],
            request_tags=MANAGED,
        ),
        ("`rds:CopyDBSnapshot`, `rds:ModifyDBSnapshotAttribute`", "any snapshot"): asks(
            "rds:CopyDBSnapshot rds:ModifyDBSnapshotAttribute", [SNAPSHOT, FINAL]
        ),
        ("`rds:DeleteDBSnapshot`", "a final snapshot of ours that is marked"): [Ask("rds:DeleteDBSnapshot", FINAL, resource_tags=FINAL_MARK)],
        ("`rds:DeleteDBSnapshot`", "the same without the mark, such as one that a person took; a marked one of another name"): [
            *asks("rds:DeleteDBSnapshot", [SNAPSHOT, FINAL]),
            Ask("rds:DeleteDBSnapshot", FINAL, resource_tags=MANAGED),
            Ask("rds:DeleteDBSnapshot", FINAL, resource_tags={"rdsecho:dev-qa:final": "dev-2026-11-30-final"}),
            Ask("rds:DeleteDBSnapshot", f"{RDS}snapshot:before-the-upgrade", resource_tags=FINAL_MARK),
        ],
        ("`cloudwatch:GetMetricStatistics`", "CloudWatch, which knows no resources to read"): asks("cloudwatch:GetMetricStatistics", ["*"]),
        ("`kms:CreateGrant`, `kms:Decrypt`, `kms:GenerateDataKey`", "the secret's key, through RDS or Secrets Manager"): [
            *asks("kms:CreateGrant kms:Decrypt kms:GenerateDataKey", [SECRET_KEY], BY_RDS),
            *asks("kms:CreateGrant kms:Decrypt kms:GenerateDataKey", [SECRET_KEY], BY_SECRETS_MANAGER),
        ],
        ("`kms:CreateGrant`, `kms:Decrypt`, `kms:GenerateDataKey`", "the secret's key by itself"): asks(
            "kms:CreateGrant kms:Decrypt kms:GenerateDataKey", [SECRET_KEY]
        ),
        ("`kms:GenerateMac`", "the approval key"): asks("kms:GenerateMac", [roles.key], SHA_256),
        ("`kms:VerifyMac`", "the approval key"): asks("kms:VerifyMac", [roles.key], SHA_256),
        ("`kms:GenerateMac`, `kms:VerifyMac`", "another key, or another algorithm"): [
            *asks("kms:GenerateMac kms:VerifyMac", [STORAGE_KEY], SHA_256),
            *asks("kms:GenerateMac kms:VerifyMac", [roles.key], {"kms:MacAlgorithm": "HMAC_SHA_512"}),
        ],
        ("`kms:CreateGrant`", "the storage key, through RDS"): asks("kms:CreateGrant", [STORAGE_KEY], BY_RDS),
        ("`kms:CreateGrant`", "the storage key by itself; another key"): [
            *asks("kms:CreateGrant", [STORAGE_KEY], {}),
            *asks("kms:CreateGrant", [STORAGE_KEY], {"kms:ViaService": f"ec2.{REGION}.amazonaws.com"}),
            *asks("kms:CreateGrant", [roles.key, OTHER_KEY], BY_RDS),
        ],
        ("`kms:DescribeKey`", "the storage key"): [
            *asks("kms:DescribeKey", [STORAGE_KEY]),
            *asks("kms:DescribeKey", [STORAGE_KEY], BY_RDS),
        ],
        ("`kms:DescribeKey`", "the approval key"): asks("kms:DescribeKey", [roles.key]),
        ("`kms:DescribeKey`", "RDS's own key of the account"): asks("kms:DescribeKey", [OTHER_KEY], OF_RDS),
        ("`kms:DescribeKey`", "another key"): [
            *asks("kms:DescribeKey", [OTHER_KEY]),
            *asks("kms:DescribeKey", [OTHER_KEY], BY_RDS),
            *asks("kms:DescribeKey", [OTHER_KEY], {"kms:ResourceAliases": ["alias/shop"]}),
        ],
        (
            "`kms:Encrypt`, `kms:Decrypt`, `kms:ReEncryptFrom`, `kms:GenerateDataKey`, `kms:PutKeyPolicy`, `kms:ScheduleKeyDeletion`",
            "any key",
        ): asks(
            "kms:Encrypt kms:Decrypt kms:ReEncryptFrom kms:GenerateDataKey kms:PutKeyPolicy kms:ScheduleKeyDeletion",
            [roles.key, STORAGE_KEY],
            BY_RDS,
        ),
        ("`secretsmanager:CreateSecret`, `secretsmanager:TagResource`", "a secret `rds!db-...`"): asks(
            "secretsmanager:CreateSecret secretsmanager:TagResource", [SECRET]
        ),
        ("`secretsmanager:CreateSecret`, `secretsmanager:TagResource`", "any other secret"): asks(
            "secretsmanager:CreateSecret secretsmanager:TagResource",
            [SECRET.replace("rds!db", "shop"), SECRET.replace("rds!db", "rds!cluster")],
        ),
        (
            "`secretsmanager:GetSecretValue`, `secretsmanager:PutSecretValue`, `secretsmanager:DeleteSecret`",
            "any secret",
        ): asks("secretsmanager:GetSecretValue secretsmanager:PutSecretValue secretsmanager:DeleteSecret", [SECRET]),
        ("`iam:PassRole`", "the monitoring role, to Enhanced Monitoring"): asks("iam:PassRole", [MONITORING_ROLE], TO_MONITORING),
        ("`iam:PassRole`", "that role to another service, another role"): [
            *asks("iam:PassRole", [MONITORING_ROLE], {"iam:PassedToService": "lambda.amazonaws.com"}),
            *asks("iam:PassRole", [MONITORING_ROLE]),
            *asks("iam:PassRole", [f"{MONITORING_ROLE}-2", *roles.arns.values()], TO_MONITORING),
        ],
        ("`route53:ListResourceRecordSets`", "the zone"): asks("route53:ListResourceRecordSets", [roles.zone]),
        ("`route53:ChangeResourceRecordSets`", "the zone: the one name, CNAME, CREATE and DELETE"): [
            *asks(CHANGE, [roles.zone], change()),
            *asks(CHANGE, [roles.zone], change(actions=["CREATE"])),
        ],
        (
            "`route53:ChangeResourceRecordSets`",
            "the zone: another name (also among others), another type, UPSERT, no name at all",
        ): [
            ask
            for keys in (
                change(names=["www.example.test"]),
                change(names=[CNAME, "www.example.test"]),
                change(names=["example.test"]),
                change(types=["A"]),
                change(types=["CNAME", "TXT"]),
                change(actions=["UPSERT"]),
                change(actions=["CREATE", "UPSERT"]),
                change(names=()),
                {},
            )
            for ask in asks(CHANGE, [roles.zone], keys)
        ],
        ("`route53:ListResourceRecordSets`, `route53:ChangeResourceRecordSets`", "another zone"): asks(
            f"route53:ListResourceRecordSets {CHANGE}", ["arn:aws:route53:::hostedzone/ZOTHER"], change()
        ),
        ("`ses:SendEmail`", "from `Sender`"): asks("ses:SendEmail", IDENTITIES, {"ses:FromAddress": seed.SENDER}),
        ("`ses:SendEmail`, `ses:SendRawEmail`", "from another address; raw"): [
            *asks("ses:SendEmail", IDENTITIES, {"ses:FromAddress": "ceo@example.test"}),
            *asks("ses:SendRawEmail", IDENTITIES, {"ses:FromAddress": seed.SENDER}),
        ],
        ("`ses:GetEmailIdentity`", "any identity of the account"): asks("ses:GetEmailIdentity", IDENTITIES),
        ("`ses:GetAccount`", "the account"): asks("ses:GetAccount", ["*"]),
        ("`events:PutEvents`", "`Echo Stage Changed` of `rds-echo`"): asks("events:PutEvents", [BUS], event("Echo Stage Changed")),
        ("`events:PutEvents`", "`Echo Trouble` of `rds-echo`"): asks("events:PutEvents", [BUS], event("Echo Trouble")),
        ("`events:PutEvents`", "`Echo Approval Changed` of `rds-echo`"): asks("events:PutEvents", [BUS], event("Echo Approval Changed")),
        ("`events:PutEvents`", "anything else, or on another bus"): [
            *asks("events:PutEvents", [BUS], event("Echo Paid")),
            *asks("events:PutEvents", [BUS], event("Echo Stage Changed", "shop")),
            *asks("events:PutEvents", [BUS], event("Echo Approval Changed", "shop")),
            *asks("events:PutEvents", [BUS.replace("default", "shop"), BUS.replace(ACCOUNT, OTHER_ACCOUNT)], event("Echo Stage Changed")),
        ],
        ("`sqs:SendMessage`", "the echo's queue of undelivered events"): asks("sqs:SendMessage", [roles.queue]),
        ("`sqs:SendMessage`", "another queue"): asks("sqs:SendMessage", [roles.queue.replace("-dev-", "-qa-"), roles.queue + "-2"]),
        ("`sqs:ReceiveMessage`, `sqs:DeleteMessage`, `sqs:PurgeQueue`", "any queue"): asks(
            "sqs:ReceiveMessage sqs:DeleteMessage sqs:PurgeQueue", [roles.queue]
        ),
        ("`logs:CreateLogStream`, `logs:PutLogEvents`", "its own log group"): asks(
            "logs:CreateLogStream logs:PutLogEvents", log_streams(function)
        ),
        ("`logs:CreateLogStream`, `logs:PutLogEvents`", "another function's"): [
            ask for other in FUNCTIONS if other != function for ask in asks("logs:CreateLogStream logs:PutLogEvents", log_streams(other))
        ],
        ("`logs:GetLogEvents`, `logs:FilterLogEvents`, `logs:DeleteLogGroup`", "any log group"): asks(
            "logs:GetLogEvents logs:FilterLogEvents logs:DeleteLogGroup", log_streams(function)
        ),
        ("`xray:PutTraceSegments`, `xray:PutTelemetryRecords`", "X-Ray, which knows no resources"): asks(
            "xray:PutTraceSegments xray:PutTelemetryRecords", ["*"]
        ),
        (
            "`lambda:InvokeFunction`, `lambda:UpdateFunctionCode`, `lambda:UpdateFunctionConfiguration`",
            "the functions",
        ): asks(
            "lambda:InvokeFunction lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration",
            [f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rds-echo-dev-{other}" for other in FUNCTIONS],
        ),
        ("`ssm:GetParameter`, `ssm:PutParameter`", "the echo's parameters"): asks(
            "ssm:GetParameter ssm:PutParameter", [f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/rds-echo/dev/options"]
        ),
    }


ASKED = {"Approval", "ModManageMasterUserPassword", "Sender"}
OPTIONS = {
    "SnapshotAccount": SHARING_ACCOUNT,
    "StorageKeyArn": STORAGE_KEY,
    "ModManageMasterUserPassword": "true",
    "ModMasterUserSecretKeyArn": SECRET_KEY,
    "RetireConnectionMinutes": "30",
    "KeepFinalSnapshots": "3",
    "KeepFinalSnapshotDays": "30",
    "ModMonitoringInterval": "60",
    "ModMonitoringRoleArn": MONITORING_ROLE,
    "Tracing": "true",
    "OperatorRoleArn": OPERATORS,
}
# The stacks that are asked about: their parameters, and which of the document's parameters in brackets they set.
STACKS = {
    "as it comes": ({}, ASKED),
    "with every option": (OPTIONS, ASKED | set(OPTIONS)),
    "nobody is asked": ({"Approval": "none", "Approvers": "", "Sender": ""}, {"ModManageMasterUserPassword"}),
    "production's password": ({"ModManageMasterUserPassword": "false"}, {"Approval", "Sender"}),
}


def tables():
    """Every table of the document: its header's cells and its rows' cells."""
    found, table = [], None
    for line in DOCUMENT.read_text().splitlines():
        if not line.startswith("|"):
            table = None
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if table is None:
            table = (cells, [])
            found.append(table)
        elif not set(line) <= set("|-: "):
            table[1].append(cells)
    return found


def table(first, *more):
    """The rows of the one table whose header begins so."""
    (rows,) = [rows for header, rows in tables() if header[: 1 + len(more)] == [first, *more]]
    return rows


def functions(cell, given=frozenset()):
    """The functions that a cell names where these parameters are given: `–`, `all`, `all but approve`, or `modify (`ModX`), new`."""
    named = set()
    for part in cell.split(", "):
        who, but, parameter = re.fullmatch(r"(–|all|all but ([a-z-]+)|[a-z-]+)(?: \(`([^`]+)`\))?", part).groups()
        group = set() if who == "–" else set(FUNCTIONS) - {but} if who.startswith("all") else {who}
        if not group <= set(FUNCTIONS):
            raise ValueError(f"{cell!r} names {who!r}, which is no function")
        if parameter is None or parameter in given:
            named |= group
    return named
