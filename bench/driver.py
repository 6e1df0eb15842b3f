"""The bench's driver as a process, which plays the Lambda Runtime API and holds the watch. Its protocol: bench/driver/README.md."""

import json
import os
import signal
import subprocess
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from . import BenchError


@dataclass(frozen=True)
class Measured:
    """What the driver saw of one process; times in nanoseconds."""

    init_ns: int
    answers_ns: list
    responses: list
    peak_kib: int
    stdout: list
    calls: dict
    events_ns: int
    announcements: int

    @property
    def told(self):
        """What it asked of AWS for its last event, as its own log line says."""
        lines = [json.loads(line) for line in self.stdout if line.startswith("{")]
        return Counter({call["call"]: call["times"] for call in lines[-1]["calls"]})

    def demand(self, what):
        """Refuses a measurement of something else than was meant: an answer that is an error, or did not do `what`."""
        if what not in json.dumps(self.responses):
            raise BenchError(f"an answer was {json.dumps(self.responses)[:500]}, without {what!r}: what was measured is not what was meant")
        return self


class Driver:
    """Started by `with`, ended by its end."""

    def __init__(self, binary: Path):
        if not binary.is_file():
            raise BenchError(f"there is no {binary}: build it with `make bench`, or name it in BENCH_DRIVER_BIN")
        self._process = subprocess.Popen([str(binary)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # With what it may still be measuring, where this is an interruption.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def measure(self, command, environment=None, events=(), **more):
        """Starts the command as a Lambda, gives it the events, and tells what was seen; `more` is as in the protocol."""
        request = {"command": command, "environment": environment or {}, "events": list(events), **more}
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise BenchError(f"bench-driver has ended: {error}") from error
        line = self._process.stdout.readline()
        if not line:
            raise BenchError(f"bench-driver ended with code {self._process.wait()} while it measured {command[0]}")
        answer = json.loads(line)
        if "error" in answer:
            raise BenchError(f"cannot measure {answer['error']}")
        return Measured(**answer)
