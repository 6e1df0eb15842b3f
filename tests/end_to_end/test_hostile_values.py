"""What others may write where we read: engine versions, tags, reasons. None of it becomes markup on a page or in a mail,
a line of its own in a mail's head, or words of ours."""

import urllib.parse
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from asked import ask
from crowd import Shot, press, send
from local.simulated_rds import stamp
from world import APPROVERS, START, make_world

DANA, ELI, KIM = APPROVERS
MARKUP = """16<script>alert(1)</script><hostile onload=x>"'&lt;`--></p></title></style>"""
RIGHT_TO_LEFT = "\u202e"
REASON = f"""<script>alert(1)</script>"'&amp; {RIGHT_TO_LEFT}gnihton\r\nBcc: thief@example.test\r\n\r\n<hostile onload=x>\0\x1b[2J\u2028é"""
# And how it reads: one line, and nothing in it that turns or hides the words around it.
READ = """<script>alert(1)</script>"'&amp; gnihton Bcc: thief@example.test <hostile onload=x>"""
# What a tag may hold of it, in the words of our own tags.
QUOTED = "=3Cscript=3Ealert=281=29=3C/script=3E=3Chostile=20onload=3Dx=3E=0D=0ABcc:=20thief@example.test"
# All that a text for people needs; a `form` and its button are our own.
HARMLESS = set("html head meta title style body main h1 h2 p dl dt dd form button a br div span strong em small".split())
HARMLESS |= set("ul ol li hr table tr td th tbody label textarea bdi wbr i time section header footer code details summary".split())


class Markup(HTMLParser):
    """Every element and attribute of a text."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.attributes, self.text = set(), set(), ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text += data


def harmless(html):
    """Asserts that nothing but our own elements is there; gives the text that a person sees."""
    found = Markup(html)
    assert found.elements <= HARMLESS, found.elements - HARMLESS
    assert not [name for name in found.attributes if name.startswith("on") or name in ("src", "srcset", "formaction", "background")]
    assert "<!--" not in html and "<script" not in html.lower()
    return found.text


@pytest.fixture
def asked(cloud, template):
    """A request for an instance whose engine version is markup, as its snapshot had it."""
    world = make_world(cloud, template, snapshots=False, SnapshotDbInstanceIdentifier="hostile", Approvals=2)
    try:
        world.rds.add_instance("hostile", engineVersion=MARKUP)
        world.rds.add_snapshot("hostile", "rds:hostile-2026-11-30-01-30", "automated", START - timedelta(minutes=30))
        yield ask(world)
    finally:
        world.echo.close()


def pages(asked):
    """What every link shows now: (status, text)."""
    shots = [Shot("GET", asked.path(who, action)) for who in APPROVERS for action in ("confirm", "cancel")]
    return [(answer.status, harmless(answer.html)) for answer in send(asked.base, shots)]


def tag(asked, key, value):
    """Writes a tag of ours by hand, as everybody with access to RDS can."""
    arn = asked.world.rds.instances()[asked.instance]["arn"]
    asked.world.rds.client().add_tags_to_resource(ResourceName=arn, Tags=[{"Key": f"rdsecho:dev:{key}", "Value": value}])


def mails(asked):
    """Asserts that no mail so far holds markup or lines of others; gives their requests to SES."""
    for request in asked.sent():
        simple = request["Content"]["Simple"]
        assert simple["Subject"]["Data"].isprintable()
        harmless(simple["Body"]["Html"]["Data"])
        assert not [line for line in simple["Body"]["Text"]["Data"].splitlines() if line.startswith("Bcc:")]
    return asked.sent()


def in_words(request):
    """What a person reads of a mail's HTML, and the mail's text."""
    body = request["Content"]["Simple"]["Body"]
    return Markup(body["Html"]["Data"]).text, body["Text"]["Data"]


def test_engine_versions_and_tags_written_by_hand_are_text(asked):
    shown = pages(asked)
    assert {status for status, _ in shown} == {200}
    assert all(MARKUP in text for _, text in shown), "it is shown as what it is"
    sent = mails(asked)
    assert len(sent) == len(APPROVERS) and all(MARKUP in words for request in sent for words in in_words(request))

    for value in ("=3Cscript=3Ealert=281=29", "javascript:alert", "\u2028Bcc: thief@example.test", "@" * 256, ""):
        tag(asked, "snapshot", value)
        assert {status for status, _ in pages(asked)} == {200}


def test_a_reason_is_text(asked):
    """It is the one thing that a page takes from whoever holds a link."""
    before = len(mails(asked))
    (answer,) = send(asked.base, [press(asked.path(DANA, "cancel"), urllib.parse.urlencode({"reason": REASON}).encode())])
    assert answer.status == 200 and asked.listed("cancelled") == {DANA}
    asked.story.listen()
    shown = [harmless(answer.html), *(text for _, text in pages(asked))]
    assert [status for status, _ in pages(asked)] == [409, 200, 409, 409, 409, 409], "a cancel closes it for everybody"
    news = mails(asked)[before:]
    assert {request["Destination"]["ToAddresses"][0] for request in news} >= {ELI, KIM}
    for words in [*shown, *(words for request in news for words in in_words(request))]:
        assert READ in words and RIGHT_TO_LEFT not in words


def test_a_reason_written_by_hand_is_text(asked):
    tag(asked, f"cancelled:{KIM}", f"1 {stamp(asked.world.rds.now())} {QUOTED}")
    asked.world.echo.wake("request-approval", "promote")
    asked.story.listen()
    shown = pages(asked)
    assert {status for status, _ in shown} == {409, 200}
    assert all("<script>alert(1)</script>" in text for _, text in shown)
    mails(asked)


def test_a_reason_is_kept_up_to_its_limit(asked):
    (answer,) = send(asked.base, [press(asked.path(DANA, "cancel"), b"reason=" + b"x" * 300)])
    assert answer.status == 200 and asked.listed("cancelled") == {DANA}
    assert asked.tags()[f"cancelled:{DANA}"].count("x") == 200
    (page,) = send(asked.base, [Shot("GET", asked.path(ELI, "confirm"))])
    assert "x" * 200 in page.html and "x" * 201 not in page.html
