"""The simulated RDS as a process, and its control interface under `/_sim/`."""

import json
import re
import urllib.error
import urllib.request
from datetime import datetime
from pathlib import Path

import botocore.session

from .process import Child, LocalCloudError, until

# The source of its events: EventBridge lets nobody but AWS send as aws.rds.
EVENT_SOURCE = "rds-sim"


def moment(text):
    """An RFC 3339 time as a datetime; None stays None."""
    return datetime.fromisoformat(text) if text else None


def stamp(at):
    """A datetime in UTC as RFC 3339 with a Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def rds_client(url):
    """A botocore client for an RDS at that address."""
    return botocore.session.get_session().create_client(
        "rds", region_name="us-east-1", endpoint_url=url, aws_access_key_id="local", aws_secret_access_key="local"
    )


class SimulatedRds:
    """One world of DB instances, with its own time, which moves only when it is told to."""

    def __init__(self, binary: Path, start, log: Path, port=0, events=None, clock: Path | None = None):
        if not binary.is_file():
            raise LocalCloudError(f"there is no {binary}: build it with `make build`")
        command = [str(binary), "--listen", f"127.0.0.1:{port}", "--start", stamp(start), "--until-stdin-closes"]
        command += ["--events", events, "--event-source", EVENT_SOURCE] if events else []
        command += ["--clock", str(clock)] if clock else []
        self._child = Child("the simulated RDS", command, log)
        try:
            self.url = until(self._listens, "the simulated RDS", 20)[1]
        except BaseException:
            self._child.end()
            raise

    def _listens(self):
        self._child.demand_alive()
        return re.search("listening on (http://.+)\n", self._child.output())

    def _call(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_sim/{path}", data, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise LocalCloudError(f"the simulated RDS refused {path} {body}: {error.read().decode(errors='replace')}") from error

    def state(self):
        """Everything there is: time, instances, snapshots, calls, events."""
        return self._call("state")

    def busy(self):
        """The real nanoseconds that calls took it so far, and how many there were by operation."""
        return self._call("busy")

    def now(self):
        return moment(self.state()["now"])

    def instances(self):
        """Instances by identifier."""
        return {instance["identifier"]: instance for instance in self.state()["instances"]}

    def advance_to(self, at):
        """Everything due until then happens, each at its own time."""
        return self._call("advance", {"to": stamp(at)})

    def advance_to_next(self, limit=None):
        """Time moves to the next happening, and no further."""
        return self._call("advance", {"next": True, **({"until": stamp(limit)} if limit else {})})

    def add_instance(self, identifier, **properties):
        return self._call("instances", {"identifier": identifier, **properties})

    def add_instances(self, identifier, count, **properties):
        """Many that differ only in their number, which stands for `{n}` in the identifier."""
        return self._call("instances", {"identifier": identifier, "count": count, **properties})

    def add_snapshot(self, source, identifier, kind, created):
        return self._call("snapshots", {"source": source, "identifier": identifier, "type": kind, "created": stamp(created)})

    def add_group(self, kind, name, **properties):
        """A group of the kind parameter, option, subnet or security, and what it is for: family, engine, vpc, ..."""
        return self._call("groups", {"kind": kind, "name": name, **properties})

    def withdraw(self, **what):
        """RDS offers what fits all of it no more: engine, version, class, storage_type, zone."""
        return self._call("not-offered", what)

    def quotas(self, **most):
        """What the account may have: instances, storage, manual_snapshots."""
        return self._call("quotas", most)

    def timing(self, **seconds):
        """How long things take: restore_seconds, modify_seconds, ..."""
        return self._call("timing", seconds)

    def drop_events(self, drop=True):
        return self._call("events", {"drop": drop})

    def next_restore_ends(self, status):
        return self._call("next-restore", {"status": status})

    def force_status(self, identifier, status):
        """An instance falls into a status, for no reason of ours."""
        return self._call(f"instances/{identifier}/status", {"status": status})

    def force_secret_status(self, identifier, status):
        """The secret of an instance's master password falls into a status."""
        return self._call(f"instances/{identifier}/secret", {"status": status})

    def fail(self, operation, kind, times=1, code=None):
        return self._call("faults", {"operation": operation, "kind": kind, "times": times, **({"code": code} if code else {})})

    def client(self):
        """A botocore client, as anybody could talk to it."""
        return rds_client(self.url)

    def end(self):
        self._child.end()
