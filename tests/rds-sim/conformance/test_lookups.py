"""What can be looked up before a restore, as botocore parses it: held against its model, and against moto where moto has it."""

import xml.etree.ElementTree as ElementTree

import boto3
import pytest
from botocore.exceptions import ClientError
from test_conformance import create_production, create_snapshot, refusal, shape

VPC = "vpc-00000000"
CALLS = {
    "describe_db_parameter_groups": "DBParameterGroups",
    "describe_option_groups": "OptionGroupsList",
    "describe_db_subnet_groups": "DBSubnetGroups",
    "describe_db_engine_versions": "DBEngineVersions",
    "describe_orderable_db_instance_options": "OrderableDBInstanceOptions",
    "describe_account_attributes": "AccountQuotas",
    "describe_db_snapshots": "DBSnapshots",
}


def unknown(model, value, at):
    """What an answer holds that the model does not know, or in another type: botocore would leave the first out."""
    if model.type_name == "structure":
        for name, inner in value.items():
            if name not in model.members:
                yield f"{at}.{name}"
            else:
                yield from unknown(model.members[name], inner, f"{at}.{name}")
    elif model.type_name == "list":
        for inner in value:
            yield from unknown(model.member, inner, f"{at}[]")
    else:
        kinds = {"string": str, "boolean": bool, "integer": int, "long": int, "double": float}
        expected = kinds.get(model.type_name)
        if expected and type(value) is not expected:
            yield f"{at} is {value!r}, not {model.type_name}"


def elements(node):
    """The names in an answer as it went over the wire, by the path to them."""
    for child in node:
        name = child.tag.rpartition("}")[2]
        yield name
        yield from (f"{name}.{inner}" for inner in elements(child))


@pytest.fixture
def furnished(sim):
    """A simulator in which each call has something to tell."""
    sim.control("instances", {"identifier": "production", "kmsKeyId": "arn:aws:kms:us-east-1:000000000000:key/1", "iops": 12000})
    sim.control("snapshots", {"source": "production", "identifier": "nightly"})
    sim.control("groups", {"kind": "parameter", "name": "tuned", "family": "mysql8.0"})
    sim.control("groups", {"kind": "option", "name": "options", "engine": "mysql", "major_version": "8.0", "vpc": "vpc-1"})
    sim.control("groups", {"kind": "subnet", "name": "nets", "vpc": "vpc-1", "zones": ["us-east-1a", "us-east-1b"]})
    return sim


@pytest.mark.parametrize("call", CALLS)
def test_every_answer_is_what_the_model_says(furnished, call):
    client, raw = furnished.client, []
    client.meta.events.register("before-parse.rds.*", lambda response_dict, **_: raw.append(response_dict["body"]))
    given = {"Engine": "postgres"} if "orderable" in call or "engine" in call else {}
    answer = getattr(client, call)(**given)
    del answer["ResponseMetadata"]
    model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[call]).output_shape
    assert answer[CALLS[call]]
    assert not list(unknown(model, answer, call))
    # What botocore does not know it leaves out silently: each element that was sent must have come through.
    result = next(node for node in ElementTree.fromstring(raw[-1]) if node.tag.endswith("Result"))
    sent = {name.rpartition(".")[2] for name in elements(result)}
    known = names(model)
    assert sent <= known, sent - known


def names(model, seen=()):
    """Every element name that the model has for a shape."""
    found = set()
    if model.name in seen:
        return found
    if model.type_name == "structure":
        for name, inner in model.members.items():
            found |= {inner.serialization.get("name", name)} | names(inner, (*seen, model.name))
    elif model.type_name == "list":
        found |= {model.member.serialization.get("name", "member")} | names(model.member, (*seen, model.name))
    return found


def test_groups_say_what_they_are_for(furnished):
    client = furnished.client
    (group,) = client.describe_db_parameter_groups(DBParameterGroupName="Tuned")["DBParameterGroups"]
    assert (group["DBParameterGroupName"], group["DBParameterGroupFamily"]) == ("tuned", "mysql8.0")
    (group,) = client.describe_option_groups(OptionGroupName="options")["OptionGroupsList"]
    assert (group["EngineName"], group["MajorEngineVersion"], group["VpcId"]) == ("mysql", "8.0", "vpc-1")
    assert group["AllowsVpcAndNonVpcInstanceMemberships"] is True
    (group,) = client.describe_option_groups(OptionGroupName="default:postgres-16")["OptionGroupsList"]
    assert group["AllowsVpcAndNonVpcInstanceMemberships"] is True and "VpcId" not in group
    (group,) = client.describe_db_subnet_groups(DBSubnetGroupName="nets")["DBSubnetGroups"]
    zones = [subnet["SubnetAvailabilityZone"]["Name"] for subnet in group["Subnets"]]
    assert (group["VpcId"], group["SubnetGroupStatus"], zones) == ("vpc-1", "Complete", ["us-east-1a", "us-east-1b"])


