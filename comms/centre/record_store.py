"""Records of the units (findings, task steps, visits) in the store, each exactly once.

A batch from many units is one transaction. How far each outbox is stored is written in the same
transaction, so a repeat after any crash changes nothing; (finding, revision) and visit ids are
unique besides, for a unit whose outbox was lost and which sends the same under new numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, tuple_
from sqlalchemy.dialects.sqlite import insert as insert_or

from comms.centre import task_store
from comms.centre.schema import finding_heads, findings, outboxes, pictures, refused, visits
from comms.centre.store import to_us
from comms.contracts.errors import ContractError
from comms.contracts.finding import FindingPhase
from comms.wire import centre_pb2, convert, link_pb2, types_pb2

_KEYS_PER_QUERY = 400


@dataclass(frozen=True)
class Incoming:
    """One record of one unit's outbox."""

    unit_id: str
    outbox_id: str
    record: link_pb2.Record


@dataclass
class Stored:
    """What a batch changed: what to acknowledge and what to tell the watchers."""

    stored_seq: dict[tuple[str, str], int] = field(default_factory=dict)
    events: list[centre_pb2.Event] = field(default_factory=list)
    refused: list[tuple[Incoming, str]] = field(default_factory=list)


def stored_seq(connection: Connection, unit_id: str, outbox_id: str) -> int:
    """Everything of this outbox up to here is stored; 0 for an outbox never heard of."""
    found = connection.scalar(
        select(outboxes.c.stored_seq).where(
            outboxes.c.unit_id == unit_id, outboxes.c.outbox_id == outbox_id
        )
    )
    return int(found or 0)


def store_batch(connection: Connection, batch: Sequence[Incoming]) -> Stored:
    """Store a batch; records of one outbox must come in the order of their numbers."""
    return _Batch(connection).store(batch)


