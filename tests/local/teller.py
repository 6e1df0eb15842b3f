"""Tells a story line by line, as it goes by, and asks whoever reads it to press the buttons."""

from .process import until
from .story import Approver

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

    def notified(self, notice):
        self.line(self._clock(), "SNS", self.paint("1", " ".join(notice["text"].split())), "31")

    def typed(self, result):
        self.line(self._clock(), "person", f"$ {result.typed}", "35")
        for line in (result.out + result.err).rstrip().splitlines():
            print(f"{'':<{21 + WIDTH}}  {line}", flush=True)


class AtTheTerminal(Approver):
    """Asks whoever started the demo to open the link, and waits for the click."""

    def decide(self, story, mail, links):
        def clicked():
            tags = story.rds.instances()[newest]["tags"]
            return any(f"rdsecho:{echo}:{what}:" in key for key in tags for what in ("confirmed", "cancelled"))

        echo = story.echo.name
        newest = max(name for name in story.rds.instances() if name.startswith(f"{echo}-20"))
        if clicked():
            return None
        print("\n  Open one of these links in your browser and press its button (Ctrl-C ends the demo).\n", flush=True)
        until(clicked, "your click", 24 * 3600, every=0.3)
        # What the functions made of it is told by their own lines.
        story.listen()
        return None
