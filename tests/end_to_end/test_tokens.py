"""Every link that nobody was sent is refused with one and the same page, and KMS is asked only about those in
perfect form: real tokens, bent in each bit and at each character, over the function URL."""

from itertools import chain

import forgery
import pytest
from asked import asking
from crowd import Shot, press, send
from token_form import foretold, join, parts
from world import APPROVERS

DANA, ELI, _ = APPROVERS
# Looking goes the same way as pressing: every fourth shows it.
LOOKS = 4


@pytest.fixture(scope="module")
def asked(cloud, template):
    """One request of two confirmations, for all forgeries and the true links at the end."""
    with asking(cloud, template, Approvals=2) as asked:
        yield asked


@pytest.fixture(scope="module")
def real(asked):
    """The tokens that the forgeries are made of: of each action one, and those of a second approver."""
    return [asked.token(who, action) for who in (DANA, ELI) for action in ("confirm", "cancel")]


@pytest.fixture(scope="module")
def pages(asked):
    """The pages for a link that does not work, and for one that is too old."""
    payload, _ = parts(asked.token(DANA, "confirm"))
    long_ago = join(payload.rsplit(b"\n", 1)[0] + b"\n1", bytes(32))
    bad, old = send(asked.base, [press("/"), press(f"/{long_ago}")])
    assert (bad.status, old.status) == (404, 410) and bad.body != old.body
    return {404: bad.body, 410: old.body}


def refused(asked, real, pages, tokens, capsys):
    """Presses and opens all of them; each must be answered as foretold, and KMS be asked exactly as often."""
    true_paths = {f"/{token}" for token in real}
    paths = sorted({forgery.path(token) for token in tokens} - true_paths)
    shots = [press(path) for path in paths] + [Shot("GET", path) for path in paths[::LOOKS]]
    now = asked.now()
    expected = [foretold(shot.path, asked.world.echo.name, now) for shot in shots]
    kms, before = asked.recorder.kms("VerifyMac"), asked.everything()
    answers = send(asked.base, shots)
    for shot, answer, (status, _) in zip(shots, answers, expected, strict=True):
        assert answer.status == status, f"{shot.method} {shot.path}: {answer.status}, not {status}"
        assert answer.body == pages[status], f"{shot.method} {shot.path}: another page for {status}"
    asked_of_kms = asked.recorder.kms("VerifyMac") - kms
    assert asked_of_kms == sum(calls for _, calls in expected)
    assert asked.everything() == before
    old = sum(status == 410 for status, _ in expected)
    with capsys.disabled():
        print(f"\n  {len(paths)} forged tokens, {len(shots)} requests, {old} too old, {asked_of_kms} calls to KMS ", end="")
    return asked_of_kms


@pytest.mark.parametrize("bend", [forgery.text_bits, forgery.payload_bits, forgery.mac_bits])
def test_not_one_bit_can_be_another(asked, real, pages, bend, capsys):
    flipped = list(chain(*(bend(token) for token in real[:2])))
    assert refused(asked, real, pages, flipped, capsys), "some are in perfect form, and only KMS can tell"


def test_not_one_character_can_be_missing(asked, real, pages, capsys):
    assert refused(asked, real, pages, chain(*map(forgery.truncated, real[:2])), capsys) == 0


def test_nothing_can_be_added(asked, real, pages, capsys):
    assert refused(asked, real, pages, chain(*map(forgery.extended, real[:2])), capsys) == 0


def test_there_is_one_spelling(asked, real, pages, capsys):
    # Where the letters' case is changed, what comes out may be another MAC in perfect form: that is foretold, too.
    refused(asked, real, pages, chain(*map(forgery.respelled, real[:2])), capsys)


def test_a_mac_is_for_one_meaning(asked, real, pages, capsys):
    assert refused(asked, real, pages, chain(*map(forgery.rewritten, real[:2])), capsys)


def test_no_two_links_make_a_third(asked, real, pages, capsys):
    confirm, cancel, other_confirm, other_cancel = real
    ways = [(confirm, cancel), (confirm, other_confirm), (cancel, other_cancel)]
    pairs = [*ways, *((other, one) for one, other in ways)]
    assert refused(asked, real, pages, chain(*(forgery.spliced(*pair) for pair in pairs)), capsys)


def test_the_true_links_work_and_only_they(asked, real):
    """Without this, a function that refuses everything would pass all of the above."""
    kms = asked.recorder.kms("VerifyMac")
    encoded = ["/" + "".join(f"%{byte:02x}" for byte in token.encode()) for token in real]
    # The local AWS decodes percent signs as a server in front of the function may; a domain of one's own may add a path.
    looks = [Shot("GET", path) for token in real for path in (f"/{token}", f"/some/path/{token}", f"/{token}?utm_source=mail")]
    looks += [Shot("GET", path) for path in encoded]
    assert {answer.status for answer in send(asked.base, looks)} == {200}
    assert asked.recorder.kms("VerifyMac") - kms == len(looks)
    assert asked.listed("confirmed") == asked.listed("cancelled") == set()

    (confirmed,) = send(asked.base, [press(asked.path(DANA, "confirm"))])
    assert confirmed.status == 200 and asked.listed("confirmed") == {DANA} and asked.listed("cancelled") == set()
    (cancelled,) = send(asked.base, [press(asked.path(DANA, "cancel"))])
    assert cancelled.status == 200 and asked.listed("confirmed") == {DANA} and asked.listed("cancelled") == {DANA}
