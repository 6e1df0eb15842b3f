"""The two servers that the conformance tests talk to: the simulated RDS, and moto as a second opinion."""

import json
import os
import subprocess
import urllib.error
import urllib.request
from datetime import datetime

import boto3
from botocore.config import Config

DAY = 86400


def rds_client(url, attempts=1):
    """botocore's own client; nothing of ours is between it and the server."""
    return boto3.client(
        "rds",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"mode": "standard", "total_max_attempts": attempts}),
    )


class SimulatedRds:
    """A process of the simulated RDS."""

    name = "rds-sim"

    def __init__(self, binary, *options):
        self.process = subprocess.Popen(
            [binary, "--until-stdin-closes", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        line = self.process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:"), f"rds-sim did not start: {line!r}"
        self.url = line.split()[-1]
        self.client = rds_client(self.url)

    def control(self, path, body=None):
        """A control call; its answer, or an HTTPError with the refusal in `.refusal`."""
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(f"{self.url}/_sim/{path}", data)) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            error.refusal = json.load(error)["error"]
            raise

    def advance(self, seconds):
        return self.control("advance", {"by_seconds": seconds})["happened"]

    def state(self):
        return self.control("state")

    def now(self):
        return datetime.fromisoformat(self.state()["now"])

    def settle(self):
        """Lets everything that is under way come to its end."""
        self.advance(3 * DAY)

    def end(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=20) == 0
        self.process.stdout.close()


class Moto:
    """moto's server, where everything is done at once."""

    name = "moto"

    def __init__(self):
        # Read when moto is imported: its ARNs shall be those of the simulated RDS.
        os.environ["MOTO_ACCOUNT_ID"] = "000000000000"
        from moto.server import ThreadedMotoServer

        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.server.start()
        host, port = self.server.get_host_and_port()
        self.url = f"http://{host}:{port}"
        self.client = rds_client(self.url)

    def settle(self):
        pass

    def reset(self):
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/moto-api/reset", b"")).close()

    def end(self):
        self.server.stop()
