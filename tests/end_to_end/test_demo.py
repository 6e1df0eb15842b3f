"""The demo as a user runs it, and what is left of it when it is interrupted: nothing."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from local.process import until
from local.stories.play import NotShown, demand_shown

TESTS = Path(__file__).parents[1]


def start(output, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "local.demo", str(output)],
        cwd=TESTS,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # As at a terminal: a shell lets what it starts in the background ignore SIGINT, and so would do what that starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def started_by(output):
    """The processes, functions included, that run with the clock of that demo."""
    mark = str(output / "clock").encode()

    def reads(process):
        try:
            return mark in (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            return False

    return [process.name for process in Path("/proc").iterdir() if process.name.isdecimal() and reads(process)]


def test_the_demo_tells_the_story_and_writes_the_report(tmp_path):
    output = tmp_path / "demo"
    demo = start(output)
    said, _ = demo.communicate(timeout=170)
    assert demo.returncode == 0, said
    found = json.loads((output / "report.json").read_text())
    assert set(found) == {"cycles", "instances_left", "invocations", "rds_calls", "mails", "seconds"}
    for cycle in found["cycles"]:
        assert set(cycle) == {"instance", "snapshot", "stages", "confirmed_by", "cname_before", "cname_after"}
        assert {"stage", "at", "woken_by"} == set(cycle["stages"][0])
        assert cycle["confirmed_by"] and cycle["cname_before"] != cycle["cname_after"]
    assert len(found["cycles"]) == 2 and found["seconds"] < 120
    assert found["cycles"][0]["instance"] not in found["instances_left"]
    assert "\033[" not in said, "colours are for terminals"
    assert started_by(output) == []


@pytest.mark.parametrize("story", ["failure", "rollback"])
def test_a_story_of_trouble_shows_what_it_says(tmp_path, story):
    output = tmp_path / "demo"
    demo = start(output, STORY=story)
    said, _ = demo.communicate(timeout=170)
    assert demo.returncode == 0, said
    found = json.loads((output / "report.json").read_text())
    assert found["shown"] and all(found["shown"].values()) and found["seconds"] < 120
    for claim in found["shown"]:
        assert f"yes  {claim}" in said
    assert [row["hour"] for row in found["rows"]] == sorted(row["hour"] for row in found["rows"])
    assert "\033[" not in said, "colours are for terminals"
    assert started_by(output) == []


def test_a_story_that_ends_otherwise_fails():
    found = {"shown": {"it was promoted": True, "it was announced": False}}
    with pytest.raises(NotShown, match="not shown: it was announced"):
        demand_shown(found)
    with pytest.raises(NotShown):
        demand_shown({"shown": {}})


def test_an_unknown_story_is_said_in_one_line_that_names_them_all(tmp_path):
    demo = start(tmp_path / "demo", STORY="love")
    said, _ = demo.communicate(timeout=30)
    assert demo.returncode == 1
    assert said == "demo: STORY is 'love', but must be one of cycles, failure, rollback\n"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_survives_an_interrupted_demo(tmp_path, how):
    output = tmp_path / "demo"
    demo = start(output)
    for line in demo.stdout:
        if " modify " in line:
            break
    assert len(started_by(output)) > 3, "the local AWS, the simulated RDS and functions are there"
    demo.send_signal(how)
    said, _ = demo.communicate(timeout=30)
    assert demo.returncode != 0 and "Traceback" not in said, said
    until(lambda: started_by(output) == [], "the end of all processes", 10)


def test_a_taken_port_is_said_in_one_line(tmp_path):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        demo = start(tmp_path / "demo", GATEWAY_PORT=port)
        said, _ = demo.communicate(timeout=30)
    assert demo.returncode == 1
    assert len(said.splitlines()) == 1 and port in said and said.startswith("demo: ")


def test_a_missing_build_is_said_in_one_line(tmp_path):
    demo = start(tmp_path / "demo", RDS_SIM_BIN=str(tmp_path / "rds-sim"))
    said, _ = demo.communicate(timeout=60)
    assert demo.returncode == 1
    assert len(said.splitlines()) == 1 and "make build" in said