def test_a_version_has_its_family_until_it_is_withdrawn(furnished):
    client, given = furnished.client, {"Engine": "postgres", "EngineVersion": "13.9"}
    (version,) = client.describe_db_engine_versions(**given)["DBEngineVersions"]
    assert (version["DBParameterGroupFamily"], version["MajorEngineVersion"]) == ("postgres13", "13")
    furnished.control("not-offered", {"engine": "postgres", "version": "13.9"})
    assert client.describe_db_engine_versions(**given)["DBEngineVersions"] == []
    assert client.describe_orderable_db_instance_options(**given)["OrderableDBInstanceOptions"] == []


def test_what_can_be_ordered_comes_in_pages(furnished):
    pages = list(furnished.client.get_paginator("describe_orderable_db_instance_options").paginate(Engine="postgres", EngineVersion="16.4"))
    options = [option for page in pages for option in page["OrderableDBInstanceOptions"]]
    assert len(pages) > 2 and {len(page["OrderableDBInstanceOptions"]) for page in pages[:-1]} == {100}
    keys = {(option["DBInstanceClass"], option["StorageType"]) for option in options}
    assert len(keys) == len(options) and ("db.r6g.large", "gp3") in keys
    small = {"Engine": "postgres", "EngineVersion": "16.4", "DBInstanceClass": "db.t4g.small"}
    furnished.control("not-offered", {"class": "db.t4g.small", "zone": "us-east-1a"})
    furnished.control("not-offered", {"class": "db.t4g.small", "storage_type": "io1"})
    options = furnished.client.describe_orderable_db_instance_options(**small)["OrderableDBInstanceOptions"]
    assert [option["StorageType"] for option in options] == ["gp2", "gp3", "io2", "standard"]
    assert {zone["Name"] for zone in options[0]["AvailabilityZones"]} == {"us-east-1b", "us-east-1c"}
    given = {"Engine": "postgres", "MaxRecords": 7}
    assert refusal(furnished.client.describe_orderable_db_instance_options, **given) == ("InvalidParameterValue", 400)


def test_quotas_are_counted(furnished):
    furnished.control("quotas", {"instances": 1, "storage": 5000})
    quotas = {one["AccountQuotaName"]: (one["Used"], one["Max"]) for one in furnished.client.describe_account_attributes()["AccountQuotas"]}
    assert (quotas["DBInstances"], quotas["AllocatedStorage"], quotas["ManualSnapshots"]) == ((1, 1), (100, 5000), (1, 100))
    restore = {"DBInstanceIdentifier": "dev", "DBSnapshotIdentifier": "nightly"}
    assert refusal(furnished.client.restore_db_instance_from_db_snapshot, **restore) == ("InstanceQuotaExceeded", 400)
    furnished.control("quotas", {"instances": 2, "storage": 150})
    assert refusal(furnished.client.restore_db_instance_from_db_snapshot, **restore) == ("StorageQuotaExceeded", 400)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"DBParameterGroupName": "tuned"}, "InvalidParameterCombination"),
        ({"OptionGroupName": "options"}, "InvalidParameterCombination"),
        ({"DBInstanceClass": "db.t1.micro"}, "InvalidParameterCombination"),
        ({"StorageType": "gp2", "Iops": 3000}, "InvalidParameterCombination"),
        ({"StorageType": "floppy"}, "StorageTypeNotSupported"),
        ({"DBSubnetGroupName": "nets", "VpcSecurityGroupIds": ["sg-1"]}, "InvalidParameterCombination"),
    ],
    ids=lambda each: "-".join(each) if isinstance(each, dict) else each,
)
def test_what_does_not_fit_is_refused_at_once_with_a_code_of_the_model(furnished, given, expected):
    furnished.control("groups", {"kind": "security", "name": "sg-1", "vpc": "vpc-2"})
    client = furnished.client
    with pytest.raises(ClientError) as refused:
        client.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="dev", DBSnapshotIdentifier="nightly", **given)
    code = refused.value.response["Error"]["Code"]
    assert code == expected
    model = client.meta.service_model.operation_model("RestoreDBInstanceFromDBSnapshot")
    # The general codes of bad parameters stand in no operation's list.
    assert code.startswith("InvalidParameter") or code in {each.metadata["error"]["code"] for each in model.error_shapes}


def test_each_type_of_snapshot_is_listed_by_itself(furnished):
    for identifier, kind in [("by-rds", "automated"), ("vault", "awsbackup"), ("theirs", "shared"), ("everybodys", "public")]:
        furnished.control("snapshots", {"source": "production", "identifier": identifier, "type": kind})

    def listed(**given):
        snapshots = furnished.client.describe_db_snapshots(**given)["DBSnapshots"]
        return {one["DBSnapshotIdentifier"].rpartition(":")[2] for one in snapshots}

    assert listed(DBInstanceIdentifier="production") == {"nightly", "by-rds"}
    kinds = {kind: listed(SnapshotType=kind) for kind in ["automated", "manual", "awsbackup", "shared", "public"]}
    assert kinds == {
        "automated": {"by-rds"},
        "manual": {"nightly"},
        "awsbackup": {"vault"},
        "shared": {"theirs"},
        "public": {"everybodys"},
    }
    assert listed(IncludeShared=True) == {"nightly", "by-rds", "theirs"}
    assert refusal(furnished.client.describe_db_snapshots, SnapshotType="frozen") == ("InvalidParameterValue", 400)
    (shared,) = furnished.client.describe_db_snapshots(SnapshotType="shared")["DBSnapshots"]
    assert shared["DBSnapshotIdentifier"] == shared["DBSnapshotArn"] == "arn:aws:rds:us-east-1:999999999999:snapshot:theirs"


