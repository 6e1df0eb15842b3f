"""Drives a story: moves the simulated time from happening to happening and tells what came of it.

Nothing here does a stage's work. Time moves to whatever is due first: the next thing that happens in the
simulated RDS, whose events wake functions by the template's rules; or the moment at which a function said
that looking again makes sense, when its deployed schedule is woken.
"""

from datetime import datetime, timedelta

from . import person
from .echo import Echo
from .process import LocalCloudError
from .simulated_rds import moment, stamp

# The schedules that look by themselves, in the order of an instance's life; `new` has its own times.
FALLBACKS = ("modify", "reboot", "request-approval", "promote", "retire")
TICK = timedelta(minutes=5)
# So often in a row may the fallback schedules find nothing to do before the story counts as stuck.
PATIENCE = 6


class Silent:
    """A teller that says nothing: for tests."""

    def happened(self, happening):
        """Something happened in the simulated RDS."""

    def ran(self, invocations):
        """Functions ran: those of one moment, in the order of their ends."""

    def mailed(self, mail, links):
        """A mail arrived."""

    def pressed(self, mail, page):
        """Somebody pressed a mailed link's button."""


class Approver:
    """Opens each confirm link and presses its button, over HTTP as a browser would."""

    def __init__(self, who=None, action="confirm"):
        self._who = who
        self._action = action

    def decide(self, story, mail, links):
        """Acts on one mail; gives the page after the button, or None where it is left alone."""
        if self._who is not None and not set(mail["To"]) & set(self._who):
            return None
        shown = person.request(links[self._action])
        if not shown.forms():
            # Others were faster, or enough: there is nothing left to press.
            return None
        done = person.press(shown)
        if (shown.status, done.status) != (200, 200):
            raise LocalCloudError(f"the page answered {shown.status}, its button {done.status}: {done.text()}")
        return done


class NobodyYet:
    """Leaves the mails alone: whoever drives the story presses by itself."""

    def decide(self, story, mail, links):
        """Does nothing."""


