"""A loopback HTTP server in front of the local AWS that passes everything on as it came."""

import http.client
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Of one connection, not of the message (RFC 9110 7.6.1); length and date are written anew.
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "content-length", "date", "server"}


class Relay:
    """Listens at once. What differs between relays is where a path leads, and what is noted of a request."""

    def __init__(self, gateway_port):
        self._gateway_port = gateway_port
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body are two writes: on a connection that is kept, Nagle's algorithm would hold the second
            # back until the other side has acknowledged the first, which it does 40 ms later.
            disable_nagle_algorithm = True

            def __getattr__(self, name):
                # Whatever the method: which ones there are is for the function to say.
                if name.startswith("do_"):
                    return lambda: relay._pass_on(self)
                raise AttributeError(name)

            def log_message(self, *_):
                """A mailed link is as good as a signature: it is written to no log."""

        self._server = LoopbackServer(Handler)
        self.url = self._server.url

    def leads_to(self, path):
        """The path at the local AWS."""
        return path

    def port_of(self, path):
        """The loopback port that it is passed on to."""
        return self._gateway_port

    def saw(self, request, body):
        """A request came; it is passed on afterwards."""

    def _pass_on(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        self.saw(request, body)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP | {"host"}}
        connection = http.client.HTTPConnection("127.0.0.1", self.port_of(request.path), timeout=70)
        try:
            connection.request(request.command, self.leads_to(request.path), body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
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


class LoopbackServer(ThreadingHTTPServer):
    """On a free port, until its owner ends it."""

    daemon_threads = True
    # Many may come at once; the default lets five wait.
    request_queue_size = 128

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def end(self):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        # Somebody hung up before the answer, as a browser does that goes on to something else: that is theirs.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)
