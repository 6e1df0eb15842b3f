"""What the simulated RDS and moto must agree on, said by botocore: one script, run against both.

Where moto differs from AWS is not tested here (it is `available` at once, keeps no quotas, checks no final
snapshot, and gives a restored instance the DbiResourceId of the one that the snapshot is of);
test_simulator.py has the simulator's own tests.
"""

import pytest
from botocore.exceptions import ClientError

PRODUCTION = "production"
ECHO = "dev-2026-11-22"
ARN = "arn:aws:rds:us-east-1:000000000000:db:"


def tag_list(**tags):
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tags_of(described):
    return {tag["Key"]: tag["Value"] for tag in described["TagList"]}


def refusal(call, **parameters):
    """The code and status with which a call is refused. moto writes some codes with `Fault`, as the API
    reference's headings do, where the wire has none."""
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    answer = refused.value.response
    return answer["Error"]["Code"].removesuffix("Fault"), answer["ResponseMetadata"]["HTTPStatusCode"]


def create_production(target, **more):
    parameters = {
        "DBInstanceIdentifier": PRODUCTION,
        "DBInstanceClass": "db.r6g.large",
        "Engine": "postgres",
        "AllocatedStorage": 100,
        "MasterUsername": "administrator",
        "MasterUserPassword": "not-a-secret",
        "Tags": tag_list(owner="sales"),
    }
    created = target.client.create_db_instance(**parameters | more)["DBInstance"]
    target.settle()
    return created


def create_snapshot(target, identifier="nightly"):
    created = target.client.create_db_snapshot(DBInstanceIdentifier=PRODUCTION, DBSnapshotIdentifier=identifier)
    target.settle()
    return created["DBSnapshot"]


def restore(target, identifier=ECHO, **more):
    parameters = {"DBInstanceIdentifier": identifier, "DBSnapshotIdentifier": "nightly"}
    restored = target.client.restore_db_instance_from_db_snapshot(**parameters | more)["DBInstance"]
    target.settle()
    return restored


def describe(target, identifier=ECHO):
    (instance,) = target.client.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
    return instance


@pytest.fixture
def prepared(target):
    """Production with a snapshot, and an echo restored from it."""
    create_production(target)
    create_snapshot(target)
    restore(target, Tags=tag_list(stage="new"))
    return target


def test_created_instance_is_described(target):
    create_production(target, DeletionProtection=True, BackupRetentionPeriod=7, Port=6432)
    instance = describe(target, PRODUCTION)
    shown = {
        "DBInstanceIdentifier": PRODUCTION,
        "DBInstanceArn": ARN + PRODUCTION,
        "DBInstanceStatus": "available",
        "DBInstanceClass": "db.r6g.large",
        "Engine": "postgres",
        "AllocatedStorage": 100,
        "MasterUsername": "administrator",
        "BackupRetentionPeriod": 7,
        "DeletionProtection": True,
        "MultiAZ": False,
    }
    assert {name: instance[name] for name in shown} == shown
    assert instance["Endpoint"]["Port"] == 6432
    assert instance["Endpoint"]["Address"].startswith(f"{PRODUCTION}.")
    assert instance["DbiResourceId"].startswith("db-")
    assert tags_of(instance) == {"owner": "sales"}


def test_snapshot_is_described_and_listed(target):
    create_production(target)
    create_snapshot(target)
    for query in [{"DBSnapshotIdentifier": "nightly"}, {"DBInstanceIdentifier": PRODUCTION, "SnapshotType": "manual"}]:
        (snapshot,) = target.client.describe_db_snapshots(**query)["DBSnapshots"]
        shown = {
            "DBSnapshotIdentifier": "nightly",
            "DBSnapshotArn": "arn:aws:rds:us-east-1:000000000000:snapshot:nightly",
            "DBInstanceIdentifier": PRODUCTION,
            "SnapshotType": "manual",
            "Status": "available",
            "Engine": "postgres",
            "AllocatedStorage": 100,
            "MasterUsername": "administrator",
        }
        assert {name: snapshot[name] for name in shown} == shown
        assert snapshot["SnapshotCreateTime"].tzinfo is not None
    assert target.client.describe_db_snapshots(DBInstanceIdentifier="nobody")["DBSnapshots"] == []


