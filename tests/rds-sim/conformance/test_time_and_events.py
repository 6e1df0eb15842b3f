"""The control interface, the clock file, the events as EventBridge gets them, and the process itself."""

import json
import signal
import socket
import subprocess
import threading
import urllib.error
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from rds_servers import DAY

ECHO = "dev-2026-11-22"


class Sink:
    """An EventBridge that keeps what is put."""

    def __init__(self, answer, clock=None):
        sink = self
        self.requests, self.clock_seen = [], []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                sink.requests.append((dict(self.headers.items()), json.loads(body)))
                if clock:
                    sink.clock_seen.append(clock.read_text())
                data = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def entries(self):
        return [entry for _, body in self.requests for entry in body["Entries"]]

    def end(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def sink(tmp_path):
    sink = Sink({"FailedEntryCount": 0, "Entries": []}, tmp_path / "clock")
    yield sink
    sink.end()


@pytest.fixture
def eventful(start, sink, tmp_path):
    """A simulator with a sink and a clock, and an echo being restored."""
    sim = start("--events", sink.url, "--clock", str(tmp_path / "clock"), "--start", "2026-11-22T09:00:00Z")
    begin(sim)
    return sim


def begin(sim):
    sim.control("instances", {"identifier": "production"})
    sim.control("snapshots", {"source": "production", "identifier": "nightly"})
    sim.client.restore_db_instance_from_db_snapshot(DBInstanceIdentifier=ECHO, DBSnapshotIdentifier="nightly")


def test_event_has_the_shape_of_aws(eventful, sink):
    eventful.advance(28 * 3600)
    headers, body = sink.requests[0]
    headers = {name.lower(): value for name, value in headers.items()}
    assert headers["x-amz-target"] == "AWSEvents.PutEvents"
    assert headers["content-type"] == "application/x-amz-json-1.1"
    assert "/us-east-1/events/aws4_request" in headers["authorization"]
    entry = body["Entries"][0]
    arn = f"arn:aws:rds:us-east-1:000000000000:db:{ECHO}"
    assert datetime.fromtimestamp(entry["Time"], UTC) == datetime(2026, 11, 23, 13, tzinfo=UTC)
    assert (entry["Source"], entry["DetailType"]) == ("rds-sim", "RDS DB Instance Event")
    assert entry["Resources"] == [arn]
    assert json.loads(entry["Detail"]) == {
        "EventCategories": ["creation"],
        "SourceType": "DB_INSTANCE",
        "SourceArn": arn,
        "Date": "2026-11-23T13:00:00.000Z",
        "Message": "DB instance created.",
        "SourceIdentifier": ECHO,
        "EventID": "RDS-EVENT-0005",
    }
    assert body["Entries"][-1]["DetailType"] == "RDS DB Snapshot Event"


def test_clock_shows_the_time_of_an_event_before_it_is_sent(eventful, sink, tmp_path):
    clock = tmp_path / "clock"
    assert clock.read_text() == "2026-11-22 09:00:00\n"
    eventful.advance(3 * DAY)
    assert sink.clock_seen == ["2026-11-23 13:00:00\n", "2026-11-23 13:10:00\n"]
    assert clock.read_text() == "2026-11-25 09:00:00\n"


def test_events_are_all_sent_when_advance_answers_and_stand_in_its_answer(eventful, sink):
    happened = eventful.advance(3 * DAY)
    sent = [json.loads(entry["Detail"])["EventID"] for entry in sink.entries()]
    assert sent == [one["event_id"] for one in happened]
    assert eventful.state()["events"] == {"sent": len(sent), "dropped": 0}
    assert happened[-1] == {
        "at": "2026-11-23T13:10:00Z",
        "instance": ECHO,
        "status": "available",
        "event_id": "RDS-EVENT-0002",
        "message": "Finished DB instance backup.",
    }


def test_events_of_calls_are_sent_before_those_of_later_times(eventful, sink):
    eventful.settle()
    eventful.client.reboot_db_instance(DBInstanceIdentifier=ECHO)
    eventful.advance(120)
    last = [json.loads(entry["Detail"])["Message"] for entry in sink.entries()[-2:]]
    assert last == ["DB instance shutdown.", "DB instance restarted."]


def test_dropped_events_are_lost(eventful, sink):
    eventful.control("events", {"drop": True})
    happened = eventful.advance(3 * DAY)
    assert sink.requests == []
    eventful.control("events", {"drop": False})
    eventful.client.reboot_db_instance(DBInstanceIdentifier=ECHO)
    eventful.advance(120)
    assert eventful.state()["events"] == {"sent": 2, "dropped": len(happened)}


def test_planted_snapshot_can_announce_itself(eventful, sink):
    eventful.control(
        "snapshots", {"source": "production", "identifier": "rds:new", "type": "automated", "announce": True}
    )
    (entry,) = sink.entries()
    assert json.loads(entry["Detail"])["SourceArn"] == "arn:aws:rds:us-east-1:000000000000:snapshot:rds:new"


def test_failing_event_bus_does_not_stop_the_time(start):
    refusing = Sink({"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure"}]})
    sim = start("--events", refusing.url)
    begin(sim)
    happened = sim.advance(3 * DAY)
    assert len(refusing.requests) == 2
    refusing.end()
    sim.client.reboot_db_instance(DBInstanceIdentifier=ECHO)
    sim.advance(120)
    assert sim.state()["events"] == {"sent": 0, "dropped": len(happened) + 2}


