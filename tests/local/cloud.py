"""The local AWS: MiniStack on a free loopback port, with the simulated RDS in place of its own."""

import json
import os
import shutil
import signal
import sys
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import botocore.session
from botocore.config import Config

from . import clock
from .process import Child, demand_free, free_port, until
from .recorder import Recorder
from .simulated_rds import SimulatedRds, rds_client

REPOSITORY = Path(__file__).resolve().parents[2]
REGION = "us-east-1"
ACCOUNT = "000000000000"
FUNCTIONS = ("new", "modify", "reboot", "request-approval", "approve", "promote", "retire")
# Nothing looks at them; the SDKs only want some.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": REGION}


def built(variable, *path):
    """Where the build has put something: as `variable` says, else in cargo's target directory."""
    target = Path(os.environ.get("CARGO_TARGET_DIR") or REPOSITORY / "target")
    return Path(os.environ.get(variable) or target.joinpath(*path))


def ended_by_signals():
    """Makes SIGTERM and SIGHUP unwind like an exception, so that everything started is ended."""

    def unwind(number, _frame):
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, unwind)


def forget_the_users_aws():
    """Whatever profile, endpoint or proxy the user has set, nothing here is meant for it."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(CREDENTIALS, AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull)
    os.environ.update(AWS_EC2_METADATA_DISABLED="true", NO_PROXY="127.0.0.1", no_proxy="127.0.0.1")


class LocalCloud:
    """Started by `with`, ended by its end, whatever the reason. One simulated RDS at a time."""

    def __init__(self, work: Path, gateway_port=None):
        self.work = work
        self._wanted_port = gateway_port
        self._clients = {}
        self._ministack = None
        self.recorder = None
        self.rds = None

    def __enter__(self):
        forget_the_users_aws()
        temporary = self.work / "tmp"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        self.port = self._wanted_port or free_port()
        demand_free(self.port, "the local AWS")
        self.rds_port = free_port()
        self.clock = self.work / "clock"
        clock.write(self.clock, datetime.now(UTC))
        self.url = f"http://127.0.0.1:{self.port}"
        self.clock_library = clock.library(temporary)
        self.recorder = Recorder(self.port)
        environment = {
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "TMPDIR": str(temporary),
            "STATE_DIR": str(temporary / "state"),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ENDPOINT_URL_RDS": f"http://127.0.0.1:{self.rds_port}",
            **{f"AWS_ENDPOINT_URL_{service}": self.recorder.url for service in Recorder.SERVICES},
            "LOG_LEVEL": "WARNING",
        }
        command = [sys.executable, str(Path(__file__).with_name("launcher.py")), str(self.clock_library), str(self.clock)]
        try:
            self._ministack = Child("MiniStack", command, self.work / "ministack.log", environment)
            until(self._answers, "MiniStack", 60)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.end_simulated_rds()
        if self._ministack:
            self._ministack.end()
            self._ministack = None
        if self.recorder:
            self.recorder.close()
            self.recorder = None
        shutil.rmtree(self.work / "tmp", ignore_errors=True)

    def _answers(self):
        self._ministack.demand_alive()
        try:
            self.get("/_ministack/ready")
        except OSError:
            return False
        return True

    def get(self, path):
        """JSON from MiniStack beside AWS's own interfaces."""
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return json.loads(answer.read())

    def client(self, service):
        """A botocore client for a service of the local AWS."""
        if service not in self._clients:
            self._clients[service] = botocore.session.get_session().create_client(
                service,
                region_name=REGION,
                endpoint_url=self.url,
                aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
                config=Config(retries={"total_max_attempts": 1}, read_timeout=70),
            )
        return self._clients[service]

    def end_simulated_rds(self):
        """Ends the simulated RDS, if there is one; its port is then free for another one."""
        if self.rds:
            self.rds.end()
            self.rds = None

    def rds_client(self):
        """A botocore client for whatever serves RDS to the functions."""
        return rds_client(f"http://127.0.0.1:{self.rds_port}")

    def simulate_rds(self, start):
        """A new, empty simulated RDS whose time begins at `start`; the one before is ended."""
        self.end_simulated_rds()
        clock.write(self.clock, start)
        binary = built("RDS_SIM_BIN", "debug", "rds-sim")
        self.rds = SimulatedRds(binary, start, self.work / "rds-sim.log", self.rds_port, self.url, self.clock)
        return self.rds

    def quiet(self):
        """Waits until no invocation is under way, retries included."""
        until(lambda: self.get("/_local/activity")["running"] == 0, "the functions to end", 120)

    def mails(self):
        """Every mail that SES took, oldest first."""
        return self.get("/_ministack/ses/messages")["messages"].get(ACCOUNT, [])
