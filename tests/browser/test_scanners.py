"""Scanners of mails open links, run what they find, and follow it. All of that changes nothing; the button does."""

import json
import urllib.error
import urllib.request

import figures
import pytest
from local.process import until
from walk import A, ask

OPENS = 100
# How often a scanner that is a browser comes to each of the six links; it opens each twice, the second time as the
# form's address. Other servers' pages do the rest.
VISITS = 6
# Link previews of chats and of search engines, and what scripts call themselves.
AGENTS = (
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "WhatsApp/2.23.20.0",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "BarracudaCentral/1.0",
    "curl/8.11.0",
)
# Whatever can be read, what a scanner's script would look at, and where it leads.
READ = """() => {
  const all = [...document.querySelectorAll("*")];
  all.forEach(each => { each.getBoundingClientRect(); getComputedStyle(each).display; each.dispatchEvent(new MouseEvent("mouseover", { bubbles: true })) });
  return { html: document.documentElement.outerHTML, links: [...document.links].map(each => each.href), forms: [...document.forms].map(each => each.action) };
}"""


# Where the mouse goes: over everything that is there.
PLACES = """() => [...document.querySelectorAll("main *")].map(each => each.getBoundingClientRect())
  .map(box => [box.x + box.width / 2, box.y + box.height / 2])"""


class Unchanged:
    """What clicks can change: the instances with their tags, the calls that change something, the name, the mails."""

    def __init__(self, world):
        self._world = world
        self._before = self._look()

    def _look(self):
        world = self._world
        world.cloud.quiet()
        return world.rds.instances(), world.changes(), world.zone.record(), len(world.cloud.mails())

    def differences(self):
        names = ("instances", "calls", "name", "mails")
        return [name for name, before, now in zip(names, self._before, self._look(), strict=True) if before != now]


@pytest.fixture
def asked(deploy):
    """An echo whose approvers have just been asked, and all of its links: one press of a confirm would be enough."""
    world = deploy()
    story, instance, links = ask(world)
    return world, story, instance, links


def visit(page, link):
    """As a scanner with a browser goes through a page: everything but pressing the button."""
    page.goto(link)
    page.mouse.wheel(0, 2000)
    for x, y in page.evaluate(PLACES):
        page.mouse.move(x, y)
    page.keyboard.press("Tab")
    found = page.evaluate(READ)
    assert "<form" in found["html"], "there is a button that it could press"
    for address in {*found["links"], *found["forms"]}:
        page.goto(address)


def pages_elsewhere(links):
    """Pages on another server that make a browser fetch links in each way that a page has. A page each for the two
    kinds of speculation: what was fetched ahead is not fetched again to be rendered ahead."""
    for kind in ("prefetch", "prerender"):
        rules = json.dumps({kind: [{"source": "list", "urls": links, "eagerness": "immediate"}]})
        yield f"<!doctype html><title>{kind}</title><script type=speculationrules>{rules}</script>"
    yield "<!doctype html><title>tags</title>" + "".join(
        f"<link rel=prefetch href='{link}'><img src='{link}'><iframe src='{link}'></iframe><object data='{link}'></object>"
        f"<script>fetch('{link}', {{ mode: 'no-cors', credentials: 'include' }}).catch(() => {{}})</script>"
        for link in links
    )


def plain(method, link, agent):
    """A request as a link preview makes it; gives its status."""
    asked = urllib.request.Request(link, headers={"User-Agent": agent}, method=method)
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_whatever_scanners_do_nothing_changes_and_one_press_does(asked, elsewhere, context):
    world, story, instance, links = asked
    every = [link for each in links.values() for link in each.values()]
    assert len(set(every)) == 6
    heard = world.echo.proxy.heard
    unchanged = Unchanged(world)

    page = context().new_page()
    for link in every:
        for _ in range(VISITS):
            visit(page, link)
    assert unchanged.differences() == []

    before = len(heard)
    for tag in pages_elsewhere(every):
        page.goto(elsewhere.show("elsewhere", tag))
        page.wait_for_load_state("networkidle")

    def ways():
        """What a browser says that a request is for, and how."""
        return {(headers.get("Sec-Fetch-Dest"), headers.get("Sec-Purpose")) for _, _, headers in heard[before:]}

    wanted = {(to, None) for to in ("empty", "image", "iframe", "object")}
    wanted |= {("empty", "prefetch"), ("document", "prefetch"), ("document", "prefetch;prerender")}
    until(lambda: wanted <= ways(), "all of these ways", 30)
    assert unchanged.differences() == []
    opens = sum(method == "GET" for method, _, _ in heard)
    assert opens >= OPENS
    assert {path.rsplit("/", 1)[1] for _, path, _ in heard} == {link.rsplit("/", 1)[1] for link in every}, "and asks for nothing besides"
    figures.FOUND["opened in Chromium"] = f"{opens} times, nothing changed"

    for agent in AGENTS:
        for link in every:
            assert [plain(method, link, agent) for method in ("GET", "HEAD", "OPTIONS")] == [200, 200, 405]
    assert unchanged.differences() == []
    figures.FOUND["opened by link previews"] = f"{len(AGENTS) * len(every) * 3} times, nothing changed"

    # All of this can fail: one press, and it does.
    page.goto(links[A]["confirm"])
    with page.expect_navigation():
        page.get_by_role("button").click()
    story.listen()
    assert {"instances", "calls", "name"} <= set(unchanged.differences())
    assert f"confirmed:{A}" in world.tags(instance) and story.stage(instance) == "promoted"