def test_restore_keeps_its_tags_and_takes_what_is_asked(target):
    create_production(target)
    create_snapshot(target)
    restore(
        target,
        DBInstanceClass="db.t4g.small",
        MultiAZ=True,
        PubliclyAccessible=True,
        VpcSecurityGroupIds=["sg-1", "sg-2"],
        CopyTagsToSnapshot=True,
        Tags=tag_list(**{"rdsecho:Dev:managed": "true", "words": "two words", "empty": ""}),
    )
    instance = describe(target)
    shown = {
        "DBInstanceStatus": "available",
        "DBInstanceClass": "db.t4g.small",
        "Engine": "postgres",
        "AllocatedStorage": 100,
        "MultiAZ": True,
        "PubliclyAccessible": True,
        "CopyTagsToSnapshot": True,
    }
    assert {name: instance[name] for name in shown} == shown
    assert {group["VpcSecurityGroupId"] for group in instance["VpcSecurityGroups"]} == {"sg-1", "sg-2"}
    assert tags_of(instance) == {"rdsecho:Dev:managed": "true", "words": "two words", "empty": ""}


def test_restore_by_the_arn_of_the_snapshot(target):
    create_production(target)
    arn = create_snapshot(target)["DBSnapshotArn"]
    restore(target, DBSnapshotIdentifier=arn)
    assert describe(target)["DBInstanceStatus"] == "available"


def test_modification_is_in_effect_in_the_end(prepared):
    prepared.client.create_db_parameter_group(
        DBParameterGroupName="tuned", DBParameterGroupFamily="postgres16", Description="for the test"
    )
    prepared.client.modify_db_instance(
        DBInstanceIdentifier=ECHO,
        DBInstanceClass="db.t4g.small",
        DBParameterGroupName="tuned",
        BackupRetentionPeriod=3,
        MaxAllocatedStorage=500,
        DeletionProtection=True,
        VpcSecurityGroupIds=["sg-3"],
        PreferredMaintenanceWindow="mon:04:00-mon:05:00",
        PreferredBackupWindow="07:00-08:00",
        ApplyImmediately=True,
    )
    prepared.settle()
    prepared.client.reboot_db_instance(DBInstanceIdentifier=ECHO)
    prepared.settle()
    instance = describe(prepared)
    shown = {
        "DBInstanceStatus": "available",
        "DBInstanceClass": "db.t4g.small",
        "BackupRetentionPeriod": 3,
        "MaxAllocatedStorage": 500,
        "DeletionProtection": True,
        "PreferredMaintenanceWindow": "mon:04:00-mon:05:00",
    }
    assert {name: instance[name] for name in shown} == shown
    assert instance.get("PendingModifiedValues", {}) == {}
    (group,) = instance["DBParameterGroups"]
    assert group == {"DBParameterGroupName": "tuned", "ParameterApplyStatus": "in-sync"}
    assert [group["VpcSecurityGroupId"] for group in instance["VpcSecurityGroups"]] == ["sg-3"]


def test_log_exports_are_modified_as_a_difference(prepared):
    for change in [{"EnableLogTypes": ["postgresql", "upgrade"]}, {"DisableLogTypes": ["upgrade"]}]:
        prepared.client.modify_db_instance(
            DBInstanceIdentifier=ECHO, CloudwatchLogsExportConfiguration=change, ApplyImmediately=True
        )
        prepared.settle()
    assert describe(prepared)["EnabledCloudwatchLogsExports"] == ["postgresql"]


def test_tags_are_added_overwritten_listed_and_removed(prepared):
    client, arn = prepared.client, ARN + ECHO
    client.add_tags_to_resource(ResourceName=arn, Tags=tag_list(stage="modified", since="2026-11-23T12:00:00Z"))
    listed = {tag["Key"]: tag["Value"] for tag in client.list_tags_for_resource(ResourceName=arn)["TagList"]}
    assert listed == tags_of(describe(prepared)) == {"stage": "modified", "since": "2026-11-23T12:00:00Z"}
    client.remove_tags_from_resource(ResourceName=arn, TagKeys=["since", "never-there"])
    assert tags_of(describe(prepared)) == {"stage": "modified"}


def test_tags_of_snapshots(prepared):
    arn = "arn:aws:rds:us-east-1:000000000000:snapshot:nightly"
    prepared.client.add_tags_to_resource(ResourceName=arn, Tags=tag_list(kept="yes"))
    (snapshot,) = prepared.client.describe_db_snapshots(DBSnapshotIdentifier="nightly")["DBSnapshots"]
    assert tags_of(snapshot)["kept"] == "yes"


def test_deleted_instance_is_gone_and_leaves_its_final_snapshot(prepared):
    deleted = prepared.client.delete_db_instance(DBInstanceIdentifier=ECHO, FinalDBSnapshotIdentifier="final")
    assert deleted["DBInstance"]["DBInstanceStatus"] == "deleting"
    prepared.settle()
    assert refusal(prepared.client.describe_db_instances, DBInstanceIdentifier=ECHO) == ("DBInstanceNotFound", 404)
    (snapshot,) = prepared.client.describe_db_snapshots(DBSnapshotIdentifier="final")["DBSnapshots"]
    assert (snapshot["Status"], snapshot["DBInstanceIdentifier"]) == ("available", ECHO)


