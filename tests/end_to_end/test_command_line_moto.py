"""A second opinion: the command line against moto's RDS, Route 53, SES, KMS, EventBridge and STS. Nothing of ours is there.

moto knows no time: everything is `available` at once, and the time is the real one.
"""

import hashlib
import json
import sys
import threading
from contextlib import ExitStack
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import botocore.session
import pytest

from local.cloud import REPOSITORY, forget_the_users_aws
from local.command_line import CommandLine
from local.process import Child, free_port, until

CNAME = "dev-db.example.test"
ACCOUNT = "123456789012"


class Moto:
    """moto's server with every service, and clients for it."""

    def __init__(self, work):
        forget_the_users_aws()
        self.url = f"http://127.0.0.1:{free_port()}"
        command = [sys.executable, str(REPOSITORY / "tests" / "local" / "moto_server.py"), "--host", "127.0.0.1", "--port", self.url.rsplit(":", 1)[1]]
        work.mkdir(parents=True, exist_ok=True)
        self._child = Child("moto", command, work / "moto-alone.log")

        def answers():
            self._child.demand_alive()
            try:
                return self.client("sts").get_caller_identity()["Account"] == ACCOUNT
            except Exception:  # botocore has a dozen ways to say that nobody listens yet
                return False

        try:
            until(answers, "moto", 60)
        except BaseException:
            self._child.end()
            raise

    def client(self, service):
        return botocore.session.get_session().create_client(
            service, region_name="us-east-1", endpoint_url=self.url, aws_access_key_id="local", aws_secret_access_key="local"
        )

    def instances(self):
        return {one["DBInstanceIdentifier"]: one for one in self.client("rds").describe_db_instances()["DBInstances"]}

    def tags(self, instance):
        return {tag["Key"]: tag["Value"] for tag in self.instances()[instance]["TagList"]}

    def mails(self):
        return int(self.client("ses").get_send_quota()["SentLast24Hours"])

    def end(self):
        self._child.end()


@pytest.fixture
def moto():
    with ExitStack() as stack:
        moto = Moto(REPOSITORY / "target" / "end-to-end")
        stack.callback(moto.end)
        rds = moto.client("rds")
        rds.create_db_instance(
            DBInstanceIdentifier="production",
            DBInstanceClass="db.r6g.large",
            Engine="postgres",
            MasterUsername="admin1",
            MasterUserPassword="not-a-secret",
            AllocatedStorage=20,
        )
        rds.create_db_snapshot(DBInstanceIdentifier="production", DBSnapshotIdentifier="before-release")
        rds.create_db_parameter_group(DBParameterGroupName="dev-small", DBParameterGroupFamily="postgres16", Description="small")
        moto.client("sesv2").create_email_identity(EmailIdentity="rds-echo@example.test")
        moto.client("ses").verify_email_identity(EmailAddress="rds-echo@example.test")
        yield moto


def settings(moto, **more):
    route53 = moto.client("route53")
    zone = route53.create_hosted_zone(Name="example.test.", CallerReference="1")["HostedZone"]["Id"]
    route53.create_hosted_zone(Name="test.", CallerReference="2")
    target = [{"Value": "legacy.example.test"}]
    change = {"Action": "CREATE", "ResourceRecordSet": {"Name": CNAME, "Type": "CNAME", "TTL": 300, "ResourceRecords": target}}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [change]})
    key = moto.client("kms").create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["KeyId"]
    moto.client("kms").create_alias(AliasName="alias/rds-echo/dev", TargetKeyId=key)
    return zone, {
        "name": "dev",
        "region": "us-east-1",
        "accountNumber": ACCOUNT,
        "snapshot.dbInstanceIdentifier": "production",
        "new.dbInstanceClass": "db.t4g.medium",
        "new.minimumAgeHours": "0",
        "mod.dbParameterGroupName": "dev-small",
        "mod.backupRetentionPeriod": "3",
        "settleMinutes": "0",
        "promote.cname": f"{CNAME}.",
        "promote.approvers": "dana@example.test,eli@example.test",
        "promote.approvals": "2",
        "promote.sender": "rds-echo@example.test",
        "promote.url": "https://page.example.test",
        **more,
    }


