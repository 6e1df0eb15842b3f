"""What is found out before a restore: by the deployed function, which then does not begin one, and by `rds-echo check`."""

from datetime import timedelta

import pytest
from permission_table import OTHER_ACCOUNT, SHARING_ACCOUNT
from permissions import Ask, Roles
from test_command_line import Town
from world import START

from local import seed
from local.story import NobodyYet, Story

WRONG = "rdsecho.mod.dbParameterGroupName"


@pytest.fixture
def town(cloud, tmp_path):
    return Town(cloud, tmp_path)


def outcome(world):
    """What `new` did at a schedule, told by its log line."""
    world.echo.wake("new")
    (ran,) = world.echo.new_invocations()
    assert ran.report, ran.lines
    return ran.report["outcomes"][0]


def restores(world):
    return world.rds.state()["calls"].get("RestoreDBInstanceFromDBSnapshot", 0)


def test_a_group_of_another_family_stops_the_restore_until_the_setting_is_mended(deploy, template):
    world = deploy(ModDbParameterGroupName="of-fifteen")
    world.rds.add_group("parameter", "of-fifteen", family="postgres15")
    world.rds.add_group("parameter", "of-sixteen", family="postgres16")
    refused = outcome(world)
    assert refused["did"] == "refuses" and WRONG in refused["why"], refused
    assert "of the family postgres15" in refused["why"] and "postgres16" in refused["why"]
    assert outcome(world)["did"] == "refuses", "and again"
    assert restores(world) == 0 and world.changes() == {}

    world.echo.update(template, ModDbParameterGroupName="of-sixteen")
    assert outcome(world)["did"] == "advanced"
    assert restores(world) == 1 and "dev-2026-11-30" in world.rds.instances()


def test_all_that_stops_a_restore_is_said_at_once_and_is_mended_without_the_echo(deploy):
    world = deploy(NewDbSubnetGroupName="private", ModDbParameterGroupName="small")
    world.rds.quotas(instances=2)
    world.rds.withdraw(engine="postgres", version="16.4", **{"class": "db.t4g.medium"})
    why = outcome(world)["why"]
    for what in ("rdsecho.new.dbSubnetGroupName", WRONG, "quotas", "rdsecho.new.dbInstanceClass"):
        assert what in why, why
    # One by one; the class is another's, which takes the stack.
    world.rds.add_group("subnet", "private")
    world.rds.add_group("parameter", "small")
    world.rds.quotas(instances=40)
    why = outcome(world)["why"]
    assert "rdsecho.new.dbInstanceClass" in why and "db.t4g.medium" in why and "quotas" not in why and WRONG not in why
    assert restores(world) == 0


def test_what_cannot_be_looked_at_stops_nothing(deploy):
    world = deploy()
    world.rds.fail("DescribeAccountAttributes", "refuse", code="AccessDenied")
    done = outcome(world)
    assert done["did"] == "advanced" and restores(world) == 1, done


def grades(checked):
    """The worst that was found of each thing."""
    order = ["ok", "doubtful", "bad"]
    found = {}
    for finding in checked["findings"]:
        found[finding["what"]] = max(found.get(finding["what"], "ok"), finding["grade"], key=order.index)
    return found


def test_check_of_a_good_setup(town):
    group, vpc = seed.seed_security_group(town.cloud, "good")
    town.rds.add_group("parameter", "small", family="postgres16")
    town.rds.add_group("option", "options", engine="postgres", major_version="16")
    town.rds.add_group("subnet", "private", vpc=vpc)
    town.cli.write(
        {
            **town.settings,
            "new.dbSubnetGroupName": "private",
            "new.vpcSecurityGroupIds": group,
            "new.availabilityZone": "us-east-1b",
            "new.storageType": "gp3",
            "new.allocatedStorage": "600",
            "new.iops": "12000",
            "new.storageThroughput": "500",
            "mod.dbParameterGroupName": "small",
            "mod.optionGroupName": "options",
            "snapshot.maxAgeHours": "26",
        }
    )
    before = town.changes()
    checked = town.cli.json("check")
    found = grades(checked)
    assert checked["worst"] == "ok", checked
    for what in (
        "credentials",
        "engine",
        "quotas",
        "rdsecho.new.dbSubnetGroupName",
        "rdsecho.new.vpcSecurityGroupIds",
        "rdsecho.new.dbInstanceClass",
        "rdsecho.mod.dbParameterGroupName",
        "rdsecho.mod.optionGroupName",
        "rdsecho.promote.sender",
        "mail account",
        "rdsecho.promote.keyId",
    ):
        assert found[what] == "ok", (what, checked)
    assert town.changes() == before
    # What check finds good, RDS takes.
    assert town.cli.json("new")["outcomes"][0]["did"] == "advanced"


