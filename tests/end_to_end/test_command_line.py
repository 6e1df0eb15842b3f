"""`rds-echo` against the simulated RDS and the local AWS: the story by commands alone, and mixed with the functions."""

import itertools
import json
import re
import subprocess
import threading
import urllib.request
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from world import APPROVERS, CNAME, START, TIMING

from local import clock, person, seed
from local.cloud import REPOSITORY
from local.command_line import CommandLine

FIRST, SECOND = "dev-2026-11-30", "dev-2026-12-07"
TICK = timedelta(minutes=5)
STAGES = ("modify", "reboot", "request-approval", "promote", "retire")


class Town:
    """The local AWS with nothing deployed, and somebody at a terminal."""

    def __init__(self, cloud, folder, **settings):
        self.cloud = cloud
        self.rds = cloud.simulate_rds(START)
        self.rds.timing(**TIMING)
        seed.seed_production(self.rds, START)
        self.zone = seed.seed_zone(cloud, CNAME)
        key = cloud.client("kms").create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["KeyId"]
        self.settings = {
            "interactive": "false",
            "name": "dev",
            "region": "us-east-1",
            "accountNumber": "000000000000",
            "snapshot.dbInstanceIdentifier": seed.PRODUCTION,
            "new.dbInstanceClass": "db.t4g.medium",
            "mod.backupRetentionPeriod": "1",
            "promote.cname": f"{CNAME}.",
            "promote.hostedZoneId": self.zone.id,
            "promote.approvers": ",".join(APPROVERS),
            "promote.sender": seed.SENDER,
            "promote.keyId": key,
            "promote.url": "https://page.example.test",
            **settings,
        }
        self.cli = CommandLine(folder, self.settings, endpoints(cloud), time_of=cloud)

    def tags(self, instance):
        prefix = "rdsecho:dev:"
        return {key.removeprefix(prefix): value for key, value in self.rds.instances()[instance]["tags"].items() if key.startswith(prefix)}

    def stage(self, instance):
        return self.tags(instance).get("stage")

    def changes(self):
        """How often each RDS operation that changes something was called."""
        return {name: count for name, count in self.rds.state()["calls"].items() if not name.startswith(("Describe", "List"))}

    def pass_until(self, command, code=0, rounds=60):
        """Runs a command every five minutes until it ends so; gives its answer."""
        for _ in range(rounds):
            result = self.cli.run(*command, "--output", "json", code=None)
            if result.code == code:
                return result.json()
            assert result.code == 3, f"neither done nor waiting: {result}"
            self.rds.advance_to(self.rds.now() + TICK)
        raise AssertionError(f"rds-echo {' '.join(command)} has never ended with {code}: {result}")


def endpoints(cloud):
    return {"AWS_ENDPOINT_URL": cloud.url, "AWS_ENDPOINT_URL_RDS": f"http://127.0.0.1:{cloud.rds_port}"}


@pytest.fixture
def town(cloud, tmp_path):
    return Town(cloud, tmp_path)


def set_up(town, instance):
    """From nothing to `rebooted`, by commands."""
    outcome, *doubtful = town.cli.json("new")["outcomes"]
    assert (outcome["instance"], outcome["to"]) == (instance, "new")
    assert all(each["code"] == "doubtful" for each in doubtful), doubtful
    assert town.pass_until(["modify"])["outcomes"][0]["to"] == "modified"
    town.pass_until(["reboot"])
    town.pass_until(["reboot"])
    assert town.stage(instance) == "rebooted"