def test_deletion_protection_holds_until_it_is_taken_off(prepared):
    client = prepared.client
    client.modify_db_instance(DBInstanceIdentifier=ECHO, DeletionProtection=True, ApplyImmediately=True)
    delete = {"DBInstanceIdentifier": ECHO, "SkipFinalSnapshot": True}
    assert refusal(client.delete_db_instance, **delete) == ("InvalidParameterCombination", 400)
    client.modify_db_instance(DBInstanceIdentifier=ECHO, DeletionProtection=False, ApplyImmediately=True)
    client.delete_db_instance(**delete)
    prepared.settle()
    assert [one["DBInstanceIdentifier"] for one in client.describe_db_instances()["DBInstances"]] == [PRODUCTION]


def test_deleted_snapshot_is_gone(prepared):
    prepared.client.delete_db_snapshot(DBSnapshotIdentifier="nightly")
    assert refusal(prepared.client.describe_db_snapshots, DBSnapshotIdentifier="nightly")[0] == "DBSnapshotNotFound"


@pytest.mark.parametrize(
    ("operation", "parameters", "code"),
    [
        ("describe_db_instances", {"DBInstanceIdentifier": "nobody"}, "DBInstanceNotFound"),
        ("describe_db_snapshots", {"DBSnapshotIdentifier": "nothing"}, "DBSnapshotNotFound"),
        ("modify_db_instance", {"DBInstanceIdentifier": "nobody", "MultiAZ": True}, "DBInstanceNotFound"),
        (
            "modify_db_instance",
            {"DBInstanceIdentifier": ECHO, "DBParameterGroupName": "nowhere"},
            "DBParameterGroupNotFound",
        ),
        ("reboot_db_instance", {"DBInstanceIdentifier": "nobody"}, "DBInstanceNotFound"),
        ("delete_db_instance", {"DBInstanceIdentifier": "nobody", "SkipFinalSnapshot": True}, "DBInstanceNotFound"),
        (
            "create_db_snapshot",
            {"DBInstanceIdentifier": "nobody", "DBSnapshotIdentifier": "one"},
            "DBInstanceNotFound",
        ),
        (
            "create_db_snapshot",
            {"DBInstanceIdentifier": PRODUCTION, "DBSnapshotIdentifier": "nightly"},
            "DBSnapshotAlreadyExists",
        ),
        (
            "restore_db_instance_from_db_snapshot",
            {"DBInstanceIdentifier": ECHO, "DBSnapshotIdentifier": "nightly"},
            "DBInstanceAlreadyExists",
        ),
        (
            "restore_db_instance_from_db_snapshot",
            {"DBInstanceIdentifier": "other", "DBSnapshotIdentifier": "nothing"},
            "DBSnapshotNotFound",
        ),
        (
            "restore_db_instance_from_db_snapshot",
            {"DBInstanceIdentifier": "other", "DBSnapshotIdentifier": "nightly", "DBSubnetGroupName": "nowhere"},
            "DBSubnetGroupNotFound",
        ),
        (
            "restore_db_instance_from_db_snapshot",
            {"DBInstanceIdentifier": "other", "DBSnapshotIdentifier": "nightly", "OptionGroupName": "nowhere"},
            "OptionGroupNotFound",
        ),
        (
            "restore_db_instance_from_db_snapshot",
            {"DBInstanceIdentifier": "other", "DBSnapshotIdentifier": "nightly", "AllocatedStorage": 20},
            "InvalidParameterValue",
        ),
        ("delete_db_snapshot", {"DBSnapshotIdentifier": "nothing"}, "DBSnapshotNotFound"),
    ],
)
def test_refusals_have_the_codes_of_the_api(prepared, operation, parameters, code):
    assert refusal(getattr(prepared.client, operation), **parameters)[0] == code


def test_listing_in_pages_shows_every_instance_once(target):
    names = sorted(f"db-{number:02}" for number in range(27))
    for name in names:
        target.client.create_db_instance(
            DBInstanceIdentifier=name, DBInstanceClass="db.t4g.small", Engine="postgres", AllocatedStorage=20
        )
    target.settle()
    paginator = target.client.get_paginator("describe_db_instances")
    pages = list(paginator.paginate(PaginationConfig={"PageSize": 20}))
    assert [len(page["DBInstances"]) for page in pages] == [20, 7]
    assert sorted(one["DBInstanceIdentifier"] for page in pages for one in page["DBInstances"]) == names
    assert "Marker" not in target.client.describe_db_instances()


