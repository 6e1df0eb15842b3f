"""A restore that fails at hour 27: noticed, announced, told to people, tried again, promoted. Nobody ever lost the old copy."""

from datetime import timedelta

from .. import seed
from ..process import LocalCloudError
from ..simulated_rds import moment
from .play import Chronicle, Play, came_to, next_night
from .play import table as table
from .setting import FIRST

STATUS = "incompatible-parameters"
EVENT = "RDS-EVENT-0035"
HOUR = 27
# One whose copies come every night tries again soon.
PARAMETERS = {"NewSchedule": "cron(0 3 * * ? *)", "MinimumAgeHours": "12", "ReplyTo": "platform@example.test"}
TIMING = {"restore_seconds": HOUR * 3600}
NIGHTS = 5


def live(play: Play):
    """From the restore that fails to the end of what it left; gives what it came to."""
    story, rds, zone = play.story, play.rds, play.zone
    chronicle = Chronicle(play, FIRST)
    others, before = bystanders(rds), zone.target()
    play.teller.say(f"The schedule of `new` comes round on {FIRST:%A, %d %B %Y, %H:%M} UTC; the restore will fail {HOUR} hours later")
    rds.next_restore_ends(STATUS)
    lost = story.begin(FIRST)
    fails = FIRST + timedelta(hours=HOUR)
    story.go_to(fails - timedelta(minutes=1))
    waiting = story.stage(lost)
    story.go_to(fails + timedelta(minutes=1))
    story.look_soon()
    story.go_to(fails + timedelta(minutes=10))
    tags = rds.instances()[lost]["tags"]
    in_use = zone.target()
    play.teller.say("Somebody reads of it, and corrects the parameter group; the next schedule finds the way free")
    retried = try_again(play)
    play.teller.say(f"While {retried} is restored, the time of {lost} is over, which nobody has ever used")
    story.see_off(lost)
    kept = zone.target()
    story.run_until(lambda: story.stage(retried) == "promoted", f"{retried} is promoted")

    fell = [row for row in chronicle.rows if row["who"] == "RDS" and STATUS in row["what"]]
    given_up = next((each for each in story.advances(lost) if each["stage"] == "forgotten"), None)
    announced = [each for each in chronicle.announcements if each["type"] == "Echo Stage Changed" and each["instance"] == lost]
    troubles = [each for each in chronicle.announcements if each["type"] == "Echo Trouble"]
    told = [each for each in chronicle.mails if each["to"] == [PARAMETERS["ReplyTo"]]]
    ends = [row["hour"] for row in chronicle.rows if row["who"] == "retire" and "deletion requested" in row["what"] and lost in row["what"]]
    return came_to(
        play,
        chronicle,
        {
            f"the restore of {lost} ended in {STATUS} at hour {HOUR}, and RDS said so ({EVENT})": [
                (row["hour"], EVENT in row["what"]) for row in fell
            ]
            == [(HOUR, True)],
            "until then it was waited for": waiting == "new",
            "it was noticed by that event, and given up within five minutes": given_up
            and moment(given_up["at"]) - fails <= timedelta(minutes=5)
            and EVENT in given_up["woken_by"],
            "its tag `failure` says why": STATUS in tags.get("rdsecho:dev:failure", ""),
            "it was announced on the event bus": [each["to"] for each in announced][:2] == ["new", "forgotten"],
            "trouble was announced once, with its reason": [(each["code"], each["instance"]) for each in troubles] == [("failed", lost)],
            "one notice went to the alarms' topic, and said it in a sentence": [
                f"{lost}: it has failed" in each["text"] for each in chronicle.notices
            ]
            == [True],
            "one mail told of it within five minutes, with what RDS had said": len(told) == 1
            and lost in told[0]["subject"]
            and "A parameter is not valid for this class" in told[0]["text"]
            and moment(told[0]["at"]) - fails <= timedelta(minutes=5),
            "the CNAME stayed where it was until another one was promoted": before == in_use == kept == seed.LEGACY_HOST,
            f"the next schedule began afresh with {retried}, from a younger snapshot": retried > lost
            and snapshot_of(rds, retried) > tags["rdsecho:dev:snapshot"],
            f"{retried} was promoted, and the CNAME leads to it": zone.target() == rds.instances()[retried]["address"],
            f"{lost} went away by retire, once, and with its grace period over": len(ends) == 1 and ends[0] >= HOUR + 24,
            "nothing else was touched": others == bystanders(rds),
        },
    )


def try_again(play: Play):
    """Night after night the schedule comes round, until something is restored; gives it."""
    for night in range(1, NIGHTS):
        at = FIRST + timedelta(days=night)
        if at < play.rds.now():
            continue
        next_night(play, at)
        if instance := play.story.come_round(at):
            return instance
    raise LocalCloudError(f"`new` restored nothing in {NIGHTS} nights: {play.story.invocations[-1].lines}")


def bystanders(rds):
    """Whatever is not this echo's, as it is."""
    return {name: each for name, each in rds.instances().items() if not name.startswith("dev-20")}


def snapshot_of(rds, instance):
    return rds.instances()[instance]["tags"]["rdsecho:dev:snapshot"]