def test_a_whole_cycle_is_driven_by_commands_alone(town):
    cli, mails = town.cli, len(town.cloud.mails())
    untouched = {name: town.rds.instances()[name] for name in (seed.PRODUCTION, "development")}
    assert cli.json("status")["instances"] == []
    set_up(town, FIRST)
    assert cli.run("new", code=3).out.startswith("-  waits: dev-2026-11-30 is on its way")
    assert "mailed dana@example.test, eli@example.test, kim@example.test" in cli.run("request").out
    assert len(town.cloud.mails()) - mails == len(APPROVERS)
    waits = cli.run("promote", code=3)
    assert "0 of 1 confirmations" in waits.out
    assert "confirmed" in cli.run("approve", "--as", APPROVERS[0]).out
    moved = cli.run("promote").out
    assert f"{CNAME} moved from {seed.LEGACY_HOST} to {FIRST}." in moved and "confirmed by dana@example.test" in moved
    assert town.zone.target() == town.rds.instances()[FIRST]["address"]

    town.rds.advance_to(town.rds.now() + timedelta(days=7))
    seed.add_snapshots(town.rds, town.rds.now())
    (outcome,) = cli.json("new")["outcomes"]
    second = outcome["instance"]
    town.pass_until(["modify"])
    town.pass_until(["reboot"])
    town.pass_until(["reboot"])
    cli.run("request")
    cli.run("approve", second, "--as", APPROVERS[1])
    cli.run("promote")
    assert (town.stage(FIRST), town.stage(second)) == ("forgotten", "promoted")

    grace = cli.run("retire", code=3)
    assert "waits: it is kept until" in grace.out
    town.rds.advance_to(town.rds.now() + timedelta(days=1))
    assert cli.json("retire")["outcomes"][0]["to"] == "retired"
    assert "destroyed after" in cli.run("retire", code=3).out
    town.rds.advance_to(town.rds.now() + timedelta(minutes=15))
    assert f"with the final snapshot {FIRST}-final" in cli.run("retire").out
    town.rds.advance_to(town.rds.now() + timedelta(hours=1))
    assert sorted(town.rds.instances()) == sorted([second, "development", seed.PRODUCTION])
    assert {name: town.rds.instances()[name] for name in untouched} == untouched
    changed = town.changes()
    assert changed["RestoreDBInstanceFromDBSnapshot"] == 2 and changed["RebootDBInstance"] == 2 and changed["DeleteDBInstance"] == 1


def test_retire_now_waits_for_nothing_and_keeps_every_other_guard(town):
    set_up(town, FIRST)
    cli = town.cli
    cli.run("promote", "--set", "promote.approval=none")
    # The one in use is not for destruction, whatever is said; neither is what is on its way.
    cli.run("retire", "--now", code=3)
    cli.run("retire", FIRST, "--now", code=3)
    cli.run("forget", FIRST, code=4)
    assert town.stage(FIRST) == "promoted"
    town.zone.change("DELETE", town.zone.record())
    town.zone.change("CREATE", {"Name": CNAME, "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": seed.LEGACY_HOST}]})
    cli.run("forget", FIRST)
    record = town.zone.record()
    town.zone.change("DELETE", record)
    assert "without it nobody knows which instance is in use" in cli.run("retire", "--now", code=4).out
    town.zone.change("CREATE", record)
    said = cli.run("retire", "--now").out
    assert "forgotten -> retired" in said and "deletion requested" in said
    assert town.rds.instances()[FIRST]["status"] == "deleting"


def test_the_way_back(town):
    set_up(town, FIRST)
    cli = town.cli
    alone = ("--set", "promote.approval=none")
    cli.run("promote", *alone)
    assert cli.run("rollback", code=3).out.endswith("no instance that was in use before is left\n")
    town.rds.advance_to(town.rds.now() + timedelta(days=7))
    seed.add_snapshots(town.rds, town.rds.now())
    second = cli.json("new")["outcomes"][0]["instance"]
    for command in (["modify"], ["reboot"], ["reboot"]):
        town.pass_until(command)
    cli.run("promote", *alone)
    back = cli.run("rollback").out
    assert f"{CNAME} moved from {second}." in back and "forgotten -> promoted" in back
    assert town.zone.target() == town.rds.instances()[FIRST]["address"]
    assert (town.stage(FIRST), town.stage(second)) == ("promoted", "forgotten")
    # Promote does not undo it: what was forgotten is no candidate.
    cli.run("promote", *alone, code=3)
    assert town.stage(FIRST) == "promoted"
    # And forth again.
    cli.run("rollback", second)
    assert town.zone.target() == town.rds.instances()[second]["address"]
    town.rds.advance_to(town.rds.now() + timedelta(days=1))
    cli.run("retire")
    assert "it is retired, the point of no return" in cli.run("rollback", FIRST, code=4).out


