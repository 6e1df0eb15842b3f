"""Whether the peers do what ours does: a function that asked less of AWS would look better for it."""

import json
import re
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from local.cloud import CREDENTIALS, REGION, built
from local.process import LocalCloudError, free_port
from local.recorder import CallRecorder
from local.relay import LoopbackServer
from local.seed import seed_parameter_group
from local.simulated_rds import SimulatedRds

from bench import instance
from bench.subject import Subject

OPTIONS = (
    f"-Drdsecho.name=dev -Drdsecho.region={REGION} -Drdsecho.snapshot.dbInstanceIdentifier=production"
    " -Drdsecho.mod.dbParameterGroupName=small -Drdsecho.mod.backupRetentionPeriod=7"
    " -Drdsecho.promote.cname=dev-db.example.test -Drdsecho.promote.hostedZoneId=Z1 -Drdsecho.promote.approval=none"
)
EVENT = instance.event("backup", "Finished DB instance backup", "0002")
# What an instance is like when the event comes, and how many calls that must lead to.
SITUATIONS = {"available": 4, "without its resource tag": 5, "backing-up": 1}
NOW = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Bus(LoopbackServer):
    """Takes every event, and forgets it."""

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


def demand_same_calls(run, ours: Subject, peers: list[Subject], work: Path):
    """Refuses to measure a peer that asks something else of AWS than ours, or writes other tags.

    `run(subject, environment, event)` starts the subject, hands it the event, and ends it once it has answered.
    """
    for situation, count in SITUATIONS.items():
        expected = _calls(run, ours, situation, work)
        if len(expected) != count:
            raise LocalCloudError(f"{ours.name} made {len(expected)} calls where the instance is {situation}, not {count}: {_shown(expected)}")
        for peer in peers:
            found = _calls(run, peer, situation, work)
            if found != expected:
                differing = [pair for pair in zip(_padded(expected, found), _padded(found, expected), strict=True) if pair[0] != pair[1]]
                raise LocalCloudError(
                    f"{peer.name} does not do what {ours.name} does where the instance is {situation}: instead of"
                    f"\n  {_shown(differing[0][:1])}\nit made\n  {_shown(differing[0][1:])}\ncorrect it in bench/peers"
                )


def _calls(run, subject, situation, work):
    """What it asked for, oldest first, with its own time masked."""
    bus = Bus()
    recorder = rds = None
    try:
        rds_port = free_port()
        binary = built("RDS_SIM_BIN", "debug", "rds-sim")
        rds = SimulatedRds(binary, rds_port, bus.url, work / "fairness.clock", datetime.now(UTC), work / "fairness.log")
        seed_parameter_group(rds, "small")
        instance.add(rds, identified=situation != "without its resource tag")
        if situation == "backing-up":
            rds.force_status(instance.IDENTIFIER, situation)
        recorder = CallRecorder(int(bus.url.rpartition(":")[2]), rds_port)
        environment = {**CREDENTIALS, "AWS_REGION": REGION, "RDS_ECHO_OPTS": OPTIONS}
        # botocore and the SDK for JavaScript ask for the path as it stands; the recorder wants the slash behind it.
        environment |= {name: f"{url}/" for name, url in recorder.variables("peer").items()}
        run(subject, environment, EVENT)
        return [{"call": call.operation, **_masked(call.said)} for call in recorder.calls()]
    finally:
        for each in (recorder, rds, bus):
            if each:
                each.close() if each is recorder else each.end()


def _masked(said):
    """Whole seconds may have passed between two runs, and a Detail is JSON whose order means nothing."""

    def mask(value):
        if isinstance(value, dict):
            return {key: json.dumps(mask(json.loads(each)), sort_keys=True) if key == "Detail" else mask(each) for key, each in value.items()}
        if isinstance(value, list):
            return [mask(each) for each in value]
        if isinstance(value, str):
            return re.sub(r"^new 36\d\d$", "new HOUR", NOW.sub("NOW", value))
        return value

    return mask(said)


def _padded(calls, others):
    return calls + [None] * (len(others) - len(calls))


def _shown(calls):
    return "; ".join(json.dumps(call) if call else "nothing" for call in calls)