def test_next_goes_from_moment_to_moment(eventful):
    answer = eventful.control("advance", {"next": True, "until": "2026-11-22T10:00:00Z"})
    assert answer == {"now": "2026-11-22T10:00:00Z", "next": "2026-11-23T13:00:00Z", "happened": []}
    answer = eventful.control("advance", {"next": True})
    assert {one["at"] for one in answer["happened"]} == {"2026-11-23T13:00:00Z"}
    assert (answer["now"], answer["next"]) == ("2026-11-23T13:00:00Z", "2026-11-23T13:10:00Z")
    answer = eventful.control("advance", {"next": True, "until": "2026-11-30T00:00:00Z"})
    assert (answer["now"], answer["next"]) == ("2026-11-23T13:10:00Z", None)
    assert eventful.control("advance", {"next": True})["now"] == "2026-11-23T13:10:00Z", "nothing is due"
    assert eventful.control("advance", {"to": "2026-12-01T00:00:00Z"})["now"] == "2026-12-01T00:00:00Z"


def test_timing_is_set_for_what_comes(sim):
    assert sim.control("timing", {})["restore_seconds"] == 28 * 3600
    sim.control("timing", {"restore_seconds": 60, "backup_seconds": 1})
    begin(sim)
    assert {one["status"] for one in sim.advance(61)} == {"backing-up", "available"}


def test_state_tells_everything(eventful):
    eventful.client.add_tags_to_resource(
        ResourceName=f"arn:aws:rds:us-east-1:000000000000:db:{ECHO}", Tags=[{"Key": "stage", "Value": "new"}]
    )
    state = eventful.state()
    echo = state["instances"][0]
    assert echo.pop("resource_id").startswith("db-")
    assert echo == {
        "identifier": ECHO,
        "status": "creating",
        "arn": f"arn:aws:rds:us-east-1:000000000000:db:{ECHO}",
        "address": None,
        "created": None,
        "deletion_protection": False,
        "secret": None,
        "tags": {"stage": "new"},
    }
    assert state["now"] == "2026-11-22T09:00:00Z"
    assert state["next"] == "2026-11-23T13:00:00Z"
    assert [snapshot["identifier"] for snapshot in state["snapshots"]] == ["nightly"]
    assert state["calls"] == {"AddTagsToResource": 1, "RestoreDBInstanceFromDBSnapshot": 1}


def test_planted_instance_has_what_is_given(sim):
    given = {
        "identifier": "production",
        "engine": "mysql",
        "dbInstanceClass": "db.r6g.large",
        "multiAz": True,
        "vpcSecurityGroupIds": ["sg-1"],
        "allocatedStorage": 500,
        "deletionProtection": True,
        "created": "2025-01-01T00:00:00Z",
        "tags": {"owner": "sales"},
    }
    planted = sim.control("instances", given)
    assert (planted["status"], planted["created"]) == ("available", "2025-01-01T00:00:00Z")
    (instance,) = sim.client.describe_db_instances()["DBInstances"]
    assert (instance["Engine"], instance["AllocatedStorage"], instance["MultiAZ"]) == ("mysql", 500, True)
    assert instance["Endpoint"]["Port"] == 3306
    assert instance["DeletionProtection"] is True


