"""How units, tasks, findings and visits look in a terminal: tables, or JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import UTC
from typing import Any

from google.protobuf.json_format import MessageToDict
from rich.console import Console
from rich.table import Table

from comms.wire import centre_pb2 as pb
from comms.wire import types_pb2

#: In a file or a pipe nothing is wrapped or cut: programs read it line by line.
_WIDE = 400
console = Console(width=None if sys.stdout.isatty() else _WIDE)
_SHORT = 8
_TIMES = ("last word", "since", "left")


def as_json(messages: Iterable[Any]) -> None:
    """One JSON object per line, patrol/v1's own field names."""
    for message in messages:
        fields = MessageToDict(message, preserving_proto_field_name=True)
        sys.stdout.write(json.dumps(fields, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def time_of(stamp: Any) -> str:
    """Local time, to the second."""
    if not stamp.seconds:
        return ""
    return str(stamp.ToDatetime(tzinfo=UTC).astimezone().strftime("%m-%d %H:%M:%S"))


def word(enum: Any, prefix: str, number: int) -> str:
    """An enum's word in lower case; a number that this version does not know stays a number."""
    name = dict(enum.items())
    words = {value: str(key) for key, value in name.items()}
    return words.get(number, str(number)).removeprefix(prefix).lower()


def vehicle(number: int) -> str:
    return word(types_pb2.Vehicle, "VEHICLE_", number)


def place(point: Any) -> str:
    return f"{point.latitude_deg:.6f} {point.longitude_deg:.6f}"


def _table(first: str, *others: str) -> Table:
    """A table whose first column is never cut: it is what people copy."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(first, no_wrap=True, min_width=_SHORT)
    for name in others:
        table.add_column(name, no_wrap=name in _TIMES)
    return table


def units(found: Iterable[pb.Unit]) -> None:
    table = _table("unit", "link", "last word", "vehicle", "mode", "battery", "place", "task")
    for unit in found:
        link = "[green]connected[/]" if unit.connected else "[red]no link[/]"
        first = [unit.unit_id, link, time_of(unit.last_word)]
        if not unit.vehicles:
            table.add_row(*first)
        for state in unit.vehicles:
            has_battery = state.HasField("battery_fraction")
            battery = f"{state.battery_fraction:.0%}" if has_battery else ""
            mode = "[red]E-STOP[/]" if state.estop else state.mode
            table.add_row(
                *first, vehicle(state.vehicle), mode, battery, place(state.position),
                state.task_id[:_SHORT],
            )  # fmt: skip
            first = ["", "", ""]
    console.print(table)


def tasks(found: Iterable[pb.TaskRecord]) -> None:
    table = _table("task", "unit", "vehicle", "kind", "state", "done", "since", "by", "why")
    for record in found:
        task, latest = record.task, record.latest
        since = record.history[-1].at if record.history else latest.at
        table.add_row(
            task.task_id[:_SHORT], task.unit_id, vehicle(task.vehicle),
            word(types_pb2.TaskKind, "TASK_KIND_", task.kind),
            word(types_pb2.TaskState, "TASK_STATE_", latest.state),
            f"{latest.progress:.0%}", time_of(since), latest.actor, latest.reason,
        )  # fmt: skip
    console.print(table)


def task_line(record: pb.TaskRecord) -> str:
    state = word(types_pb2.TaskState, "TASK_STATE_", record.latest.state)
    why = f": {record.latest.reason}" if record.latest.reason else ""
    return f"{record.task.task_id} {state}{why}"


def finding_line(finding: types_pb2.Finding) -> str:
    phase = word(types_pb2.FindingPhase, "FINDING_PHASE_", finding.phase)
    return (
        f"{time_of(finding.last_seen)}  {phase:8}{finding.kind:10}{finding.confidence:4.0%}  "
        f"{place(finding.position)}  {vehicle(finding.source):6}{finding.reason}"
    )


def findings(found: Iterable[types_pb2.Finding], total: int) -> None:
    shown = list(found)
    for finding in shown:
        print(finding_line(finding))
    print(f"{len(shown)} of {total}")


def visits(found: Iterable[types_pb2.CheckpointVisit]) -> None:
    table = _table("arrived", "left", "beat", "checkpoint", "done", "task")
    for visit in found:
        table.add_row(
            time_of(visit.arrived), time_of(visit.left), visit.beat_id, visit.checkpoint_id,
            ", ".join(visit.actions_done), visit.task_id[:_SHORT],
        )  # fmt: skip
    console.print(table)
