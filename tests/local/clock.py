"""libfaketime, which shows the functions the simulated time, and the file that it reads it from."""

import os
import platform
import subprocess
from pathlib import Path

from .process import LocalCloudError

# As libfaketime's own Makefile builds it for glibc, without its warnings.
FLAGS = ["-std=gnu99", "-O1", "-w", "-fPIC", "-shared", "-DFAKE_PTHREAD", "-DFAKE_STAT", "-DFAKE_UTIME", "-DFAKE_SLEEP"]
FLAGS += ["-DFAKE_TIMERS", "-DFAKE_INTERNAL_CALLS", '-DPREFIX=""', '-DLIBDIRNAME=""']
LIBRARIES = ["-ldl", "-lm", "-lrt", "-lpthread"]


def library(work: Path):
    """The library for this machine: the wheel's own on x86_64, compiled from the wheel's source elsewhere."""
    import libfaketime

    source = Path(libfaketime.__file__).parent / "vendor/libfaketime/src"
    ready = source / "libfaketime.so.1"
    if _works(ready):
        return ready
    compiled = work / "libfaketime.so.1"
    command = ["cc", *FLAGS, f"-Wl,--version-script={source / 'libfaketime.map'}", "-o", str(compiled), str(source / "libfaketime.c"), *LIBRARIES]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise LocalCloudError(f"cannot compile libfaketime for {platform.system()} {platform.machine()}: {error}") from error
    if not _works(compiled):
        raise LocalCloudError(f"libfaketime does not work on {platform.system()} {platform.machine()}: the local cloud needs Linux with glibc")
    return compiled


def _works(candidate: Path):
    environment = {"LD_PRELOAD": str(candidate), "FAKETIME": "2001-02-03 04:05:06", "PATH": os.environ.get("PATH", "")}
    try:
        probe = subprocess.run(["date", "-u", "+%Y"], env=environment, capture_output=True, text=True, check=False)
    except OSError:
        return False
    return probe.stdout.strip() == "2001"


def environment(library: Path, clock: Path):
    """What shows a process the simulated time."""
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        # A runtime measures time-outs by the monotonic clock, and those are real.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "TZ": "UTC",
    }


def write(clock: Path, at):
    """Sets the time before the simulated RDS does: one frozen moment in UTC, replaced as a whole."""
    draft = clock.with_suffix(".new")
    draft.write_text(at.strftime("%Y-%m-%d %H:%M:%S\n"))
    draft.rename(clock)
