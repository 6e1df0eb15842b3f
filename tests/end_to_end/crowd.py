"""Many requests over a few connections that are kept: what a browser never sends, and as fast as can be."""

import http.client
import threading
import urllib.parse
from collections import deque
from dataclasses import dataclass, field

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Shot:
    """One request, to the letter: nothing is added but Host and Content-Length."""

    method: str
    path: str
    body: bytes | None = field(default=None, repr=False)
    headers: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """Status, headers by names in lower case, and body."""

    status: int
    headers: dict
    body: bytes

    @property
    def html(self):
        return self.body.decode()


def press(path, body=b"", **headers):
    """A button's POST, as a browser sends it where nothing else is said."""
    return Shot("POST", path, body, {**FORM, **headers})


def send(base, shots, threads=6):
    """Sends all, each thread over a connection of its own; the answers stand in the order of the shots."""
    answers = [None] * len(shots)
    left = deque(enumerate(shots))
    failures = []

    def work():
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(base).netloc, timeout=70)
        try:
            while not failures:
                try:
                    place, shot = left.popleft()
                except IndexError:
                    return
                answers[place] = _send(connection, shot)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    _run([threading.Thread(target=work) for _ in range(min(threads, len(shots)))])
    if failures:
        raise failures[0]
    return answers


def at_once(base, shots):
    """Sends all at the same instant, each from a thread and over a connection of its own."""
    barrier = threading.Barrier(len(shots))
    answers = [None] * len(shots)

    def work(place):
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(base).netloc, timeout=70)
        try:
            connection.connect()
            barrier.wait(30)
            answers[place] = _send(connection, shots[place])
        finally:
            connection.close()

    _run([threading.Thread(target=work, args=(place,)) for place in range(len(shots))])
    assert None not in answers, "a request had no answer"
    return answers


def _run(threads):
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _send(connection, shot):
    connection.putrequest(shot.method, shot.path, skip_accept_encoding=True)
    for name, value in shot.headers.items():
        connection.putheader(name, value)
    if shot.body is not None:
        connection.putheader("Content-Length", str(len(shot.body)))
    connection.endheaders(shot.body)
    answer = connection.getresponse()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    return Answer(answer.status, headers, answer.read())
