"""Units, stops, and what people ask for, in the store. Each function runs in a transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from comms.centre.schema import NEWEST_FIRST, finding_heads, pictures, stops, units, visits
from comms.centre.store import from_us, to_us
from comms.wire import centre_pb2, convert, link_pb2, types_pb2


def remember_unit(connection: Connection, unit: centre_pb2.Unit) -> None:
    """Store a unit as it was last heard of."""
    last_word = (
        to_us(convert.time_from_wire(unit.last_word)) if unit.HasField("last_word") else None
    )
    values = {
        "site_id": unit.site_id,
        "beat_ids": json.dumps(list(unit.beat_ids)),
        "last_word_us": last_word,
        "telemetry": link_pb2.Telemetry(vehicles=unit.vehicles).SerializeToString(),
    }
    statement = insert_or(units).values(unit_id=unit.unit_id, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["unit_id"], set_=values))


def known_units(connection: Connection) -> list[centre_pb2.Unit]:
    """Every unit that was ever connected, none of them marked as connected."""
    found = []
    for row in connection.execute(select(units).order_by(units.c.unit_id)):
        unit = centre_pb2.Unit(
            unit_id=row.unit_id,
            site_id=row.site_id,
            beat_ids=json.loads(row.beat_ids),
            vehicles=link_pb2.Telemetry.FromString(row.telemetry).vehicles,
        )
        if row.last_word_us is not None:
            unit.last_word.CopyFrom(convert.time_to_wire(from_us(row.last_word_us)))
        found.append(unit)
    return found


@dataclass(frozen=True)
class StopOrder:
    """One e-stop, or its release, to one unit."""

    stop_id: str
    unit_id: str
    engage: bool
    actor: str
    reason: str
    at: datetime


def remember_stops(connection: Connection, orders: Sequence[StopOrder]) -> None:
    rows = [
        {
            "stop_id": stop.stop_id,
            "unit_id": stop.unit_id,
            "engage": stop.engage,
            "actor": stop.actor,
            "reason": stop.reason,
            "at_us": to_us(stop.at),
            "effective": False,
            "detail": "",
        }
        for stop in orders
    ]
    if rows:
        connection.execute(insert(stops), rows)


def confirm_stop(
    connection: Connection, unit_id: str, stop_id: str, effective: bool, detail: str
) -> StopOrder | None:
    """Note what the unit says about a stop. None when this unit was sent no such stop."""
    mine = (stops.c.stop_id == stop_id) & (stops.c.unit_id == unit_id)
    row = connection.execute(select(stops).where(mine)).first()
    if row is None:
        return None
    connection.execute(update(stops).where(mine).values(effective=effective, detail=detail))
    return StopOrder(stop_id, unit_id, row.engage, row.actor, row.reason, from_us(row.at_us))


def unconfirmed_stop(connection: Connection, unit_id: str) -> StopOrder | None:
    """The unit's newest stop or release, if it has not taken effect yet."""
    query = select(stops).where(stops.c.unit_id == unit_id).order_by(NEWEST_FIRST).limit(1)
    row = connection.execute(query).first()
    if row is None or row.effective:
        return None
    return StopOrder(row.stop_id, unit_id, row.engage, row.actor, row.reason, from_us(row.at_us))


def list_findings(
    connection: Connection, unit_id: str, live_only: bool, limit: int
) -> tuple[list[types_pb2.Finding], int]:
    """Newest revisions, last seen first, and how many findings match in all."""
    conditions = []
    if unit_id:
        conditions.append(finding_heads.c.unit_id == unit_id)
    if live_only:
        conditions.append(finding_heads.c.live)
    total = connection.scalar(select(func.count()).select_from(finding_heads).where(*conditions))
    query = (
        select(finding_heads.c.body)
        .where(*conditions)
        .order_by(finding_heads.c.last_seen_us.desc())
        .limit(limit)
    )
    found = [types_pb2.Finding.FromString(body) for body in connection.scalars(query)]
    return found, int(total or 0)


def newest_picture(connection: Connection, finding_id: str) -> bytes | None:
    query = (
        select(pictures.c.jpeg)
        .where(pictures.c.finding_id == finding_id)
        .order_by(pictures.c.revision.desc())
        .limit(1)
    )
    return connection.scalar(query)


def visit_picture(connection: Connection, visit_id: str) -> bytes | None:
    """The picture that was taken on a visit; None where none was."""
    query = select(visits.c.picture).where(visits.c.visit_id == visit_id).limit(1)
    return connection.scalar(query) or None


def list_visits(
    connection: Connection, unit_id: str, task_id: str, limit: int
) -> list[types_pb2.CheckpointVisit]:
    """Visits in the order of arrival, without pictures; the newest `limit` of them."""
    query = select(visits.c.body).order_by(visits.c.arrived_us.desc()).limit(limit)
    if unit_id:
        query = query.where(visits.c.unit_id == unit_id)
    if task_id:
        query = query.where(visits.c.task_id == task_id)
    found = [types_pb2.CheckpointVisit.FromString(body) for body in connection.scalars(query)]
    return found[::-1]
