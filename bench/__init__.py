"""`make bench`: how close the functions are to one that does nothing. docs/PERFORMANCE.md tells what is measured and how."""


class BenchError(Exception):
    """Something that the user can act on, said in one line."""
