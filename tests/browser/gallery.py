"""A loopback server of a test's own: shows what it is given, and remembers what it was asked."""

from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from local.relay import LoopbackServer

# Of one transfer; written anew.
OF_THE_TRANSFER = {"content-length", "connection", "date", "server", "transfer-encoding"}


@dataclass
class Shown:
    """An answer as it was seen once, to be seen again as often as wanted."""

    html: str
    status: int = 200
    headers: dict = field(default_factory=lambda: {"content-type": "text/html; charset=utf-8"})


class Gallery:
    """Started by `with`, ended by its end."""

    def __init__(self):
        self.shown = {}
        # (method, path, headers) of every request.
        self.heard = []

    def __enter__(self):
        gallery = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                gallery.heard.append((self.command, self.path, dict(self.headers)))
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                shown = gallery.shown.get(self.path.split("?")[0].lstrip("/"))
                content = shown.html.encode() if shown else b""
                self.send_response(shown.status if shown else 404)
                for name, value in shown.headers.items() if shown else ():
                    if name.lower() not in OF_THE_TRANSFER:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            do_GET = do_HEAD = do_POST = answer

            def log_message(self, *_):
                """The tests say what they need to."""

        self._server = LoopbackServer(Handler)
        self.url = self._server.url
        return self

    def __exit__(self, *_):
        self._server.end()

    def show(self, name, html, status=200, **headers):
        """Puts something on show; gives its address."""
        self.shown[name] = Shown(html, status, {"content-type": "text/html; charset=utf-8", **{key.replace("_", "-"): value for key, value in headers.items()}})
        return f"{self.url}/{name}"
