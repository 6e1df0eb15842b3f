"""One story on the local AWS, walked by a real Chromium through every state of the page that can be reached.

What Chromium was shown is kept, and the tests of looks, of accessibility and of weight look at that: one stack and
two cycles for all of them. Approver a is dana, b is eli, c is kim; two of the three must confirm.
"""

from dataclasses import dataclass
from datetime import timedelta

from gallery import Shown
from local import person, seed
from local.story import NobodyYet, Story
from world import APPROVERS

A, B, C = APPROVERS
REASON = "The release test is still running on it"
# Every state, and the status that it answers with; the walk must reach just these.
STATES = {
    "confirm": 200,
    "cancel": 200,
    "unavailable": 503,
    "confirmed-by-you": 200,
    "enough": 200,
    "promoted": 200,
    "too-late": 409,
    "cancelled-by-you": 200,
    "cancelled-by-other": 409,
    "superseded": 410,
    "expired": 410,
    "not-asked": 403,
    "bad-link": 404,
    "wrong-method": 405,
    "not-text": 400,
    "too-large": 413,
    "wrong-type": 415,
}


def asked(story):
    """The links of the newest request, by approver, from the mails that have two."""
    found = {}
    for mail in story.mails:
        links = person.links(mail)
        if set(links) == {"confirm", "cancel"}:
            found[mail["To"][0]] = links
    return found


def ask(world, at=None):
    """Lives until the approvers of a new instance are asked; gives (story, instance, links by approver)."""
    story = Story(world.echo, world.rds, approver=NobodyYet())
    instance = story.begin(at or world.first)
    story.run_until(lambda: len(asked(story)) == len(APPROVERS), "the mails")
    return story, instance, asked(story)


@dataclass
class Look:
    """A state as Chromium was shown it."""

    shown: Shown
    # As transferred, without headers.
    weight: int
    # Whatever Chromium asked for to show it, the page itself included.
    requests: list


class Walker:
    """Opens and presses in Chromium, and keeps what it sees."""

    def __init__(self, context):
        self._page = context.new_page()
        self._requests = []
        self._page.on("request", lambda request: self._requests.append(request))
        self.looks = {}

    def _keep(self, name, response):
        self._page.wait_for_load_state("load")
        shown = Shown(response.body().decode(), response.status, response.all_headers())
        weight = response.request.sizes()["responseBodySize"]
        self.looks[name] = Look(shown, weight, [request.url for request in self._requests])
        self._requests.clear()

    def open(self, name, link):
        self._requests.clear()
        self._keep(name, self._page.goto(link))

    def press(self, name, link, reason=None):
        """Opens a link and presses its button; keeps the page behind that."""
        self._page.goto(link)
        self._requests.clear()
        # Today's page may not ask for one yet; test_keyboard.py demands it.
        if reason and self._page.locator("textarea[name=reason]").count():
            self._page.locator("textarea[name=reason]").fill(reason)
        with self._page.expect_navigation() as navigation:
            self._page.get_by_role("button").click()
        self._keep(name, navigation.value)

    def keep_answer(self, name, answer):
        """Keeps what came by plain HTTP: no browser sends such a request."""
        self.looks[name] = Look(Shown(answer.html, answer.status, answer.headers), len(answer.html.encode()), [answer.url])


def take_off_the_list(world, approver):
    """As an operator would who changes the stack's parameter, but for the page's function alone."""
    functions = world.cloud.client("lambda")
    name = world.echo.function("approve")
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    changed = {key: value.replace(f",{approver}", "") for key, value in variables.items()}
    assert changed != variables
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": changed})


def walk(world, context):
    """Walks it all; gives the looks by state, every mail, and the one request that most of the looks belong to."""
    walker = Walker(context)
    # One that somebody cancels.
    story, _, first = ask(world)
    walker.press("cancelled-by-you", first[C]["cancel"], REASON)
    story.listen()
    walker.open("cancelled-by-other", first[A]["confirm"])
    # It is closed: these could confirm nothing even if they got through.
    walker.keep_answer("not-text", person.request(first[A]["confirm"], "POST", b"reason=%FF"))
    walker.keep_answer("too-large", person.request(first[A]["confirm"], "POST", b"reason=" + 9000 * b"x"))
    walker.keep_answer("wrong-type", person.request(first[A]["confirm"], "POST"))

    # The next copy, which two confirm; the first one's time is over with it.
    seed.add_snapshots(world.rds, world.first + timedelta(hours=24))
    story.begin(world.first + timedelta(hours=25))
    story.run_until(lambda: asked(story)[A] != first[A], "the second request's mails")
    second = asked(story)
    walker.open("confirm", second[A]["confirm"])
    walker.open("cancel", second[A]["cancel"])
    walker.open("bad-link", second[A]["confirm"][:-8])
    walker.keep_answer("wrong-method", person.request(second[A]["confirm"], "PUT", b""))
    world.rds.fail("DescribeDBInstances", "refuse", times=1, code="AccessDenied")
    walker.open("unavailable", second[A]["confirm"])
    walker.press("confirmed-by-you", second[A]["confirm"])
    walker.press("enough", second[B]["confirm"])
    story.listen()
    walker.open("promoted", second[A]["confirm"])
    walker.open("too-late", second[A]["cancel"])
    walker.open("superseded", first[A]["confirm"])

    # A third, which nobody answers, until it has run out.
    seed.add_snapshots(world.rds, world.first + timedelta(hours=48))
    story.begin(world.first + timedelta(hours=50))
    story.run_until(lambda: asked(story)[A] != second[A], "the third request's mails")
    third = asked(story)
    take_off_the_list(world, C)
    walker.open("not-asked", third[C]["confirm"])
    story.go_to(world.first + timedelta(days=6))
    walker.open("expired", third[A]["confirm"])
    return walker.looks, story.mails, next(mail for mail in story.mails if person.links(mail) == second[A])
