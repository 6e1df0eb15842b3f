"""What the deployed roles allow, judged by MiniStack's policy evaluator with AWS's condition keys.

MiniStack does not enforce them while the functions run (see its gaps), so each promise is asked for here.
"""

import pytest
from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document

from local import seed
from world import CNAME, make_world

OURS = {"aws:resourcetag/rdsecho:dev:managed": "true"}
RDS = "arn:aws:rds:us-east-1:000000000000:"
ECHO_INSTANCE = RDS + "db:dev-2026-11-30"
OTHERS = [RDS + "db:production", RDS + "db:dev-qa-2026-11-30", RDS + "db:dev", RDS + "db:devel-2026-11-30"]


class Roles:
    """The roles of one stack, each with all its policies."""

    def __init__(self, world):
        self.zone = f"arn:aws:route53:::hostedzone/{world.zone.id}"
        self._iam = world.cloud.client("iam")
        self._policies = {}
        functions = world.cloud.client("lambda")
        for name in ("new", "modify", "reboot", "request-approval", "approve", "promote", "retire"):
            role = functions.get_function_configuration(FunctionName=world.echo.function(name))["Role"].rsplit("/", 1)[1]
            self._policies[name] = [parse_policy_document(document) for document in self._documents(role)]
        self.key = world.cloud.client("kms").describe_key(KeyId="alias/rds-echo/dev")["KeyMetadata"]["Arn"]

    def _documents(self, role):
        for name in self._iam.list_role_policies(RoleName=role)["PolicyNames"]:
            yield self._iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for attached in self._iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
            policy = self._iam.get_policy(PolicyArn=attached["PolicyArn"])["Policy"]
            version = self._iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
            yield version["PolicyVersion"]["Document"]

    def may(self, function, action, resource, tag_keys=None, **conditions):
        keys = {key.lower(): value for key, value in conditions.pop("keys", {}).items()}
        keys.setdefault("aws:tagkeys", tag_keys)
        context = EvalContext(
            principal_arn="arn:aws:sts::000000000000:assumed-role/role/function",
            principal_type="AssumedRole",
            principal_account="000000000000",
            action=action,
            resource_arn=resource,
            region="us-east-1",
            source_ip="192.0.2.1",
            secure_transport=True,
            tag_keys=tag_keys or [],
            service_context=keys,
        )
        return evaluate(context, self._policies[function]).decision == "Allow"

    def who_may(self, action, resource, **context):
        return {function for function in self._policies if self.may(function, action, resource, **context)}


@pytest.fixture(scope="module")
def roles(cloud, template):
    world = make_world(cloud, template)
    yield Roles(world)
    world.echo.close()


CHANGES = {
    "rds:ModifyDBInstance": {"modify", "promote", "retire"},
    "rds:RebootDBInstance": {"reboot"},
    "rds:DeleteDBInstance": {"retire"},
    "rds:CreateDBSnapshot": {"retire"},
}


@pytest.mark.parametrize("action", CHANGES)
def test_only_those_whose_work_it_is_change_an_instance_of_ours(roles, action):
    assert roles.who_may(action, ECHO_INSTANCE, keys=OURS) == CHANGES[action]


@pytest.mark.parametrize("action", [*CHANGES, "rds:AddTagsToResource", "rds:RestoreDBInstanceFromDBSnapshot"])
def test_nobody_changes_what_is_not_ours(roles, action):
    asked = {"aws:requesttag/rdsecho:dev:managed": "true"}
    for other in OTHERS:
        assert roles.who_may(action, other, keys={**OURS, **asked}) == set(), "the identifier is not one of ours"
    foreign = {"aws:resourcetag/rdsecho:qa:managed": "true"}
    assert roles.who_may(action, ECHO_INSTANCE, keys=foreign) == set(), "it has our name and not our tag"


