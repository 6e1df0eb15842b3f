"""Two echoes of one production side by side, one's name the beginning of the other's, as samconfig.example.toml deploys
them: neither wakes for, reads, or touches what is the other's."""

import json
import re
import tomllib
from collections import Counter
from contextlib import ExitStack, closing
from datetime import timedelta

import pytest
from permissions import RDS, Ask, Roles
from world import START, TIMING, World

from local import person, seed
from local.cloud import REPOSITORY
from local.echo import Echo
from local.simulated_rds import EVENT_SOURCE, moment
from local.story import TICK, NobodyYet, Story

# Their schedules come round every five minutes; who waits for nothing has nothing to do for days.
IDLE = timedelta(days=1)
DANA, KIM, NOOR = "dana@example.com", "kim@example.com", "noor@example.com"


def example(environment):
    """The parameters of one environment, as `sam deploy --config-env` reads them."""
    settings = tomllib.loads((REPOSITORY / "samconfig.example.toml").read_text())[environment]["deploy"]["parameters"]
    pairs = (item.partition("=") for item in settings["parameter_overrides"])
    return {name: value.strip('"') for name, _, value in pairs}


class Neighbour(Story):
    """One of two stories in one RDS: the time moves to what is due first in either."""

    def due(self):
        """When this one goes on. Where it waits for nothing, its schedules come round after a while."""
        state = self.rds.state()
        now = moment(state["now"])
        looks = [at if at > now else now + TICK for at in self._due.values()]
        if not looks and not self._round:
            self._round = now + IDLE
        return min(at for at in (moment(state["next"]), self._round, *looks) if at)

    def asked(self, who):
        """The latest links that somebody has for this echo."""
        for mail in reversed(self.mails):
            if mail["To"] == [who] and len(found := person.links(mail)) == 2:
                return found
        return None

    def press(self, who, action):
        done = person.press(person.request(self.asked(who)[action]))
        assert done.status == 200, done.text()


def live(stories, reached, what, limit=None):
    """Lives on until `reached()`, or until then."""
    for _ in range(100):
        if reached():
            return
        due = {story.due(): story for story in reversed(stories)}
        first = min(due)
        if limit and first >= limit:
            stories[0].go_to(limit)
            return
        due[first]._step()
        for story in stories:
            story.listen()
    raise AssertionError(f"the stories are stuck before {what}: {[story.invocations[-1].lines for story in stories]}")


@pytest.fixture(scope="module")
def town(cloud, template):
    """One production, one zone, and the two echoes of the example, each as a world: (dev, qa)."""
    rds = cloud.simulate_rds(START)
    rds.timing(**TIMING)
    seed.seed_production(rds, START)
    settings = [example("dev"), example("qa")]
    known = set(re.findall(r"^  (\w+):\n    Type: (?:String|Number)$", template, re.MULTILINE))
    assert all(set(each) <= known for each in settings), "the example has parameters that the template does not have"
    cloud.client("sesv2").create_email_identity(EmailIdentity=settings[0]["Sender"])
    group, vpc = seed.seed_security_group(cloud, "databases")
    for name in {each["NewDbSubnetGroupName"] for each in settings}:
        rds.add_group("subnet", name, vpc=vpc)
    for each in settings:
        # The example's group is of an account that is not ours.
        each["NewVpcSecurityGroupIds"] = group
        seed.seed_parameter_group(rds, each["ModDbParameterGroupName"])
    zone = seed.seed_zone(cloud, settings[0]["Cname"])
    other = seed.Zone(cloud, zone.id, settings[1]["Cname"])
    other.change("CREATE", {"Name": other.cname, "Type": "CNAME", "TTL": 300, "ResourceRecords": [{"Value": seed.LEGACY_HOST}]})
    with ExitStack() as stack:
        worlds = []
        for mine, given in zip((zone, other), settings, strict=True):
            local = {"HostedZoneId": zone.id, "RdsEventSource": EVENT_SOURCE}
            worlds.append(World(cloud, rds, mine, stack.enter_context(closing(Echo(cloud, template, {**given, **local})))))
        yield worlds


def mistake(rds, arn, tags):
    """Somebody copies one echo's tags to an instance of the other."""
    rds.client().add_tags_to_resource(ResourceName=arn, Tags=[{"Key": key, "Value": value} for key, value in tags.items()])


def condemned(echo, instance):
    """What would make its own echo destroy it at once, were it that echo's."""
    identity = {"managed": "true", "id": instance["identifier"], "resource": instance["resource_id"]}
    tags = {**identity, "stage": "retired", "since": "2026-11-01T00:00:00Z"}
    return {f"rdsecho:{echo.name}:{key}": value for key, value in tags.items()}


