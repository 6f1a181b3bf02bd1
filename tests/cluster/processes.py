"""Processes that a test starts, however deep, and that all of them end with it."""
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h


def prctl(option, value):
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def ends_with_its_parent():
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def descendants():
    """Of this process: the ids of its children, of theirs and so on."""
    parent = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent[int(entry.parent.name)] = int(entry.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue  # it has ended
    found = [os.getpid()]
    for process in found:
        found += [child for child, its_parent in parent.items() if its_parent == process]
    return found[1:]


def environment_of(process):
    """Of a process: its command's words, and what its environment says; nothing once it has ended."""
    try:
        words = Path(f"/proc/{process}/cmdline").read_text(errors="replace").split("\0")
        pairs = Path(f"/proc/{process}/environ").read_text(errors="replace").split("\0")
    except OSError:
        return [], {}
    return words, dict(pair.split("=", 1) for pair in pairs if "=" in pair)


class Family:
    """What is started inside ends when it is left, in whatever way: what daemons start stays this process's
    grandchild, as it takes in orphans."""

    def __enter__(self):
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda number, _: sys.exit(128 + number))
        return self

    def __exit__(self, *_):
        for number in (signal.SIGTERM, signal.SIGKILL):
            for process in descendants():
                try:
                    os.kill(process, number)
                except ProcessLookupError:
                    pass
            end = time.monotonic() + 3
            while descendants() and time.monotonic() < end:
                try:
                    os.waitpid(-1, os.WNOHANG)
                except ChildProcessError:
                    return
                time.sleep(0.02)

    def start(self, *words, **options):
        return subprocess.Popen([str(word) for word in words], preexec_fn=ends_with_its_parent, **options)


def wait_until(condition, what, seconds=60):
    """What `condition` gives, as soon as that is true."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"{what}: not within {seconds} seconds"
        time.sleep(0.05)
    return found
