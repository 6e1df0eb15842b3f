"""`make demo`: a story on the local cloud, told line by line. Without STORY two whole cycles; STORY=failure and STORY=rollback
tell of what goes wrong.

APPROVE=auto presses the mailed buttons over HTTP even at a terminal; GATEWAY_PORT fixes the local AWS's port.
The report and the logs go to target/demo (target/demo-STORY), or to the folder that is given.
"""

import json
import os
import sys
import time
from pathlib import Path

from .cloud import REPOSITORY, LocalCloud, ended_by_signals
from .echo import Echo, package
from .process import LocalCloudError
from .stories import cycles, failure, rollback
from .stories.play import Play, demand_shown
from .stories.setting import APPROVERS, PARAMETERS, surroundings
from .story import Approver, Story
from .teller import AtTheTerminal, Teller

STORIES = {"cycles": cycles, "failure": failure, "rollback": rollback}


def chosen():
    """The story that STORY names, with its name."""
    name = os.environ.get("STORY") or "cycles"
    if name not in STORIES:
        raise LocalCloudError(f"STORY is {name!r}, but must be one of {', '.join(STORIES)}")
    return name, STORIES[name]


def run(output: Path | None):
    name, tale = chosen()
    output = output or REPOSITORY / "target" / ("demo" if name == "cycles" else f"demo-{name}")
    interactive = sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("APPROVE") != "auto"
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    began = time.monotonic()
    port = os.environ.get("GATEWAY_PORT")
    if port and not (port.isdecimal() and 0 < int(port) < 65536):
        raise LocalCloudError(f"GATEWAY_PORT is {port!r}, but must be a port's number, 1 to 65535")
    with LocalCloud(output, int(port) if port else None) as cloud:
        rds, zone = surroundings(cloud, **tale.TIMING)
        teller = Teller(lambda: rds.state()["now"], colour)
        teller.say(f"The local AWS is at {cloud.url}, the simulated RDS at {rds.url}; deploying template.yaml ...")
        echo = Echo(cloud, package(cloud), {**PARAMETERS, **tale.PARAMETERS, "HostedZoneId": zone.id})
        story = Story(echo, rds, teller, AtTheTerminal() if interactive else Approver(who=APPROVERS[:1]))
        found = tale.live(Play(output, rds, zone, echo, story, teller, lambda: time.monotonic() - began))
        (output / "report.json").write_text(json.dumps(found, indent=2) + "\n")
        teller.say("What it came to")
        print("\n".join(tale.table(found)))
        echo.close()
    print(f"\nThe same is in {os.path.relpath(output / 'report.json')}; everything that was started is ended.")
    if "shown" in found:
        demand_shown(found)


def main():
    ended_by_signals()
    try:
        run(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    except LocalCloudError as error:
        sys.exit(f"demo: {error}")
    except KeyboardInterrupt:
        sys.exit("\ndemo: ended by you; everything that was started is ended")


if __name__ == "__main__":
    main()
