"""What only the simulated RDS has: a life, protection, its time and its faults; said by botocore where it can be."""

import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, WaiterError
from rds_servers import DAY, rds_client

ECHO = "dev-2026-11-22"
ARN = f"arn:aws:rds:us-east-1:000000000000:db:{ECHO}"
QUICK = {"Delay": 0, "MaxAttempts": 1}


def describe(sim, identifier=ECHO):
    (instance,) = sim.client.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
    return instance


def code(call, **parameters):
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    return refused.value.response["Error"]["Code"]


def restore(sim, identifier, snapshot="nightly", **more):
    return sim.client.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier=identifier, DBSnapshotIdentifier=snapshot, **more
    )["DBInstance"]


def test_restore_takes_twenty_eight_hours_and_a_backup(sim):
    sim.control("instances", {"identifier": "production"})
    sim.control("snapshots", {"source": "production", "identifier": "nightly"})
    begun = restore(sim, ECHO)
    assert begun["DBInstanceStatus"] == "creating"
    assert "Endpoint" not in begun and "InstanceCreateTime" not in begun
    sim.advance(28 * 3600 - 1)
    assert describe(sim)["DBInstanceStatus"] == "creating"
    sim.advance(1)
    instance = describe(sim)
    assert instance["DBInstanceStatus"] == "backing-up"
    assert instance["InstanceCreateTime"] == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert instance["Endpoint"]["Port"] == 5432
    sim.advance(600)
    assert describe(sim)["DBInstanceStatus"] == "available"


def test_waiter_of_botocore_waits_through_the_whole_restore(sim):
    sim.control("instances", {"identifier": "production"})
    sim.control("snapshots", {"source": "production", "identifier": "nightly"})
    restore(sim, ECHO)
    waiter = sim.client.get_waiter("db_instance_available")
    with pytest.raises(WaiterError):
        waiter.wait(DBInstanceIdentifier=ECHO, WaiterConfig=QUICK)
    # An hour goes by between two looks.
    sim.client.meta.events.register("after-call.rds.DescribeDBInstances", lambda **_: sim.advance(3600))
    waiter.wait(DBInstanceIdentifier=ECHO, WaiterConfig={"Delay": 0, "MaxAttempts": 40})
    assert sim.state()["calls"]["DescribeDBInstances"] == 31


def test_waiter_of_botocore_is_fooled_after_a_modification_as_with_aws(echo):
    answer = echo.client.modify_db_instance(
        DBInstanceIdentifier=ECHO, DBInstanceClass="db.t4g.small", ApplyImmediately=True
    )
    assert answer["DBInstance"]["PendingModifiedValues"] == {"DBInstanceClass": "db.t4g.small"}
    echo.client.get_waiter("db_instance_available").wait(DBInstanceIdentifier=ECHO, WaiterConfig=QUICK)
    assert describe(echo)["DBInstanceClass"] != "db.t4g.small"
    echo.advance(45)
    assert describe(echo)["DBInstanceStatus"] == "modifying"
    echo.advance(300)
    assert describe(echo)["DBInstanceClass"] == "db.t4g.small"


def test_everything_that_modify_can_leave_pending_is_shown(echo):
    echo.client.modify_db_instance(
        DBInstanceIdentifier=ECHO,
        AllocatedStorage=200,
        MasterUserPassword="not-a-secret",
        DBPortNumber=6432,
        MultiAZ=True,
        EngineVersion="16.6",
        EnableIAMDatabaseAuthentication=True,
        CloudwatchLogsExportConfiguration={"EnableLogTypes": ["upgrade"]},
        CopyTagsToSnapshot=True,
        ApplyImmediately=True,
    )
    assert describe(echo)["PendingModifiedValues"] == {
        "AllocatedStorage": 200,
        "MasterUserPassword": "****",
        "Port": 6432,
        "MultiAZ": True,
        "EngineVersion": "16.6",
        "IAMDatabaseAuthenticationEnabled": True,
        "PendingCloudwatchLogsExports": {"LogTypesToEnable": ["upgrade"], "LogTypesToDisable": []},
    }
    echo.settle()
    assert describe(echo)["Endpoint"]["Port"] == 6432
    assert describe(echo)["CopyTagsToSnapshot"] is True


