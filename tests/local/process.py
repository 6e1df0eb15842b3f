"""Child processes that never outlive their parent, free ports, and waiting by looking."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path


class LocalCloudError(Exception):
    """Something that the user can act on, said in one line."""


def free_port():
    """A loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def demand_free(port, what):
    """Refuses a port that somebody listens on already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise LocalCloudError(f"port {port} for {what} is taken: end what listens there, or name another one") from error


def until(condition, what, seconds, every=0.02):
    """Looks again and again until `condition()` gives something true, and gives that."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise LocalCloudError(f"waited {seconds} s in vain for {what}")
        time.sleep(every)


class Child:
    """A process in a group of its own, ended with everything that it started.

    Its stdin is a pipe that nobody writes to: when this process ends, however it ends, the pipe closes,
    and the child ends itself.
    """

    def __init__(self, name, command, log: Path, environment=None):
        self.name = name
        self.log = log
        self._log = open(log, "wb")
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=self._log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )
        except OSError as error:
            self._log.close()
            raise LocalCloudError(f"cannot start {name}: {error}") from error

    def demand_alive(self):
        """Refuses to go on without it; says its last words."""
        code = self._process.poll()
        if code is not None:
            raise LocalCloudError(f"{self.name} ended with code {code}: {self.last_words()} (all of it in {self.log})")

    def last_words(self):
        lines = [line for line in self.output().splitlines() if line.strip()]
        return lines[-1] if lines else "it said nothing"

    def output(self):
        return self.log.read_text(errors="replace")

    def end(self):
        """Ends it and its children: politely, then not."""
        for wanted, patience in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
            try:
                os.killpg(self._process.pid, wanted)
            except ProcessLookupError:
                break
            try:
                self._process.wait(patience)
            except subprocess.TimeoutExpired:
                continue
        self._process.stdin.close()
        self._log.close()
