"""What is there before the first echo: production, its snapshots, a zone, a sender."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from .cloud import LocalCloud

SENDER = "rds-echo@example.test"
PRODUCTION = "production"
LEGACY_HOST = "dev-legacy.internal.example.test"
ZONE = "example.test."


@dataclass
class Zone:
    """The hosted zone and the one name in it that matters."""

    cloud: LocalCloud
    id: str
    cname: str

    def record(self):
        """The record set of the name; None where there is none."""
        sets = self.cloud.client("route53").list_resource_record_sets(HostedZoneId=self.id)["ResourceRecordSets"]
        found = [each for each in sets if each["Name"].rstrip(".") == self.cname]
        return found[0] if found else None

    def target(self):
        """What the CNAME points at; None where there is none."""
        record = self.record()
        return record["ResourceRecords"][0]["Value"] if record and record["Type"] == "CNAME" else None

    def change(self, action, record):
        self.cloud.client("route53").change_resource_record_sets(
            HostedZoneId=self.id, ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        )


def seed_zone(cloud: LocalCloud, cname, target=LEGACY_HOST):
    """A hosted zone with `cname` pointing at a host of before; no record where `target` is None."""
    created = cloud.client("route53").create_hosted_zone(Name=ZONE, CallerReference=str(uuid.uuid4()))
    zone = Zone(cloud, created["HostedZone"]["Id"].removeprefix("/hostedzone/"), cname)
    if target:
        zone.change("CREATE", {"Name": cname, "Type": "CNAME", "TTL": 300, "ResourceRecords": [{"Value": target}]})
    return zone


def seed_sender(cloud: LocalCloud):
    """SES sends for verified identities only."""
    cloud.client("sesv2").create_email_identity(EmailIdentity=SENDER)


def seed_production(rds, start):
    """A production instance with an automated snapshot of last night and an older one made by hand.

    Another team's instance is there too: nobody may touch it.
    """
    rds.add_instance(PRODUCTION, dbInstanceClass="db.r6g.xlarge", allocatedStorage=500, backupRetentionPeriod=7, tags={"team": "shop"})
    rds.add_instance("development", dbInstanceClass="db.t4g.micro", tags={"team": "other"})
    add_snapshots(rds, start)


def seed_parameter_group(rds, name):
    """A DB parameter group, which takes effect with a reboot."""
    rds.client().create_db_parameter_group(DBParameterGroupName=name, DBParameterGroupFamily="postgres16", Description="small")


def add_snapshots(rds, at):
    """What a week leaves: a manual snapshot four days ago, and last night's automated one."""
    by_hand = at - timedelta(days=4)
    rds.add_snapshot(PRODUCTION, f"production-before-release-{by_hand:%Y-%m-%d}", "manual", by_hand)
    last_night = at.replace(hour=1, minute=30, second=0) - timedelta(days=0 if at.hour > 1 else 1)
    rds.add_snapshot(PRODUCTION, f"rds:{PRODUCTION}-{last_night:%Y-%m-%d-%H-%M}", "automated", last_night)


def seed_security_group(cloud, name: str) -> tuple[str, str]:
    """A security group in a VPC of its own; gives the ids of both."""
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    return ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"], vpc
