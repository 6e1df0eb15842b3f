"""What others may write where we read: engine versions, tags, reasons. None of it becomes markup on a page or in a mail,
a line of its own in a mail's head, or words of ours."""

import urllib.parse
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from asked import asking
from crowd import Shot, press, send
from world import APPROVERS, START, make_world

from asked import ask

DANA, ELI, KIM = APPROVERS
MARKUP = """16<script>alert(1)</script><hostile onload=x>"'&lt;`--></p></title></style>"""
RIGHT_TO_LEFT = "\u202e"
REASON = f"""<script>alert(1)</script>"'&amp; {RIGHT_TO_LEFT}gnihton\r\nBcc: thief@example.test\r\n\r\n<hostile onload=x>\0\x1b[2J\u2028é"""
# What a tag may hold of it, in the words of our own tags.
QUOTED = "=3Cscript=3Ealert=281=29=3C/script=3E=3Chostile=20onload=3Dx=3E=0D=0ABcc:=20thief@example.test"
# All that a text for people needs; a `form` and its button are our own.
HARMLESS = set("html head meta title style body main h1 h2 p dl dt dd form button a br div span strong em small ul ol li hr table tr td th tbody".split())
HARMLESS |= set("label textarea bdi time section header footer code".split())


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
    sent = [request for request in asked.recorder.sent() if asked.instance in str(request)]
    assert sent
    for request in sent:
        simple = request["Content"]["Simple"]
        assert simple["Subject"]["Data"].isprintable()
        harmless(simple["Body"]["Html"]["Data"])
        assert not [line for line in simple["Body"]["Text"]["Data"].splitlines() if line.startswith("Bcc:")]
    return sent


def test_an_engine_version_is_text(asked):
    assert {status for status, _ in pages(asked)} == {200}
    assert all(MARKUP in text for _, text in pages(asked)), "it is shown as what it is"
    assert all(MARKUP in Markup(request["Content"]["Simple"]["Body"]["Html"]["Data"]).text for request in mails(asked)[-3:])


@pytest.mark.parametrize("value", ["=3Cscript=3Ealert", "javascript:alert", "\u2028Bcc: thief@example.test", "@" * 256, ""])
def test_a_tag_written_by_hand_is_text(asked, value):
    tag(asked, "snapshot", value)
    assert {status for status, _ in pages(asked)} == {200}
