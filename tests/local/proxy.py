"""A plain loopback address for a function URL, so that a browser can open the links in the mails.

MiniStack tells function URLs apart by host name, which a browser could not resolve, or by a path that
the mailed links do not have. Everything else passes through unchanged.
"""

from .relay import Relay


class Proxy(Relay):
    """Leads to a function as soon as `lead_to` has named it."""

    def __init__(self, gateway_port):
        self._url_id = None
        # (method, path, headers) of every request so far, for tests; kept in memory only.
        self.heard = []
        super().__init__(gateway_port)

    def lead_to(self, function_url):
        """Passes everything on to this function URL from now on."""
        self._url_id = function_url.split("//", 1)[-1].split(".", 1)[0]

    def leads_to(self, path):
        return f"/_aws/lambda-url/{self._url_id}{path}"

    def saw(self, request, body):
        self.heard.append((request.command, request.path, dict(request.headers.items())))
