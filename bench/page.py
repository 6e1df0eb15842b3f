"""The recorded figures in docs/PERFORMANCE.md."""

import re

from local.cloud import REPOSITORY

from . import instructions, starts
from .report import number

PAGE = REPOSITORY / "docs/PERFORMANCE.md"
BEGIN, END = "<!-- figures: written by `make bench RECORD=1` -->\n", "<!-- end -->\n"
# What all functions are measured in, and the heading of its column.
COLUMNS = {instructions.INIT: "instructions to first `next`", starts.INIT: "start to first `next`", starts.MEMORY: "peak memory", "zip": "zip"}
TRANSITION = re.compile(r"calls for a transition, ([\d,]+) in the account")


def write(recorded):
    """Puts the figures into the page, in place of those before."""
    before, rest = PAGE.read_text().split(BEGIN)
    PAGE.write_text(before + BEGIN + rendered(recorded) + END + rest.split(END, 1)[1])


def rendered(recorded):
    """Three tables: the functions, the rest, the calls."""
    figures = recorded["figures"]
    functions = {}
    for each in figures:
        if each["figure"] in COLUMNS:
            functions.setdefault(each["subject"], {})[each["figure"]] = _measured(each)
    calls = {}
    for each in figures:
        if accounts := TRANSITION.fullmatch(each["figure"]):
            calls.setdefault(each["subject"], {})[accounts[1]] = str(each["value"])
    rest = [each for each in figures if each["figure"] not in COLUMNS and not TRANSITION.fullmatch(each["figure"])]
    tables = (
        _table(["", *COLUMNS.values()], [[name, *(row.get(figure, "") for figure in COLUMNS)] for name, row in functions.items()]),
        _table(["figure", "of", "", "bar"], [[each["figure"], each["subject"], _measured(each), _bar(each)] for each in rest]),
        _table(["calls for a transition", *(f"{count} in the account" for count in next(iter(calls.values())))], [[name, *row.values()] for name, row in calls.items()]),
    )
    return "\n" + "\n".join(tables) + "\n"


def _measured(each):
    """The ratio where there is one: times and sizes are this machine's, ratios are not."""
    told = f"{each['ratio']:.2f}x" if each["ratio"] is not None else number(each["value"], each["unit"])
    return f"**{told}**" if each["holds"] is False else told


def _bar(each):
    return each["bar"] or ""


def _table(head, rows):
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)
