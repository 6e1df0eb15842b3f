"""Two whole cycles: a copy, and a week later the one that replaces it."""

from .. import report
from ..report import table as table
from .play import Play, next_night
from .setting import FIRST, SECOND

PARAMETERS = {}
TIMING = {}


def live(play: Play):
    """Both cycles, and the end of the first copy; gives what it came to."""
    story, cycles = play.story, []
    for number, at in ((1, FIRST), (2, SECOND)):
        if number == 2:
            next_night(play, at)
        play.teller.say(f"Cycle {number}: the schedule of `new` comes round on {at:%A, %d %B %Y, %H:%M} UTC")
        before = play.zone.target()
        cycles.append(report.cycle(story, play.zone, story.cycle(at), before))
    for replaced in [each["instance"] for each in cycles if story.stage(each["instance"]) == "forgotten"]:
        play.teller.say(f"The end of {replaced}: its grace period, the point of no return, a pause, and its destruction")
        story.see_off(replaced)
    return report.report(story, cycles, play.elapsed())
