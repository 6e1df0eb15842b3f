"""The mail, the page and the button, over the function URL as a browser sees it."""

import pytest

from asked import ask
from local import person, seed
from world import APPROVERS


@pytest.fixture
def asked(deploy):
    """An echo whose approvers have just been asked: (world, story, instance, links by approver)."""

    def make(**parameters):
        found = ask(deploy(**parameters))
        return found.world, found.story, found.instance, found.links

    return make


def test_opening_a_link_changes_nothing_and_pressing_confirms(asked):
    world, story, instance, links = asked()
    assert set(links) == set(APPROVERS)
    confirm = links[APPROVERS[0]]["confirm"]
    before = world.rds.instances(), world.changes(), world.zone.target()
    for method in ("GET", "HEAD", "GET"):
        assert person.request(confirm, method).status == 200
    assert (world.rds.instances(), world.changes(), world.zone.target()) == before

    shown = person.request(confirm)
    headers = {name.lower(): value for name, value in shown.headers.items()}
    assert "no-store" in headers["cache-control"] and headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "<script" not in shown.html.lower()
    assert instance in shown.text() and "dev-db.example.test" in shown.text()

    done = person.press(shown)
    assert done.status == 200
    story.listen()
    assert f"confirmed:{APPROVERS[0]}" in world.tags(instance)
    assert story.stage(instance) == "promoted"
    assert story.advances(instance)[-1]["woken_by"].startswith("Echo Approval Changed")
    assert world.zone.target() == world.rds.instances()[instance]["address"]


def test_a_mail_is_complete_in_text_and_html(asked):
    world, story, instance, links = asked()
    for mail in story.mails:
        assert mail["Source"] == f"RDS Echo dev <{seed.SENDER}>" and len(mail["To"]) == 1
        assert "dev" in mail["Subject"]
        for part in (mail["BodyText"], mail["BodyHtml"]):
            assert instance in part and "dev-db.example.test" in part
            for link in links[mail["To"][0]].values():
                assert link.replace("&", "&amp;") in part or link in part
    assert all(link.startswith(world.echo.proxy.url + "/") for each in links.values() for link in each.values())
    assert len({link for each in links.values() for link in each.values()}) == 2 * len(APPROVERS), "links are personal"


def test_one_cancel_closes_the_request(asked):
    world, story, instance, links = asked()
    legacy = world.zone.target()
    assert person.press(person.request(links[APPROVERS[1]]["cancel"])).status == 200
    story.listen()
    late = person.request(links[APPROVERS[0]]["confirm"])
    assert [form for form in late.forms() if form["method"] == "post"] == [], "there is nothing left to press"
    assert person.request(links[APPROVERS[0]]["confirm"], "POST", b"").status >= 400
    world.echo.wake("promote", "request-approval")
    story.listen()
    assert story.stage(instance) == "rebooted" and world.zone.target() == legacy
    assert f"confirmed:{APPROVERS[0]}" not in world.tags(instance)
    promote = [outcome for report, outcome in story.outcomes() if report["function"] == "promote"][-1]
    assert "cancelled" in promote["code"] and APPROVERS[1] in promote["why"]


def test_two_of_three_must_confirm(asked):
    world, story, instance, links = asked(Approvals=2)
    legacy = world.zone.target()
    for _ in range(2):
        person.request(links[APPROVERS[0]]["confirm"], "POST", b"")
    story.listen()
    assert story.stage(instance) == "rebooted" and world.zone.target() == legacy, "one person twice is one person"
    assert person.press(person.request(links[APPROVERS[2]]["confirm"])).status == 200
    story.listen()
    assert story.stage(instance) == "promoted"
    assert {f"confirmed:{who}" for who in (APPROVERS[0], APPROVERS[2])} <= set(world.tags(instance))


def test_a_forged_link_does_nothing(asked):
    world, story, instance, links = asked()
    fields, mac = links[APPROVERS[0]]["confirm"].rsplit("/", 1)[1].split(".")
    base = world.echo.proxy.url
    other = links[APPROVERS[1]]["confirm"].rsplit("/", 1)[1].split(".")[0]
    wrong_mac = ("B" if mac[0] == "A" else "A") + mac[1:]
    before = world.tags(instance)
    answers = {
        (page.status, page.html)
        for forged in (f"{fields}.{wrong_mac}", f"{other}.{mac}", f"{fields}", "x.y", f"{fields}.")
        for page in (person.request(f"{base}/{forged}", "POST", b""), person.request(f"{base}/{forged}"))
    }
    assert len(answers) == 1, "nobody learns how nearly right a guess was"
    assert answers.pop()[0] in (400, 403, 404)
    story.listen()
    assert world.tags(instance) == before and story.stage(instance) == "rebooted"
