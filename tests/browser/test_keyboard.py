"""Answering with a keyboard alone, in a browser in which no script runs."""

import pytest
from walk import REASON, A, B, ask

# More stops than a page can have.
STOPS = 10


@pytest.fixture
def asked(deploy):
    """Approvers who have just been asked: (world, story, instance, links by approver)."""

    def make(**parameters):
        world = deploy(**parameters)
        return world, *ask(world)

    return make


@pytest.fixture
def page(context):
    """A page in a browser that runs no scripts: each one that it is given stays without effect."""
    page = context(java_script_enabled=False).new_page()
    page.set_content("<title>still</title><script>document.title = 'ran'</script>")
    assert page.title() == "still"
    return page


def tab_to(page, selector):
    """Tabs to the one element; what has the focus must show it."""
    target = page.locator(selector)
    assert target.count() == 1, f"{selector}: {target.count()} of them"
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count():
            assert focused.evaluate("each => getComputedStyle(each).outlineStyle") != "none", "nobody sees where the focus is"
        if target.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError(f"{selector} is not reached with Tab")


def enter(page):
    """Presses Enter, and waits for the page behind it; gives its status."""
    with page.expect_navigation() as navigation:
        page.keyboard.press("Enter")
    return navigation.value.status


def test_confirming_needs_neither_scripts_nor_a_mouse(asked, page):
    world, story, instance, links = asked()
    page.goto(links[A]["confirm"])
    tab_to(page, "button")
    assert enter(page) == 200
    story.listen()
    assert f"confirmed:{A}" in world.tags(instance) and story.stage(instance) == "promoted"


def test_cancelling_with_a_reason_needs_neither_scripts_nor_a_mouse(asked, page, context):
    world, story, instance, links = asked()
    page.goto(links[B]["cancel"])
    tab_to(page, "textarea[name=reason]")
    page.keyboard.type(REASON)
    tab_to(page, "button")
    assert enter(page) == 200
    story.listen()
    assert f"cancelled:{B}" in world.tags(instance) and story.stage(instance) == "rebooted"

    other = context().new_page()
    assert other.goto(links[A]["confirm"]).status == 409
    said = other.locator("main").inner_text()
    assert B in said and REASON in said
    assert other.get_by_role("button").count() == 0


def test_a_reason_is_text_whatever_it_holds(asked, page, context):
    """It is shown as it was typed, and nothing of it becomes a part of the page."""
    world, story, _, links = asked()
    typed = """<script>document.title='ran'</script><img src=x> "quoted" & 'so' äöü 数据库 🐘"""
    page.goto(links[B]["cancel"])
    tab_to(page, "textarea[name=reason]")
    page.keyboard.insert_text(typed)
    with page.expect_navigation():
        page.get_by_role("button").click()
    story.listen()
    other = context().new_page()
    other.goto(links[A]["confirm"])
    assert typed in other.locator("main").inner_text() and other.title() != "ran"
    assert other.locator("img, script").count() == 0


def test_no_reason_is_too_long_for_the_cancel(asked, page):
    """Whoever pastes a whole log has cancelled all the same."""
    world, story, instance, links = asked()
    page.goto(links[B]["cancel"])
    tab_to(page, "textarea[name=reason]")
    page.keyboard.insert_text(10_000 * "🐘")
    tab_to(page, "button")
    assert enter(page) == 200
    story.listen()
    assert f"cancelled:{B}" in world.tags(instance)


def test_cancelling_without_a_reason_is_as_good(asked, page):
    world, story, instance, links = asked()
    page.goto(links[B]["cancel"])
    tab_to(page, "button")
    assert enter(page) == 200
    story.listen()
    assert f"cancelled:{B}" in world.tags(instance)


def test_what_could_not_be_stored_can_be_pressed_again(asked, page):
    world, story, instance, links = asked()
    page.goto(links[A]["confirm"])
    world.rds.fail("AddTagsToResource", "refuse", times=1, code="AccessDenied")
    tab_to(page, "button")
    assert enter(page) == 503
    story.listen()
    assert f"confirmed:{A}" not in world.tags(instance)
    tab_to(page, "button")
    assert enter(page) == 200
    story.listen()
    assert f"confirmed:{A}" in world.tags(instance)
