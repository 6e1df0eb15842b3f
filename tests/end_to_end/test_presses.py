"""Buttons pressed at the same instant, again and again, too late, and by somebody who is no approver any more."""

import re

from asked import ask
from crowd import Shot, at_once, press, send
from world import APPROVERS

DANA, ELI, KIM = APPROVERS


def pressed(asked, who, action):
    """Presses one button; gives status and page as text."""
    (answer,) = send(asked.base, [press(asked.path(who, action))])
    return answer.status, " ".join(re.sub(r"<[^>]+>", " ", answer.html).split())


def promoted(asked):
    """Whether the name has moved to the instance, once all functions have ended."""
    asked.world.cloud.quiet()
    moved = asked.world.zone.target() == asked.world.rds.instances()[asked.instance]["address"]
    assert moved == (asked.tags()["stage"] == "promoted")
    return moved


def test_pressing_ten_times_at_once_counts_once_and_two_at_once_count_twice(deploy):
    asked = ask(deploy(Approvals=3))
    ten = at_once(asked.base, [press(asked.path(DANA, "confirm")) for _ in range(10)])
    assert {answer.status for answer in ten} == {200}
    assert asked.listed("confirmed") == {DANA} and not promoted(asked)

    two = at_once(asked.base, [press(asked.path(who, "confirm")) for who in (ELI, KIM)])
    assert {answer.status for answer in two} == {200}
    assert asked.listed("confirmed") == set(APPROVERS) and promoted(asked)

    before = asked.everything()
    status, said = pressed(asked, DANA, "cancel")
    assert status == 409 and "too late" in said.lower()
    assert asked.everything() == before and asked.listed("cancelled") == set()
    again = at_once(asked.base, [press(asked.path(who, "confirm")) for who in APPROVERS])
    assert {answer.status for answer in again} == {200} and asked.everything() == before, "that it has happened is said, and no more"


def test_who_could_still_make_enough_has_a_button_although_a_tag_claims_that_it_is(deploy):
    asked = ask(deploy(Approvals=2))
    forged = f"1 {asked.tags()['requested']} {'A' * 43}"
    tag = [{"Key": f"rdsecho:dev:confirmed:{KIM}", "Value": forged}]
    asked.world.rds.client().add_tags_to_resource(ResourceName=asked.world.rds.instances()[asked.instance]["arn"], Tags=tag)
    assert pressed(asked, DANA, "confirm")[0] == 200 and not promoted(asked), "one of the two is forged"
    (page,) = send(asked.base, [Shot("GET", asked.path(ELI, "confirm"))])
    assert "Enough have confirmed" in page.html and '<form method="post">' in page.html
    assert pressed(asked, ELI, "confirm")[0] == 200 and promoted(asked)


def test_confirming_after_a_cancel_loses_also_at_the_same_instant(deploy):
    asked = ask(deploy(Approvals=2))
    legacy = asked.world.zone.target()
    at_once(asked.base, [press(asked.path(DANA, "confirm")), press(asked.path(KIM, "cancel"))])
    assert asked.listed("cancelled") == {KIM}
    before = asked.everything()
    for who in APPROVERS:
        status, said = pressed(asked, who, "confirm")
        assert status == 409 and KIM in said
    assert {status for status, _ in (pressed(asked, who, "cancel") for who in (DANA, ELI))} == {409}
    assert pressed(asked, KIM, "cancel")[0] == 200, "it is what they asked for"
    asked.world.echo.wake("promote")
    assert not promoted(asked) and asked.world.zone.target() == legacy
    assert asked.everything()[0] == before[0]


def remove_approver(echo, who):
    """Takes an address off the settings of every function, as an update of the stack would."""
    functions = echo.cloud.client("lambda")
    for name in ("request-approval", "approve", "promote"):
        variables = functions.get_function_configuration(FunctionName=echo.function(name))["Environment"]["Variables"]
        options = variables["RDS_ECHO_OPTS"]
        assert options.count(f"{who},") == 1, options
        variables["RDS_ECHO_OPTS"] = options.replace(f"{who},", "")
        functions.update_function_configuration(FunctionName=echo.function(name), Environment={"Variables": variables})


def test_who_is_no_approver_any_more_counts_neither_by_a_click_before_nor_after(deploy):
    asked = ask(deploy(Approvals=2))
    assert pressed(asked, DANA, "confirm")[0] == 200 and asked.listed("confirmed") == {DANA}
    remove_approver(asked.world.echo, DANA)

    before = asked.everything()
    shots = [shot for action in ("confirm", "cancel") for shot in (press(asked.path(DANA, action)), Shot("GET", asked.path(DANA, action)))]
    assert {answer.status for answer in send(asked.base, shots)} == {403}
    assert asked.everything() == before

    assert pressed(asked, ELI, "confirm")[0] == 200
    asked.world.echo.wake("promote")
    assert not promoted(asked), "the click before does not count"
    assert pressed(asked, KIM, "confirm")[0] == 200 and promoted(asked)