def test_a_snapshot_tells_what_a_restore_takes_over(furnished):
    (snapshot,) = furnished.client.describe_db_snapshots(DBSnapshotIdentifier="nightly")["DBSnapshots"]
    shown = {
        "Engine": "postgres",
        "EngineVersion": "16.4",
        "AllocatedStorage": 100,
        "StorageType": "gp3",
        "Iops": 12000,
        "Port": 5432,
        "AvailabilityZone": "us-east-1a",
        "VpcId": VPC,
        "OptionGroupName": "default:postgres-16",
        "LicenseModel": "postgresql-license",
        "Encrypted": True,
        "KmsKeyId": "arn:aws:kms:us-east-1:000000000000:key/1",
    }
    assert {name: snapshot[name] for name in shown} == shown
    assert snapshot["DbiResourceId"].startswith("db-")
    restored = furnished.client.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="dev", DBSnapshotIdentifier="nightly")
    assert (restored["DBInstance"]["StorageEncrypted"], restored["DBInstance"]["KmsKeyId"]) == (True, shown["KmsKeyId"])


# ------------------------------------------------------------------------------------- and moto


def subnets(target):
    """Two subnets for a subnet group: moto asks its EC2 for them."""
    if target.name != "moto":
        return ["subnet-1", "subnet-2"]
    given = {"endpoint_url": target.url, "region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
    ec2 = boto3.client("ec2", **given)
    return [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"][:2]]


def looked_up(target):
    """What groups and snapshots are told as, of all that we read; without what is each server's own."""
    client, told = target.client, []
    client.create_db_parameter_group(DBParameterGroupName="tuned", DBParameterGroupFamily="mysql8.0", Description="tuned")
    client.create_option_group(OptionGroupName="options", EngineName="mysql", MajorEngineVersion="8.0", OptionGroupDescription="options")
    client.create_db_subnet_group(DBSubnetGroupName="nets", DBSubnetGroupDescription="nets", SubnetIds=subnets(target))
    (group,) = client.describe_db_parameter_groups(DBParameterGroupName="tuned")["DBParameterGroups"]
    told.append([group["DBParameterGroupName"], group["DBParameterGroupFamily"], group["Description"]])
    (group,) = client.describe_option_groups(OptionGroupName="options")["OptionGroupsList"]
    told.append([group["OptionGroupName"], group["EngineName"], group["MajorEngineVersion"], group["Options"]])
    (group,) = client.describe_db_subnet_groups(DBSubnetGroupName="nets")["DBSubnetGroups"]
    told.append([group["DBSubnetGroupName"], group["SubnetGroupStatus"], group["VpcId"][:4]])
    zones = {subnet["SubnetAvailabilityZone"]["Name"][:-1] for subnet in group["Subnets"]}
    told.append([zones, {subnet["SubnetStatus"] for subnet in group["Subnets"]}])
    for call, named in [("describe_option_groups", "OptionGroupName"), ("describe_db_subnet_groups", "DBSubnetGroupName")]:
        told.append(refusal(getattr(client, call), **{named: "nowhere"}))
    create_production(target)
    create_snapshot(target)
    for given in [{}, {"SnapshotType": "manual"}, {"SnapshotType": "awsbackup"}, {"SnapshotType": "shared"}]:
        snapshots = client.describe_db_snapshots(**given)["DBSnapshots"]
        told.append([one["DBSnapshotIdentifier"] for one in snapshots if one["SnapshotType"] != "automated"])
    (snapshot,) = client.describe_db_snapshots(DBSnapshotIdentifier="nightly")["DBSnapshots"]
    same = ["Engine", "AllocatedStorage", "Encrypted", "Port"]
    told.append([{name: snapshot[name] for name in same}, shape(snapshot["DbiResourceId"])])
    return told


def test_moto_tells_the_same_of_groups_and_snapshots(sim, moto):
    assert looked_up(sim) == looked_up(moto)


def test_an_option_looks_as_the_recorded_ones_that_moto_has(sim, moto):
    """moto answers recordings of AWS, but of Aurora alone: the fields that both have are of the same types."""
    ours = sim.client.describe_orderable_db_instance_options(Engine="postgres", EngineVersion="16.4")
    theirs = moto.client.describe_orderable_db_instance_options(Engine="aurora-postgresql")
    (ours, theirs) = (answer["OrderableDBInstanceOptions"][0] for answer in (ours, theirs))
    both = set(ours) & set(theirs)
    assert both >= {"Engine", "EngineVersion", "DBInstanceClass", "AvailabilityZones", "MultiAZCapable", "StorageType", "SupportsIops"}
    assert {name: shape(ours[name]) for name in both} == {name: shape(theirs[name]) for name in both}