def two_cycles(town):
    """The second one is in use, and the first one forgotten."""
    set_up(town, FIRST)
    alone = ("--set", "promote.approval=none")
    town.cli.run("promote", *alone)
    town.rds.advance_to(town.rds.now() + timedelta(days=7))
    seed.add_snapshots(town.rds, town.rds.now())
    set_up(town, SECOND)
    town.cli.run("promote", *alone)
    assert (town.stage(FIRST), town.stage(SECOND)) == ("forgotten", "promoted")


def test_the_new_copy_is_bad_and_is_kept_to_be_looked_at(town):
    two_cycles(town)
    cli = town.cli
    back = cli.run("rollback", "--keep=3d").out
    assert f"{SECOND}  held until 2026-12-10T" in back and f"moved from {SECOND}." in back, back
    assert back.index("held until") < back.index("moved from"), "first things first"
    assert town.zone.target() == town.rds.instances()[FIRST]["address"]
    row = {row["instance"]: row for row in cli.json("status")["instances"]}[SECOND]
    assert row["held"]["until"] == town.tags(SECOND)["hold"].split(" ")[0] and "kept" in row["held"]["why"]
    assert f"{SECOND}: held until 2026-12-10T" in cli.run("status").out
    # The grace period is over long before.
    town.rds.advance_to(town.rds.now() + timedelta(days=2))
    assert "it is held until" in cli.run("retire", "--now", code=3).out, "that waits for the end of a hold as well"
    assert "it is held until" in cli.run("plan").out
    # It takes longer.
    said = cli.run("hold", SECOND, "--until", "2026-12-24", "--why", "who deleted the orders? (Ann)").out
    assert f"{SECOND}  held until 2026-12-24T00:00:00Z" in said
    assert "who deleted the orders? (Ann)" in cli.run("status").out
    assert town.tags(SECOND)["hold"] == "2026-12-24T00:00:00Z who deleted the orders=3F =28Ann=29"
    town.rds.advance_to(town.rds.now() + timedelta(days=4))
    assert "it is held until" in cli.run("retire", code=3).out
    assert "released" in cli.run("release", SECOND).out
    assert "nobody holds it" in cli.run("release", SECOND, code=3).out
    assert cli.json("retire")["outcomes"][0]["to"] == "retired"
    assert "it is retired, the point of no return" in cli.run("hold", SECOND, code=4).out
    town.rds.advance_to(town.rds.now() + timedelta(minutes=15))
    assert "deletion requested" in cli.run("retire").out


def test_a_hold_ends_in_the_future_and_is_for_what_is_ours(town):
    town.cli.run("new")
    for wrong, why in (("yesterday", "neither a date"), ("2020-01-01", "has passed"), ("-3d", "has passed")):
        assert why in town.cli.run("hold", FIRST, f"--until={wrong}", code=2).err
    assert "has passed" in town.cli.run("rollback", "--keep=2020-01-01", code=2).err
    assert "none of echo dev's" in town.cli.run("hold", seed.PRODUCTION, code=2).err
    assert "hold" not in town.tags(FIRST)


def test_requests_again_and_anew_and_answers_without_a_mail(town):
    set_up(town, FIRST)
    cli, before = town.cli, len(town.cloud.mails())
    assert "not been requested yet" in cli.run("approve", "--as", APPROVERS[0], code=3).out
    cli.run("request")
    cli.run("request")
    mails = town.cloud.mails()[before:]
    links = [person.links(mail)["confirm"] for mail in mails if mail["To"] == [APPROVERS[0]]]
    assert len(links) == 2 and links[0] == links[1], "the same request has the same links"
    assert "is none of rdsecho.promote.approvers" in cli.run("approve", "--as", "eve@example.test", code=4).out
    assert "say --as ADDRESS" in cli.run("approve", code=4).err
    # For cron: once is enough.
    cli.run("request", "--once", code=3)
    assert len(town.cloud.mails()) - before == 2 * len(APPROVERS)
    cli.run("cancel", "--as", APPROVERS[1], "--reason", "we're testing, until Thursday")
    assert "mailed" in cli.run("request", "--once").out, "the others hear of it"
    told = town.cloud.mails()[-1]
    assert told["Subject"].startswith("Re: ") and "eli@example.test cancelled the switch: we're testing, until Thursday" in told["BodyText"]
    cli.run("request", "--once", code=3)
    assert town.tags(FIRST)["request"] == "1", "what was cancelled is not asked again by itself"
    assert "is given up: the request was cancelled by eli@example.test" in cli.run("watch", FIRST, code=4).err
    assert "cancelled by eli@example.test" in cli.run("promote", code=3).out
    assert "the request was cancelled" in cli.run("approve", "--as", APPROVERS[0], code=3).out
    cli.run("request")
    assert town.tags(FIRST)["request"] == "2"
    cli.run("approve", "--as", APPROVERS[0])
    assert "confirmed by them already" in cli.run("approve", "--as", APPROVERS[0], "--set", "promote.approvals=2", code=3).out
    cli.run("request", "--anew")
    assert "0 of 1 confirmations" in cli.run("promote", code=3).out, "an answer to the last request counts no more"
    cli.run("approve", FIRST, "--as", APPROVERS[2])
    assert "confirmed by kim@example.test" in cli.run("promote").out


