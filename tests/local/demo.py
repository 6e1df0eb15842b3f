"""`make demo`: two whole cycles on the local cloud, told line by line.

APPROVE=auto presses the mailed buttons over HTTP even at a terminal; GATEWAY_PORT fixes the local AWS's port.
The report and the logs go to target/demo, or to the folder that is given.
"""

import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from . import report, seed
from .cloud import REPOSITORY, LocalCloud, ended_by_signals
from .echo import Echo, package
from .process import LocalCloudError, until
from .simulated_rds import EVENT_SOURCE
from .story import Approver, Story

ECHO = "dev"
CNAME = "dev-db.example.test"
APPROVERS = ("dana@example.test", "eli@example.test")
# A Monday, as the schedule says, and the next one.
START = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
FIRST = START + timedelta(hours=1)
SECOND = FIRST + timedelta(weeks=1)
TIMING = {
    "restore_seconds": 28 * 3600,
    "backup_seconds": 20 * 60,
    "modify_linger_seconds": 40,
    "modify_seconds": 6 * 60,
    "reboot_seconds": 90,
    "delete_seconds": 10 * 60,
    "secret_seconds": 60,
}
# The parameters that a user would give, and the three that make it local.
PARAMETERS = {
    "EchoName": ECHO,
    "SnapshotDbInstanceIdentifier": seed.PRODUCTION,
    "NewSchedule": "cron(0 3 ? * MON *)",
    "NewDbInstanceClass": "db.t4g.medium",
    "NewTags": "team=shop,purpose=a copy to develop with",
    "ModDbParameterGroupName": "dev-small",
    "ModBackupRetentionPeriod": "1",
    "Cname": CNAME,
    "Approvers": ",".join(APPROVERS),
    "Sender": seed.SENDER,
    "Architecture": "arm64" if os.uname().machine == "aarch64" else "x86_64",
    "RdsEventSource": EVENT_SOURCE,
}
WIDTH = 16


class Teller:
    """Prints a line a step: simulated time, what woke which function, what it did and why."""

    def __init__(self, clock, colour):
        self._clock = clock
        self._colour = colour

    def paint(self, code, text):
        return f"\033[{code}m{text}\033[0m" if self._colour else text

    def line(self, at, who, text, code="0"):
        at = at[:19].replace("T", " ")
        print(f"{self.paint('2', at)}  {self.paint(code, f'{who:<{WIDTH}}')}  {text}", flush=True)

    def say(self, text):
        print(f"\n{self.paint('1', text)}", flush=True)

    def happened(self, happening):
        message = " ".join(filter(None, (happening.get("event_id"), happening.get("message"))))
        said = f"{happening['instance']} is {happening['status']}"
        self.line(happening["at"], "RDS", f"{said} ({message})" if message else said, "36")

    def ran(self, invocations):
        idle = []
        for invocation in invocations:
            told = invocation.report
            if told is None:
                self.line(self._clock(), invocation.function, self.paint("31", " | ".join(invocation.lines)))
            elif told["woken_by"] == "schedule" and {each["did"] for each in told["outcomes"]} == {"nothing"}:
                idle.append(invocation.function)
            else:
                self._tell(invocation.function, told)
        if idle:
            self.line(self._clock(), "schedules", self.paint("2", f"wake {', '.join(idle)}, which find nothing to do"))

    def _tell(self, function, told):
        woken = self.paint("2", f"<- {'its schedule' if told['woken_by'] == 'schedule' else told['woken_by']}")
        for outcome in told["outcomes"]:
            self.line(told["at"], function, f"{self._outcome(outcome)}  {woken}", "33")
        if told["error"]:
            self.line(told["at"], function, f"{self.paint('31', 'failed: ' + told['error'])}  {woken}", "33")

    def _outcome(self, outcome):
        subject = f"{outcome['instance']} " if outcome["instance"] else ""
        if outcome["did"] == "advanced":
            move = f"{outcome['from'] or 'nothing'} -> {outcome['to']}"
            return f"{subject}{self.paint('1;32', move)}: {outcome['what']}, because {outcome['why']}"
        if outcome["did"] == "acted":
            return f"{subject}{self.paint('32', outcome['what'])}, because {outcome['why']}"
        return f"{subject}{outcome['did']}: {outcome['why']}"

    def mailed(self, mail, links):
        at = self._clock()
        headline = mail["BodyText"].splitlines()[0]
        self.line(at, "mail", f"to {', '.join(mail['To'])}: {self.paint('1', headline)} ({mail['Subject']})", "35")
        for action, link in links.items():
            print(f"{'':<21}{action:<{WIDTH}}  {link}", flush=True)

    def pressed(self, mail, page):
        self.line(self._clock(), "person", f"{', '.join(mail['To'])} pressed the button; the page says: {page.text()[:160]}", "35")


