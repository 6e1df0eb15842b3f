"""Worlds with an instance that is due for a stage: the simulated RDS, with strangers in it as wanted."""

import json
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from local import seed
from local.cloud import ACCOUNT, REGION, REPOSITORY, built
from local.simulated_rds import SimulatedRds, stamp

# What the events in events/ are about.
ECHO = "dev"
INSTANCE = "dev-2026-11-22"
CNAME = "dev-db.example.test"
APPROVERS = ("ada@example.test", "bob@example.test")
# As the template renders them, for the functions that need the most.
OPTIONS = {
    "name": ECHO,
    "region": REGION,
    "accountNumber": ACCOUNT,
    "snapshot.dbInstanceIdentifier": seed.PRODUCTION,
    "new.minimumAgeHours": "24",
    "new.dbInstanceClass": "db.t4g.medium",
    "new.tags": "'team=shop,purpose=a copy to develop with'",
    "mod.backupRetentionPeriod": "1",
    "promote.cname": CNAME,
    "promote.hostedZoneId": "Z0123456789ABCDEFGHIJ",
    "promote.approval": "required",
    "promote.approvers": ",".join(APPROVERS),
    "promote.approvals": "1",
    "promote.expiryHours": "72",
    "promote.sender": seed.SENDER,
    "promote.timeZone": "Europe/Berlin",
    "promote.keyId": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-4000-8000-000000000000",
    "promote.url": "https://abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws",
    "retire.graceHours": "24",
    "retire.skipFinalSnapshot": "false",
}


def event(path):
    """One of the events in events/."""
    return json.loads((REPOSITORY / "events" / path).read_text())


def environment(rds=None):
    """The settings, and where RDS is, as a function finds them."""
    options = " ".join(f"-Drdsecho.{key}={value}" for key, value in OPTIONS.items())
    return {"RDS_ECHO_OPTS": options, **({"AWS_ENDPOINT_URL_RDS": rds.url} if rds else {})}


@contextmanager
def world(work: Path, plant=None, strangers=0):
    """A new simulated RDS by the functions' clock, which is the real one; `plant` puts into it what is due."""
    rds = SimulatedRds(built("RDS_SIM_BIN", "release", "rds-sim"), datetime.now(UTC), work / "rds-sim.log")
    try:
        if strangers:
            rds.add_instances("stranger-{n}", strangers, tags={"team": "other"})
        if plant:
            plant(rds)
        yield rds
    finally:
        rds.end()


def ago(**time):
    return stamp(datetime.now(UTC) - timedelta(**time))


def plant_own(rds, stage, more=None, **properties):
    """One of the echo's, in that stage for two days."""
    tags = {"managed": "true", "stage": stage, "since": ago(days=2), "id": INSTANCE, "snapshot": "nightly", "data-from": ago(days=4)}
    tags = {f"rdsecho:{ECHO}:{key}": value for key, value in {**tags, **(more or {})}.items()}
    planted = rds.add_instance(INSTANCE, tags=tags, created=ago(days=3), **properties)
    # Only now is its resource id known; `new` writes it right after the restore.
    call(rds, "AddTagsToResource", ResourceName=planted["arn"], **tag(1, f"rdsecho:{ECHO}:resource", planted["resource_id"]))


def tag(number, key, value):
    return {f"Tags.Tag.{number}.Key": key, f"Tags.Tag.{number}.Value": value}


def call(rds, action, **parameters):
    """One call of the RDS API, as plain as it can be made: the first client of botocore takes a second."""
    data = urllib.parse.urlencode({"Action": action, "Version": "2014-10-31", **parameters}).encode()
    urllib.request.urlopen(rds.url, data, timeout=60).close()


@dataclass(frozen=True)
class Transition:
    """What one event makes a function do: the event, what must be there for it, and what its answer then says."""

    function: str
    what: str
    event: dict
    plant: Callable
    said: str
    # The least that its guards allow, without pages of listings: described, changed, tagged, announced.
    calls: int


def plant_production(rds):
    rds.add_instance(seed.PRODUCTION, tags={"team": "shop"})
    rds.add_snapshot(seed.PRODUCTION, "nightly", "manual", datetime.now(UTC) - timedelta(hours=6))


def plant_restored(rds):
    plant_own(rds, "new", backupRetentionPeriod=7)


def plant_modified(rds):
    plant_own(rds, "modified", backupRetentionPeriod=1, deletionProtection=True)


def plant_restarted(rds):
    plant_own(rds, "modified", {"rebooting": ago(days=1)}, backupRetentionPeriod=1, deletionProtection=True)


MODIFY = Transition("modify", "modify", event("modify/backup-finished.json"), plant_restored, "modification requested", 4)
TRANSITIONS = (
    Transition("new", "restore", event("new/schedule.json"), plant_production, "restore of nightly requested", 4),
    MODIFY,
    Transition("reboot", "reboot", event("reboot/class-change-finished.json"), plant_modified, "reboot requested", 3),
    Transition("reboot", "set up", event("reboot/class-change-finished.json"), plant_restarted, "set up", 3),
)
