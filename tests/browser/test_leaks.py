"""A link is as good as a signature: the browser tells nobody of it, shows it in no frame, and keeps nothing of it.

Each test has its counterpart, in which the same browser does leak: a page on another server, without the headers.
"""

import pytest
from gallery import Gallery
from local.process import until
from walk import A, ask
from world import make_world


@pytest.fixture(scope="module")
def asked(cloud, template):
    """(world, the confirm link): nothing here presses it, so that all tests share it."""
    world = make_world(cloud, template)
    try:
        yield world, ask(world)[2][A]["confirm"]
    finally:
        world.echo.close()


@pytest.fixture
def third():
    """A server of somebody else's."""
    with Gallery() as gallery:
        yield gallery


# The ways to leave a page for another.
WAYS = {
    "script": "to => { location.href = to }",
    "link": "to => { const a = document.createElement('a'); a.href = to; document.body.append(a); a.click() }",
    "window": "to => { window.open(to, '_self') }",
}
# What a page could send somewhere without being left; gives what forbade it.
SENDING = """to => Promise.all([
  ["form-action", () => { const form = document.body.appendChild(document.createElement("form")); form.method = "post"; form.action = to; form.submit() }],
  ["img-src", () => { new Image().src = to }],
  ["connect-src", () => { fetch(to, { mode: "no-cors" }).catch(() => {}) }],
  ["frame-src", () => { document.body.appendChild(document.createElement("iframe")).src = to }],
  ["script-src-elem", () => { document.body.appendChild(document.createElement("script")).src = to }],
].map(([directive, send]) => new Promise(forbidden => {
  document.addEventListener("securitypolicyviolation", event => event.effectiveDirective === directive && forbidden(directive));
  send();
})))"""


def leave(page, address):
    """Leaves what a page shows for another server, in each way that there is."""
    origin = page.url
    for way, script in WAYS.items():
        page.goto(origin)
        with page.expect_navigation(url=f"{address}?{way}"):
            page.evaluate(script, f"{address}?{way}")


def leaked(gallery, secret):
    """What a server was told of a secret: names of headers; the path too, for completeness."""
    return {name.lower() for _, path, headers in gallery.heard for name, value in {**headers, "path": path}.items() if secret in value}


def test_no_other_server_learns_the_link(asked, elsewhere, third, context):
    world, link = asked
    token = link.rsplit("/", 1)[1]
    page = context().new_page()
    page.goto(link)
    target = third.show("target", "<!doctype html><title>elsewhere</title>")
    leave(page, target)
    # Nor does it learn the function URL, under which other links could be tried.
    assert leaked(third, token) == set() == leaked(third, world.echo.proxy.url.removeprefix("http://"))
    assert {f"/target?{way}" for way in WAYS} <= {path for _, path, _ in third.heard}

    careless = elsewhere.show(token, "<!doctype html><title>careless</title>", referrer_policy="unsafe-url")
    page.goto(careless)
    leave(page, target)
    assert leaked(third, token) == {"referer"}


def test_the_page_sends_nothing_anywhere(asked, third, context):
    """Not even a script that somebody got into it could send the link on."""
    _, link = asked
    page = context().new_page()
    page.goto(link)
    assert set(page.evaluate(SENDING, f"{third.url}/sent")) == {"form-action", "img-src", "connect-src", "frame-src", "script-src-elem"}
    assert third.heard == []


def test_whoever_opens_the_page_learns_nothing_of_it(asked, elsewhere, third, context):
    """Another server's page that opens ours in a window of its own sees neither its content nor where it went."""
    world, link = asked
    careless = third.show("careless", "<!doctype html><title>careless</title>")
    opener = elsewhere.show("opener", f"<!doctype html><title>opener</title><a target=_blank rel=opener href='{link}'>ours</a>")
    page = context().new_page()
    page.goto(opener)
    with page.context.expect_page() as opened:
        page.get_by_role("link").click()
    opened.value.wait_for_load_state()
    assert opened.value.get_by_role("button").count() == 1
    assert opened.value.evaluate("window.opener") is None, "the opener keeps a hand on the page"
    referers = [headers.get("Referer") for _, path, headers in world.echo.proxy.heard if headers.get("Referer")]
    token = link.rsplit("/", 1)[1]
    assert not any(token in referer for referer in referers)
    assert leaked(elsewhere, token) == set()

    # The counterpart: without the header the opened page has its opener.
    elsewhere.show("opener", f"<!doctype html><title>opener</title><a target=_blank rel=opener href='{careless}'>theirs</a>")
    page.goto(opener)
    with page.context.expect_page() as opened:
        page.get_by_role("link").click()
    opened.value.wait_for_load_state()
    assert opened.value.evaluate("window.opener !== null")


def test_no_frame_shows_the_page(asked, elsewhere, third, context):
    world, link = asked
    careless = third.show("careless", "<!doctype html><title>careless</title><button>Confirm the switch</button>")
    page = context().new_page()
    for address, seen in ((link, 0), (careless, 1)):
        framed = f"<!doctype html><title>frame</title><iframe src='{address}'></iframe>"
        for tag in (framed, framed.replace("iframe src", "object data").replace("</iframe>", "</object>"), framed.replace("iframe", "embed")):
            page.goto(elsewhere.show("frame", tag))
            # An object's answer may come after the page's load event.
            page.wait_for_load_state("networkidle")
            buttons = sum(frame.get_by_role("button").count() for frame in page.frames)
            assert buttons == seen, (tag, buttons)
            assert not seen or len(page.frames) == 2


def opened(heard, link):
    """How often the link was asked for."""
    token = link.rsplit("/", 1)[1]
    return sum(path.endswith(token) for method, path, _ in heard if method == "GET")


def kept(folder, secret):
    """The files of a browser's cache that hold a secret, in clear or in UTF-16."""
    files = [file for file in folder.rglob("*") if file.is_file() and any("cache" in part.lower() for part in file.relative_to(folder).parts)]
    assert files, "there is a cache to look into"
    return [file.name for file in files if secret.encode() in (content := file.read_bytes()) or secret.encode("utf-16-le") in content]


def test_going_back_and_opening_again_ask_again_and_no_cache_has_it(asked, elsewhere, playwright, executable, tmp_path):
    """What may be kept is kept, by the same browser: its cache does work.

    Playwright switches off the one that keeps the last pages in memory for going back. Chromium puts pages with
    `no-store` there too, for minutes and for nobody else; what is pressed on such a page the server judges anew.
    """
    world, link = asked
    token = link.rsplit("/", 1)[1]
    cached = elsewhere.show("kept-for-a-day", "<!doctype html><title>kept</title><p>what-may-be-kept", cache_control="max-age=86400")
    heard = world.echo.proxy.heard
    # A folder of its own and a real profile; a private window keeps nothing anyway.
    with playwright.chromium.launch_persistent_context(tmp_path, executable_path=executable) as context:
        page = context.new_page()
        page.goto(link)
        secrets = [token, token.split(".")[1], A, page.get_by_role("button").inner_text(), page.locator("h1").inner_text()]
        page.goto(cached)
        before = opened(heard, link)
        page.go_back()
        assert page.get_by_role("button").count() == 1
        assert opened(heard, link) == before + 1
        page.goto(link)
        page.goto(cached)
        page.goto(link)
        assert opened(heard, link) == before + 3
        assert opened(elsewhere.heard, cached) == 1, "what may be kept is not asked for again"
    until(lambda: kept(tmp_path, "what-may-be-kept"), "the cache to be written", 10)
    assert kept(tmp_path, "kept-for-a-day")
    assert [secret for secret in secrets if kept(tmp_path, secret)] == []