class AtTheTerminal(Approver):
    """Asks whoever started the demo to open the link, and waits for the click."""

    def decide(self, story, mail, links):
        def clicked():
            tags = story.rds.instances()[newest]["tags"]
            return any(f"rdsecho:{ECHO}:{what}:" in key for key in tags for what in ("confirmed", "cancelled"))

        newest = max(name for name in story.rds.instances() if name.startswith(f"{ECHO}-20"))
        if clicked():
            return None
        print("\n  Open one of these links in your browser and press its button (Ctrl-C ends the demo).\n", flush=True)
        until(clicked, "your click", 24 * 3600, every=0.3)
        # What the functions made of it is told by their own lines.
        story.listen()
        return None


def surroundings(cloud):
    """What an echo finds that is there before it: production in a simulated RDS, a sender, a zone; gives RDS and zone."""
    rds = cloud.simulate_rds(START)
    rds.timing(**TIMING)
    seed.seed_production(rds, START)
    seed.seed_parameter_group(rds, PARAMETERS["ModDbParameterGroupName"])
    seed.seed_sender(cloud)
    return rds, seed.seed_zone(cloud, CNAME)


def run(output: Path):
    interactive = sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("APPROVE") != "auto"
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    began = time.monotonic()
    port = os.environ.get("GATEWAY_PORT")
    if port and not (port.isdecimal() and 0 < int(port) < 65536):
        raise LocalCloudError(f"GATEWAY_PORT is {port!r}, but must be a port's number, 1 to 65535")
    with LocalCloud(output, int(port) if port else None) as cloud:
        rds, zone = surroundings(cloud)
        teller = Teller(lambda: rds.state()["now"], colour)
        teller.say(f"The local AWS is at {cloud.url}, the simulated RDS at {rds.url}; deploying template.yaml ...")
        echo = Echo(cloud, package(cloud), {**PARAMETERS, "HostedZoneId": zone.id})
        story = Story(echo, rds, teller, AtTheTerminal() if interactive else Approver(who=APPROVERS[:1]))
        cycles = []
        for number, at in ((1, FIRST), (2, SECOND)):
            if number == 2:
                story.go_to(at - timedelta(minutes=30))
                seed.add_snapshots(rds, at - timedelta(minutes=30))
            teller.say(f"Cycle {number}: the schedule of `new` comes round on {at:%A, %d %B %Y, %H:%M} UTC")
            before = zone.target()
            cycles.append(report.cycle(story, zone, story.cycle(at), before))
        for replaced in [each["instance"] for each in cycles if story.stage(each["instance"]) == "forgotten"]:
            teller.say(f"The end of {replaced}: its grace period, the point of no return, a pause, and its destruction")
            story.see_off(replaced)
        found = report.report(story, cycles, time.monotonic() - began)
        (output / "report.json").write_text(json.dumps(found, indent=2) + "\n")
        teller.say("What it came to")
        print("\n".join(report.table(found)))
        echo.close()
    print(f"\nThe same is in {os.path.relpath(output / 'report.json')}; everything that was started is ended.")


def main():
    ended_by_signals()
    try:
        run(Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY / "target" / "demo")
    except LocalCloudError as error:
        sys.exit(f"demo: {error}")
    except KeyboardInterrupt:
        sys.exit("\ndemo: ended by you; everything that was started is ended")


if __name__ == "__main__":
    main()
