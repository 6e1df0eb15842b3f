"""An echo whose approvers have just been asked: who has which link, and whether anything has changed since."""

import urllib.parse
from contextlib import contextmanager
from dataclasses import dataclass

from local import person
from local.story import NobodyYet, Story
from world import World, make_world


@dataclass
class Asked:
    """What the mails of one request brought."""

    world: World
    story: Story
    instance: str
    links: dict
    _sent_before: int

    @property
    def base(self):
        return self.world.echo.proxy.url

    @property
    def recorder(self):
        return self.world.cloud.recorder

    def sent(self):
        """What SES was asked to send since the story began: the bodies of the requests."""
        return self.recorder.sent()[self._sent_before :]

    def token(self, who, action):
        return self.path(who, action)[1:]

    def path(self, who, action):
        return urllib.parse.urlsplit(self.links[who][action]).path

    def tags(self):
        return self.world.tags(self.instance)

    def listed(self, kind):
        """Who stands in tags as confirmed, or cancelled."""
        return {key.split(":", 1)[1] for key in self.tags() if key.startswith(f"{kind}:")}

    def everything(self):
        """All that an attack could change: instances with their tags, calls that change, the CNAME, mails."""
        world = self.world
        # What earlier presses have woken comes to its end first: the others are told of them.
        world.cloud.quiet()
        return world.rds.instances(), world.changes(), world.zone.target(), len(world.cloud.mails())

    def now(self):
        """The functions' clock, in seconds since 1970."""
        return int(self.world.rds.now().timestamp())


def ask(world):
    """Lives on until the approvers have their first mails."""
    before = len(world.cloud.recorder.sent())
    story = Story(world.echo, world.rds, approver=NobodyYet())
    instance = story.begin(world.first)
    story.run_until(lambda: story.mails, "the mails")
    links = {mail["To"][0]: found for mail in story.mails if len(found := person.links(mail)) == 2}
    return Asked(world, story, instance, links, before)


@contextmanager
def asking(cloud, template, **parameters):
    """The same in a world of its own, for as long as the `with` lasts."""
    world = make_world(cloud, template, **parameters)
    try:
        yield ask(world)
    finally:
        world.echo.close()