class Story:
    """One echo's life, as it goes by."""

    def __init__(self, echo: Echo, rds, teller=None, approver=None):
        self.echo = echo
        self.rds = rds
        self.teller = teller or Silent()
        self.approver = approver or Approver()
        self.invocations = []
        self.mails = []
        # (function, instance) -> when it wants to look again.
        self._due = {}
        self._mails_before = len(echo.cloud.mails())
        self._calls_before = rds.state()["calls"]
        # The next round of all fallback schedules, where one is needed.
        self._round = None
        self._idle = 0

    def outcomes(self):
        """Every outcome so far, each with the report that it is part of."""
        for invocation in self.invocations:
            report = invocation.report
            for outcome in (report or {}).get("outcomes", []):
                yield report, outcome

    def advances(self, instance):
        """The stages that an instance entered, oldest first."""
        return [
            {"stage": outcome["to"], "at": report["at"], "woken_by": report["woken_by"]}
            for report, outcome in self.outcomes()
            if outcome["did"] == "advanced" and outcome["instance"] == instance
        ]

    def stage(self, instance):
        """The stage that an instance entered last; None before the first."""
        entered = self.advances(instance)
        return entered[-1]["stage"] if entered else None

    def rds_calls(self):
        """How often each RDS operation was called since the story began."""
        calls = {name: count - self._calls_before.get(name, 0) for name, count in self.rds.state()["calls"].items()}
        return {name: count for name, count in sorted(calls.items()) if count}

    def cancelled(self, instance):
        """Whether somebody pressed a cancel link for it."""
        tags = self.rds.instances().get(instance, {}).get("tags", {})
        return any(key.startswith(f"rdsecho:{self.echo.name}:cancelled:") for key in tags)

    def listen(self):
        """Waits for the functions to end and takes in what they said, and the mails."""
        self.echo.cloud.quiet()
        fresh = self.echo.new_invocations()
        self.invocations += fresh
        for invocation in fresh:
            self._note_dues(invocation)
        if fresh:
            self.teller.ran(fresh)
        # Only now, because a click wakes functions, which are listened to in turn.
        mails = self.echo.cloud.mails()[self._mails_before + len(self.mails) :]
        self.mails += mails
        letters = [(mail, person.links(mail)) for mail in mails]
        for mail, links in letters:
            self.teller.mailed(mail, links)
        for mail, links in letters:
            page = links and self.approver.decide(self, mail, links)
            if page:
                self.teller.pressed(mail, page)
                self.listen()
        return fresh

    def _note_dues(self, invocation):
        report = invocation.report
        if not report or invocation.function not in FALLBACKS:
            return
        everything = report["woken_by"] == "schedule"
        for key in list(self._due):
            if key[0] == invocation.function and (everything or key[1] in report["woken_by"]):
                del self._due[key]
        for outcome in report.get("outcomes", []):
            # What a function waits for may have happened while it said so.
            over = invocation.function == "request-approval" and self.stage(outcome["instance"]) not in (None, "rebooted")
            if outcome.get("until") and not over:
                self._due[invocation.function, outcome["instance"]] = moment(outcome["until"])

    def come_round(self, at: datetime):
        """The schedule of `new` comes round: gives the instance that it restored, None where it restored none."""
        self.go_to(at)
        self.echo.wake("new")
        for invocation in self.listen():
            if invocation.function == "new":
                for outcome in (invocation.report or {}).get("outcomes", []):
                    if outcome["did"] == "advanced" and outcome["to"] == "new":
                        return outcome["instance"]
        return None

    def begin(self, at: datetime):
        """A cycle's schedule comes round: wakes `new`; gives the instance that it restored."""
        instance = self.come_round(at)
        if instance is None:
            raise LocalCloudError(f"`new` restored nothing at {stamp(at)}: {self.invocations[-1].lines}")
        return instance

    def cycle(self, at: datetime):
        """One cycle, from its schedule until its instance is promoted or cancelled; gives the instance."""
        instance = self.begin(at)
        self.run_until(lambda: self.stage(instance) == "promoted" or self.cancelled(instance), f"{instance} is promoted")
        return instance

    def see_off(self, instance):
        """Lives on until a replaced instance is destroyed."""
        self.run_until(lambda: instance not in self.rds.instances() or self.stage(instance) == "retired", f"{instance} is retired")
        self.look_soon()
        self.run_until(lambda: instance not in self.rds.instances(), f"{instance} is destroyed")

    def look_soon(self):
        """The fallback schedules come round within minutes, as they always do; where nothing is expected of them, no time goes into it."""
        self._round = self._round or self.rds.now() + TICK

    def go_to(self, at: datetime):
        """Lives on until then, with everything that is due before."""
        while self._step(limit=at):
            pass

    def run_until(self, reached, what):
        """Lives on until `reached()` says so."""
        while not reached():
            self._step()
            if self._idle > PATIENCE:
                last = [invocation.lines for invocation in self.invocations[-3:]]
                raise LocalCloudError(f"the story is stuck before {what} at {stamp(self.rds.now())}; last were {last}")

    def _step(self, limit=None):
        """Moves on to whatever is due first; False once nothing is due before `limit`, which is then now."""
        state = self.rds.state()
        now, happens = moment(state["now"]), moment(state["next"])
        # Who wanted to look at a time that is over looks with the next round of the schedules.
        looks = {key: at if at > now else now + TICK for key, at in self._due.items()}
        if not (happens or looks or self._round or limit):
            self._round = now + TICK
        due = [at for at in (happens, self._round, *looks.values()) if at]
        at = min(due, default=limit)
        if limit and at >= limit:
            self._advance(limit)
            return False
        if at == happens:
            self._idle = 0
            self._advance(None)
            # Where nobody heard of it, the next round of the schedules finds out.
            if self.rds.state()["events"]["sent"] == state["events"]["sent"]:
                self._round = self._round or at + TICK
            return True
        before = self._progress()
        self._advance(at)
        names = FALLBACKS if at == self._round else [name for name in FALLBACKS if any(key[0] == name and looks[key] == at for key in looks)]
        if at == self._round:
            self._round = None
        # One after the other: each schedule counts its minutes from the second at which it was made. What happens where
        # two functions look at the same instant is for the simulation, which tries every order.
        for name in names:
            self.echo.wake(name)
            self.listen()
        self._idle = 0 if self._progress() != before else self._idle + 1
        return True

    def _progress(self):
        """Changes whenever something was done, or somebody knows anew when to look."""
        done = sum(outcome["did"] in ("advanced", "acted") for _, outcome in self.outcomes())
        return done, dict(self._due)

    def _advance(self, at):
        answer = self.rds.advance_to(at) if at else self.rds.advance_to_next()
        for happening in answer["happened"]:
            self.teller.happened(happening)
        self.listen()
