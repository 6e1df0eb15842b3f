"""Whether the peers do what ours does: one that asked less of AWS would look better for it."""

import json
import re
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from local.recorder import CallRecorder
from local.relay import LoopbackServer

from . import BenchError, worlds
from .driver import Driver
from .subject import Subject

# What the instance is like when the event comes, and how many calls that leads to.
SITUATIONS = {"available": 4, "without its resource tag": 5, "backing-up": 1}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Bus(LoopbackServer):
    """Takes every event that is put, and forgets it."""

    def __init__(self):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                entries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["Entries"]
                answer = json.dumps({"FailedEntryCount": 0, "Entries": [{"EventId": "1"} for _ in entries]}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                """Nobody reads it."""

        super().__init__(Handler)
        self.port = self.server_address[1]


def demand_same_calls(driver: Driver, ours: Subject, peers, work: Path):
    """Refuses a peer of our modify that makes other calls than it, in another order, or writes other tags."""
    for situation, count in SITUATIONS.items():
        expected = _calls(driver, ours, situation, work)
        # Where ours does nothing at all, nothing would be compared.
        if len(expected) != count:
            raise BenchError(f"where the instance is {situation}, {ours.name} made {len(expected)} calls, not {count}: {expected}")
        for peer in peers:
            found = _calls(driver, peer, situation, work)
            if found != expected:
                only = "\n  ".join(
                    [f"{peer.name}: {call}" for call in found if call not in expected]
                    + [f"{ours.name}: {call}" for call in expected if call not in found]
                )
                raise BenchError(
                    f"where the instance is {situation}, {peer.name} does not make the calls of {ours.name}: correct it in bench/peers"
                    f"\n  {only or 'the order differs'}"
                )


def _calls(driver, subject, situation, work):
    """What it asks of AWS for the event, oldest first."""
    with worlds.due(work, replace(worlds.MODIFY, plant=lambda rds: _plant(rds, situation))) as (rds, event):
        bus = Bus()
        recorder = CallRecorder(bus.port, int(rds.url.rpartition(":")[2]))
        try:
            # botocore and the SDK for JavaScript leave out the last slash; the recorder wants it.
            by_the_recorder = {name: f"{url}/" for name, url in recorder.variables(worlds.MODIFY.function).items()}
            driver.measure(subject.command, {**worlds.environment(), **by_the_recorder, **subject.environment}, [event])
            return [f"{call.operation} {json.dumps(_masked(call.said), sort_keys=True)}" for call in recorder.calls()]
        finally:
            recorder.close()
            bus.end()


def _plant(rds, situation):
    worlds.plant_restored(rds)
    if situation == "without its resource tag":
        key = f"rdsecho:{worlds.ECHO}:resource"
        arn = rds.instances()[worlds.INSTANCE]["arn"]
        worlds.call(rds, "RemoveTagsFromResource", ResourceName=arn, **{"TagKeys.member.1": key})
    elif situation != "available":
        rds.force_status(worlds.INSTANCE, situation)


def _masked(said):
    """Without the moment at which it ran, and with a Detail read, because the order in it means nothing."""
    if isinstance(said, dict):
        return {key: _masked(json.loads(value) if key == "Detail" else value) for key, value in said.items()}
    if isinstance(said, list):
        return [_masked(each) for each in said]
    # The planted instance is in its stage for two days, and a second or so.
    return re.sub(r"^new 1728\d\d$", "new TWO-DAYS", TIME.sub("TIME", said)) if isinstance(said, str) else said