def test_window_applies_what_was_not_immediate(echo):
    echo.client.modify_db_instance(DBInstanceIdentifier=ECHO, DBInstanceClass="db.t4g.small")
    echo.settle()
    assert describe(echo)["PendingModifiedValues"] == {"DBInstanceClass": "db.t4g.small"}
    echo.control(f"instances/{ECHO}/maintenance", {})
    echo.settle()
    assert describe(echo)["DBInstanceClass"] == "db.t4g.small"


def test_parameter_group_waits_for_the_reboot(echo):
    echo.control("groups", {"kind": "parameter", "name": "tuned"})
    echo.client.modify_db_instance(DBInstanceIdentifier=ECHO, DBParameterGroupName="tuned", ApplyImmediately=True)
    seen = []
    for seconds in [45, 300]:
        echo.advance(seconds)
        seen.append(describe(echo)["DBParameterGroups"][0]["ParameterApplyStatus"])
    echo.client.reboot_db_instance(DBInstanceIdentifier=ECHO)
    assert describe(echo)["DBInstanceStatus"] == "rebooting"
    echo.advance(120)
    seen.append(describe(echo)["DBParameterGroups"][0]["ParameterApplyStatus"])
    assert seen == ["applying", "pending-reboot", "in-sync"]


def test_managed_password_has_a_secret(echo):
    echo.client.modify_db_instance(DBInstanceIdentifier=ECHO, ManageMasterUserPassword=True, ApplyImmediately=True)
    echo.settle()
    assert describe(echo)["MasterUserSecret"]["SecretStatus"] == "active"


def test_restored_instances_have_ids_of_their_own_and_inherit_tags_where_none_are_given(echo):
    echo.client.add_tags_to_resource(
        ResourceName="arn:aws:rds:us-east-1:000000000000:db:production", Tags=[{"Key": "later", "Value": "yes"}]
    )
    copy = restore(echo, "copy")
    assert copy["TagList"] == [{"Key": "owner", "Value": "sales"}]
    assert len({copy["DbiResourceId"], describe(echo)["DbiResourceId"], describe(echo, "production")["DbiResourceId"]}) == 3


def test_protected_instance_and_its_final_snapshot(echo):
    client = echo.client
    client.modify_db_instance(DBInstanceIdentifier=ECHO, DeletionProtection=True)
    with pytest.raises(ClientError, match="Cannot delete protected DB Instance, please disable deletion protection"):
        client.delete_db_instance(DBInstanceIdentifier=ECHO, SkipFinalSnapshot=True)
    client.modify_db_instance(DBInstanceIdentifier=ECHO, DeletionProtection=False)
    both = {"SkipFinalSnapshot": True, "FinalDBSnapshotIdentifier": "final"}
    for wrong in [both, {}]:
        assert code(client.delete_db_instance, DBInstanceIdentifier=ECHO, **wrong) == "InvalidParameterCombination"
    client.delete_db_instance(DBInstanceIdentifier=ECHO, FinalDBSnapshotIdentifier="final")
    assert describe(echo)["DBInstanceStatus"] == "deleting"
    assert code(client.delete_db_instance, DBInstanceIdentifier=ECHO, SkipFinalSnapshot=True) == "InvalidDBInstanceState"
    with pytest.raises(WaiterError):
        client.get_waiter("db_instance_deleted").wait(DBInstanceIdentifier=ECHO, WaiterConfig=QUICK)
    assert restore_code(echo, "early", "final") == "InvalidDBSnapshotState"
    echo.settle()
    client.get_waiter("db_instance_deleted").wait(DBInstanceIdentifier=ECHO, WaiterConfig=QUICK)
    restore(echo, "late", "final")


