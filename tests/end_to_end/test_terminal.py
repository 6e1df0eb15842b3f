"""What `rds-echo` asks a person, in a pseudo-terminal."""

import re
import threading

import pytest
from test_command_line import FIRST, TICK, Town, set_up

from local.command_line import COLOURS

INTERACTIVE = {"interactive": "true"}
NO_APPROVERS = {"promote.approvers": ""}


@pytest.fixture
def town(cloud, tmp_path):
    return Town(cloud, tmp_path)


def settings(town, **more):
    town.cli.write({**town.settings, **more})


def test_each_change_wants_the_identifier_typed(town):
    settings(town, **INTERACTIVE)
    cli = town.cli
    said = cli.at_a_terminal("new", answers=["yes"], code=6)
    assert "restore of rds:production-2026-11-30-01-30 requested" in said.out and f"Type {FIRST} to go on" in COLOURS.sub("", said.out)
    assert "nothing was confirmed, nothing was done" in said.out
    assert town.changes() == {}
    cli.at_a_terminal("new", answers=[FIRST])
    assert town.stage(FIRST) == "new"
    # Nothing to be done is nothing to be asked.
    assert "to go on" not in cli.at_a_terminal("modify", code=3).out


def test_without_a_terminal_it_refuses_and_does_not_hang_and_yes_asks_nothing(town):
    settings(town, **INTERACTIVE)
    refused = town.cli.run("new", code=6)
    assert "there is no terminal to ask at" in refused.err and "--yes" in refused.err and FIRST in refused.err
    assert town.changes() == {}
    town.cli.run("new", "--yes")
    assert town.stage(FIRST) == "new"


def test_without_approvers_the_typed_identifier_is_the_approval(town):
    settings(town, **NO_APPROVERS)
    set_up(town, FIRST)
    cli, record = town.cli, town.zone.record()
    assert f"type {FIRST}" in cli.run("plan").out
    assert "type" in cli.run("request", code=3).out
    for refused in (cli.run("promote", code=6), cli.run("promote", "--yes", code=6), cli.at_a_terminal("promote", "--yes", code=6)):
        assert "no approvers are named" in refused.err + refused.out
    cli.at_a_terminal("promote", answers=["dev"], code=6)
    assert town.zone.record() == record
    assert "its identifier was typed" in cli.at_a_terminal("promote", answers=[FIRST]).out
    assert town.zone.target() == town.rds.instances()[FIRST]["address"]
    # That the tags follow the CNAME needs no approval, and nobody's typing.
    town.rds.client().modify_db_instance(DBInstanceIdentifier=FIRST, DeletionProtection=False, ApplyImmediately=True)
    town.rds.advance_to(town.rds.now() + 2 * TICK)
    assert "deletion protection requested" in cli.run("promote").out


def test_a_cancelled_one_is_wanted_after_all(town):
    set_up(town, FIRST)
    cli = town.cli
    cli.run("request")
    record = town.zone.record()
    assert "people are asked about it" in cli.run("promote", "--to", FIRST, code=4).out
    cli.run("cancel", "--as", "eli@example.test")
    for refused in (cli.run("promote", "--to", FIRST, code=6), cli.run("promote", "--to", FIRST, "--yes", code=6)):
        assert "its identifier must be typed" in refused.err
    cli.at_a_terminal("promote", "--to", FIRST, answers=["yes"], code=6)
    assert town.zone.record() == record
    said = cli.at_a_terminal("promote", "--to", FIRST, answers=[FIRST]).out
    assert "its identifier was typed" in said
    assert town.zone.target() == town.rds.instances()[FIRST]["address"]
    assert town.tags(FIRST)["stage"] == "promoted" and not town.tags(FIRST).get("failure")
    assert "points at it already" in cli.run("promote", "--to", FIRST, code=3).out


