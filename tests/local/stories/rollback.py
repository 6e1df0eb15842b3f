"""A copy is promoted, turns out bad, and the name goes back to the one before it; the bad one is kept for an investigation, and
goes away later."""

from datetime import timedelta

from ..simulated_rds import moment
from .failure import bystanders
from .play import Chronicle, Play, Terminal, came_to, next_night
from .play import table as table
from .setting import FIRST, SECOND

PARAMETERS = {}
TIMING = {}
# Twice as long as a copy is kept that nobody holds.
LOOKED_INTO = timedelta(hours=48)


def live(play: Play):
    """Two copies, the way back from the second one to the first, and the end of the second; gives what it came to."""
    story, rds, zone = play.story, play.rds, play.zone
    chronicle = Chronicle(play, FIRST)
    terminal = Terminal(play, chronicle)
    others = bystanders(rds)
    play.teller.say(f"A copy is made and promoted, as every Monday; it will be the good one: {FIRST:%d %B %Y}")
    good = story.cycle(FIRST)
    next_night(play, SECOND)
    play.teller.say(f"A week later the next one replaces it: {SECOND:%d %B %Y}")
    bad = story.cycle(SECOND)
    led_to_bad = zone.target() == rds.instances()[bad]["address"]

    story.go_to(rds.now() + timedelta(hours=3))
    play.teller.say(f"Three hours after its promotion {bad} turns out bad, and somebody goes to a terminal")
    terminal.types("status")
    terminal.types("rollback", "--keep")
    back_at = rds.now()
    back = zone.target() == rds.instances()[good]["address"]
    tags = {name: rds.instances()[name]["tags"] for name in (good, bad)}
    protected = rds.instances()[good]["deletion_protection"]
    terminal.types("status")
    play.teller.say(f"Its grace period of a day goes by, and another one; {bad} is kept all the same, and looked into")
    story.look_soon()
    story.go_to(back_at + LOOKED_INTO)
    kept = bad in rds.instances() and story.stage(bad) != "retired"
    looks = [outcome for report, outcome in story.outcomes() if report["function"] == "retire" and outcome["instance"] == bad]
    play.teller.say(f"What was wrong is found: {bad} may go")
    terminal.types("release", bad)
    released_at = rds.now()
    story.look_soon()
    story.see_off(bad)

    deletions = [row for row in chronicle.rows if row["who"] == "retire" and "deletion requested" in row["what"]]
    retired = [each for each in story.advances(good) if each["stage"] == "retired"]
    return came_to(
        play,
        chronicle,
        {
            f"{bad} was promoted, and the CNAME led to it": led_to_bad,
            f"one command led the CNAME back to {good}": back,
            f"{good} is promoted again, and protected": tags[good]["rdsecho:dev:stage"] == "promoted" and protected,
            f"{bad} is forgotten": tags[bad]["rdsecho:dev:stage"] == "forgotten",
            f"{bad} was kept: its grace period was over for a day, and it was still there": kept and looks,
            f"{bad} was destroyed once, and only when it was released": [bad in row["what"] for row in deletions] == [True]
            and moment(deletions[0]["at"]) > released_at,
            f"{good} was never about to be destroyed": not retired,
            f"the CNAME leads to {good} to the end": zone.target() == rds.instances()[good]["address"],
            "nothing else was touched": others == bystanders(rds),
        },
    )
