"""What was measured, as a table for people and as JSON."""

import json
import sys
from pathlib import Path

COLUMNS = ("figure", "subject", "value", "reference", "ratio", "bar", "")


class Report:
    """Collects figures, and what could not be measured."""

    def __init__(self):
        self.figures = []
        # What stands below the table: what was not measured, what moved.
        self.notes = []
        self.failed = False
        self._shows = sys.stderr.isatty()

    def add(self, figure):
        self.figures.append(figure)

    def skip(self, reason, what):
        """Says aloud that something was not measured; the bench goes on."""
        self.notes.append(f"skipped: {reason}: {what}")

    def fail(self, step, error):
        """Says what could not be measured though it should be; the bench goes on, and fails at its end."""
        self.notes.append(f"FAILED: {step}: {error}")
        self.failed = True

    def progress(self, text):
        """What is under way; the next one takes its place, and the table that of the last one."""
        if self._shows:
            sys.stderr.write(f"\r\033[K{text}")
            sys.stderr.flush()

    def broken(self):
        """The figures whose bars do not hold."""
        return [figure for figure in self.figures if figure.holds is False]

    def lines(self):
        """The table, and what stands below it."""
        rows = [COLUMNS, *map(_row, self.figures)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
        lines = []
        for row in rows:
            lines.append("  ".join(_aligned(*cell) for cell in zip(COLUMNS, row, widths, strict=True)).rstrip())
        return lines + self.notes

    def write(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps([figure.to_json() for figure in self.figures], indent=1) + "\n")


def _aligned(column, cell, width):
    return cell.rjust(width) if column in ("value", "reference", "ratio") else cell.ljust(width)


def _row(figure):
    ratio = "" if figure.ratio is None else f"{figure.ratio:,.2f}x"
    holds = {None: "", True: "holds", False: "DOES NOT HOLD"}[figure.holds]
    return (figure.figure, figure.subject, number(figure.value, figure.unit), number(figure.reference, figure.unit), ratio, figure.limit, holds)


def number(value, unit):
    """A value with its unit; nothing for None."""
    if value is None:
        return ""
    return f"{value:,} {unit}" if isinstance(value, int) else f"{value:#,.3g} {unit}" if value < 100 else f"{value:,.0f} {unit}"