def restore_code(sim, identifier, snapshot):
    with pytest.raises(ClientError) as refused:
        restore(sim, identifier, snapshot)
    return refused.value.response["Error"]["Code"]


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        ("modify_db_instance", {}, "InvalidParameterCombination"),
        ("modify_db_instance", {"OptionGroupName": "nowhere"}, "OptionGroupNotFoundFault"),
        ("modify_db_instance", {"NewDBInstanceIdentifier": "other"}, "InvalidParameterValue"),
        ("modify_db_instance", {"AllocatedStorage": 20}, "InvalidParameterCombination"),
    ],
)
def test_refused_modifications(echo, operation, parameters, expected):
    assert code(getattr(echo.client, operation), DBInstanceIdentifier=ECHO, **parameters) == expected


def test_busy_instance_is_neither_modified_nor_rebooted(echo):
    echo.client.reboot_db_instance(DBInstanceIdentifier=ECHO)
    for operation, more in [("reboot_db_instance", {}), ("modify_db_instance", {"MultiAZ": True})]:
        assert code(getattr(echo.client, operation), DBInstanceIdentifier=ECHO, **more) == "InvalidDBInstanceState"


@pytest.mark.parametrize("key", ["o'brien@example.com", "aws:key", "rds:key", "k" * 129])
def test_refused_tags(echo, key):
    tags = [{"Key": key, "Value": "x"}]
    assert code(echo.client.add_tags_to_resource, ResourceName=ARN, Tags=tags) == "InvalidParameterValue"


def test_fifty_tags_and_no_more(echo):
    tags = [{"Key": f"k{number}", "Value": ""} for number in range(49)]
    echo.client.add_tags_to_resource(ResourceName=ARN, Tags=tags)
    one_more = [{"Key": "one", "Value": "more"}]
    assert code(echo.client.add_tags_to_resource, ResourceName=ARN, Tags=one_more) == "InvalidParameterValue"
    assert len(describe(echo)["TagList"]) == 50


def test_forty_instances_and_no_more(sim):
    for number in range(40):
        sim.control("instances", {"identifier": f"db-{number}"})
    more = {"DBInstanceIdentifier": "db-40", "DBInstanceClass": "db.t4g.small", "Engine": "postgres"}
    assert code(sim.client.create_db_instance, **more) == "InstanceQuotaExceeded"


def test_more_snapshots_than_fit_on_a_page(sim):
    sim.control("instances", {"identifier": "production"})
    for number in range(130):
        sim.control("snapshots", {"source": "production", "identifier": f"rds:s{number}", "type": "automated"})
    pages = list(sim.client.get_paginator("describe_db_snapshots").paginate(DBInstanceIdentifier="production"))
    assert [len(page["DBSnapshots"]) for page in pages] == [100, 30]
    assert code(sim.client.describe_db_snapshots, MaxRecords=10) == "InvalidParameterValue"


def test_snapshots_of_other_types_are_asked_for(echo):
    for kind in ["automated", "awsbackup", "shared"]:
        identifier = {"automated": "rds:one", "awsbackup": "awsbackup:job-1", "shared": "theirs"}[kind]
        echo.control("snapshots", {"source": "production", "identifier": identifier, "type": kind})

    def listed(**query):
        snapshots = echo.client.describe_db_snapshots(DBInstanceIdentifier="production", **query)["DBSnapshots"]
        return [snapshot["SnapshotType"] for snapshot in snapshots]

    assert sorted(listed()) == ["automated", "manual"]
    assert listed(SnapshotType="awsbackup") == ["awsbackup"]
    assert sorted(listed(IncludeShared=True)) == ["automated", "manual", "shared"]
    restore(echo, "from-theirs", "arn:aws:rds:us-east-1:999999999999:snapshot:theirs")


def test_failure_statuses_on_demand(echo):
    echo.control("next-restore", {"status": "incompatible-parameters"})
    restore(echo, "doomed")
    (happened,) = echo.advance(2 * DAY)
    assert (happened["event_id"], happened["status"]) == ("RDS-EVENT-0035", "incompatible-parameters")
    echo.control(f"instances/{ECHO}/status", {"status": "storage-full"})
    assert describe(echo)["DBInstanceStatus"] == "storage-full"
    with pytest.raises(WaiterError, match="terminal failure"):
        echo.client.get_waiter("db_instance_available").wait(DBInstanceIdentifier="doomed", WaiterConfig=QUICK)


