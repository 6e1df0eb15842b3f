"""A plain loopback address for a function URL, so that a browser can open the links in the mails.

MiniStack tells function URLs apart by host name, which a browser could not resolve, or by a path that
the mailed links do not have. Everything else passes through unchanged.
"""

import http.client
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Of one connection, not of the message (RFC 9110 7.6.1); length and date are written anew.
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "content-length", "date", "server"}


class LoopbackServer(ThreadingHTTPServer):
    """On a free port, until its owner ends it."""

    daemon_threads = True

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def handle_error(self, request, client_address):
        """A browser that goes on to something else leaves its connections behind; anything else is an error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def end(self):
        self.shutdown()
        self.server_close()


class Proxy:
    """Listens at once; leads to a function as soon as `lead_to` has named it."""

    def __init__(self, gateway_port):
        self._gateway_port = gateway_port
        self._url_id = None
        # (method, path, headers) of every request so far, for tests; kept in memory only.
        self.heard = []
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self):
                proxy._forward(self)

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = forward

            def log_message(self, *_):
                """A mailed link is as good as a signature: it is written to no log."""

        self._server = LoopbackServer(Handler)
        self.url = self._server.url

    def lead_to(self, function_url):
        """Passes everything on to this function URL from now on."""
        self._url_id = function_url.split("//", 1)[-1].split(".", 1)[0]

    def _forward(self, request):
        self.heard.append((request.command, request.path, dict(request.headers)))
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP | {"host"}}
        connection = http.client.HTTPConnection("127.0.0.1", self._gateway_port, timeout=70)
        try:
            connection.request(request.command, f"/_aws/lambda-url/{self._url_id}{request.path}", body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except OSError as error:
            request.send_error(502, f"the local AWS does not answer: {error}")
            return
        finally:
            connection.close()
        request.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                request.send_header(name, value)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(content)

    def close(self):
        self._server.end()
