"""Ends the run's processes if the runner itself dies without a chance to (kill -9, out of memory).

A process of its own, started with the runner: it reads process group ids from its standard input
("+123", "-123"); when that input ends, every group still on the list is killed. Kept to the
standard library, since it must be light and start at once.
"""

from __future__ import annotations

import os
import signal
import sys
import time


def main() -> int:
    """Read group ids until the runner's end of the pipe closes, then kill what is left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # Ctrl-C is the runner's business
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        if line.startswith("+"):
            groups.add(group)
        else:
            groups.discard(group)
    for _ in range(3):  # a group that forks while it is being killed is caught the next time
        for group in sorted(groups):
            try:
                os.killpg(group, signal.SIGKILL)
            except ProcessLookupError:
                groups.discard(group)
        if not groups:
            break
        time.sleep(0.1)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
