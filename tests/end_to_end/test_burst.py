"""Ten thousand requests at once from somebody who has found the address: no guess reaches more than it must, and the
page still opens for those who were asked."""

import random
import time

import forgery
import pytest
from asked import asking
from crowd import Shot, press, send
from token_form import Fields, foretold, join, parts
from world import APPROVERS

REQUESTS = 10_000
# The same burst each time, so that what it finds can be found again.
SEED = 20261122
THREADS = 6
# It takes a minute on two cores; a function or a harness that needs four times as long is broken.
LONGEST_SECONDS = 240


@pytest.fixture(scope="module")
def asked(cloud, template):
    with asking(cloud, template) as asked:
        yield asked


def burst(asked, dice):
    """Requests of every kind by chance: (shot, status, how often KMS is asked)."""
    now = asked.now()
    links = [asked.path(who, action) for who in APPROVERS for action in ("confirm", "cancel")]
    payload, _ = parts(asked.token(APPROVERS[0], "confirm"))
    claim = Fields(*payload.decode().split("\n"))

    def forged(**changed):
        return f"/{join(Fields(**{**vars(claim), **changed}).payload(), dice.randbytes(32))}"

    kinds = {
        "nonsense": (40, lambda: forgery.path(dice.randbytes(dice.randrange(60)))),
        "a bent token": (20, lambda: f"{dice.choice(links)}{dice.choice('=.-_A0~')}"),
        "too old": (15, lambda: forged(expires=str(now - dice.randrange(1, 10**9)))),
        "of another echo": (5, lambda: forged(echo=f"dev-{dice.randrange(1000)}")),
        "a wrong MAC": (10, lambda: forged(address=dice.choice(APPROVERS), action=dice.choice(["confirm", "cancel"]))),
        "a true link, looked at": (10, lambda: dice.choice(links)),
    }
    weights = [weight for weight, _ in kinds.values()]
    for kind in dice.choices(list(kinds), weights, k=REQUESTS):
        path = kinds[kind][1]()
        if kind == "a true link, looked at":
            yield Shot(dice.choice(["GET", "HEAD"]), path), 200, 1
        else:
            shot = dice.choice([Shot("GET", path), Shot("HEAD", path), press(path), press(path)])
            yield shot, *foretold(path, asked.world.echo.name, now)


def test_ten_thousand_guesses_change_nothing_and_reach_kms_only_where_they_must(asked, capsys):
    planned = list(burst(asked, random.Random(SEED)))
    kms, before = asked.recorder.kms("VerifyMac"), asked.everything()
    began = time.monotonic()
    answers = send(asked.base, [shot for shot, _, _ in planned], THREADS)
    took = time.monotonic() - began

    done = [(shot, status, answer) for (shot, status, _), answer in zip(planned, answers, strict=True)]
    assert [(shot, status, answer.status) for shot, status, answer in done if answer.status != status] == []
    asked_of_kms = asked.recorder.kms("VerifyMac") - kms
    assert asked_of_kms == sum(calls for _, _, calls in planned)
    assert asked.everything() == before
    pages = {(status, answer.body) for shot, status, answer in done if status != 200 and shot.method != "HEAD"}
    assert len(pages) == 2, "one page for all that do not work, one for all that are too old"
    with capsys.disabled():
        print(f"\n  {len(planned)} requests in {took:.0f} s, {len(planned) / took:.0f} a second, {asked_of_kms} calls to KMS ", end="")
    assert took < LONGEST_SECONDS


def test_afterwards_a_press_counts_as_ever(asked):
    (answer,) = send(asked.base, [press(asked.path(APPROVERS[0], "confirm"))])
    assert answer.status == 200 and asked.listed("confirmed") == {APPROVERS[0]}
    asked.world.cloud.quiet()
    assert asked.world.zone.target() == asked.world.rds.instances()[asked.instance]["address"]