class _Batch:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.now_us = to_us(datetime.now(UTC))
        self.rows: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("findings", "heads", "pictures", "visits", "refused")
        }
        self.heads: dict[tuple[str, str], types_pb2.Finding] = {}
        self.changed_tasks: dict[str, None] = {}
        self.new_visits: dict[tuple[str, str], types_pb2.CheckpointVisit] = {}
        self.out = Stored()

    def store(self, batch: Sequence[Incoming]) -> Stored:
        known = self._stored_seqs(batch)
        for item in batch:
            key = (item.unit_id, item.outbox_id)
            if item.record.seq <= known[key]:
                continue
            known[key] = item.record.seq
            try:
                self._take(item)
            except ContractError as error:
                self._refuse(item, str(error))
        self.out.stored_seq = known
        self._write(known)
        return self.out

    def _stored_seqs(self, batch: Sequence[Incoming]) -> dict[tuple[str, str], int]:
        keys = {(item.unit_id, item.outbox_id) for item in batch}
        return {key: stored_seq(self.connection, *key) for key in keys}

    def _take(self, item: Incoming) -> None:
        body = item.record.WhichOneof("body")
        if body == "finding":
            self._take_finding(item.unit_id, item.record.finding)
        elif body == "task_update":
            self._take_update(item.unit_id, item.record.task_update)
        elif body == "visit":
            self._take_visit(item.unit_id, item.record.visit)
        else:
            raise ContractError("a record of a kind that this version does not know")

    def _take_finding(self, unit_id: str, wire: types_pb2.Finding) -> None:
        finding = convert.finding_from_wire(wire)
        base = {"unit_id": unit_id, "finding_id": finding.finding_id, "revision": finding.revision}
        if finding.snapshot_jpeg:
            self.rows["pictures"].append({**base, "jpeg": finding.snapshot_jpeg})
        slim = types_pb2.Finding()
        slim.CopyFrom(wire)
        slim.ClearField("snapshot_jpeg")
        slim.unit_id = unit_id
        self.rows["findings"].append(
            {**base, "stored_us": self.now_us, "body": slim.SerializeToString()}
        )
        key = (unit_id, finding.finding_id)
        if key not in self.heads or self.heads[key].revision < finding.revision:
            self.heads[key] = slim

    def _take_update(self, unit_id: str, wire: types_pb2.TaskUpdate) -> None:
        step = convert.update_from_wire(wire)
        entry = task_store.load(self.connection, step.task_id)
        if entry is None or entry.task.unit_id != unit_id:
            raise ContractError(f"the unit has no task {step.task_id!r}")
        if task_store.advance(self.connection, step):
            self.changed_tasks[step.task_id] = None

    def _take_visit(self, unit_id: str, wire: types_pb2.CheckpointVisit) -> None:
        visit = convert.visit_from_wire(wire)
        slim = types_pb2.CheckpointVisit()
        slim.CopyFrom(wire)
        slim.ClearField("picture_jpeg")
        slim.unit_id = unit_id
        self.rows["visits"].append(
            {
                "unit_id": unit_id,
                "visit_id": visit.visit_id,
                "task_id": visit.task_id,
                "arrived_us": to_us(visit.arrived),
                "body": slim.SerializeToString(),
                "picture": visit.picture_jpeg,
            }
        )
        self.new_visits[(unit_id, visit.visit_id)] = slim

    def _refuse(self, item: Incoming, why: str) -> None:
        self.out.refused.append((item, why))
        self.rows["refused"].append(
            {
                "unit_id": item.unit_id,
                "outbox_id": item.outbox_id,
                "seq": item.record.seq,
                "why": why,
                "at_us": self.now_us,
                "body": item.record.SerializeToString(),
            }
        )

    def _write(self, known: dict[tuple[str, str], int]) -> None:
        self._drop_known_visits()
        self._write_heads()
        for name, table in (("findings", findings), ("pictures", pictures), ("visits", visits)):
            if self.rows[name]:
                statement = insert_or(table).on_conflict_do_nothing()
                self.connection.execute(statement, self.rows[name])
        if self.rows["refused"]:
            self.connection.execute(insert(refused), self.rows["refused"])
        for (unit_id, outbox_id), seq in known.items():
            statement = insert_or(outboxes).values(
                unit_id=unit_id, outbox_id=outbox_id, stored_seq=seq
            )
            self.connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["unit_id", "outbox_id"], set_={"stored_seq": seq}
                )
            )
        for task_id in self.changed_tasks:
            record = task_store.record_of(self.connection, task_id)
            self.out.events.append(centre_pb2.Event(task=record))
        for visit in self.new_visits.values():
            self.out.events.append(centre_pb2.Event(visit=visit))

    def _write_heads(self) -> None:
        """Replace the head of each finding of which a newer revision came."""
        present: dict[tuple[str, str], int] = {}
        for keys in _pieces(self.heads):
            query = select(
                finding_heads.c.unit_id, finding_heads.c.finding_id, finding_heads.c.revision
            ).where(tuple_(finding_heads.c.unit_id, finding_heads.c.finding_id).in_(keys))
            present.update(
                {(r.unit_id, r.finding_id): r.revision for r in self.connection.execute(query)}
            )
        rows = []
        for (unit_id, finding_id), wire in self.heads.items():
            if present.get((unit_id, finding_id), -1) >= wire.revision:
                continue
            ended = convert.word_to_wire(FindingPhase.ENDED)
            rows.append(
                {
                    "unit_id": unit_id,
                    "finding_id": finding_id,
                    "revision": wire.revision,
                    "live": wire.phase != ended,
                    "last_seen_us": to_us(convert.time_from_wire(wire.last_seen)),
                    "body": wire.SerializeToString(),
                }
            )
            self.out.events.append(centre_pb2.Event(finding=wire))
        if rows:
            statement = insert_or(finding_heads)
            columns = ("revision", "live", "last_seen_us", "body")
            self.connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["unit_id", "finding_id"],
                    set_={name: statement.excluded[name] for name in columns},
                ),
                rows,
            )

    def _drop_known_visits(self) -> None:
        """A visit that is stored already is no news."""
        for keys in _pieces(self.new_visits):
            query = select(visits.c.unit_id, visits.c.visit_id).where(
                tuple_(visits.c.unit_id, visits.c.visit_id).in_(keys)
            )
            for row in self.connection.execute(query):
                self.new_visits.pop((row.unit_id, row.visit_id), None)


def _pieces(keys: Iterable[tuple[str, str]]) -> Iterable[list[tuple[str, str]]]:
    every = list(keys)
    for start in range(0, len(every), _KEYS_PER_QUERY):
        yield every[start : start + _KEYS_PER_QUERY]
