"""Figures that the tests collect; conftest.py prints them at the end."""

FOUND = {}


def add(name, count):
    """Counts on."""
    FOUND[name] = FOUND.get(name, 0) + count
