"""`make bench`: one JSON line for each measurement as it is made, then a table."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence

import structlog
from rich.console import Console
from rich.table import Table

from tests.bench.measure import Bench, Line, run


def all_benches() -> list[Bench]:
    """Imported here: the detector alone takes seconds."""
    from tests.bench import contracts, coverage, drone, link, memory, navigation, perception

    rooms = (contracts, navigation, coverage, link, drone, memory, perception)
    return [bench for room in rooms for bench in room.BENCHES]


def main(arguments: Sequence[str] | None = None, benches: list[Bench] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="parts of names; none: all")
    parser.add_argument("--list", action="store_true", help="only the names")
    parser.add_argument("--json-only", action="store_true", help="no table")
    given = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    known = all_benches() if benches is None else benches
    chosen = [b for b in known if not given.names or any(name in b.name for name in given.names)]
    if not chosen:
        print(
            f"bench: none is called so; there are: {', '.join(b.name for b in known)}",
            file=sys.stderr,
        )
        return 2
    if given.list:
        print("\n".join(bench.name for bench in chosen))
        return 0
    lines: list[Line] = []
    failed = False
    for number, bench in enumerate(chosen, 1):
        print(f"{number} of {len(chosen)}: {bench.name}", file=sys.stderr, flush=True)
        for line in run([bench]):
            if isinstance(line, Line):
                lines.append(line)
                print(line.as_json(), flush=True)
            else:
                failed = True
                print(line, flush=True)
                print(f"bench: {json.loads(line)['error']}", file=sys.stderr)
    if not given.json_only:
        _show(lines)
    return 1 if failed else 0


def _show(lines: list[Line]) -> None:
    table = Table(title="ours / peer, medians of one run")
    for title in ("name", "ours", "peer", "ratio", "better", "unit", "peer is"):
        table.add_column(title, justify="right" if title in ("ours", "peer", "ratio") else "left")
    for line in lines:
        table.add_row(
            line.name, f"{line.ours:g}", f"{line.peer:g}", f"{line.ratio:.2f}", line.better,
            line.unit, line.peer_name,
        )  # fmt: skip
    Console(width=150).print(table)


if __name__ == "__main__":
    raise SystemExit(main())
