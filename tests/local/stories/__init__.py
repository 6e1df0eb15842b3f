"""The stories that `make demo` can tell. Each is a module with PARAMETERS and TIMING, where they differ from the setting's,
`live`, which lives through it and gives what it came to, and `table`, which makes lines of that.
"""
