"""Each statement of the deployed roles, held against AWS's Service Authorization Reference.

A policy evaluator takes every action, resource and key at its word. AWS refuses, after a day of restoring, what its
own reference does not know: an action on a type of resource that it does not support, or a key that it does not set.
"""

import re

import pytest

import service_authorization as reference
from local.cloud import FUNCTIONS
from permission_table import STACKS
from permissions import Roles, listed
from world import make_world

# Granted although the reference does not name it: DB security groups went with EC2-Classic, so it grants nothing, and a
# restore must not be refused for it.
KNOWN_BETTER = {("rds:RestoreDBInstanceFromDBSnapshot", "secgrp")}


@pytest.fixture(scope="module")
def roles(cloud, template):
    """With every option, which is every statement that there is."""
    world = make_world(cloud, template, **STACKS["with every option"][0])
    yield Roles(world)
    world.echo.close()


def types_of(action, resource):
    """The types of resource, of those that the action supports, that a policy's resource can mean."""
    return {name for name, known in reference.action(action)["types"].items() if reference.of_type(resource, known["arn"])}


def complaints(statement):
    """What AWS's reference has against a statement."""
    keys = {
        re.sub(r"(?i)^(aws:(?:Request|Resource)Tag)/.*", r"\1/${TagKey}", key)
        for block in statement.get("Condition", {}).values()
        for key in block
    }
    for action in listed(statement["Action"]):
        known = reference.action(action)
        if not known["types"]:
            if listed(statement["Resource"]) != ["*"]:
                yield f"{action} knows no resources, and the policy names some"
            yield from (f"{action} does not know {key}" for key in keys - set(known["keys"]))
            continue
        for resource in listed(statement["Resource"]):
            found = types_of(action, resource)
            if not found and (action, resource.split(":")[5]) not in KNOWN_BETTER:
                yield f"{action} does not support {resource}"
            for name in found:
                yield from (
                    f"{action} does not know {key} of {name}" for key in keys - set(known["keys"]) - set(known["types"][name]["keys"])
                )


@pytest.mark.parametrize("function", [*FUNCTIONS, "schedules"])
def test_aws_knows_every_action_resource_and_key(roles, function):
    found = [complaint for statement in roles.statements(function) for complaint in complaints(statement)]
    assert not found


@pytest.mark.parametrize("function", [*FUNCTIONS, "schedules"])
def test_nothing_that_an_action_requires_is_missing(roles, function):
    granted = {}
    for statement in roles.statements(function):
        for action in statement["Action"]:
            types = granted.setdefault(action, set())
            for resource in statement["Resource"]:
                types |= types_of(action, resource)
    for action, types in granted.items():
        required = {name for name, known in reference.action(action)["types"].items() if known["required"]}
        assert required <= types, f"{action} is refused without {required - types}"
    if function == "new":
        assert granted["rds:RestoreDBInstanceFromDBSnapshot"] == {"db", "og", "pg", "subgrp", "snapshot"}
    if function == "modify":
        assert granted["rds:ModifyDBInstance"] == {"db", "og", "pg", "subgrp", "secgrp"}
    if function == "retire":
        assert granted["rds:CreateDBSnapshot"] == granted["rds:AddTagsToResource"] == {"db", "snapshot"}


def test_the_extract_holds_what_the_roles_grant_and_no_more(roles):
    granted = {
        action for function in [*FUNCTIONS, "schedules"] for statement in roles.statements(function) for action in statement["Action"]
    }
    assert granted == set(reference.extract()["actions"]) == set(reference.ACTIONS)


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "rds:RebootDBInstance", "Resource": "arn:aws:rds:us-east-1:000000000000:pg:*"},
        {
            "Action": "rds:DeleteDBInstance",
            "Resource": "arn:aws:rds:us-east-1:000000000000:db:*",
            "Condition": {"StringEquals": {"aws:RequestTag/a": "b"}},
        },
        {
            "Action": "kms:VerifyMac",
            "Resource": "arn:aws:kms:us-east-1:000000000000:key/*",
            "Condition": {"StringEquals": {"kms:Algorithm": "b"}},
        },
        {"Action": "xray:PutTraceSegments", "Resource": "arn:aws:xray:us-east-1:000000000000:group/a/b"},
    ],
    ids=lambda statement: statement["Action"],
)
def test_the_reference_complains_of_what_aws_would_ignore(statement):
    assert len(list(complaints(statement))) == 1