def test_check_of_a_thoroughly_wrong_setup(town):
    group, _ = seed.seed_security_group(town.cloud, "elsewhere")
    rds = town.rds
    rds.add_group("parameter", "small", family="mysql8.0")
    rds.add_group("option", "options", engine="mysql", major_version="8.0")
    rds.add_group("subnet", "private", vpc="vpc-of-ours")
    rds.withdraw(engine="postgres", zone="us-east-1b")
    rds.quotas(instances=2, storage=600, manual_snapshots=1)
    wrong = {
        "accountNumber": "111111111111",
        "new.dbSubnetGroupName": "private",
        "new.vpcSecurityGroupIds": f"{group},sg-00000000000000000",
        "new.dbInstanceClass": "db.t1.micro",
        "new.allocatedStorage": "20",
        "new.dbParameterGroupName": "small",
        "mod.optionGroupName": "options",
        "mod.engineVersion": "latest",
        "promote.hostedZoneId": "Z0NOWHERE",
        "promote.sender": "stranger@elsewhere.test",
        "promote.keyId": "alias/none",
        "promote.ttl": "86400",
    }
    town.cli.write({**town.settings, **wrong})
    before = town.changes()
    checked = town.cli.json("check", code=4)
    found = grades(checked)
    bad = {what for what, grade in found.items() if grade == "bad"}
    assert bad == {
        "credentials",
        "quotas",
        "rdsecho.new.vpcSecurityGroupIds",
        "rdsecho.new.dbInstanceClass",
        "rdsecho.new.allocatedStorage",
        "rdsecho.new.dbParameterGroupName",
        "rdsecho.mod.optionGroupName",
        "rdsecho.mod.engineVersion",
        "rdsecho.promote.hostedZoneId",
        "rdsecho.promote.cname",
        "rdsecho.promote.sender",
        "rdsecho.promote.keyId",
    }, checked
    assert found["rdsecho.promote.ttl"] == "doubtful"
    assert town.changes() == before
    remedies = ("name ", "verify ", "raise ", "make ", "set ", "leave ", "delete ", "ask ", "check ", "is 111111111111")
    for finding in checked["findings"]:
        assert finding["grade"] == "ok" or any(word in finding["says"] for word in remedies), finding


@pytest.mark.parametrize(
    ("setting", "value", "what"),
    [
        ("new.storageType", "io1", "rdsecho.new.storageType"),
        ("new.iops", "100", "rdsecho.new.iops"),
        ("new.availabilityZone", "us-east-1z", "rdsecho.new.availabilityZone"),
        ("new.dbSubnetGroupName", "nowhere", "rdsecho.new.dbSubnetGroupName"),
        ("snapshot.types", "awsbackup", "rdsecho.snapshot.dbInstanceIdentifier"),
    ],
)
def test_what_check_finds_bad_rds_refuses_or_does_not_have(town, setting, value, what):
    town.cli.write({**town.settings, setting: value})
    found = grades(town.cli.json("check", code=4))
    assert found[what] == "bad", found
    assert town.rds.now() == START
    before = town.changes()
    town.cli.run("new", code=4)
    assert town.changes() == before, "new looks first too"
    if setting.startswith("new."):
        asked = {"storageType": "StorageType", "iops": "Iops", "availabilityZone": "AvailabilityZone", "dbSubnetGroupName": "DBSubnetGroupName"}
        given = {asked[setting.removeprefix("new.")]: int(value) if value.isdigit() else value}
        snapshot = next(one["identifier"] for one in town.rds.state()["snapshots"] if one["source"] == seed.PRODUCTION)
        client = town.rds.client()
        with pytest.raises(client.exceptions.ClientError):
            client.restore_db_instance_from_db_snapshot(
                DBInstanceIdentifier="dev-2026-11-30", DBSnapshotIdentifier=snapshot, DBInstanceClass="db.t4g.medium", **given
            )


def test_what_another_account_shares_is_restored_and_what_a_third_one_shares_is_not(deploy):
    """Every account can share a snapshot with this one, and call its instance as production is called."""
    world = deploy(SnapshotAccount=SHARING_ACCOUNT)
    story = Story(world.echo, world.rds, approver=NobodyYet())
    world.rds.add_snapshot(seed.PRODUCTION, "of-the-day", "shared", world.first - timedelta(hours=1))
    instance = story.begin(world.first)
    shared = f"arn:aws:rds:us-east-1:{SHARING_ACCOUNT}:snapshot:of-the-day"
    assert world.tags(instance)["snapshot"] == shared
    assert Roles(world).may("new", Ask("rds:RestoreDBInstanceFromDBSnapshot", shared))

    third = deploy(EchoName="qa", SnapshotAccount=OTHER_ACCOUNT)
    third.rds.add_snapshot(seed.PRODUCTION, "of-the-day", "shared", third.first - timedelta(hours=1))
    answer, _ = third.echo.invoke("new", {"detail-type": "Echo Schedule", "echo": "qa"})
    assert [(outcome["did"], outcome["code"]) for outcome in answer["outcomes"]] == [("refuses", "no-snapshot")]
