"""The bench's driver, with the function that does nothing and with some that do what no function should."""

import sys

import pytest

from bench import BenchError
from bench.driver import Driver
from bench.subject import FLOOR, unpacked
from local.cloud import built

# A function on the Runtime API and nothing else; {} is what it does with an event.
FUNCTION = """
import json, os, signal, sys, urllib.request
base = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/"
def send(url, body, **headers):
    request = urllib.request.Request(url, json.dumps(body).encode(), {{name.replace("_", "-"): value for name, value in headers.items()}})
    return urllib.request.urlopen(request).read()
while True:
    with urllib.request.urlopen(base + "invocation/next") as answer:
        event, invocation = json.load(answer), base + "invocation/" + answer.headers["Lambda-Runtime-Aws-Request-Id"]
    {}
"""
ECHOES = 'send(invocation + "/response", event)'


@pytest.fixture
def driver():
    with Driver(built("BENCH_DRIVER_BIN", "debug", "bench-driver")) as driver:
        yield driver


def function(does=ECHOES):
    return [sys.executable, "-c", FUNCTION.format(does)]


def test_the_floor_starts_and_answers(driver, tmp_path):
    floor = unpacked({FLOOR: built("FUNCTIONS_DIR", "lambda") / "floor/bootstrap.zip"}, tmp_path)[FLOOR]
    measured = driver.measure(floor.command, events=[{"first": 1}, {"event": {}, "times": 20}])
    assert 0 < measured.init_ns < measured.answers_ns[0]
    assert len(measured.answers_ns) == 21
    # The first is counted from the start, the others from when they are handed out.
    assert max(measured.answers_ns[1:]) < measured.answers_ns[0]
    assert measured.responses == [None] * 21
    assert 500 < measured.peak_kib < 100_000
    assert driver.measure(floor.command).answers_ns == []


def test_events_come_in_their_order(driver):
    events = [{"n": 1}, {"event": {"n": 2}, "times": 2}, {"n": 3}]
    assert driver.measure(function(), events=events).responses == [{"n": 1}, {"n": 2}, {"n": 2}, {"n": 3}]


def test_a_process_finds_a_lambdas_environment_and_nothing_else(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/of/the/developer")
    with Driver(built("BENCH_DRIVER_BIN", "debug", "bench-driver")) as driver:
        command = function('send(invocation + "/response", dict(os.environ))')
        arn = "arn:aws:lambda:eu-west-1:123456789012:function:rds-echo-dev-modify"
        (found,) = driver.measure(command, {"RDS_ECHO_OPTS": "x", "AWS_REGION": "eu-west-1"}, [{}], function_arn=arn).responses
    assert "SSL_CERT_FILE" not in found and "HOME" not in found
    assert {name: found[name] for name in ("RDS_ECHO_OPTS", "AWS_REGION", "AWS_LAMBDA_FUNCTION_NAME", "_HANDLER")} == {
        "RDS_ECHO_OPTS": "x",
        "AWS_REGION": "eu-west-1",
        "AWS_LAMBDA_FUNCTION_NAME": "rds-echo-dev-modify",
        "_HANDLER": "bootstrap",
    }


def test_calls_of_aws_are_answered_and_counted(driver):
    puts = 'send(os.environ["AWS_ENDPOINT_URL"], {"Entries": [{}, {}]}, X_Amz_Target="AWSEvents.PutEvents")'
    measured = driver.measure(function(f'send(invocation + "/response", json.loads({puts}))'), events=[{}, {}])
    assert [len(response["Entries"]) for response in measured.responses] == [2, 2]
    assert (measured.calls, measured.announcements) == ({"events:PutEvents": 2}, 2)
    assert 0 < measured.events_ns < sum(measured.answers_ns)


def test_what_is_printed_is_told_and_sigterm_is_waited_for(driver):
    command = function('signal.signal(signal.SIGTERM, lambda *_: sys.exit(print("ended"))); print("event", flush=True); ' + ECHOES)
    assert driver.measure(command, events=[{}], end="terminate").stdout == ["event", "ended"]
    assert driver.measure(command, events=[{}]).stdout == ["event"]


def test_an_event_that_fails_is_an_answer_too(driver):
    measured = driver.measure(function('send(invocation + "/error", {"errorMessage": "no"})'), events=[{}])
    assert measured.responses == [{"error": {"errorMessage": "no"}}]
    with pytest.raises(BenchError, match="without 'done'"):
        measured.demand("done")


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["/nowhere/bootstrap"], "cannot start /nowhere/bootstrap: No such file"),
        ([sys.executable, "-c", "import sys; sys.exit('it broke')"], "it ended by itself, with exit status: 1; it said: it broke"),
        (function('send(base + "init/error", {"errorMessage": "no settings"})'), "its start failed.*no settings"),
        (function("continue"), "without having answered the one before"),
    ],
)
def test_what_cannot_be_measured_is_an_error_and_not_a_wait(driver, command, says):
    with pytest.raises(BenchError, match=says):
        driver.measure(command, events=[{}])
    # And the next one can be.
    assert driver.measure(function(), events=[{"n": 1}]).responses == [{"n": 1}]
