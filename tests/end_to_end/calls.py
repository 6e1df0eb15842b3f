"""What AWS asks IAM when a function makes a call: often more than the one action that is named like the call."""

from collections import defaultdict

from local.cloud import ACCOUNT, REGION
from permissions import RDS, Ask

BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/"
# Parameters of restore and modify that name something else of RDS, and its type in ARNs. Where a restore does not name one, RDS takes one.
NAMED = {"DBParameterGroupName": "pg", "OptionGroupName": "og", "DBSubnetGroupName": "subgrp"}
TAKEN = {"pg": "default.postgres16", "og": "default:postgres-16", "subgrp": "default"}


class Judge:
    """Goes through calls in their order, and remembers which tags were put on what: IAM asks for those too."""

    def __init__(self):
        self._tags = defaultdict(dict)

    def asks(self, call):
        """What IAM is asked, for one recorded call."""
        asked = list(getattr(self, "_" + call.operation.split(":")[0])(call.operation, call.said))
        for ask in asked:
            if ask.action == "rds:AddTagsToResource":
                self._tags[ask.resource] |= ask.request_tags
        return asked

    def _rds(self, operation, said):
        instance = f"{RDS}db:{said.get('DBInstanceIdentifier', '*')}"
        snapshot = said.get("DBSnapshotIdentifier") or said.get("FinalDBSnapshotIdentifier")
        # What another account shares is named by its ARN.
        if snapshot and not snapshot.startswith("arn:"):
            snapshot = f"{RDS}snapshot:{snapshot}"
        has = dict(self._tags[instance])
        tags = tags_in(said)
        match operation.split(":")[1]:
            case "DescribeDBInstances" | "RebootDBInstance":
                yield Ask(operation, instance, resource_tags=has)
            case "DescribeDBSnapshots":
                everything = instance if "DBInstanceIdentifier" in said else f"{RDS}snapshot:*"
                yield Ask(operation, snapshot or everything, resource_tags=has)
            case "DescribeDBParameterGroups":
                yield Ask(operation, f"{RDS}pg:{said['DBParameterGroupName']}")
            case "DescribeOptionGroups":
                yield Ask(operation, f"{RDS}og:{said['OptionGroupName']}")
            case "DescribeDBSubnetGroups":
                yield Ask(operation, f"{RDS}subgrp:{said['DBSubnetGroupName']}")
            case "DescribeDBEngineVersions" | "DescribeOrderableDBInstanceOptions" | "DescribeAccountAttributes" | "DescribeEvents":
                yield Ask(operation, "*")
            case "DeleteDBSnapshot":
                yield Ask(operation, snapshot, resource_tags=dict(self._tags[snapshot]))
            case "AddTagsToResource":
                arn = said["ResourceName"]
                yield Ask(operation, arn, resource_tags=dict(self._tags[arn]), request_tags=tags)
            case "RestoreDBInstanceFromDBSnapshot":
                # The instance is not there yet, so that it has no tags.
                yield Ask(operation, instance, request_tags=tags)
                yield Ask("rds:AddTagsToResource", instance, request_tags=tags)
                for resource in [snapshot, *named(said, TAKEN)]:
                    yield Ask(operation, resource, request_tags=tags)
            case "ModifyDBInstance":
                yield Ask(operation, instance, resource_tags=has)
                for resource in named(said, {}):
                    yield Ask(operation, resource)
                if said.get("ManageMasterUserPassword") == "true":
                    secret = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds!db-0a1b-AbCdEf"
                    yield Ask("secretsmanager:CreateSecret", secret)
                    yield Ask("secretsmanager:TagResource", secret)
                    yield Ask("kms:DescribeKey", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0a1b")
                if key := said.get("MasterUserSecretKmsKeyId"):
                    for action in ("CreateGrant", "Decrypt", "GenerateDataKey"):
                        yield Ask(f"kms:{action}", key, {"kms:ViaService": f"rds.{REGION}.amazonaws.com"})
                if "MonitoringRoleArn" in said:
                    yield Ask("iam:PassRole", said["MonitoringRoleArn"], {"iam:PassedToService": "monitoring.rds.amazonaws.com"})
            case "DeleteDBInstance":
                yield Ask(operation, instance, resource_tags=has)
                if snapshot:
                    yield Ask("rds:CreateDBSnapshot", instance, resource_tags=has)
                    yield Ask("rds:CreateDBSnapshot", snapshot)
                    # Where the instance copies its tags to its snapshots.
                    yield Ask("rds:AddTagsToResource", snapshot, request_tags=has)
            case _:
                yield Ask(operation, instance)

    def _kms(self, operation, said):
        yield Ask(operation, said["KeyId"], {"kms:MacAlgorithm": said["MacAlgorithm"]} if "MacAlgorithm" in said else {})

    def _events(self, operation, said):
        for entry in said["Entries"]:
            bus = BUS + entry.get("EventBusName", "default")
            yield Ask(operation, bus, {"events:source": entry["Source"], "events:detail-type": entry["DetailType"]})

    def _route53(self, operation, said):
        changes = said.get("changes", [])
        keys = {
            "route53:ChangeResourceRecordSetsNormalizedRecordNames": [each["name"].lower().rstrip(".") for each in changes],
            "route53:ChangeResourceRecordSetsRecordTypes": [each["type"] for each in changes],
            "route53:ChangeResourceRecordSetsActions": [each["action"] for each in changes],
        }
        yield Ask(operation, f"arn:aws:route53:::hostedzone/{said['zone']}", keys if changes else {})

    def _ses(self, operation, said):
        identities = f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/"
        if operation == "ses:GetAccount":
            yield Ask(operation, "*")
            return
        if operation == "ses:GetEmailIdentity":
            yield Ask(operation, identities + said["EmailIdentity"])
            return
        sender = said.get("FromEmailAddress", "")
        address = sender.rpartition("<")[2].rstrip(">")
        domain = address.rpartition("@")[2]
        yield Ask(operation, identities + domain, {"ses:FromAddress": address})

    def _ec2(self, operation, said):
        yield Ask(operation, "*")

    def _sts(self, operation, said):
        yield Ask(operation, "*")

    def _cloudwatch(self, operation, said):
        yield Ask(operation, "*")


def tags_in(said):
    """The tags of a request; None where it carries none."""
    tags = {said[key]: said.get(key[: -len("Key")] + "Value", "") for key in said if key.startswith("Tags.") and key.endswith(".Key")}
    return tags or None


def named(said, taken):
    """The groups that a restore or a modification uses."""
    for parameter, kind in NAMED.items():
        if name := said.get(parameter) or taken.get(kind):
            yield f"{RDS}{kind}:{name}"
