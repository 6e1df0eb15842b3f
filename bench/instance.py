"""The instance of the echo `dev` that events are about, and those events."""

from datetime import timedelta

from local.cloud import ACCOUNT, REGION
from local.simulated_rds import stamp

IDENTIFIER = "dev-2026-11-22"
ARN = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{IDENTIFIER}"


def add(rds, identified=True):
    """Ours, restored an hour ago and available; not `identified`: without the `resource` tag, which **new** could not write."""
    tags = {"managed": "true", "id": IDENTIFIER, "stage": "new", "since": stamp(rds.now() - timedelta(hours=1))}
    instance = rds.add_instance(IDENTIFIER, tags={f"rdsecho:dev:{key}": value for key, value in tags.items()})
    if identified:
        tag = {"Key": "rdsecho:dev:resource", "Value": instance["resource_id"]}
        rds.client().add_tags_to_resource(ResourceName=ARN, Tags=[tag])


def event(category, message, number):
    """An event of RDS as a function receives it."""
    return {
        "version": "0",
        "id": "5f0c3a52-7d1e-4b6a-9c41-1a2b3c4d5e05",
        "detail-type": "RDS DB Instance Event",
        "source": "aws.rds",
        "account": ACCOUNT,
        "time": "2026-11-23T07:21:40Z",
        "region": REGION,
        "resources": [ARN],
        "detail": {
            "EventCategories": [category],
            "SourceType": "DB_INSTANCE",
            "SourceArn": ARN,
            "Date": "2026-11-23T07:21:40.293Z",
            "Message": message,
            "SourceIdentifier": IDENTIFIER,
            "EventID": f"RDS-EVENT-{number}",
        },
    }
