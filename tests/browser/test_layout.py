"""On a narrow screen, with large letters, and with a mail program that throws styles away."""

import re

import pytest
from walk import STATES

NARROW = {"width": 320, "height": 640}
# A finger's width (Apple's 44 points; WCAG 2.2's AAA 44 by 44 too).
FINGER = 44
# What sticks out of the window, or out of its own box.
SPILT = """() => [...document.querySelectorAll("body, body *")].filter(element => {
  const box = element.getBoundingClientRect();
  const hidden = !element.checkVisibility() || box.width <= 1 || box.height <= 1;
  const spills = element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1;
  return !hidden && (box.right > document.documentElement.clientWidth + 1 || box.left < -1 || spills);
}).map(element => element.outerHTML.slice(0, 120))"""
# WCAG 1.4.4: the letters grow, the window does not; as a browser's setting for the size of text does it, px included.
LARGE = """() => {
  const sizes = [...document.querySelectorAll("body, body *")].map(each => [each, parseFloat(getComputedStyle(each).fontSize)]);
  for (const [each, size] of sizes) each.style.setProperty("font-size", 2 * size + "px", "important");
}"""


@pytest.fixture
def pages(walked):
    """The address of each state and mail."""
    return [f"{walked.gallery.url}/{name}" for name in [*STATES, *walked.letters.values()]]


def spilt(page):
    """What does not fit; empty where all does."""
    sideways = page.evaluate("document.scrollingElement.scrollWidth > innerWidth")
    return page.evaluate(SPILT) or (["the whole page"] if sideways else [])


def test_nothing_scrolls_sideways_on_a_narrow_screen(pages, context):
    page = context(viewport=NARROW).new_page()
    for address in pages:
        page.goto(address)
        assert not spilt(page), address


@pytest.mark.parametrize("width", [640, 1280])
def test_letters_of_twice_the_size_fit(pages, context, width):
    # The policy forbids foreign styles, a test's too.
    page = context(viewport={"width": width, "height": 800}, bypass_csp=True).new_page()
    for address in pages:
        page.goto(address)
        before = page.evaluate("getComputedStyle(document.querySelector('h1')).fontSize")
        page.evaluate(LARGE)
        assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontSize") != before
        assert not spilt(page), address


def test_what_does_not_fit_is_noticed(elsewhere, context):
    page = context(viewport=NARROW).new_page()
    page.goto(elsewhere.show("wide", "<!doctype html><p>" + "x" * 200))
    assert spilt(page)


def test_there_is_one_button_at_most_and_it_is_as_high_as_a_finger_is_wide(walked, context):
    page = context(viewport=NARROW).new_page()
    with_button = set()
    for state in STATES:
        page.goto(f"{walked.gallery.url}/{state}")
        buttons = page.get_by_role("button").all()
        assert len(buttons) <= 1 and page.locator("form").count() == len(buttons), state
        for button in buttons:
            with_button.add(state)
            box = button.bounding_box()
            assert box["height"] >= FINGER and box["width"] >= FINGER, state
    assert {"confirm", "cancel"} <= with_button


def test_the_mails_links_are_as_high_as_a_finger_is_wide(walked, context):
    page = context(viewport=NARROW).new_page()
    for name in walked.letters.values():
        page.goto(f"{walked.gallery.url}/{name}")
        for link in page.get_by_role("link").all():
            assert link.bounding_box()["height"] >= FINGER


def test_a_mail_without_its_styles_still_says_it_all(walked, context):
    page = context(viewport=NARROW).new_page()
    with_links = 0
    for mail in walked.mails:
        bare = re.sub(r"(?s)<style\b.*?</style>|\sstyle=(\"[^\"]*\"|'[^']*')|\sclass=\"[^\"]*\"", "", mail["BodyHtml"])
        assert not re.search(r"<style|style=", bare)
        page.set_content(mail["BodyHtml"])
        styled = page.locator("body").inner_text()
        page.set_content(bare)
        # What was hidden may show now; nothing that showed is missing.
        assert set(styled.split()) <= set(page.locator("body").inner_text().split())
        assert not spilt(page)
        links = page.get_by_role("link").all()
        names = {link.inner_text() for link in links}
        assert len(names) == len(links) and "" not in names
        with_links += len(links) == 2
    assert with_links, "the request has two links"


def test_a_mail_has_no_images(walked):
    for mail in walked.mails:
        assert not re.search(r"(?i)<(img|picture|svg|video|object|embed|iframe|link)\b|url\(|\bbackground=", mail["BodyHtml"])
