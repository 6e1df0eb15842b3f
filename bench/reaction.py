"""How long after an event of RDS the stage `modify` makes its first call, on the local AWS, beside a function that does nothing.

Both take turns as the target of the deployed template's own rule, so that each event has the cores to itself, and both are
looked for in the same way: by a thread of this process that waits for the call, or for the datagram. The event is put by this
process, in the words and the way of the simulated RDS, so that its moment is known by the same clock.

The event is about an instance of ours that is not ready: the stage asks for it, sees that, and waits. RDS's call is the
first of every event that is ours, and here also the last.

MiniStack keeps the process of a function for its next event. `warm` are events that find one; before each of `cold` the
process is ended, as MiniStack does it where a function's configuration changes, so that the event starts another one.
"""

import http.client
import json
import os
import queue
import socket
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from local import seed
from local.cloud import ACCOUNT, REGION, LocalCloud
from local.echo import Echo, package
from local.relay import Relay
from local.simulated_rds import EVENT_SOURCE
from local.stories import setting

from . import BenchError, worlds

# Of each function, warm and cold: the fewest of which a 95th percentile says something.
EVENTS = 60
PATIENCE_SECONDS = 20
STAGE, FLOOR = "stage_ms", "floor_ms"
# RDS-EVENT-0005 wakes no function but modify.
CREATED = worlds.event("modify/instance-created.json")


class Calls(Relay):
    """Stands in front of the simulated RDS for the stage alone, and notes when a call arrives."""

    def __init__(self, rds_port, arrivals):
        self._arrivals = arrivals
        super().__init__(rds_port)

    def saw(self, request, body):
        self._arrivals.put((STAGE, time.monotonic_ns()))


class Datagrams:
    """Notes when the function that does nothing tells of an event."""

    def __init__(self, arrivals):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._arrivals = arrivals
        threading.Thread(target=self._receive, daemon=True).start()

    def _receive(self):
        with self._socket:
            # One with something in it is our own, and means the end.
            while not self._socket.recv(16):
                self._arrivals.put((FLOOR, time.monotonic_ns()))

    def close(self):
        self._socket.sendto(b"end", self._socket.getsockname())


def measure(functions: Path, floor: Path, work: Path):
    """Milliseconds from each event on: `{"warm": {"stage_ms": [...], "floor_ms": [...]}, "cold": {...}}`.

    `functions` holds the packages as NAME/bootstrap.zip, `floor` is the package of the function that does nothing.
    """
    # Where `package` finds what is deployed.
    os.environ["FUNCTIONS_DIR"] = str(functions)
    arrivals = queue.SimpleQueue()
    datagrams = Datagrams(arrivals)
    calls = None
    try:
        with LocalCloud(work) as cloud:
            rds = cloud.simulate_rds(datetime.now(UTC))
            worlds.plant_restored(rds)
            rds.force_status(worlds.INSTANCE, "backing-up")
            calls = Calls(cloud.rds_port, arrivals)
            # The schedules go by the real clock, and an hour is longer than this takes.
            parameters = {**setting.PARAMETERS, "HostedZoneId": seed.seed_zone(cloud, setting.CNAME).id, "FallbackRate": "rate(1 hour)"}
            echo = Echo(cloud, package(cloud), parameters)
            try:
                targets = _targets(cloud, echo, floor, calls.url, datagrams.address)
                return {warmth: _react(cloud, targets, arrivals, warmth == "cold") for warmth in ("warm", "cold")}
            finally:
                echo.close()
    finally:
        datagrams.close()
        if calls:
            calls.close()


def _targets(cloud, echo, floor, rds_url, tells):
    """The stage and the function that does nothing, ready to be put into the rule."""
    functions = cloud.client("lambda")
    stage = functions.get_function_configuration(FunctionName=echo.function("modify"))
    variables = stage["Environment"]["Variables"]
    created = functions.create_function(
        FunctionName=echo.function("floor"),
        Role=stage["Role"],
        Code={"ZipFile": floor.read_bytes()},
        **{key: stage[key] for key in ("Runtime", "Handler", "MemorySize", "Timeout")},
    )
    return {
        STAGE: Target(cloud, stage["FunctionArn"], {**variables, "AWS_ENDPOINT_URL_RDS": rds_url}),
        FLOOR: Target(cloud, created["FunctionArn"], {"FLOOR_TELLS": tells}),
    }


class Target:
    """A function that the rule can be pointed at."""

    def __init__(self, cloud, arn, variables):
        self._cloud = cloud
        self.arn = arn
        # It goes by the real clock: to look the simulated one up in its file takes time that no Lambda needs.
        self._variables = {**variables, "LD_PRELOAD": ""}
        self.end()

    def end(self):
        """Ends its process, if there is one. The next event need not wait until the update is complete, which MiniStack says
        half a second later."""
        functions = self._cloud.client("lambda")
        functions.update_function_configuration(FunctionName=self.arn, Environment={"Variables": self._variables})

    def put_into(self, rule, target):
        self._cloud.client("events").put_targets(Rule=rule, Targets=[{**target, "Arn": self.arn}])


def _react(cloud, targets, arrivals, cold):
    rule, target = _rule(cloud, targets)
    took = {name: [] for name in targets}
    # The first of each is for the caches.
    for number in range(EVENTS + 1):
        # Neither always follows the other.
        for name in sorted(targets, reverse=number % 2 == 1):
            targets[name].put_into(rule, target)
            if cold:
                targets[name].end()
            began = _put_event(cloud)
            try:
                arrived, at = arrivals.get(timeout=PATIENCE_SECONDS)
            except queue.Empty:
                raise BenchError(f"no sign of {name} {PATIENCE_SECONDS} s after an event: see {cloud.work / 'ministack.log'}") from None
            cloud.quiet()
            if arrived != name or not arrivals.empty():
                raise BenchError(f"the event was for {name}, and {arrived} answered to it, or more than once")
            if number > 0:
                took[name].append((at - began) / 1e6)
    return took


def _rule(cloud, targets):
    """The deployed rule that wakes modify for RDS's events, and its target."""
    events = cloud.client("events")
    arns = {target.arn for target in targets.values()}
    found = [
        (rule["Name"], target)
        for rule in events.list_rules()["Rules"]
        for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
        if target["Arn"] in arns
    ]
    if len(found) != 1:
        raise BenchError(f"{len(found)} rules wake modify, not one")
    return found[0]


def _put_event(cloud):
    """Puts it as the simulated RDS does, by a connection of its own; gives the moment before."""
    scope = f"Credential={ACCOUNT}/{datetime.now(UTC):%Y%m%d}/{REGION}/events/aws4_request"
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=none",
        "X-Amz-Target": "AWSEvents.PutEvents",
    }
    # Where it comes from is told by an ARN, which the deployed rule compares.
    detail = {**CREATED["detail"], "SourceArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{worlds.INSTANCE}"}
    entry = {"Source": EVENT_SOURCE, "DetailType": CREATED["detail-type"], "Detail": json.dumps(detail)}
    body = json.dumps({"Entries": [entry]})
    connection = http.client.HTTPConnection("127.0.0.1", cloud.port, timeout=PATIENCE_SECONDS)
    began = time.monotonic_ns()
    try:
        connection.request("POST", "/", body, headers)
        answer = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    if answer["FailedEntryCount"]:
        raise BenchError(f"the local AWS took no event: {answer}")
    return began