def test_plan_says_what_the_stages_then_do_and_touches_nothing(town):
    cli = town.cli
    # Command, stage of the plan, and whether it is to be run until it has done something.
    story = [("new", "new"), ("modify", "modify"), ("reboot", "reboot"), ("reboot", "reboot"), ("request", "request-approval")]
    story += [("promote", "promote")]
    for command, stage in story:
        for _ in range(60):
            calls = town.changes()
            zone, mails = town.zone.record(), len(town.cloud.mails())
            plan = {report["function"]: report for report in cli.json("plan")["stages"]}
            assert (town.changes(), town.zone.record(), len(town.cloud.mails())) == (calls, zone, mails)
            if command == "promote":
                cli.run("approve", "--as", APPROVERS[0])
                plan = {report["function"]: report for report in cli.json("plan")["stages"]}
            done = cli.run(command, "--output", "json", code=None).json()
            assert done["outcomes"] == plan[stage]["outcomes"], command
            if done["outcomes"][0]["did"] in ("advanced", "acted"):
                break
            town.rds.advance_to(town.rds.now() + TICK)
    assert town.stage(FIRST) == "promoted"
    text = cli.run("plan").out
    assert "STAGE" in text and "is younger than the minimum age until" in text


def test_status_and_watch_tell_the_same_story(town):
    cli = town.cli
    assert cli.json("watch", code=3) == {"instance": None}
    set_up(town, FIRST)
    cli.run("request")
    status = cli.json("status")
    (row,) = status["instances"]
    assert shape(status) == shape(documented("status")[0])
    assert (row["stage"], row["status"], row["in_use"]) == ("rebooted", "available", False)
    assert row["snapshot"] == {"identifier": "rds:production-2026-11-30-01-30", "data_from": "2026-11-30T01:30:00Z"}
    assert row["request"]["asked"] == list(APPROVERS) and row["request"]["confirmed"] == []
    cli.run("approve", "--as", APPROVERS[0])
    cli.run("promote")
    status = cli.json("status")
    assert status["cname"]["instance"] == FIRST and status["instances"][0]["request"]["confirmed"] == [APPROVERS[0]]
    text = cli.run("status").out
    assert f">  {FIRST}  promoted" in text and f"points at {FIRST}" in text
    # What the first cycle took is what the second is expected to take.
    took = dict(zip(*[iter(town.tags(FIRST)["took"].split())] * 2))
    assert set(took) == {"new", "modified", "rebooted"} and int(took["new"]) > TIMING["restore_seconds"]
    town.rds.advance_to(town.rds.now() + timedelta(days=7))
    seed.add_snapshots(town.rds, town.rds.now())
    second = cli.json("new")["outcomes"][0]["instance"]
    town.rds.advance_to(town.rds.now() + timedelta(minutes=20))
    cli.run("watch", FIRST)
    first_look = watch_once(town, second)
    assert shape(first_look) == shape(documented("watch")[0])
    assert first_look["stage"] == "new" and first_look["elapsed_seconds"] == 1200
    assert first_look["remaining_seconds"] == int(took["new"]) + int(took["modified"]) - 1200