def test_only_new_restores_and_only_with_our_tag(roles):
    tagged = {"aws:requesttag/rdsecho:dev:managed": "true"}
    for action in ("rds:RestoreDBInstanceFromDBSnapshot", "rds:AddTagsToResource"):
        assert roles.may("new", action, ECHO_INSTANCE, tag_keys=["rdsecho:dev:managed"], keys=tagged)
        assert not roles.may("new", action, ECHO_INSTANCE, tag_keys=["team"])
    assert roles.who_may("rds:RestoreDBInstanceFromDBSnapshot", ECHO_INSTANCE, keys={**tagged, **OURS}) == {"new"}
    for used in ("snapshot:rds:production-2026-11-30-01-30", "pg:default.postgres16", "og:default:postgres-16", "subgrp:private"):
        assert roles.may("new", "rds:RestoreDBInstanceFromDBSnapshot", RDS + used)


def test_approve_writes_clicks_and_nothing_else(roles):
    def writes(*keys):
        return roles.may("approve", "rds:AddTagsToResource", ECHO_INSTANCE, tag_keys=list(keys) or None, keys=OURS)

    assert writes("rdsecho:dev:confirmed:dana@example.test") and writes("rdsecho:dev:cancelled:dana@example.test")
    assert not writes("rdsecho:dev:stage")
    assert not writes("rdsecho:dev:confirmed:dana@example.test", "rdsecho:dev:stage")
    assert not writes("rdsecho:qa:confirmed:dana@example.test")
    assert not writes()
    bus = "arn:aws:events:us-east-1:000000000000:event-bus/default"
    for detail_type, allowed in (("Echo Approval Changed", True), ("Echo Stage Changed", False)):
        keys = {"events:source": "rds-echo", "events:detail-type": detail_type}
        assert roles.may("approve", "events:PutEvents", bus, keys=keys) == allowed


def test_only_request_approval_makes_links(roles):
    keys = {"kms:macalgorithm": "HMAC_SHA_256"}
    assert roles.who_may("kms:GenerateMac", roles.key, keys=keys) == {"request-approval"}
    assert roles.who_may("kms:VerifyMac", roles.key, keys=keys) == {"approve", "promote", "request-approval"}
    other = roles.key.rsplit("/", 1)[0] + "/00000000-0000-4000-8000-000000000000"
    assert roles.who_may("kms:GenerateMac", other, keys=keys) == roles.who_may("kms:VerifyMac", other, keys=keys) == set()
    identity = "arn:aws:ses:us-east-1:000000000000:identity/example.test"
    assert roles.who_may("ses:SendEmail", identity, keys={"ses:fromaddress": seed.SENDER}) == {"request-approval"}
    assert roles.who_may("ses:SendEmail", identity, keys={"ses:fromaddress": "ceo@example.test"}) == set()


def test_only_promote_moves_the_name_and_only_that_name(roles):
    def may(names=(CNAME,), types=("CNAME",), actions=("CREATE", "DELETE"), zone=None):
        prefix = "route53:changeresourcerecordsets"
        keys = {f"{prefix}normalizedrecordnames": list(names), f"{prefix}recordtypes": list(types), f"{prefix}actions": list(actions)}
        return roles.who_may("route53:ChangeResourceRecordSets", zone or roles.zone, keys=keys)

    assert may() == {"promote"}
    assert may(names=["www.example.test"]) == may(names=[CNAME, "www.example.test"]) == set()
    assert may(types=["CNAME", "A"]) == may(actions=["UPSERT"]) == set()
    assert may(zone="arn:aws:route53:::hostedzone/ZOTHER") == set()
    assert roles.who_may("route53:ListResourceRecordSets", roles.zone) == {"approve", "promote", "request-approval", "retire"}


def test_everybody_sees_instances_and_logs_to_their_own_group(roles):
    everybody = set(roles.who_may("rds:DescribeDBInstances", RDS + "db:*"))
    assert len(everybody) == 7
    group = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/rds-echo-dev-approve:log-stream:x"
    assert roles.who_may("logs:PutLogEvents", group) == {"approve"}
