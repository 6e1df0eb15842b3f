"""A real Chromium, and what it was shown on one walk through a story; figures of it all at the end."""

import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

import figures
import pytest
from gallery import Gallery
from local import person
from playwright.sync_api import sync_playwright
from walk import walk
from world import make_world

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def executable():
    """The system's Chromium; nothing is ever downloaded by Playwright."""
    found = subprocess.run([HERE / "chromium.sh"], capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.fail(found.stderr, pytrace=False)
    return found.stdout.strip()


@pytest.fixture(scope="session")
def playwright():
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright, executable):
    browser = playwright.chromium.launch(executable_path=executable)
    yield browser
    browser.close()


@pytest.fixture
def context(chromium):
    """Makes contexts, each with nothing remembered; ended after the test."""
    made = []

    def make(**options):
        made.append(chromium.new_context(**options))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def elsewhere():
    """Another server, on another origin."""
    with Gallery() as gallery:
        yield gallery


@pytest.fixture(scope="session")
def walked(cloud, template, chromium):
    """The looks by state, the mails, the request among them that the looks go with, and a server that shows all of them again, each under its name."""
    world = make_world(cloud, template, Approvals=2)
    context = chromium.new_context()
    try:
        looks, mails, request = walk(world, context)
    finally:
        context.close()
        world.echo.close()
    with Gallery() as gallery:
        for name, look in looks.items():
            gallery.shown[name] = look.shown
        letters = {}
        for mail in mails:
            # The same letter goes to each approver; one of each kind is enough.
            kind = (mail["Subject"].split("(")[0].strip(), *re.findall("<h1[^>]*>(.*?)</h1>", mail["BodyHtml"]), len(person.links(mail)))
            if kind not in letters:
                letters[kind] = f"mail-{len(letters) + 1}"
                gallery.show(letters[kind], mail["BodyHtml"])
        yield SimpleNamespace(looks=looks, mails=mails, request=request, letters=letters, gallery=gallery)


def pytest_terminal_summary(terminalreporter):
    """What was found, in figures."""
    if figures.FOUND:
        terminalreporter.section("figures", sep="-")
        width = max(len(name) for name in figures.FOUND)
        for name, figure in figures.FOUND.items():
            terminalreporter.write_line(f"{name:<{width}}  {figure}")
