"""What the deployed roles allow is what docs/SECURITY.md says, no more and no less."""

import pytest
from ministack.core.iam_evaluator import parse_policy_document

import permission_table as table
from local.cloud import ACCOUNT, FUNCTIONS
from permission_table import INSTANCE_CALLS, STACKS, TARGETS, other_calls
from permissions import Ask, Roles
from world import make_world


@pytest.fixture(scope="module", params=STACKS)
def stack(request, cloud, template):
    """A stack's roles, and the parameters that count for it."""
    parameters, given = STACKS[request.param]
    world = make_world(cloud, template, **parameters)
    yield Roles(world), given
    world.echo.close()


def test_the_tables_have_every_row_once_and_no_other(stack):
    roles, _ = stack
    (header,) = [header for header, _ in table.tables() if header[0] == "on an instance"]
    assert header[1:] == list(TARGETS)
    assert [row[0] for row in table.table("on an instance")] == list(INSTANCE_CALLS)
    assert [(call, on) for call, on, _ in table.table("call", "on")] == list(other_calls(roles, "new"))


@pytest.mark.parametrize("call", INSTANCE_CALLS)
def test_who_may_do_what_to_which_instance(stack, call):
    roles, given = stack
    (cells,) = [row[1:] for row in table.table("on an instance") if row[0] == call]
    action, tag_sets = INSTANCE_CALLS[call]
    for (column, targets), cell in zip(TARGETS.items(), cells, strict=True):
        for arn, has in targets:
            for tags in tag_sets:
                ask = Ask(action, arn, resource_tags=has, request_tags=tags)
                assert roles.who_may(ask) == table.functions(cell, given), f"{column}: {arn} with {has}, tags of the call: {tags}"


@pytest.mark.parametrize(("call", "on", "who"), table.table("call", "on"))
def test_who_may_do_what_else(stack, call, on, who):
    roles, given = stack
    expected = table.functions(who, given)
    for function in FUNCTIONS:
        asked = list(other_calls(roles, function)[call, on])
        assert asked
        for ask in asked:
            # Each action that the row names, and no other.
            assert f"`{ask.action}`" in call
            assert roles.may(function, ask) == (function in expected), f"{function}: {ask}"


def test_no_policy_grants_what_the_table_does_not_name(stack):
    roles, _ = stack
    named = " ".join(row[0] for row in [*table.table("on an instance"), *table.table("call", "on")])
    for function in FUNCTIONS:
        for statement in roles.statements(function):
            assert statement["Effect"] == "Allow" and not {"NotAction", "NotResource"} & set(statement)
            for action in statement["Action"]:
                assert "*" not in action and "?" not in action
                assert f"`{action}`" in named, f"{function} has {action}"


def test_the_stack_has_no_other_role_that_touches_anything(stack):
    roles, _ = stack
    others = {
        name: arn
        for name, arn in roles.in_the_stack.items()
        if arn.rsplit("/", 1)[-1] not in {each.rsplit("/", 1)[-1] for each in roles.arns.values()}
    }
    assert set(others) == {"SchedulerRole"}
    granted = {each["Action"][0]: sorted(each["Resource"]) for each in roles.statements("schedules") if len(each["Action"]) == 1}
    assert len(granted) == len(list(roles.statements("schedules")))
    functions = [f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:rds-echo-dev-{name}" for name in FUNCTIONS if name != "approve"]
    assert granted == {"lambda:InvokeFunction": sorted(functions), "sqs:SendMessage": [roles.queue]}


def test_the_key_lets_nobody_else_make_links(stack):
    roles, given = stack
    everything = [parse_policy_document({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})]

    def may(principal, action):
        return roles.allowed(principal, everything, Ask(f"kms:{action}", roles.key, table.SHA_256))

    here = f"arn:aws:iam::{ACCOUNT}:"
    for administrator in (
        f"{here}role/administrators",
        f"{here}user/administrator",
        f"{here}root",
        roles.arns["approve"],
        roles.arns["promote"],
    ):
        assert not may(administrator, "GenerateMac"), administrator
    assert may(roles.arns["request-approval"], "GenerateMac")
    # Operators at a terminal, where the stack names their role.
    assert may(table.OPERATORS, "GenerateMac") == ("OperatorRoleArn" in given)
    # The key must not lock out whoever administers it.
    for action in ("PutKeyPolicy", "DisableKey", "ScheduleKeyDeletion", "DescribeKey", "VerifyMac"):
        assert may(f"{here}root", action) and may(f"{here}role/administrators", action), action
