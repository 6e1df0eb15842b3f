"""The roles of a deployed stack, and what they may do by MiniStack's policy evaluator: not ours, and right about conditions.

MiniStack does not enforce roles while the functions run (its own checks know no RDS tags), so tests ask here.
"""

import json
from dataclasses import dataclass, field

from ministack.core.iam_evaluator import EvalContext, combine_resource_policy, evaluate, parse_policy_document

from local.cloud import ACCOUNT, FUNCTIONS, REGION

RDS = f"arn:aws:rds:{REGION}:{ACCOUNT}:"


@dataclass(frozen=True)
class Ask:
    """One question that AWS asks before it carries out a call: may this action be done to this, under these circumstances?"""

    action: str
    resource: str
    # Condition keys as AWS spells them; what a call does not carry is not there at all.
    keys: dict = field(default_factory=dict, hash=False)
    resource_tags: dict = field(default_factory=dict, hash=False)
    # None: the call carries no tags.
    request_tags: dict | None = field(default=None, hash=False)

    def context(self, principal):
        keys = {key.lower(): value for key, value in self.keys.items()}
        keys |= {f"aws:resourcetag/{key}".lower(): value for key, value in self.resource_tags.items()}
        tags = self.request_tags or {}
        keys["aws:tagkeys"] = list(tags) or None
        return EvalContext(
            principal_arn=principal,
            principal_type="AssumedRole",
            principal_account=ACCOUNT,
            action=self.action,
            resource_arn=self.resource,
            region=REGION,
            source_ip="192.0.2.1",
            secure_transport=True,
            request_tags=tags,
            tag_keys=list(tags),
            service_context=keys,
        )


class Roles:
    """The roles of one stack, each with all its policies."""

    def __init__(self, world):
        cloud = world.cloud
        self._iam = cloud.client("iam")
        self.zone = f"arn:aws:route53:::hostedzone/{world.zone.id}"
        self.queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:rds-echo-{world.echo.name}-undelivered"
        self.key = cloud.client("kms").describe_key(KeyId=f"alias/rds-echo/{world.echo.name}")["KeyMetadata"]["Arn"]
        self.key_policy = cloud.client("kms").get_key_policy(KeyId=self.key, PolicyName="default")["Policy"]
        self.arns = {}
        for name in FUNCTIONS:
            self.arns[name] = cloud.client("lambda").get_function_configuration(FunctionName=world.echo.function(name))["Role"]
        # Documents as they were deployed, by function.
        self.documents = {name: list(self.documents_of(arn)) for name, arn in self.arns.items()}
        self._parsed = {name: [parse_policy_document(each) for each in found] for name, found in self.documents.items()}
        resources = cloud.client("cloudformation").describe_stack_resources(StackName=world.echo.stack)["StackResources"]
        self.in_the_stack = {
            each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources if each["ResourceType"] == "AWS::IAM::Role"
        }
        # The schedules' role; the tables are about functions.
        self.documents["schedules"] = list(self.documents_of(self.in_the_stack["SchedulerRole"]))

    def documents_of(self, role):
        """All policies of a role, inline and managed."""
        role = role.rsplit("/", 1)[-1]
        for name in self._iam.list_role_policies(RoleName=role)["PolicyNames"]:
            yield plain(self._iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
        for attached in self._iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
            policy = self._iam.get_policy(PolicyArn=attached["PolicyArn"])["Policy"]
            version = self._iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
            yield plain(version["PolicyVersion"]["Document"])

    def statements(self, function):
        """Each statement of a function's role, with action and resource as lists."""
        for document in self.documents[function]:
            for statement in listed(document["Statement"]):
                yield {**statement, "Action": listed(statement["Action"]), "Resource": listed(statement["Resource"])}

    def may(self, function, ask: Ask):
        return self.allowed(self.arns[function], self._parsed[function], ask)

    def allowed(self, principal, policies, ask):
        """By the policies of a role, and for the approval key by the key's policy too: both must agree."""
        context = ask.context(principal)
        result = evaluate(context, policies)
        if ask.resource == self.key:
            result = combine_resource_policy(result, context, self.key_policy, ACCOUNT, required=True)
        return result.decision == "Allow"

    def who_may(self, ask):
        return {function for function in FUNCTIONS if self.may(function, ask)}


def plain(document):
    return json.loads(document) if isinstance(document, str) else document


def listed(value):
    return value if isinstance(value, list) else [value]
