"""A second opinion: the same functions against moto's RDS, which nobody of us has written.

moto knows no time: everything is `available` at once and no event is sent, so that schedules carry the story.
"""

import sys
from datetime import timedelta

import pytest
from world import APPROVERS, CNAME, START

from local import clock, person, seed
from local.cloud import REPOSITORY
from local.echo import Echo
from local.process import Child, until
from local.story import FALLBACKS

TICK = timedelta(minutes=10)


@pytest.fixture
def moto(cloud):
    """moto's server in the place of the simulated RDS; gives a botocore client for it."""
    cloud.end_simulated_rds()
    command = [sys.executable, str(REPOSITORY / "tests" / "local" / "moto_server.py"), "--host", "127.0.0.1", "--port", str(cloud.rds_port)]
    child = Child("moto", command, cloud.work / "moto.log", {"MOTO_ACCOUNT_ID": "000000000000"})
    client = cloud.rds_client()

    def answers():
        child.demand_alive()
        try:
            return client.describe_db_instances() is not None
        except client.exceptions.ClientError:
            raise
        except Exception:  # botocore has a dozen ways to say that nobody listens yet
            return False

    try:
        until(answers, "moto", 60)
        yield client
    finally:
        child.end()


def production(moto):
    """The production instance, without what moto makes of the real clock at each call."""
    (instance,) = moto.describe_db_instances(DBInstanceIdentifier=seed.PRODUCTION)["DBInstances"]
    return {name: value for name, value in instance.items() if name != "LatestRestorableTime"}


def test_two_cycles_run_against_moto(cloud, template, moto):
    moto.create_db_instance(
        DBInstanceIdentifier=seed.PRODUCTION,
        DBInstanceClass="db.r6g.large",
        Engine="postgres",
        MasterUsername="admin1",
        MasterUserPassword="not-a-secret",
        AllocatedStorage=20,
    )
    moto.create_db_snapshot(DBInstanceIdentifier=seed.PRODUCTION, DBSnapshotIdentifier="before-release")
    untouched = production(moto)
    zone = seed.seed_zone(cloud, CNAME)
    echo = Echo(
        cloud,
        template,
        {
            "EchoName": "dev",
            "SnapshotDbInstanceIdentifier": seed.PRODUCTION,
            "NewDbInstanceClass": "db.t4g.medium",
            "ModBackupRetentionPeriod": "3",
            "Cname": CNAME,
            "HostedZoneId": zone.id,
            "Approvers": ",".join(APPROVERS),
            "Sender": seed.SENDER,
        },
    )
    read = len(cloud.mails())
    now = START

    def instances():
        return {one["DBInstanceIdentifier"]: one for one in moto.describe_db_instances()["DBInstances"]}

    def live_until(done, what):
        nonlocal now, read
        for _ in range(40):
            if done():
                return
            now += TICK
            clock.write(cloud.clock, now)
            echo.wake(*FALLBACKS)
            mails = cloud.mails()[read:]
            read += len(mails)
            for mail in mails:
                # The mails that tell what has become of a request have no links.
                if mail["To"] == [APPROVERS[0]] and person.links(mail):
                    assert person.press(person.request(person.links(mail)["confirm"])).status == 200
                    cloud.quiet()
        pytest.fail(f"{what}: {[invocation.lines for invocation in echo.new_invocations()[-8:]]}")

    def in_use(name):
        return name in instances() and zone.target() == instances()[name]["Endpoint"]["Address"]

    try:
        for name in ("dev-2026-11-30", "dev-2026-12-07"):
            clock.write(cloud.clock, now)
            echo.wake("new")
            assert name in instances()
            live_until(lambda: in_use(name), f"{name} is in use")
            now = START + timedelta(weeks=1)
        now += timedelta(days=1)
        live_until(lambda: "dev-2026-11-30" not in instances(), "the first one is destroyed")
        assert in_use("dev-2026-12-07")
        tags = {tag["Key"]: tag["Value"] for tag in instances()["dev-2026-12-07"]["TagList"]}
        assert tags["rdsecho:dev:stage"] == "promoted" and tags["rdsecho:dev:snapshot"] == "before-release"
        assert instances()["dev-2026-12-07"]["DeletionProtection"] and instances()["dev-2026-12-07"]["BackupRetentionPeriod"] == 3
        finals = [one["DBSnapshotIdentifier"] for one in moto.describe_db_snapshots()["DBSnapshots"]]
        assert "dev-2026-11-30-final" in finals
        assert production(moto) == untouched
    finally:
        echo.close()