def test_throttled_call_is_retried_by_botocore(echo):
    echo.control("faults", {"operation": "RebootDBInstance", "kind": "throttle", "times": 1})
    assert code(echo.client.reboot_db_instance, DBInstanceIdentifier=ECHO) == "Throttling"
    echo.control("faults", {"operation": "RebootDBInstance", "kind": "throttle", "times": 1})
    rds_client(echo.url, attempts=3).reboot_db_instance(DBInstanceIdentifier=ECHO)
    assert echo.state()["calls"]["RebootDBInstance"] == 3


def test_refused_call_is_not_applied(echo):
    kinds = {"KMSKeyNotAccessibleFault": 400, "InsufficientDBInstanceCapacity": 400, "InternalFailure": 500, "Own": 400}
    for wanted, status in kinds.items():
        echo.control("faults", {"operation": "RebootDBInstance", "kind": "refuse", "code": wanted})
        with pytest.raises(ClientError) as refused:
            echo.client.reboot_db_instance(DBInstanceIdentifier=ECHO)
        answer = refused.value.response
        assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (wanted, status)
    assert describe(echo)["DBInstanceStatus"] == "available"


def test_lost_answer_was_applied(echo):
    lost = {"operation": "RestoreDBInstanceFromDBSnapshot", "kind": "lost-answer"}
    echo.control("faults", lost)
    with pytest.raises(ConnectionClosedError):
        restore(echo, "one")
    assert describe(echo, "one")["DBInstanceStatus"] == "creating"
    echo.control("faults", lost)
    retrying = rds_client(echo.url, attempts=3)
    request = {"DBInstanceIdentifier": "two", "DBSnapshotIdentifier": "nightly"}
    # The trap: the retry finds what the first try has made.
    assert code(retrying.restore_db_instance_from_db_snapshot, **request) == "DBInstanceAlreadyExists"


def get(url):
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_get_request_with_and_without_a_signature(echo):
    status, document = get(f"{echo.url}/?Action=DescribeDBInstances&Version=2014-10-31&DBInstanceIdentifier={ECHO}")
    assert status == 200
    assert f"<DBInstanceIdentifier>{ECHO}</DBInstanceIdentifier>" in document
    signed = echo.client.generate_presigned_url(
        "add_tags_to_resource", {"ResourceName": ARN, "Tags": [{"Key": "from", "Value": "a link"}]}, HttpMethod="GET"
    )
    assert get(signed)[0] == 200
    assert {"Key": "from", "Value": "a link"} in describe(echo)["TagList"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "MissingAction"),
        ("Action=DescribeOrders", "InvalidAction"),
        ("Action=DescribeDBInstances&Version=2010-01-01", "InvalidAction"),
        ("Action=RebootDBInstance", "MissingParameter"),
        ("Action=DescribeDBInstances&MaxRecords=many", "InvalidParameterValue"),
        ("Action=DeleteDBInstance&DBInstanceIdentifier=x&SkipFinalSnapshot=perhaps", "InvalidParameterValue"),
    ],
)
def test_malformed_requests_are_answered_in_xml(sim, query, expected):
    status, document = get(f"{sim.url}/?{query}")
    assert status == 400
    assert document.startswith('<ErrorResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/">')
    assert f"<Type>Sender</Type><Code>{expected}</Code><Message>" in document


def test_events_can_be_described(echo):
    events = echo.client.describe_events(SourceIdentifier=ECHO, SourceType="db-instance", Duration=5 * 24 * 60)["Events"]
    assert [event["Message"] for event in events] == [
        "DB instance created.",
        "Restored from snapshot nightly.",
        "Backing up DB instance.",
        "Finished DB instance backup.",
    ]
    assert events[0]["SourceArn"] == ARN
    assert events[0]["EventCategories"] == ["creation"]