def test_waiters_of_botocore_are_satisfied(prepared):
    quick = {"Delay": 0, "MaxAttempts": 1}
    prepared.client.get_waiter("db_instance_available").wait(DBInstanceIdentifier=ECHO, WaiterConfig=quick)
    prepared.client.get_waiter("db_snapshot_available").wait(DBSnapshotIdentifier="nightly", WaiterConfig=quick)
    prepared.client.delete_db_instance(DBInstanceIdentifier=ECHO, SkipFinalSnapshot=True)
    prepared.settle()
    prepared.client.get_waiter("db_instance_deleted").wait(DBInstanceIdentifier=ECHO, WaiterConfig=quick)


def shape(value):
    """The names and types in a described thing: what a client would trip over."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def told(target):
    """A whole story as botocore tells it, without what is each server's own (times, ids, addresses)."""
    create_production(target)
    create_snapshot(target)
    restore(target, Tags=tag_list(stage="new"), DBInstanceClass="db.t4g.small")
    client, story = target.client, []
    plain = ["DBInstanceIdentifier", "DBInstanceArn", "DBInstanceStatus", "DBInstanceClass", "Engine", "MultiAZ"]
    plain += ["AllocatedStorage", "DeletionProtection", "MasterUsername"]

    def look():
        described = sorted(client.describe_db_instances()["DBInstances"], key=lambda one: one["DBInstanceIdentifier"])
        for one in described:
            story.append([{name: one[name] for name in plain}, tags_of(one), shape(one["Endpoint"])["Port"]])
            story.append([shape(one[name]) for name in ["InstanceCreateTime", "DbiResourceId", "VpcSecurityGroups"]])

    look()
    client.modify_db_instance(
        DBInstanceIdentifier=ECHO, MultiAZ=True, DeletionProtection=True, AllocatedStorage=200, ApplyImmediately=True
    )
    target.settle()
    client.add_tags_to_resource(ResourceName=ARN + ECHO, Tags=tag_list(stage="modified", more="=+-@ ü"))
    look()
    delete = {"DBInstanceIdentifier": ECHO, "FinalDBSnapshotIdentifier": "final"}
    story.append(refusal(client.delete_db_instance, **delete))
    client.modify_db_instance(DBInstanceIdentifier=ECHO, DeletionProtection=False)
    client.delete_db_instance(**delete)
    target.settle()
    look()
    snapshots = client.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    story.append(sorted((one["DBSnapshotIdentifier"], one["DBInstanceIdentifier"], one["Status"]) for one in snapshots))
    return story


def test_both_tell_the_same_story(sim, moto):
    assert told(sim) == told(moto)


def test_a_managed_password_has_a_secret_until_it_is_managed_no_more(prepared):
    assert "MasterUserSecret" not in describe(prepared)
    modify = {"DBInstanceIdentifier": ECHO, "ApplyImmediately": True}
    prepared.client.modify_db_instance(**modify, ManageMasterUserPassword=True)
    prepared.settle()
    secret = describe(prepared)["MasterUserSecret"]
    assert sorted(secret) == ["KmsKeyId", "SecretArn", "SecretStatus"]
    assert secret["SecretStatus"] == "active" and ":secret:rds!" in secret["SecretArn"]
    prepared.client.modify_db_instance(**modify, ManageMasterUserPassword=False, MasterUserPassword="not-a-secret-2")
    prepared.settle()
    assert "MasterUserSecret" not in describe(prepared)


def test_a_final_snapshot_can_be_marked_listed_and_deleted(prepared):
    prepared.client.delete_db_instance(DBInstanceIdentifier=ECHO, FinalDBSnapshotIdentifier="final")
    prepared.settle()
    manual = {one["DBSnapshotIdentifier"]: one for one in prepared.client.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]}
    assert sorted(manual) == ["final", "nightly"]
    prepared.client.add_tags_to_resource(ResourceName=manual["final"]["DBSnapshotArn"], Tags=tag_list(mark="final"))
    (final,) = prepared.client.describe_db_snapshots(DBSnapshotIdentifier="final")["DBSnapshots"]
    assert tags_of(final)["mark"] == "final" and final["DBInstanceIdentifier"] == ECHO and final["SnapshotType"] == "manual"
    prepared.client.delete_db_snapshot(DBSnapshotIdentifier="final")
    left = prepared.client.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    assert [one["DBSnapshotIdentifier"] for one in left] == ["nightly"]
    assert refusal(prepared.client.describe_db_snapshots, DBSnapshotIdentifier="final")[0] == "DBSnapshotNotFound"
