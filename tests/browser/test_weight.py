"""Each page is one small answer, and what it says goes with its status."""

import figures
import pytest
from walk import STATES

LIMIT = 15_000


def test_the_walk_reached_every_state_with_its_status(walked):
    assert {name: look.shown.status for name, look in walked.looks.items()} == STATES


@pytest.mark.parametrize("state", STATES)
def test_a_page_is_one_request_and_small(walked, state):
    look = walked.looks[state]
    assert len(look.requests) == 1, look.requests
    assert 0 < look.weight < LIMIT
    heaviest = max(walked.looks, key=lambda name: walked.looks[name].weight)
    figures.FOUND["largest page"] = f"{walked.looks[heaviest].weight} bytes ({heaviest})"


def test_nothing_in_a_page_or_mail_would_be_fetched_from_anywhere(walked, context):
    """Also with no policy that forbids it, and with pictures shown: a mail program has none."""
    page = context(bypass_csp=True).new_page()
    fetched = []
    page.on("request", lambda request: fetched.append(request.url))
    shown = [f"{walked.gallery.url}/{name}" for name in walked.gallery.shown]
    for address in shown:
        page.goto(address)
    assert fetched == shown