def test_before_an_instance_is_held_or_released_it_is_asked_where_all_is(town):
    town.cli.run("new")
    settings(town, **INTERACTIVE)
    cli = town.cli
    assert "there is no terminal to ask at" in cli.run("hold", FIRST, code=6).err
    said = cli.at_a_terminal("hold", FIRST, "--until", "2026-12-24", answers=[FIRST]).out
    assert "held until 2026-12-24T00:00:00Z" in said and town.tags(FIRST)["hold"] == "2026-12-24T00:00:00Z"
    cli.at_a_terminal("release", FIRST, answers=[FIRST])
    assert "held" not in cli.run("status").out


def test_the_functions_refuse_settings_without_approvers(town, deploy):
    world = deploy()
    configuration = town.cloud.client("lambda").get_function_configuration(FunctionName=world.echo.function("promote"))
    variables = configuration["Environment"]["Variables"]
    variables["RDS_ECHO_OPTS"] = re.sub(r" -Drdsecho\.promote\.approvers=\S+", "", variables["RDS_ECHO_OPTS"])
    town.cloud.client("lambda").update_function_configuration(
        FunctionName=world.echo.function("promote"), Environment={"Variables": variables}
    )
    answer, failed = world.echo.invoke("promote", {"detail-type": "Echo Schedule", "echo": "dev"})
    assert failed and "rdsecho.promote.approvers" in answer["errorMessage"]


def test_one_instance_can_be_confirmed_and_another_not(town):
    for name in ("dev-2026-11-01", "dev-2026-11-02"):
        tags = {"managed": "true", "stage": "forgotten", "id": name, "since": "2026-11-05T00:00:00Z"}
        town.rds.add_instance(name, tags={f"rdsecho:dev:{key}": value for key, value in tags.items()})
        resource = town.rds.instances()[name]["resource_id"]
        arn = town.rds.client().describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]["DBInstanceArn"]
        town.rds.client().add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "rdsecho:dev:resource", "Value": resource}])
    settings(town, **INTERACTIVE)
    said = town.cli.at_a_terminal("retire", answers=["no", "dev-2026-11-02"], code=None)
    assert "dev-2026-11-01: not confirmed, left alone" in COLOURS.sub("", said.out)
    assert "dev-2026-11-01  nothing to do: it was not confirmed, and is left alone" in COLOURS.sub("", said.out)
    assert (town.stage("dev-2026-11-01"), town.stage("dev-2026-11-02")) == ("forgotten", "retired")


def test_what_changes_while_the_question_is_open_is_not_acted_upon(town):
    settings(town, **INTERACTIVE)
    cli = town.cli
    yes = ("--yes",)
    cli.run("new", *yes)
    for _ in range(60):
        town.rds.advance_to(town.rds.now() + TICK)
        if cli.run("modify", *yes, code=None).code == 0:
            break
    for _ in range(60):
        town.rds.advance_to(town.rds.now() + TICK)
        cli.run("reboot", *yes, code=None)
        if town.stage(FIRST) == "rebooted":
            break
    cli.run("request", *yes)
    cli.run("approve", "--as", "dana@example.test", *yes)
    record = town.zone.record()

    def cancels():
        cli.run("cancel", "--as", "eli@example.test", *yes)
        return FIRST

    said = cli.at_a_terminal("promote", answers=[cancels], code=3)
    assert "cancelled by eli@example.test" in said.out
    assert town.zone.record() == record


def test_a_cycle_is_followed_by_a_bar_and_colours_only_where_they_are_wanted(town):
    town.cli.run("new")
    town.rds.advance_to(town.rds.now() + TICK)
    coloured = town.cli.at_a_terminal("status").out
    plain = town.cli.at_a_terminal("status", environment={"NO_COLOR": "1"}).out
    assert "\x1b[" in coloured and "\x1b[" not in plain and "creating" in plain
    assert "\x1b[" not in town.cli.run("status").out

    def given_up():
        # Once the bar is there, the instance is given up, and the watch ends.
        town.cli.run("forget", FIRST)

    timer = threading.Timer(3, given_up)
    timer.start()
    watched = town.cli.at_a_terminal("watch", "--interval", "1", code=4).out
    timer.join()
    assert re.search(rf"{FIRST} new \(creating\) \[ +\] 5 min, for the first time", COLOURS.sub("", watched)), watched
    assert "is given up: it was given up by hand" in watched