def test_many_instances_are_planted_at_once(sim):
    assert sim.control("instances", {"identifier": "stranger-{n}", "count": 1000, "tags": {"team": "other"}}) == {"count": 1000}
    pages = sim.client.get_paginator("describe_db_instances").paginate(PaginationConfig={"PageSize": 100})
    found = [instance for page in pages for instance in page["DBInstances"]]
    assert {instance["DBInstanceIdentifier"] for instance in found} == {f"stranger-{number}" for number in range(1, 1001)}
    assert len({instance["DbiResourceId"] for instance in found}) == 1000
    assert all(instance["TagList"] == [{"Key": "team", "Value": "other"}] for instance in found)
    # The quota leaves room for as many of one's own as before.
    sim.control("instances", {"identifier": "production"})


def test_one_of_many_that_is_taken_stops_them_all(sim):
    sim.control("instances", {"identifier": "stranger-2"})
    before = sim.state()
    with pytest.raises(urllib.error.HTTPError) as refused:
        sim.control("instances", {"identifier": "stranger-{n}", "count": 3})
    assert refused.value.code == 400
    assert sim.state() == before


def test_busy_tells_what_calls_cost_and_not_what_control_does(sim):
    assert sim.control("busy") == {"nanoseconds": 0, "calls": {}}
    sim.control("instances", {"identifier": "production"})
    assert sim.control("busy")["nanoseconds"] == 0
    sim.client.describe_db_instances()
    once = sim.control("busy")
    assert once["calls"] == {"DescribeDBInstances": 1}
    assert 0 < once["nanoseconds"] < 1e9
    sim.client.describe_db_instances()
    twice = sim.control("busy")
    assert twice["calls"] == {"DescribeDBInstances": 2}
    assert twice["nanoseconds"] > once["nanoseconds"]


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("advance", {"to": "2020-01-01T00:00:00Z"}, 400, "time does not run backwards"),
        ("advance", {}, 400, "one of to, by_seconds and next"),
        ("advance", {"to": "tomorrow"}, 400, "to is no RFC 3339 time"),
        ("advance", {"by_seconds": -1}, 400, "by_seconds is -1, not a whole number"),
        ("instances", {"identifier": "a", "colour": "red", "size": 1}, 400, "not known here: colour, size"),
        ("instances", {"identifier": "a", "multiAz": "yes"}, 400, 'multiAz is "yes", not a Flag'),
        ("instances", {}, 400, "identifier is missing"),
        ("instances", {"identifier": "many", "count": 2}, 400, "without {n}"),
        ("instances", {"identifier": "-"}, 400, "not a valid identifier"),
        ("instances/nobody/status", {"status": "failed"}, 404, "DBInstanceNotFound"),
        ("snapshots", {"source": "nobody", "identifier": "a"}, 404, "DBInstanceNotFound"),
        ("faults", {"operation": "Fly", "kind": "refuse"}, 400, "no operation: Fly"),
        ("faults", {"operation": "RebootDBInstance", "kind": "explode"}, 400, "kind is explode"),
        ("groups", {"kind": "rock", "name": "a"}, 400, "kind is rock"),
        ("timing", {"lunch_seconds": 1}, 400, "not known here: lunch_seconds"),
        ("nothing", {}, 404, "no control call POST /_sim/nothing"),
    ],
)
def test_wrong_control_calls_say_what_is_wrong(sim, path, body, status, says):
    before = sim.state()
    with pytest.raises(urllib.error.HTTPError) as refused:
        sim.control(path, body)
    assert refused.value.code == status
    assert says in refused.value.refusal
    assert sim.state() == before


def test_account_and_region_are_options(start):
    sim = start("--account", "123456789012", "--region", "eu-central-1")
    planted = sim.control("instances", {"identifier": "production"})
    assert planted["arn"] == "arn:aws:rds:eu-central-1:123456789012:db:production"
    assert planted["address"].endswith(".eu-central-1.rds.amazonaws.com")


def run(binary, *options):
    return subprocess.run([binary, *options], capture_output=True, text=True, timeout=20)


def test_taken_port_is_one_clear_line(binary):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = run(binary, "--listen", address)
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"rds-sim: cannot listen on {address}: Address already in use")


@pytest.mark.parametrize("options", [["--lisen", "x"], ["--start", "noon"], ["--clock"], ["extra"]])
def test_wrong_command_line_exits_with_two(binary, options):
    done = run(binary, *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("rds-sim: ")


def test_help_is_on_stdout(binary):
    done = run(binary, "--help")
    assert done.returncode == 0
    assert "--until-stdin-closes" in done.stdout


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_it(binary, number):
    process = subprocess.Popen([binary], stdout=subprocess.PIPE, text=True)
    with process.stdout:
        assert process.stdout.readline().startswith("listening on http://127.0.0.1:")
        process.send_signal(number)
        assert process.wait(timeout=20) == 0
