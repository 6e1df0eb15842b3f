"""A new version deployed in the middle of a cycle, one that cannot be deployed, and a stack that is deleted and deployed anew."""

import time
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta

import pytest
from asked import ask
from botocore.exceptions import ClientError
from crowd import press, send
from world import APPROVERS

from local import person, seed
from local.cloud import FUNCTIONS
from local.command_line import CommandLine
from local.echo import Echo, package
from local.story import NobodyYet, Story

DANA, ELI, KIM = APPROVERS
LIFE = ["new", "modified", "rebooted", "promoted", "forgotten", "retired"]


@pytest.fixture(scope="module")
def editions(cloud, template):
    """The template with two builds of the same programs."""
    return template, package(cloud, "another build")


def deployed(echo):
    """Of each function what a new version changes: code and settings."""
    functions = echo.cloud.client("lambda")
    configurations = [functions.get_function_configuration(FunctionName=echo.function(name)) for name in FUNCTIONS]
    return [(each["CodeSha256"], each["Environment"]["Variables"]["RDS_ECHO_OPTS"]) for each in configurations]


class Updates:
    """Deploys one version after the other: another build each time, and another parameter."""

    def __init__(self, echo, editions):
        self._echo = echo
        self._editions = editions
        self.after = []
        self.seconds = 0

    def deploy(self, after):
        began = time.monotonic()
        before = deployed(self._echo)
        number = len(self.after) + 1
        status = self._echo.update(self._editions[number % 2], MinimumAgeHours=24 + number)
        self.seconds += time.monotonic() - began
        assert status == "UPDATE_COMPLETE"
        for (code, options), (code_before, options_before) in zip(deployed(self._echo), before, strict=True):
            assert code != code_before and options != options_before, "every function has another build and other settings"
        self.after.append(after)


@contextmanager
def deaf(echo, function):
    """A function's rules are off, so that what it would do at once can be come before; its schedule finds out."""
    events = echo.cloud.client("events")
    arn = echo.cloud.client("lambda").get_function_configuration(FunctionName=echo.function(function))["FunctionArn"]
    rules = events.list_rule_names_by_target(TargetArn=arn)["RuleNames"]
    enabled = [name for name in rules if events.describe_rule(Name=name)["State"] == "ENABLED"]
    assert enabled
    for name in enabled:
        events.disable_rule(Name=name)
    try:
        yield
    finally:
        for name in enabled:
            events.enable_rule(Name=name)


def confirm(mails, who):
    """Presses the confirm button of the latest mail that has one."""
    url = [found["confirm"] for mail in mails if mail["To"] == [who] and "confirm" in (found := person.links(mail))][-1]
    done = person.press(person.request(url))
    assert done.status == 200, done.text()


def test_a_new_version_between_each_two_stages_loses_nothing(deploy, editions, capsys):
    world = deploy()
    echo, rds = world.echo, world.rds
    story = Story(echo, rds, approver=NobodyYet())
    updates = Updates(echo, editions)

    def enters(instance, stage):
        story.run_until(lambda: story.stage(instance) == stage, f"{instance} is {stage}")

    first = story.begin(world.first)
    updates.deploy("new")
    enters(first, "modified")
    updates.deploy("modified")
    with deaf(echo, "request-approval"):
        enters(first, "rebooted")
        assert "request" not in world.tags(first)
        updates.deploy("rebooted")
    story.run_until(lambda: story.mails, "the mails")
    updates.deploy("requested")
    with deaf(echo, "promote"):
        confirm(story.mails, DANA)
        story.listen()
        assert f"confirmed:{DANA}" in world.tags(first) and story.stage(first) == "rebooted"
        updates.deploy("confirmed")
    enters(first, "promoted")
    updates.deploy("promoted")

    # Its successor comes without updates, but for those at the end of the first.
    again = world.first + timedelta(weeks=1)
    story.go_to(again - timedelta(minutes=30))
    seed.add_snapshots(rds, again - timedelta(minutes=30))
    second = story.begin(again)
    enters(second, "rebooted")
    story.listen()
    confirm(story.mails, DANA)
    enters(first, "forgotten")
    updates.deploy("forgotten")
    enters(first, "retired")
    updates.deploy("retired")
    story.run_until(lambda: rds.instances()[first]["status"] == "deleting", f"{first} is deleted")
    updates.deploy("deleting")
    story.see_off(first)
    updates.deploy("gone")

    assert [each["stage"] for each in story.advances(first)] == LIFE
    assert [each["stage"] for each in story.advances(second)] == LIFE[:4] and world.tags(second)["stage"] == "promoted"
    assert world.zone.target() == rds.instances()[second]["address"]
    assert sorted(rds.instances()) == sorted([second, "development", seed.PRODUCTION])
    assert any(each["identifier"] == f"{first}-final" for each in rds.state()["snapshots"])
    calls = story.rds_calls()
    assert (calls["RestoreDBInstanceFromDBSnapshot"], calls["RebootDBInstance"], calls["DeleteDBInstance"]) == (2, 2, 1)
    headlines = [mail["BodyText"].split()[0] for mail in story.mails if mail["To"] == [ELI]]
    # The first confirmation waited for its promotion, so that people heard of both; the second did not.
    assert [word for word in headlines if word != "Confirmed:"] == ["Switch", "Done:"] * 2, "one mail each"
    assert not [invocation.lines for invocation in story.invocations if not invocation.report or invocation.report["error"]]
    with capsys.disabled():
        print(f"\n  {len(updates.after)} updates in {updates.seconds:.0f} s, after {', '.join(updates.after)}: ", end="")
        print(f"{len(story.invocations)} invocations, none failed; 2 restores, 2 reboots, 1 deletion ", end="")


