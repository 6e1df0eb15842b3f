"""What the functions ask of AWS, noted on its way to the local AWS: MiniStack keeps neither how often KMS was asked
nor the headers of a mail, nor which function called what."""

import json
import threading
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from .relay import Relay

SENDS = "/v2/email/outbound-emails"


class Recorder(Relay):
    """Stands in front of KMS and SES v2 for the functions alone; the tests' own clients do not come by here."""

    # What `cloud.py` points here, by the services' names in the endpoint variables.
    SERVICES = ("KMS", "SESV2")

    def __init__(self, gateway_port):
        self._lock = threading.Lock()
        self._kms = Counter()
        self._sent = []
        super().__init__(gateway_port)

    def saw(self, request, body):
        target = request.headers.get("X-Amz-Target", "")
        with self._lock:
            if target.startswith("TrentService."):
                self._kms[target.removeprefix("TrentService.")] += 1
            elif request.command == "POST" and request.path.split("?")[0] == SENDS:
                self._sent.append(json.loads(body))

    def kms(self, operation):
        """How often a KMS operation was asked for, retries included."""
        with self._lock:
            return self._kms[operation]

    def sent(self):
        """Every SendEmail request, oldest first, as the SDK wrote it."""
        with self._lock:
            return list(self._sent)


@dataclass(frozen=True)
class Call:
    """One request of a function to AWS: the operation as IAM's services are called, and what was said with it."""

    function: str
    operation: str
    said: dict


class CallRecorder(Relay):
    """Stands in front of every service with an address for each function, so that a call tells whose it is."""

    # By the names in the endpoint variables.
    SERVICES = {"CLOUDWATCH": "cloudwatch", "EC2": "ec2", "EVENTBRIDGE": "events", "KMS": "kms", "RDS": "rds", "ROUTE_53": "route53", "SESV2": "ses", "STS": "sts"}

    def __init__(self, gateway_port, rds_port):
        self._rds_port = rds_port
        self._lock = threading.Lock()
        self._calls = []
        super().__init__(gateway_port)

    def variables(self, function):
        """What makes a function call by here."""
        return {f"AWS_ENDPOINT_URL_{variable}": f"{self.url}/{function}/{service}" for variable, service in self.SERVICES.items()}

    def leads_to(self, path):
        return "/" + path.split("/", 3)[3]

    def port_of(self, path):
        return self._rds_port if path.split("/")[2] == "rds" else self._gateway_port

    def saw(self, request, body):
        _, function, service, path = request.path.split("/", 3)
        operation, said = READERS[service](request, path, body.decode())
        with self._lock:
            self._calls.append(Call(function, f"{service}:{operation}", said))

    def calls(self):
        """Every call, oldest first, retries included."""
        with self._lock:
            return list(self._calls)


def _query(request, path, body):
    said = dict(parse_qsl(body, keep_blank_values=True))
    return said.pop("Action"), said


def _json(request, path, body):
    return request.headers["X-Amz-Target"].split(".")[1], json.loads(body)


def _route53(request, path, body):
    path, _, query = path.partition("?")
    zone = path.split("/")[2]
    if request.command == "GET":
        return "ListResourceRecordSets", {"zone": zone, **dict(parse_qsl(query))}
    of = "{*}"
    changes = [
        {"action": change.findtext(f"{of}Action"), "name": change.findtext(f".//{of}Name"), "type": change.findtext(f".//{of}Type")}
        for change in ElementTree.fromstring(body).iter()
        if change.tag.endswith("}Change") or change.tag == "Change"
    ]
    return "ChangeResourceRecordSets", {"zone": zone, "changes": changes}


def _ses(request, path, body):
    said = json.loads(body or "{}")
    match request.command, f"/{path}".split("/"):
        case "POST", ["", "v2", "email", "outbound-emails"]:
            return "SendEmail", said
        case "GET", ["", "v2", "email", "account"]:
            return "GetAccount", said
        case "GET", ["", "v2", "email", "identities", identity]:
            return "GetEmailIdentity", {"EmailIdentity": unquote(identity)}
        case _:
            # Anything else must be seen here, and gets the name of its path.
            return f"{request.command} {path}", said


READERS = {"cloudwatch": _query, "ec2": _query, "events": _json, "kms": _json, "rds": _query, "route53": _route53, "ses": _ses, "sts": _query}
