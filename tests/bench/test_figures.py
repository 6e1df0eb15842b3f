"""What `make bench` makes of what it has measured."""

import json

import pytest

from bench import BenchError, page, recorded
from bench.figures import Bar, Figure, by_clients, milliseconds, percentile
from bench.instructions import total
from bench.report import Report


def figure(value, reference=None, bar=None, unit="ms", subject="modify", name="start"):
    return Figure(name, subject, value, unit, reference, bar)


@pytest.mark.parametrize(
    ("value", "reference", "bar", "holds"),
    [
        (3, 2, Bar(1.5), True),
        (3.01, 2, Bar(1.5), False),
        (4, None, Bar(4), True),
        (5, None, Bar(4), False),
        (60, 2, Bar(30, "at least"), True),
        (59, 2, Bar(30, "at least"), False),
        (0.1, None, Bar(0.1, "under"), False),
        (0.09, None, Bar(0.1, "under"), True),
        (3, 2, None, None),
    ],
)
def test_a_bar_is_for_the_ratio_where_there_is_one_else_for_the_value(value, reference, bar, holds):
    assert figure(value, reference, bar).holds is holds


def test_a_figure_as_json_has_everything_and_nothing_else():
    assert figure(3.0, 2.0, Bar(1.5)).to_json() == {
        "figure": "start",
        "subject": "modify",
        "value": 3.0,
        "unit": "ms",
        "reference": 2.0,
        "ratio": 1.5,
        "bar": "at most 1.5x",
        "holds": True,
    }


def test_functions_with_one_client_have_the_lower_bar():
    assert {name: by_clients(name, 3, 5).limit for name in ("new", "modify", "reboot", "approve")} == {"new": 5, "modify": 3, "reboot": 3, "approve": 5}


def test_medians_and_percentiles():
    assert milliseconds([9_000_000, 1_000_000, 2_000_000]) == 2
    assert percentile(range(1, 101), 95) == 95
    assert percentile([7], 95) == 7
    assert percentile([5, 1, 4, 2, 3], 95) == 5


RECORDED = [
    {"figure": "zip", "subject": "modify", "value": 1000, "unit": "bytes"},
    {"figure": "zip", "subject": "new", "value": 1000, "unit": "bytes"},
    {"figure": "calls", "subject": "modify", "value": 4, "unit": "calls"},
    {"figure": "calls", "subject": "gone", "value": 4, "unit": "calls"},
]


def test_what_moved_is_told_and_only_a_large_rise_is_too_much():
    now = [figure(1111, unit="bytes", name="zip"), figure(880, unit="bytes", name="zip", subject="new"), figure(4, unit="calls", name="calls")]
    changes = recorded.moved(RECORDED, now)
    assert [change[:4] for change in changes] == [("zip", "modify", 1000, 1111), ("zip", "new", 1000, 880)]
    assert recorded.told(changes[0]) == "zip, modify: recorded 1,000, now 1,111 (+11.1%)"
    assert recorded.risen(changes) == changes[:1]
    assert recorded.missing(RECORDED, now) == ["calls"]


def test_a_percent_is_not_worth_saying_and_ten_are_not_too_much():
    (change,) = recorded.moved(RECORDED, [figure(1009, unit="bytes", name="zip"), figure(1099, unit="bytes", name="zip", subject="new")])
    assert change[1] == "new"
    assert recorded.risen([change]) == []


def test_on_another_architecture_only_calls_are_compared():
    times = {"figure": "start", "subject": "modify", "value": 3, "unit": "ms"}
    before = {"architecture": "x86_64", "figures": [*RECORDED, times]}
    assert recorded.comparable(before, "x86_64") == (RECORDED, None)
    kept, why = recorded.comparable(before, "aarch64")
    assert {each["figure"] for each in kept} == {"calls"}
    assert why == "recorded on x86_64, and this is aarch64"


def test_what_is_recorded_is_read_again(tmp_path):
    path = tmp_path / "recorded.json"
    assert recorded.read(path) is None
    measured = [figure(3, 2), figure(7, unit="calls", name="calls")]
    recorded.write(measured, path)
    found = recorded.read(path)
    assert found["figures"] == [each.to_json() for each in measured]
    kept, why = recorded.comparable(found, found["architecture"])
    assert ([each["figure"] for each in kept], why) == (["calls"], None)


def test_the_page_shows_what_is_recorded():
    text = page.PAGE.read_text()
    shown = text.split(page.BEGIN)[1].split(page.END)[0]
    assert shown == page.rendered(recorded.read())


def test_the_report_shows_what_does_not_hold_and_what_is_missing(tmp_path):
    report = Report()
    report.add(figure(3.0, 2.0, Bar(1.2)))
    report.add(figure(4, bar=Bar(4), unit="calls", name="calls"))
    report.skip("callgrind is not installed", "instruction counts")
    head, broken, held, skipped = report.lines()
    assert head.split() == ["figure", "subject", "value", "reference", "ratio", "bar"]
    assert broken.split() == ["start", "modify", "3.00", "ms", "2.00", "ms", "1.50x", "at", "most", "1.2x", "DOES", "NOT", "HOLD"]
    assert held.split() == ["calls", "modify", "4", "calls", "at", "most", "4", "holds"]
    assert skipped == "skipped: callgrind is not installed: instruction counts"
    report.write(tmp_path / "new" / "report.json")
    assert [each["holds"] for each in json.loads((tmp_path / "new" / "report.json").read_text())] == [False, True]
    assert report.broken() == report.figures[:1]


def test_callgrinds_total_is_read():
    assert total("summary: 12\n\ntotals: 466595\n", "floor") == 466595
    with pytest.raises(BenchError, match="no total for floor"):
        total("", "floor")