def target(moto, zone):
    sets = moto.client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return next(each["ResourceRecords"][0]["Value"] for each in sets if each["Type"] == "CNAME")


def test_two_cycles_and_the_way_back_by_commands_alone(moto, tmp_path):
    zone, given = settings(moto)
    cli = CommandLine(tmp_path, given, {"AWS_ENDPOINT_URL": moto.url})
    production = {name: value for name, value in moto.instances()["production"].items() if name != "LatestRestorableTime"}
    checked = cli.json("check", code=None)
    # moto has no engine versions, quotas and mail account to tell of; everything else is as it should be.
    unseen = {"engine", "quotas", "mail account", "rdsecho.mod.dbParameterGroupName"}
    assert checked["worst"] == "doubtful" and {one["what"] for one in checked["findings"] if one["grade"] != "ok"} == unseen, checked

    def cycle():
        instance = cli.json("new")["outcomes"][0]["instance"]
        cli.run("modify", instance)
        for _ in range(2):
            cli.run("reboot", instance)
        mails = moto.mails()
        cli.run("request", instance)
        assert moto.mails() - mails == 2
        cli.run("approve", "--as", "dana@example.test")
        assert "1 of 2 confirmations" in cli.run("promote", code=3).out
        cli.run("approve", "--as", "eli@example.test")
        assert "confirmed by dana@example.test, eli@example.test" in cli.run("promote").out
        assert target(moto, zone) == moto.instances()[instance]["Endpoint"]["Address"]
        return instance

    first, second = cycle(), cycle()
    assert first == f"dev-{datetime.now(UTC):%Y-%m-%d}" and second == f"{first}-2"
    assert moto.tags(first)["rdsecho:dev:stage"] == "forgotten"
    assert moto.instances()[second]["BackupRetentionPeriod"] == 3 and moto.instances()[second]["DeletionProtection"]
    # moto refuses a record that it has had before, though the same batch deletes what is there: so it gets a new TTL.
    cli.run("rollback", "--set", "promote.ttl=61")
    assert target(moto, zone) == moto.instances()[first]["Endpoint"]["Address"]
    cli.run("rollback", second, "--set", "promote.ttl=62")
    assert "waits: it is kept until" in cli.run("retire", code=3).out
    cli.run("retire", "--now")
    assert sorted(moto.instances()) == [second, "production"]
    finals = [one["DBSnapshotIdentifier"] for one in moto.client("rds").describe_db_snapshots()["DBSnapshots"]]
    assert f"{first}-final" in finals
    assert {name: value for name, value in moto.instances()["production"].items() if name != "LatestRestorableTime"} == production


def test_the_zone_with_the_longest_name_is_found(moto, tmp_path):
    zone, given = settings(moto)
    cli = CommandLine(tmp_path, given, {"AWS_ENDPOINT_URL": moto.url})
    assert f"is in the hosted zone {zone.removeprefix('/hostedzone/')} (example.test)" in cli.run("status", "-v").err
    moto.client("route53").create_hosted_zone(Name="example.test.", CallerReference="3")
    assert "rdsecho.promote.hostedZoneId is not set, and dev-db.example.test could be in any of" in cli.run("status", code=2).err


def test_check_names_what_is_not_there(moto, tmp_path):
    _, given = settings(moto)
    cli = CommandLine(tmp_path, given, {"AWS_ENDPOINT_URL": moto.url})
    moto.client("rds").create_option_group(
        OptionGroupName="there", EngineName="mysql", MajorEngineVersion="8.0", OptionGroupDescription="for a test"
    )
    wrong = ("mod.dbParameterGroupName=none", "mod.optionGroupName=none", "new.dbSubnetGroupName=none", "new.optionGroupName=there")
    checked = cli.json("check", *(word for setting in wrong for word in ("--set", setting)), code=4)
    bad = {one["what"] for one in checked["findings"] if one["grade"] == "bad"}
    # The one that is there is another engine's.
    assert bad == {
        "rdsecho.mod.dbParameterGroupName",
        "rdsecho.mod.optionGroupName",
        "rdsecho.new.dbSubnetGroupName",
        "rdsecho.new.optionGroupName",
    }, checked


