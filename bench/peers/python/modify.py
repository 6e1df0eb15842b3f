"""The stage `modify` as one would write it for Lambda in Python: what `make bench` measures ours beside.

It is no second implementation: only the way from an RDS event to the next stage is here, with the checks that
belong to it. What it asks of AWS is what ours asks, and `bench/fairness.py` holds them against each other.
"""

import json
import os
import re
import shlex
from datetime import UTC, datetime

import boto3

OPTIONS = dict(word.removeprefix("-Drdsecho.").split("=", 1) for word in shlex.split(os.environ["RDS_ECHO_OPTS"]))
NAME = OPTIONS["name"]
OURS = re.compile(rf"{re.escape(NAME)}-20\d\d-\d\d-\d\d(-\d+)?")

# Made once for each process, as AWS advises.
rds = boto3.client("rds")
events = boto3.client("events")


def handler(event, context):
    identifier = event["detail"]["SourceArn"].rpartition(":")[2]
    if not OURS.fullmatch(identifier):
        return {"did": "nothing", "why": f"{identifier} is none of ours"}
    try:
        instance = rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
    except rds.exceptions.DBInstanceNotFoundFault:
        return {"did": "nothing", "why": f"{identifier} is gone"}
    tags = {tag["Key"].removeprefix(f"rdsecho:{NAME}:"): tag["Value"] for tag in instance["TagList"]}
    resource = tags.get("resource")
    if tags.get("managed") != "true" or tags.get("id") != identifier or resource not in (None, instance["DbiResourceId"]):
        return {"did": "refuses", "why": f"{identifier} does not carry our tags"}
    if tags["stage"] != "new":
        return {"did": "nothing", "why": f"its stage is {tags['stage']}"}
    if instance["DBInstanceStatus"] != "available" or instance.get("PendingModifiedValues"):
        return {"did": "waits", "why": f"it is {instance['DBInstanceStatus']}, or something is pending"}
    if resource is None:
        tag(instance, {"resource": instance["DbiResourceId"]})
    changes = differences(instance)
    if changes:
        rds.modify_db_instance(DBInstanceIdentifier=identifier, ApplyImmediately=True, **changes)
    now = datetime.now(UTC).replace(microsecond=0)
    took = int((now - datetime.fromisoformat(tags["since"])).total_seconds())
    since = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    tag(instance, {"since": since, "stage": "modified", "took": f"new {took}"})
    announce(instance, {"echo": NAME, "instance": identifier, "from": "new", "to": "modified", "since": since})
    return {"did": "advanced", "what": f"modification requested: {', '.join(changes)}"}


def differences(instance):
    """What is wanted and not so, by the names of modify's parameters."""
    changes = {}
    group = OPTIONS.get("mod.dbParameterGroupName")
    if group and instance["DBParameterGroups"][0]["DBParameterGroupName"] != group:
        changes["DBParameterGroupName"] = group
    days = OPTIONS.get("mod.backupRetentionPeriod")
    if days and instance["BackupRetentionPeriod"] != int(days):
        changes["BackupRetentionPeriod"] = int(days)
    if not instance["DeletionProtection"]:
        changes["DeletionProtection"] = True
    return changes


def tag(instance, tags):
    written = [{"Key": f"rdsecho:{NAME}:{key}", "Value": value} for key, value in tags.items()]
    rds.add_tags_to_resource(ResourceName=instance["DBInstanceArn"], Tags=written)


def announce(instance, detail):
    entry = {"Source": "rds-echo", "DetailType": "Echo Stage Changed", "Resources": [instance["DBInstanceArn"]]}
    answer = events.put_events(Entries=[{**entry, "Detail": json.dumps(detail)}])
    if answer["FailedEntryCount"]:
        print(f"EventBridge took no announcement of {detail['instance']}: {answer['Entries'][0]}")