def test_an_update_that_fails_is_rolled_back_and_the_cycle_goes_on(deploy, editions):
    asked = ask(deploy())
    echo, before = asked.world.echo, asked.everything()
    running = deployed(echo)

    with pytest.raises(ClientError, match="a hosted zone's id"):
        echo.update(editions[1], HostedZoneId="not an id")
    # The last of the functions cannot be replaced: by then others have been.
    *_, broken = editions[1].rpartition("CodeUri: ")
    missing = editions[1].replace(broken.splitlines()[0], "s3://artifacts/missing.zip")
    assert echo.update(missing, MinimumAgeHours=48) == "UPDATE_ROLLBACK_COMPLETE"
    assert deployed(echo) == running and asked.everything() == before

    assert send(asked.base, [press(asked.path(DANA, "confirm"))])[0].status == 200
    story = asked.story
    story.run_until(lambda: story.stage(asked.instance) == "promoted", "the promotion")
    assert asked.world.zone.target() == asked.world.rds.instances()[asked.instance]["address"]


def approval_key(cloud, key_id="alias/rds-echo/dev"):
    return cloud.client("kms").describe_key(KeyId=key_id)["KeyMetadata"]


def snapshots(rds):
    return sorted(each["identifier"] for each in rds.state()["snapshots"])


@pytest.fixture
def deployed_anew(deploy, template):
    """Makes a world whose stack was deleted while people were asked, and deployed anew; gives what was asked.

    Whoever does so keeps a domain of their own before the function URL: without one the old links lead nowhere at
    all, because a new function has a new URL.
    """
    with ExitStack() as stack:

        def make(confirmed_by=(), **parameters):
            asked = ask(deploy(**parameters))
            cloud, rds, zone = asked.world.cloud, asked.world.rds, asked.world.zone
            for who in confirmed_by:
                assert send(asked.base, [press(asked.path(who, "confirm"))])[0].status == 200
            cloud.quiet()
            key = approval_key(cloud)
            there = rds.instances(), snapshots(rds), zone.record(), asked.world.changes()

            asked.world.echo.close()
            assert cloud.client("lambda").list_functions()["Functions"] == []
            assert cloud.client("events").list_rules()["Rules"] == [] == cloud.client("scheduler").list_schedules()["Schedules"]
            assert (rds.instances(), snapshots(rds), zone.record(), asked.world.changes()) == there, "databases, snapshots, the CNAME"
            kept = approval_key(cloud, key["KeyId"])
            assert kept["KeyState"] == "Enabled" and kept["Arn"] == key["Arn"], "the key that the links are signed by"

            parameters = {name: value for name, value in asked.world.echo.parameters.items() if name != "BaseUrl"}
            asked.world.echo = stack.enter_context(closing(Echo(cloud, template, parameters)))
            assert approval_key(cloud)["Arn"] != key["Arn"], "a new stack makes a new key"
            asked.story = Story(asked.world.echo, rds, approver=NobodyYet())
            return asked

        yield make


def finish(asked):
    """Lives on until the instance is promoted: the one that was there before."""
    asked.story.run_until(lambda: asked.tags()["stage"] == "promoted", "the promotion")
    assert asked.world.zone.target() == asked.world.rds.instances()[asked.instance]["address"]
    assert asked.world.changes()["RestoreDBInstanceFromDBSnapshot"] == 1


def test_a_stack_deployed_anew_takes_its_instances_up_and_its_reminder_brings_links_that_work(deployed_anew):
    """Under the new key the old links are dead. Whoever has not answered gets new ones by the reminder, a third of the
    request's time before its end, and no instance is restored again for that."""
    asked = deployed_anew()
    before = asked.everything()
    paths = [asked.path(who, action) for who in APPROVERS for action in ("confirm", "cancel")]
    answers = send(asked.world.echo.proxy.url, [press(path) for path in paths])
    assert {answer.status for answer in answers} == {404} and asked.everything() == before

    asked.story.run_until(lambda: asked.story.mails, "the reminder")
    assert {mail["To"][0] for mail in asked.story.mails} == set(APPROVERS)
    confirm(asked.story.mails, KIM)
    finish(asked)


def test_who_confirmed_before_the_new_key_does_not_count_and_can_be_asked_anew(deployed_anew, tmp_path):
    asked = deployed_anew(confirmed_by=[DANA], Approvals=2)
    cloud, story = asked.world.cloud, asked.story
    story.run_until(lambda: story.mails, "the reminder")
    assert {mail["To"][0] for mail in story.mails} == {ELI, KIM}, "Dana has answered"
    confirm(story.mails, ELI)
    asked.world.echo.wake("promote")
    assert asked.listed("confirmed") == {DANA, ELI} and asked.tags()["stage"] == "rebooted", "only Eli's is proven"

    endpoints = {"AWS_ENDPOINT_URL": cloud.url, "AWS_ENDPOINT_URL_RDS": f"http://127.0.0.1:{cloud.rds_port}"}
    cli = CommandLine(tmp_path, None, endpoints, time_of=cloud)
    cli.environment["RDS_ECHO_OPTS"] = cloud.client("ssm").get_parameter(Name="/rds-echo/dev/command-line")["Parameter"]["Value"]
    story.listen()
    before = len(story.mails)
    cli.run("request", "--anew")
    story.listen()
    mails = story.mails[before:]
    assert {mail["To"][0] for mail in mails if len(person.links(mail)) == 2} == set(APPROVERS)
    for who in (DANA, KIM):
        confirm(mails, who)
    finish(asked)
