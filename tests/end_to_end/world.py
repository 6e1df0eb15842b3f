"""A deployed echo and what is around it, as the tests look at it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from local import seed
from local.cloud import LocalCloud
from local.echo import Echo
from local.simulated_rds import EVENT_SOURCE, SimulatedRds

START = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
CNAME = "dev-db.example.test"
APPROVERS = ("dana@example.test", "eli@example.test", "kim@example.test")
# Long enough to tell the steps apart; the time is simulated, so that nobody waits.
TIMING = {
    "restore_seconds": 3600,
    "backup_seconds": 600,
    "modify_linger_seconds": 40,
    "modify_seconds": 300,
    "reboot_seconds": 90,
    "delete_seconds": 600,
    "secret_seconds": 60,
}


@dataclass
class World:
    """A deployed echo and what is around it."""

    cloud: LocalCloud
    rds: SimulatedRds
    zone: seed.Zone
    echo: Echo
    first: datetime = START + timedelta(hours=1)

    def tags(self, instance):
        """Our tags of an instance, without their prefix."""
        prefix = f"rdsecho:{self.echo.name}:"
        tags = self.rds.instances()[instance]["tags"]
        return {key.removeprefix(prefix): value for key, value in tags.items() if key.startswith(prefix)}

    def changes(self):
        """How often each RDS operation that changes something was called."""
        return {name: count for name, count in self.rds.state()["calls"].items() if not name.startswith(("Describe", "List"))}


def make_world(cloud, template, cname_target=seed.LEGACY_HOST, snapshots=True, **parameters):
    """A new simulated RDS, zone and stack; parameters of the stack can be given."""
    rds = cloud.simulate_rds(START)
    rds.timing(**TIMING)
    if snapshots:
        seed.seed_production(rds, START)
    else:
        rds.add_instance(seed.PRODUCTION)
    zone = seed.seed_zone(cloud, CNAME, cname_target)
    given = {
        "EchoName": "dev",
        "SnapshotDbInstanceIdentifier": seed.PRODUCTION,
        "NewDbInstanceClass": "db.t4g.medium",
        "NewTags": "team=shop,purpose=a copy to develop with",
        "ModBackupRetentionPeriod": "1",
        "Cname": CNAME,
        "HostedZoneId": zone.id,
        "Approvers": ",".join(APPROVERS),
        "Sender": seed.SENDER,
        "RdsEventSource": EVENT_SOURCE,
        **parameters,
    }
    return World(cloud, rds, zone, Echo(cloud, template, given))
