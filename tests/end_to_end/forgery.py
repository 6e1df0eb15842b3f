"""Whatever can be made of valid tokens without the key, as text or as bytes."""

import base64
import string
import urllib.parse
from dataclasses import fields, replace

from token_form import Fields, encode, join, parts

# What may stand in a path as it is (RFC 3986); everything else is percent-encoded.
AS_IT_IS = "!$&'()*+,;=:@-._~"


def path(token):
    """The path of a token given as text or bytes, however little it looks like one."""
    return "/" + urllib.parse.quote(token, safe=AS_IT_IS)


def bits(raw):
    """The same bytes with one bit flipped, for each bit."""
    for place in range(len(raw)):
        for bit in range(8):
            yield raw[:place] + bytes([raw[place] ^ 1 << bit]) + raw[place + 1 :]


def text_bits(token):
    return bits(token.encode())


def payload_bits(token):
    payload, mac = parts(token)
    return (join(flipped, mac) for flipped in bits(payload))


def mac_bits(token):
    payload, mac = parts(token)
    return (join(payload, flipped) for flipped in bits(mac))


def truncated(token):
    """Without its end, and without its beginning, from one character to all."""
    return [token[:end] for end in range(len(token))] + [token[begin:] for begin in range(1, len(token))]


def extended(token):
    """With more at its end, or at its beginning. A slash in front leads to the same token, and is not here."""
    more = [*string.ascii_letters, *string.digits, *"-_=.~!$&'()*+,;:@", *"\0\n\t %?#\\\"<>", "\r\n", "==", "é", "AAAA", "A" * 1000]
    return [token + each for each in [*more, "/"]] + [each + token for each in more]


def respelled(token):
    """The same bytes in another spelling of base64, and fields that mean the same."""
    payload, mac = token.split(".")
    raw_payload, raw_mac = parts(token)

    def standard(raw):
        return base64.b64encode(raw).decode()

    # Of a token without bytes that the two alphabets write differently, the second is the token itself.
    yield f"{standard(raw_payload)}.{standard(raw_mac)}"
    yield f"{standard(raw_payload).rstrip('=')}.{standard(raw_mac).rstrip('=')}"
    yield f"{payload}.{mac}="
    yield f"{payload}=.{mac}"
    yield f"{payload}{'=' * (-len(payload) % 4)}.{mac}{'=' * (-len(mac) % 4)}"
    yield from (token.upper(), token.lower(), token.swapcase(), f"{payload.swapcase()}.{mac}", f"{payload}.{mac.swapcase()}")
    yield f"{raw_payload.hex()}.{raw_mac.hex()}"
    yield raw_payload + b"." + raw_mac
    # 43 characters hold 258 bits: the last two must be nought.
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    for part, other in ((mac, lambda last: f"{payload}.{last}"), (payload, lambda last: f"{last}.{mac}")):
        for unused in range(1, {2: 16, 3: 4}.get(len(part) % 4, 1)):
            yield other(part[:-1] + alphabet[alphabet.index(part[-1]) | unused])
    claim = Fields(*raw_payload.decode().split("\n"))
    for field in ("version", "request", "expires"):
        for spelling in ("0{}", "+{}", " {}", "{} ", "{}.0", "{}\r", "{}\0"):
            changed = replace(claim, **{field: spelling.format(getattr(claim, field))})
            yield join(changed.payload(), raw_mac)
    for action in ("Confirm", "CANCEL", "confirm ", "", "promote"):
        yield join(replace(claim, action=action).payload(), raw_mac)
    for ending in (b"\n", b"\0", b"\r\n"):
        yield join(raw_payload + ending, raw_mac)
    yield join(raw_payload.replace(b"\n", b"\r\n"), raw_mac)
    yield join(b"\xef\xbb\xbf" + raw_payload, raw_mac)


def rewritten(token):
    """Another meaning under the MAC of this one, in perfect form: whatever a thief would like to have."""
    payload, mac = parts(token)
    claim = Fields(*payload.decode().split("\n"))
    wishes = {
        "echo": ["qa", "DEV", ""],
        "resource": ["db-AAAAAAAAAAAAAAAAAAAAAAAAAA", "", "*"],
        "instance": ["production", "development", "", "../production"],
        "request": ["2", "0", "4294967295", "4294967296", "-1"],
        "action": [{"confirm": "cancel", "cancel": "confirm"}[claim.action]],
        "address": ["eli@example.test", "kim@example.test", "DANA@example.test", "thief@example.test", "", "é@example.test"],
        "expires": [str(int(claim.expires) + 1), str(int(claim.expires) + 10**9), "253402207200", "253402207201", "0", "-1", "9" * 30],
    }
    wishes["address"] += ["<script>alert(1)</script>", "two\nlines", "\0", " "]
    # Around the longest that a token may be.
    wishes["address"] += ["a" * length for length in range(640, 680)]
    assert set(wishes) == {field.name for field in fields(Fields)} - {"version"}
    for field, values in wishes.items():
        for value in values:
            if value != getattr(claim, field):
                yield join(replace(claim, **{field: value}).payload(), mac)
    for forged in (bytes(32), b"\xff" * 32, mac[::-1], mac[:31], mac + b"\0", b""):
        yield join(payload, forged)
    yield f"{encode(payload)}.{encode(mac)}.{encode(mac)}"
    yield f"{encode(mac)}.{encode(payload)}"


def spliced(one, other):
    """The beginning of one and the end of the other, cut at each place of each; and the payload of one with the MAC of the other."""
    (payload, _), (_, mac) = parts(one), parts(other)
    yield join(payload, mac)
    for place in range(1, len(one)):
        yield one[:place] + other[place:]
        # From the end, so that the two MACs lie one upon the other where the payloads differ in length.
        yield one[:-place] + other[-place:]
