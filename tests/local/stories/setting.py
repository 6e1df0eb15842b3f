"""Where all stories play: the echo's parameters, what is there before it, and the times."""

import os
from datetime import UTC, datetime, timedelta

from .. import seed
from ..simulated_rds import EVENT_SOURCE

ECHO = "dev"
CNAME = "dev-db.example.test"
APPROVERS = ("dana@example.test", "eli@example.test")
# A Monday, as the schedule says, and the next one.
START = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
FIRST = START + timedelta(hours=1)
SECOND = FIRST + timedelta(weeks=1)
TIMING = {
    "restore_seconds": 28 * 3600,
    "backup_seconds": 20 * 60,
    "modify_linger_seconds": 40,
    "modify_seconds": 6 * 60,
    "reboot_seconds": 90,
    "delete_seconds": 10 * 60,
    "secret_seconds": 60,
}
# The parameters that a user would give, and the three that make it local.
PARAMETERS = {
    "EchoName": ECHO,
    "SnapshotDbInstanceIdentifier": seed.PRODUCTION,
    "NewSchedule": "cron(0 3 ? * MON *)",
    "NewDbInstanceClass": "db.t4g.medium",
    "NewTags": "team=shop,purpose=a copy to develop with",
    "ModDbParameterGroupName": "dev-small",
    "ModBackupRetentionPeriod": "1",
    "Cname": CNAME,
    "Approvers": ",".join(APPROVERS),
    "Sender": seed.SENDER,
    "Architecture": "arm64" if os.uname().machine == "aarch64" else "x86_64",
    "RdsEventSource": EVENT_SOURCE,
}


def surroundings(cloud, **timing):
    """What an echo finds that is there before it: production in a simulated RDS, a sender, a zone; gives RDS and zone."""
    rds = cloud.simulate_rds(START)
    rds.timing(**TIMING | timing)
    seed.seed_production(rds, START)
    seed.seed_parameter_group(rds, PARAMETERS["ModDbParameterGroupName"])
    seed.seed_sender(cloud)
    return rds, seed.seed_zone(cloud, CNAME)
