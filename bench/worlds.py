"""Worlds with an instance that is due for a stage: the simulated RDS, with strangers in it as wanted."""

import base64
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
from local.simulated_rds import SimulatedRds, moment, stamp

# What the events in events/ are about.
ECHO = "dev"
INSTANCE = "dev-2026-11-22"
CNAME = "dev-db.example.test"
APPROVERS = ("ada@example.test", "bob@example.test")
# As the template renders them, for the functions that need the most.
# An open request's end: far away, and always as long.
EXPIRES = stamp(datetime.now(UTC) + timedelta(days=2))
OPTIONS = {
    "name": ECHO,
    "region": REGION,
    "accountNumber": ACCOUNT,
    "snapshot.dbInstanceIdentifier": seed.PRODUCTION,
    "new.minimumAgeHours": "24",
    "new.dbInstanceClass": "db.t4g.medium",
    "new.tags": "'team=shop,purpose=a copy to develop with'",
    "mod.backupRetentionPeriod": "1",
    # The peers know no secrets, and all shall do the same.
    "mod.manageMasterUserPassword": "false",
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
def due(work: Path, transition, strangers=0):
    """A new simulated RDS in which the transition is due, and the event for it. Its time is the functions', the real one."""
    rds = SimulatedRds(built("RDS_SIM_BIN", "release", "rds-sim"), datetime.now(UTC), work / "rds-sim.log")
    try:
        if strangers:
            rds.add_instances("stranger-{n}", strangers, tags={"team": "other"})
        resource = transition.plant(rds)
        yield rds, transition.event(resource) if callable(transition.event) else transition.event
    finally:
        rds.end()


def ago(**time):
    return stamp(datetime.now(UTC) - timedelta(**time))


def plant_own(rds, stage, more=None, **properties):
    """One of the echo's, in that stage for two days; gives its resource id."""
    tags = {"managed": "true", "stage": stage, "since": ago(days=2), "id": INSTANCE, "snapshot": "nightly", "data-from": ago(days=4)}
    tags = {f"rdsecho:{ECHO}:{key}": value for key, value in {**tags, **(more or {})}.items()}
    planted = rds.add_instance(INSTANCE, tags=tags, created=ago(days=3), **properties)
    # Only now is its resource id known; `new` writes it right after the restore.
    call(rds, "AddTagsToResource", ResourceName=planted["arn"], **tag(1, f"rdsecho:{ECHO}:resource", planted["resource_id"]))
    return planted["resource_id"]


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
    event: dict | Callable
    plant: Callable
    said: str
    # The most that it may make, without the pages of a listing of all instances: three and the announcement of modify and
    # reboot, of the others the least that their guards allow.
    calls: int
    # How often it lists all instances.
    lists: int = 0


def plant_production(rds):
    rds.add_instance(seed.PRODUCTION, tags={"team": "shop"})
    rds.add_snapshot(seed.PRODUCTION, "nightly", "manual", datetime.now(UTC) - timedelta(hours=6))


def plant_restored(rds):
    return plant_own(rds, "new", backupRetentionPeriod=7)


def plant_modified(rds):
    return plant_own(rds, "modified", backupRetentionPeriod=1, deletionProtection=True)


def plant_restarted(rds):
    return plant_own(rds, "modified", {"rebooting": ago(days=1)}, backupRetentionPeriod=1, deletionProtection=True)


def plant_set_up(rds):
    return plant_own(rds, "rebooted", backupRetentionPeriod=1, deletionProtection=True)


def plant_asked(rds, more=None):
    asked = {"request": "1", "requested": ago(hours=3), "expires": EXPIRES, "notified": f"1 {EXPIRES}", **(more or {})}
    return plant_own(rds, "rebooted", asked, backupRetentionPeriod=1, deletionProtection=True)


def plant_confirmed(rds):
    return plant_asked(rds, {f"confirmed:{APPROVERS[0]}": f"1 {ago(hours=1)} {encoded(bytes(32))}"})


def plant_forgotten(rds):
    return plant_own(rds, "forgotten", backupRetentionPeriod=1, deletionProtection=True)


def plant_retired(rds):
    return plant_own(rds, "retired", backupRetentionPeriod=1, deletionProtection=True)


def encoded(raw):
    """Base64url without padding, as links and tags have it."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def pressed(resource):
    """The button of a link, as the function URL hands it on. The driver's KMS takes every MAC for a right one."""
    claim = ("1", ECHO, resource, INSTANCE, "1", "confirm", APPROVERS[0], str(int(moment(EXPIRES).timestamp())))
    path = "/" + encoded("\n".join(claim).encode()) + "." + encoded(bytes(32))
    request = event("approve/post-forged-link.json")
    request["requestContext"]["http"]["path"] = path
    return {**request, "rawPath": path}


# Described, modified, tagged, announced.
MODIFY = Transition("modify", "modify", event("modify/backup-finished.json"), plant_restored, "modification requested", 4)
# Listed, then the same.
FALLBACK = Transition("modify", "fallback", event("modify/schedule.json"), plant_restored, "modification requested", 3, lists=1)
SET_UP_EVENT = event("request-approval/stage-changed-to-rebooted.json")
REBOOT_EVENT = event("reboot/class-change-finished.json")
# The first of each function is an event that concerns it.
TRANSITIONS = (
    # Listed, snapshots listed; looked at before a day is spent on it: the version, what can be had of the class, quotas,
    # the name of the final snapshot, the record, the mail account, the sender, the key of the links; listed once more,
    # restored, tagged with its resource id, announced.
    Transition("new", "restore", event("new/schedule.json"), plant_production, "restore of nightly requested", 12, lists=2),
    MODIFY,
    # Described, marked, rebooted.
    Transition("reboot", "reboot", REBOOT_EVENT, plant_modified, "reboot requested", 3),
    # Described, tagged, announced: one less than it may.
    Transition("reboot", "set up", REBOOT_EVENT, plant_restarted, "set up", 4),
    # Described, the name's record read, opened, marked as mailed; two links and a mail for each approver.
    Transition("request-approval", "ask", SET_UP_EVENT, plant_set_up, "request 1 is open", 4 + 3 * len(APPROVERS)),
    # The link verified, described, the name's record read, tagged, announced.
    Transition("approve", "confirm", pressed, plant_asked, "Thank you", 5),
    # Listed, the name's record read, the confirmation verified, what it replaces noted, described, swapped, tagged, announced.
    Transition("promote", "swap", event("promote/approval-confirmed.json"), plant_confirmed, "moved from dev-legacy", 7, lists=1),
    # Listed, the name's record read, tagged, announced.
    Transition("retire", "condemn", event("retire/schedule.json"), plant_forgotten, "to be destroyed", 3, lists=1),
    # Listed, the name's record read; both once more; the protection off, the final snapshot's name noted, deleted; that
    # snapshot described and marked.
    Transition("retire", "destroy", event("retire/schedule.json"), plant_retired, "deletion requested", 8, lists=1),
)