def documented(command):
    """The example of a command's JSON in docs/CLI.md, and every name that the table below it has."""
    section = (REPOSITORY / "docs/CLI.md").read_text().split("\n## JSON\n")[1].split(f"\n### `{command}`\n")[1].split("\n### ")[0]
    example, rest = re.search(r"^```json\n(.+)\n```$(.*)", section, re.DOTALL | re.MULTILINE).groups()
    (table,) = re.findall(r"\| field \| \|\n\|---\|---\|\n((?:\|.*\n?)+)", rest)
    return json.loads(example), {name for code in re.findall(r"`([^`]+)`", table) for name in re.findall(r"[a-z_]+", code)}


def shape(value):
    """The fields of a JSON value, with theirs; of a list those of its first entry."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    return shape(value[0]) if isinstance(value, list) and value and isinstance(value[0], dict) else None


def fields(shaped):
    return {name for field, of in (shaped or {}).items() for name in {field, *fields(of)}}


@pytest.mark.parametrize("command", ["status", "watch", "check"])
def test_each_field_of_an_example_stands_in_its_table(command):
    example, told = documented(command)
    assert fields(shape(example)) <= told


def watch_once(town, instance):
    """The first line of a watch: it goes on until the instance is given up, which is done here."""
    watching = subprocess.Popen(
        [town.cli.binary, "watch", instance, "--output", "json", "--interval", "1"],
        cwd=town.cli.folder,
        env=town.cli.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        line = json.loads(watching.stdout.readline())
        town.cli.run("forget", instance)
        assert json.loads(watching.stdout.readline())["stage"] == "forgotten"
        assert watching.wait(30) == 4
    finally:
        watching.kill()
        watching.wait()
        watching.stdout.close()
    return line


def test_instances_of_the_original_are_adopted(town):
    legacy = {"rdsecho:dev:managed": "true", "rdsecho:dev:stage": "promoted"}
    for name in ("dev-2026-10-01", "dev-2026-11-01"):
        town.rds.add_instance(name, tags=legacy)
    town.rds.add_instance("dev-2026-11-15", tags={**legacy, "rdsecho:dev:id": "dev-2026-11-01"})
    town.zone.change("DELETE", town.zone.record())
    address = town.rds.instances()["dev-2026-11-01"]["address"]
    town.zone.change("CREATE", {"Name": CNAME, "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": address}]})
    cli = town.cli
    assert "stranger" in cli.run("new", "--output", "json", code=4).json()["outcomes"][0]["code"]
    before = town.changes()
    shown = cli.run("adopt", code=6)
    assert "rdsecho:dev:id=dev-2026-10-01" in shown.err and "promoted -> forgotten" in shown.err and "--yes" in shown.err
    assert town.changes() == before
    said = cli.run("adopt", "--yes", code=4).out
    assert "dev-2026-11-15  refused: it is not ours: its id tag says dev-2026-11-01: it is a copy" in said
    assert town.tags("dev-2026-11-01")["resource"] == town.rds.instances()["dev-2026-11-01"]["resource_id"]
    assert "id" not in {key for key in town.tags("dev-2026-11-15") if town.tags("dev-2026-11-15")[key] == "dev-2026-11-15"}
    cli.run("promote", code=None)
    assert (town.stage("dev-2026-10-01"), town.stage("dev-2026-11-01")) == ("forgotten", "promoted")
    assert town.rds.instances()["dev-2026-11-01"]["deletion_protection"]


def test_check_finds_everything_at_once(town):
    checked = town.cli.json("check")
    grades = {finding["what"]: finding["grade"] for finding in checked["findings"]}
    assert checked["worst"] == "ok" and grades["rdsecho.promote.keyId"] == "ok", checked
    town.cli.write({**town.settings, "snapshot.dbInstanceIdentifier": "nobody", "promote.sender": "stranger@elsewhere.test",
                    "promote.keyId": "alias/none", "accountNumber": "111111111111"})
    checked = town.cli.json("check", code=4)
    bad = {finding["what"] for finding in checked["findings"] if finding["grade"] == "bad"}
    assert bad == {"credentials", "rdsecho.snapshot.dbInstanceIdentifier", "rdsecho.promote.sender", "rdsecho.promote.keyId"}, checked
    refused = town.cli.run("new", code=2)
    assert "rdsecho.accountNumber: is 111111111111, but this runs in 000000000000" in refused.err


def test_the_zone_is_found_where_none_is_set(town):
    del town.settings["promote.hostedZoneId"]
    town.cli.write(town.settings)
    found = town.cli.run("status", "-v", code=None)
    # Other tests have left zones of the same name: then nobody can tell which one is meant.
    if found.code == 0:
        assert town.zone.id in found.err
    else:
        assert found.code == 2 and "could be in any of the hosted zones" in found.err and town.zone.id in found.err


def test_an_error_of_aws_names_its_code_and_request_and_ends_with_its_own_code(town):
    town.rds.fail("DescribeDBInstances", "refuse", times=1, code="AccessDenied")
    failed = town.cli.run("status", code=5)
    assert town.cli.run("watch", "production", code=2).err.startswith("error: production is none of echo dev's")
    asked = town.rds.state()["calls"]["DescribeDBInstances"]
    town.rds.fail("DescribeDBInstances", "refuse", times=9, code="AccessDenied")
    town.cli.run("plan", code=5)
    assert town.rds.state()["calls"]["DescribeDBInstances"] == asked + 1, "what cannot be read is not asked for again"
    assert "DescribeDBInstances of dev-20*" in failed.err and "AccessDenied" in failed.err and "request id" in failed.err
    assert "local" not in failed.err.replace("localhost", ""), "no credentials in an error"


class Interrupted:
    """An RDS that is the simulated one, but for what happens before a certain request is passed on."""

    def __init__(self, port, number, happens):
        requests = itertools.count(1)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                if next(requests) == number:
                    happens()
                body = self.rfile.read(int(self.headers["Content-Length"]))
                asked = urllib.request.Request(f"http://127.0.0.1:{port}{self.path}", body, dict(self.headers))
                with urllib.request.urlopen(asked, timeout=60) as answer:
                    content = answer.read()
                self.send_response(200)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.mark.parametrize("minutes", [8, 10])
def test_a_command_that_has_slept_changes_nothing_any_more(town, minutes):
    def sleeps():
        clock.write(town.cloud.clock, START + timedelta(minutes=minutes))

    # The second request lists the snapshots; what comes next is the restore.
    rds = Interrupted(town.cloud.rds_port, 2, sleeps)
    try:
        done = town.cli.run("new", environment={"AWS_ENDPOINT_URL_RDS": rds.url}, code=0 if minutes < 9 else 5)
    finally:
        rds.close()
    if minutes > 9:
        assert "RestoreDBInstanceFromDBSnapshot of dev-2026-11-30 failed: more than nine minutes" in done.err
        assert town.changes() == {}


def test_commands_and_functions_can_be_mixed(cloud, deploy, tmp_path):
    world = deploy()
    cli = CommandLine(tmp_path, None, endpoints(cloud), time_of=cloud)
    parameter = cloud.client("ssm").get_parameter(Name="/rds-echo/dev/command-line")["Parameter"]["Value"]
    cli.environment["RDS_ECHO_OPTS"] = parameter
    assert cli.json("new")["outcomes"][0]["instance"] == FIRST

    def live(done, woken):
        for _ in range(60):
            if done():
                return
            world.rds.advance_to(world.rds.now() + TICK)
            world.echo.wake(woken)
        raise AssertionError(f"{woken} has done nothing: {cli.run('plan', code=None)}")

    live(lambda: world.tags(FIRST)["stage"] == "modified", "modify")
    for _ in range(60):
        world.rds.advance_to(world.rds.now() + TICK)
        if world.tags(FIRST)["stage"] == "rebooted":
            break
        cli.run("reboot", code=None)
    live(lambda: "notified" in world.tags(FIRST), "request-approval")
    mail = next(mail for mail in reversed(cloud.mails()) if mail["To"] == [APPROVERS[0]])
    # The links that the command line mails are those of the function: one page serves both.
    cli.run("request")
    again = next(mail for mail in reversed(cloud.mails()) if mail["To"] == [APPROVERS[0]])
    assert person.links(again) == person.links(mail)
    cli.run("approve", "--as", APPROVERS[1])
    cloud.quiet()
    assert world.tags(FIRST)["stage"] == "promoted", "the answer at the terminal has woken promote"
    assert world.zone.target() == world.rds.instances()[FIRST]["address"]