def test_two_echoes_live_beside_each_other(town, capsys):
    dev, qa = town
    rds, cloud = dev.rds, dev.cloud
    stories = dev_story, qa_story = [Neighbour(world.echo, rds, approver=NobodyYet()) for world in town]

    # Both are asked at the same time; one cancels while the other promotes.
    first, qa_first = (story.begin(dev.first) for story in stories)
    assert (first, qa_first) == ("dev-2026-11-30", "dev-qa-2026-11-30")
    live(stories, lambda: dev_story.asked(DANA) and qa_story.asked(KIM), "the mails")
    dev_story.press(DANA, "cancel")
    for who in (KIM, NOOR):
        qa_story.press(who, "confirm")
    live(stories, lambda: qa_story.stage(qa_first) == "promoted", "the promotion")
    assert qa.zone.target() == rds.instances()[qa_first]["address"] and dev.zone.target() == seed.LEGACY_HOST
    assert dev.tags(first)["stage"] == "rebooted" and f"cancelled:{DANA}" in dev.tags(first)

    # A week later both promote; what they replace ends by each one's own grace period.
    again = dev.first + timedelta(weeks=1)
    live(stories, lambda: False, "the next week", limit=again - timedelta(minutes=30))
    seed.add_snapshots(rds, again - timedelta(minutes=30))
    live(stories, lambda: False, "the second cycle", limit=again)
    second, qa_second = (story.begin(again) for story in stories)
    live(stories, lambda: (dev_story.stage(second), qa_story.stage(qa_second)) == ("rebooted", "rebooted"), "both are set up")
    dev_story.press(DANA, "confirm")
    for who in (KIM, NOOR):
        qa_story.press(who, "confirm")
    live(stories, lambda: (dev_story.stage(second), qa_story.stage(qa_second)) == ("promoted", "promoted"), "both promotions")
    assert dev.zone.target() == rds.instances()[second]["address"]
    assert qa.zone.target() == rds.instances()[qa_second]["address"]

    there = rds.instances()
    for name, echoes in {first: {"dev"}, second: {"dev"}, qa_first: {"dev-qa"}, qa_second: {"dev-qa"}, seed.PRODUCTION: set()}.items():
        assert {key.split(":")[1] for key in there[name]["tags"] if key.startswith("rdsecho:")} == echoes
    mistake(rds, there[qa_second]["arn"], condemned(dev.echo, there[qa_second]))
    mistake(rds, there[second]["arn"], condemned(qa.echo, there[second]))
    live(stories, lambda: first not in rds.instances(), f"{first} is destroyed")
    assert qa.tags(qa_first)["stage"] == "forgotten", "it is kept for longer"
    live(stories, lambda: qa_first not in rds.instances(), f"{qa_first} is destroyed")
    assert sorted(rds.instances()) == sorted([second, qa_second, "development", seed.PRODUCTION])
    assert all(rds.instances()[each]["deletion_protection"] for each in (second, qa_second))
    finals = {each["identifier"] for each in rds.state()["snapshots"] if each["identifier"].endswith("-final")}
    assert finals == {f"{qa_first}-final"}, "as each has it in its settings"

    check_that_neither_knew_of_the_other(stories)
    calls, events = dev_story.rds_calls(), rds.state()["events"]["sent"]
    assert (calls["RestoreDBInstanceFromDBSnapshot"], calls["RebootDBInstance"], calls["DeleteDBInstance"]) == (4, 4, 2)
    with capsys.disabled():
        print(f"\n  {events} RDS events; ", end="")
        for story in stories:
            counts = story.echo.invocation_counts()
            assert sum(counts.values()) == len(story.invocations) and all(counts.values())
            woken = Counter(kind(invocation.report["woken_by"]) for invocation in story.invocations)
            said = ", ".join(f"{count} by {name}" for name, count in woken.most_common())
            print(f"{story.echo.name}: {len(story.invocations)} invocations ({said}), none for the other; ", end="")
        print("4 restores, 4 reboots, 2 deletions ", end="")
    assert cloud.get("/_local/activity")["running"] == 0


def kind(woken_by):
    """What woke a function, without its particulars."""
    for name in ("RDS-EVENT", "Echo Stage Changed", "Echo Approval Changed", "schedule"):
        if name in woken_by:
            return name
    return "a person"


def check_that_neither_knew_of_the_other(stories):
    """Nothing that either has logged or mailed names anything of the other's."""
    dev, qa = stories
    for story, others in ((dev, ("dev-qa", "qa-db.example.com", KIM, NOOR)), (qa, ("dev-20", "dev-db.example.com", DANA))):
        reports = [invocation.report for invocation in story.invocations]
        assert {report["echo"] for report in reports} == {story.echo.name} and not [report for report in reports if report["error"]]
        said = "\n".join(line for invocation in story.invocations for line in invocation.lines)
        own = [mail for mail in story.mails if mail["Subject"].removeprefix("Re: ").startswith(f"[{story.echo.name}]")]
        said += json.dumps(own)
        assert own and not [other for other in others if other in said]


def test_neither_may_touch_the_others_instances_even_with_its_own_tag_on_them(town):
    names = {"dev": "dev-2026-11-30", "dev-qa": "dev-qa-2026-11-30"}
    work = {"modify": "ModifyDBInstance", "reboot": "RebootDBInstance", "promote": "AddTagsToResource", "retire": "DeleteDBInstance"}
    for world in town:
        roles, own = Roles(world), {f"rdsecho:{world.echo.name}:managed": "true"}
        for function, action in work.items():
            asked = {name: Ask(f"rds:{action}", f"{RDS}db:{instance}", resource_tags=own) for name, instance in names.items()}
            allowed = {name for name, ask in asked.items() if roles.may(function, ask)}
            assert allowed == {world.echo.name}, f"{action} by {function} of {world.echo.name}"