def test_credentials_come_from_a_profile_with_a_process(moto, tmp_path):
    _, given = settings(moto)
    cli = CommandLine(tmp_path, {**given, "region": ""}, {"AWS_ENDPOINT_URL": moto.url})
    for name in [name for name in cli.environment if name.startswith("AWS_") and name != "AWS_ENDPOINT_URL"]:
        del cli.environment[name]
    cli.environment["AWS_EC2_METADATA_DISABLED"] = "true"
    nobody = cli.run("status", "--region", "us-east-1", code=5)
    assert "log in to AWS" in nobody.err and "--profile" in nobody.err
    key = {"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "s", "SessionToken": "t"}
    (tmp_path / ".aws").mkdir()
    (tmp_path / "credentials.json").write_text(json.dumps(key))
    (tmp_path / ".aws/config").write_text(
        f"[profile people]\nregion = us-east-1\ncredential_process = cat {tmp_path / 'credentials.json'}\n"
    )
    assert "region us-east-1" in cli.run("status", "-v", "--profile", "people").err
    assert cli.run("status", environment={"AWS_PROFILE": "people"}).code == 0
    # A profile that is named wins over keys in variables; one that does not exist is no reason to take those.
    keys = {"AWS_ACCESS_KEY_ID": "AKIAOTHER", "AWS_SECRET_ACCESS_KEY": "s"}
    assert "region us-east-1" in cli.run("status", "-v", "--profile", "people", environment=keys).err
    assert "nobody" in cli.run("status", "--profile", "nobody", "--region", "us-east-1", environment=keys, code=5).err


def test_credentials_come_from_a_role_that_a_profile_assumes(moto, tmp_path):
    _, given = settings(moto, **{"promote.approvals": "1"})
    cli = CommandLine(tmp_path, given, {"AWS_ENDPOINT_URL": moto.url})
    del cli.environment["AWS_REGION"], cli.environment["AWS_DEFAULT_REGION"]
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text(
        "[profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = s\n"
        f"[profile people]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/people\nrole_session_name = dana@example.test\nsource_profile = base\n"
        "region = us-east-1\n"
    )
    role = f"as arn:aws:sts::{ACCOUNT}:assumed-role/people/dana@example.test"
    assert role in cli.run("status", "-v", "--profile", "people").err
    # The region may also be said, or stand in the settings only.
    text = (tmp_path / ".aws/config").read_text()
    (tmp_path / ".aws/config").write_text(text.replace("region = us-east-1\n", ""))
    assert role in cli.run("status", "-v", "--profile", "people", "--region", "us-east-1").err
    assert role in cli.run("status", "-v", "--profile", "people").err


def test_credentials_come_from_single_sign_on(moto, tmp_path):
    _, given = settings(moto)
    cli = CommandLine(tmp_path, given, {"AWS_ENDPOINT_URL": moto.url})
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del cli.environment[name]
    asked = []

    class Portal(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers.get("x-amz-sso_bearer_token")))
            key = {"accessKeyId": "AKIASSO", "secretAccessKey": "s", "sessionToken": "t", "expiration": 4_000_000_000_000}
            body = json.dumps({"roleCredentials": key}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    portal = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    threading.Thread(target=portal.serve_forever, daemon=True).start()
    cache = tmp_path / ".aws/sso/cache"
    cache.mkdir(parents=True)
    (tmp_path / ".aws/config").write_text(
        "[profile people]\nregion = us-east-1\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = developer\n"
        "[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://corp.example.test/start\n"
    )
    token = {"startUrl": "https://corp.example.test/start", "region": "us-east-1", "accessToken": "the-token", "expiresAt": "2096-01-01T00:00:00Z"}
    (cache / f"{hashlib.sha1(b'corp').hexdigest()}.json").write_text(json.dumps(token))
    try:
        address = f"http://127.0.0.1:{portal.server_address[1]}"
        said = cli.run("status", "-v", "--profile", "people", environment={"AWS_ENDPOINT_URL_SSO": address})
    finally:
        portal.shutdown()
        portal.server_close()
    assert asked and "role_name=developer" in asked[0][0] and asked[0][1] == "the-token"
    assert "the-token" not in said.err + said.out


def test_a_role_session_named_like_an_approver_is_that_approver(moto, tmp_path):
    _, given = settings(moto, **{"promote.approvals": "1"})
    cli = CommandLine(tmp_path, given, {"AWS_ENDPOINT_URL": moto.url})
    instance = cli.json("new")["outcomes"][0]["instance"]
    cli.run("modify")
    for _ in range(2):
        cli.run("reboot")
    cli.run("request")
    role = moto.client("sts").assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/people", RoleSessionName="dana@example.test")
    session = {
        "AWS_ACCESS_KEY_ID": role["Credentials"]["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": role["Credentials"]["SecretAccessKey"],
        "AWS_SESSION_TOKEN": role["Credentials"]["SessionToken"],
    }
    cli.run("approve", environment=session)
    assert moto.tags(instance)["rdsecho:dev:confirmed:dana@example.test"].startswith("1 ")


def test_a_file_of_the_original_works_as_it_is(moto, tmp_path):
    """The settings that rds-echo 0.1.10 demanded, and no others: the zone is found, a person promotes."""
    settings(moto)
    cli = CommandLine(tmp_path, None, {"AWS_ENDPOINT_URL": moto.url})
    (tmp_path / "rdsecho.properties").write_text(
        "# RDS Echo\n"
        "rdsecho.interactive = true\n"
        "rdsecho.name: dev\n"
        "rdsecho.region=us-east-1\n"
        f"rdsecho.accountNumber={ACCOUNT}\n"
        "rdsecho.snapshot.dbInstanceIdentifier=production\n"
        "rdsecho.new.engine=postgres\n"
        "rdsecho.new.dbInstanceClass=db.t4g.medium\n"
        "rdsecho.new.multiAz=false\n"
        "rdsecho.new.iops=0\n"
        "rdsecho.new.autoMinorVersionUpgrade=TRUE\n"
        "rdsecho.new.tags=orange=false,pear=maybe\n"
        "rdsecho.mod.dbParameterGroupName=dev-small\n"
        "rdsecho.mod.backupRetentionPeriod=0\n"
        "rdsecho.mod.applyImmediately=true\n"
        "rdsecho.promote.cname=${rdsecho.name}-db.example.test.\n"
        "rdsecho.promote.ttl=300\n"
        "rdsecho.promote.tags=development=yes,banana=no\n"
        "rdsecho.retire.skipFinalSnapshot=false\n"
        "rdsecho.retire.finalDbSnapshotIdentifier=farewell\n"
    )
    now = ("--set", "settleMinutes=0", "--set", "new.minimumAgeHours=0")
    first = f"dev-{datetime.now(UTC):%Y-%m-%d}"
    said = cli.at_a_terminal("new", *now, answers=[first])
    assert "rdsecho.retire.finalDbSnapshotIdentifier" in said.out and "farewell-{instance}" in said.out
    for command in ("modify", "reboot", "reboot"):
        cli.at_a_terminal(command, *now, answers=[first])
    cli.at_a_terminal("promote", *now, answers=[first])
    tags = moto.tags(first)
    assert tags["rdsecho:dev:stage"] == "promoted" and tags["banana"] == "no" and tags["orange"] == "false"
    second = f"{first}-2"
    for command in ("new", "modify", "reboot", "reboot", "promote"):
        cli.at_a_terminal(command, *now, answers=[second])
    cli.at_a_terminal("retire", "--now", *now, answers=[first])
    finals = [one["DBSnapshotIdentifier"] for one in moto.client("rds").describe_db_snapshots()["DBSnapshots"]]
    assert f"farewell-{first}" in finals and first not in moto.instances()
