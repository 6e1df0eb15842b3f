"""What the functions ask of KMS and SES, noted on its way to the local AWS: MiniStack keeps neither
how often KMS was asked nor the headers of a mail."""

import json
import threading
from collections import Counter

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
