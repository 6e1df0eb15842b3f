"""What people hear when a restore fails: from the deployed functions, a mail and a notice on the alarms' topic, once."""

from contextlib import closing
from datetime import timedelta

import pytest

from local.notices import Subscriber
from local.process import until
from local.story import Approver, Story
from world import APPROVERS

PLATFORM = "platform@example.test"


@pytest.fixture
def failed(deploy):
    """A restore that fails, half an hour later, and the next one, which succeeds."""
    world = deploy(MoreOptions=f"-Drdsecho.notify={PLATFORM}")
    with closing(Subscriber(world.echo)) as subscriber:
        story = Story(world.echo, world.rds, approver=Approver(who=APPROVERS[:1]))
        world.rds.next_restore_ends("incompatible-parameters")
        first = story.begin(world.first)
        story.run_until(lambda: story.stage(first) == "forgotten", "the failed copy is given up")
        story.go_to(world.rds.now() + timedelta(minutes=30))
        yield world, story, first, everything(subscriber)


def everything(subscriber):
    """Gives all that the topic of the alarms has told so far."""
    heard = []

    def look():
        heard.extend(notice["text"] for notice in subscriber.fresh()[1])
        return heard

    return look


def test_what_new_refuses_is_told_with_all_that_is_wrong(deploy):
    world = deploy(ModDbParameterGroupName="of-fifteen")
    world.rds.add_group("parameter", "of-fifteen", family="postgres15")
    with closing(Subscriber(world.echo)) as subscriber:
        notices = everything(subscriber)
        world.echo.wake("new")
        assert [ran.report["outcomes"][0]["code"] for ran in world.echo.new_invocations()] == ["check-failed"]
        (notice,) = until(lambda: notices() or None, "the topic to tell", 10)
    assert "RDS Echo dev has trouble: check-failed" in notice
    assert "rdsecho.mod.dbParameterGroupName: " in notice and "of the family postgres15" in notice
    assert "Seen at 20" in notice and "the entry check-failed in docs/RUNBOOK.md" in notice


def test_a_failed_restore_is_told_once_and_the_next_one_is_promoted(failed):
    world, story, first, notices = failed
    mails = [mail for mail in story.mails if mail["To"] == [PLATFORM]]
    (mail,) = mails
    assert mail["BodyText"].startswith(f"Failed: {first} is not going to be used")
    assert "put into incompatible-parameters. A parameter is not valid" in mail["BodyText"], "in RDS's own words"
    said = until(lambda: notices() or None, "the topic to tell", 10)
    (notice,) = said
    assert "RDS Echo dev has trouble: failed" in notice and f"{first}: it has failed and was given up (try 1 of 3)" in notice
    assert world.tags(first)["trouble"].startswith("failed ") and world.tags(first)["attempt"] == "1 failed"

    world.echo.wake("new")
    story.listen()
    second = max(name for name in world.rds.instances() if name.startswith("dev-20"))
    assert second != first and world.tags(second)["attempt"] == "2"
    story.run_until(lambda: story.stage(second) == "promoted", "the second try is promoted")
    assert len([mail for mail in story.mails if mail["To"] == [PLATFORM]]) == 1 and len(notices()) == 1
    told = [outcome for _, outcome in story.outcomes() if outcome["what"].startswith("trouble told")]
    assert [outcome["code"] for outcome in told] == ["failed"]
