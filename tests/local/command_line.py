"""`rds-echo` as a person has it: in a folder of its own, with settings of its own."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from dataclasses import dataclass
from pathlib import Path

from . import clock
from .cloud import CREDENTIALS, REGION, built

FILE = "rdsecho.properties"
COLOURS = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


@dataclass
class Result:
    """What a command said, and how it ended."""

    command: list
    code: int
    out: str
    err: str

    @property
    def typed(self):
        """What a person has typed."""
        return " ".join(["rds-echo", *self.command])

    def json(self):
        return json.loads(self.out)

    def __str__(self):
        return f"{self.typed} ended with {self.code}:\n{self.out}\n{self.err}"


class CommandLine:
    """The binary, the folder that it is run in, and its environment."""

    def __init__(self, folder: Path, settings=None, endpoints=None, time_of=None):
        """`settings` are written to the folder's file, without their prefix; `time_of` is a local cloud."""
        self.binary = built("RDS_ECHO_BIN", "debug", "rds-echo")
        self.folder = folder
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            **CREDENTIALS,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            **(endpoints or {}),
        }
        if time_of:
            self.environment |= clock.environment(time_of.clock_library, time_of.clock)
        if settings is not None:
            self.write(settings)

    def write(self, settings):
        """Replaces the folder's settings."""
        lines = [f"rdsecho.{key}={value}\n" for key, value in settings.items()]
        (self.folder / FILE).write_text("".join(lines))

    def run(self, *arguments, code=0, environment=None):
        """Runs a command, with no terminal; demands its exit code."""
        done = subprocess.run(
            [self.binary, *arguments],
            cwd=self.folder,
            env={**self.environment, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        result = Result(list(arguments), done.returncode, done.stdout, done.stderr)
        assert code is None or result.code == code, str(result)
        return result

    def json(self, *arguments, code=0):
        """The facts that a command prints for machines."""
        return self.run(*arguments, "--output", "json", code=code).json()

    def at_a_terminal(self, *arguments, answers=(), code=0, environment=None):
        """Runs a command in a pseudo-terminal; types each answer when it is asked for one.

        An answer that can be called is called first: it does something before it is typed.
        """
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 160, 0, 0))
        child = subprocess.Popen(
            [self.binary, *arguments],
            cwd=self.folder,
            env={**self.environment, "TERM": "xterm-256color", **(environment or {})},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        said, read, waiting = "", 0, list(answers)
        deadline = time.monotonic() + 120
        try:
            while True:
                assert time.monotonic() < deadline, f"it hangs after: {said}"
                if not select.select([ours], [], [], 1)[0]:
                    continue
                try:
                    chunk = os.read(ours, 4096)
                except OSError:
                    break
                if not chunk:
                    break
                said += chunk.decode(errors="replace")
                if re.search(r"to go on: $", COLOURS.sub("", said[read:])):
                    read = len(said)
                    answer = waiting.pop(0) if waiting else ""
                    os.write(ours, (answer() if callable(answer) else answer).encode() + b"\n")
            result = Result(list(arguments), child.wait(10), said, "")
        finally:
            os.close(ours)
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        assert code is None or result.code == code, str(result)
        return result
