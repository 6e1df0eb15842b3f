"""What a story is played with, what it notes on the way, and what it must have shown at its end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from .. import seed
from ..command_line import CommandLine, Result
from ..echo import Echo
from ..notices import Subscriber
from ..process import LocalCloudError
from ..seed import Zone
from ..simulated_rds import SimulatedRds, moment
from ..story import Story
from ..teller import Teller


@dataclass
class Play:
    """An echo and what is around it, who drives it, and who tells it."""

    # Where files of its own may go.
    folder: Path
    rds: SimulatedRds
    zone: Zone
    echo: Echo
    story: Story
    teller: Teller
    # The seconds since the demo began.
    elapsed: Callable[[], float]


class NotShown(LocalCloudError):
    """A story ended otherwise than it says."""


class Chronicle:
    """Stands in for the teller and notes what counts, by the hours since the story began: the rows of its table."""

    def __init__(self, play: Play, began):
        self._teller = play.teller
        self._subscriber = Subscriber(play.echo)
        self._clock = lambda: play.rds.state()["now"]
        self._began = began
        self._zone = play.zone
        self._led_to = play.zone.target()
        play.story.teller = self
        self.rows = []
        self.mails = []
        self.announcements = []
        self.notices = []

    def note(self, who, what, at=None):
        at = at or self._clock()
        hour = (moment(at) - self._began).total_seconds() / 3600
        self.rows.append({"hour": round(hour, 2), "at": at[:19] + "Z", "who": who, "what": what})

    def happened(self, happening):
        self._teller.happened(happening)
        # What RDS does on the way to `available` is told by the stages.
        if happening["status"] not in ("available", "creating", "backing-up", "modifying", "rebooting", "deleting"):
            self.note("RDS", f"{happening['instance']} is {happening['status']} ({happening['event_id'] or 'no event'})", happening["at"])

    def ran(self, invocations):
        self._teller.ran(invocations)
        for invocation in invocations:
            report = invocation.report or {"outcomes": []}
            for outcome in report["outcomes"]:
                if outcome["did"] == "advanced":
                    move = f"{outcome['from']} -> {outcome['to']}" if outcome["from"] else f"-> {outcome['to']}"
                    self.note(invocation.function, f"{outcome['instance']} {move}, because {outcome['why']}", report["at"])
                elif outcome["did"] == "acted" and outcome["what"].startswith("deletion requested"):
                    self.note(invocation.function, f"{outcome['instance']} {outcome['what']}", report["at"])
        self.hear()

    def hear(self):
        """Takes in where the name leads now, what was announced, and what the alarms' subscribers got."""
        target = self._zone.target()
        if target != self._led_to:
            self._led_to = target
            self.note("CNAME", f"{self._zone.cname} leads to {target.split('.')[0]}")
        announcements, notices = self._subscriber.fresh()
        self.announcements += announcements
        for notice in notices:
            self.notices.append({**notice, "at": self._clock()})
            self._teller.notified(notice)
            self.note("SNS", notice["subject"])

    def mailed(self, mail, links):
        self._teller.mailed(mail, links)
        self.mails.append({"at": self._clock(), "to": mail["To"], "subject": mail["Subject"], "text": mail["BodyText"]})
        self.note("mail", f"to {', '.join(mail['To'])}: {mail['BodyText'].splitlines()[0]}")

    def pressed(self, mail, page):
        self._teller.pressed(mail, page)
        self.note("person", f"{', '.join(mail['To'])} pressed the button")

    def typed(self, result):
        self._teller.typed(result)
        self.note("person", f"$ {result.typed}")
        self.hear()


class Terminal:
    """A person with `rds-echo`, set up as the stack's output CommandLine says."""

    def __init__(self, play: Play, chronicle: Chronicle):
        cloud, name = play.echo.cloud, f"/rds-echo/{play.echo.name}/command-line"
        folder = play.folder / "home"
        folder.mkdir(exist_ok=True)
        options = cloud.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
        endpoints = {"AWS_ENDPOINT_URL": cloud.url, "AWS_ENDPOINT_URL_RDS": play.rds.url, "RDS_ECHO_OPTS": options}
        self._cli = CommandLine(folder, endpoints=endpoints, time_of=cloud)
        self._play = play
        self._chronicle = chronicle

    def types(self, *arguments, code=0) -> Result:
        """Runs a command, and lets the functions that it woke run to their ends."""
        result = self._cli.run(*arguments, code=None)
        self._chronicle.typed(result)
        if result.code != code:
            raise NotShown(f"`{result.typed}` ended with {result.code}, not {code}")
        self._play.story.listen()
        return result


def next_night(play: Play, at):
    """Lives on until half an hour before a schedule, when last night's snapshot is there."""
    play.story.go_to(at - timedelta(minutes=30))
    seed.add_snapshots(play.rds, at - timedelta(minutes=30))


def came_to(play: Play, chronicle: Chronicle, shown):
    """What a story came to. `shown` is what it says of itself: each claim, and whether it was seen to hold."""
    return {
        "rows": chronicle.rows,
        "shown": {claim: bool(holds) for claim, holds in shown.items()},
        "mails": chronicle.mails,
        "notices": chronicle.notices,
        "announcements": chronicle.announcements,
        "instances_left": sorted(play.rds.instances()),
        "cname": play.zone.target(),
        "rds_calls": play.story.rds_calls(),
        "seconds": round(play.elapsed(), 1),
    }


def table(found):
    """What happened when, and what that shows."""
    width = max(len(row["who"]) for row in found["rows"])
    rows = [f"  {row['hour']:>7.2f}  {row['who']:<{width}}  {row['what']}" for row in found["rows"]]
    shown = [f"  {'yes' if holds else 'NO'.ljust(3)}  {claim}" for claim, holds in found["shown"].items()]
    ends = [f"Instances left    {', '.join(found['instances_left'])}", f"CNAME             {found['cname']}", f"Seconds           {found['seconds']}"]
    return ["Hours since the first schedule", *rows, "Seen to be true", *shown, *ends]


def demand_shown(found):
    """Raises where the story ended otherwise than it says."""
    wrong = [claim for claim, holds in found["shown"].items() if not holds]
    if wrong or not found["shown"]:
        raise NotShown(f"not shown: {'; '.join(wrong) or 'anything at all'}")
