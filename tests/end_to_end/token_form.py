"""What a link's token must look like, read once more and independently of the functions: with it the tests
foretell how often KMS is asked."""

import base64
import re
import urllib.parse
from dataclasses import astuple, dataclass

LONGEST = 1024
MAC_BYTES = 32
# What the functions' time can hold, in seconds since 1970: the years -9999 to 9999.
EARLIEST, LATEST = -377_705_023_201, 253_402_207_200
U32 = 2**32


@dataclass(frozen=True)
class Fields:
    """The lines of a token's payload."""

    version: str
    echo: str
    resource: str
    instance: str
    request: str
    action: str
    address: str
    expires: str

    def payload(self):
        return "\n".join(astuple(self)).encode()


def encode(raw):
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode(text):
    """The bytes of unpadded base64url in its one canonical spelling; None for every other text."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        return None
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return raw if encode(raw) == text else None


def join(payload, mac):
    return f"{encode(payload)}.{encode(mac)}"


def parts(token):
    """The bytes of payload and MAC of a token that is right."""
    payload, mac = token.split(".")
    return decode(payload), decode(mac)


def read(token):
    """The fields of a token that is right in form; None for every other text."""
    if len(token.encode()) > LONGEST or "." not in token:
        return None
    payload, mac = (decode(part) for part in token.split(".", 1))
    if payload is None or mac is None or len(mac) != MAC_BYTES:
        return None
    try:
        lines = payload.decode().split("\n")
    except UnicodeDecodeError:
        return None
    if len(lines) != 8:
        return None
    fields = Fields(*lines)
    numbers = _number(fields.request, 0, U32 - 1) is not None and _number(fields.expires, EARLIEST, LATEST) is not None
    return fields if fields.version == "1" and fields.action in ("confirm", "cancel") and numbers else None


def _number(text, least, most):
    if not re.fullmatch(r"0|-?[1-9][0-9]*", text):
        return None
    return int(text) if least <= int(text) <= most else None


def foretold(path, echo, now):
    """Status of the answer to a link that no approver was sent, and how often KMS is asked about it.

    The local AWS decodes percent signs before the function sees the path; AWS does not, and there even more is refused.
    """
    fields = read(urllib.parse.unquote(path).rsplit("/", 1)[-1])
    if fields is None or fields.echo != echo:
        return 404, 0
    return (410, 0) if now > int(fields.expires) else (404, 1)
