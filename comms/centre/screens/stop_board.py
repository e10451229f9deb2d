"""What became of each emergency stop: who confirmed it, when, and who did not.

An order goes to a unit, a unit has several vehicles, and each of them confirms for itself: in its
telemetry, or all together in the unit's receipt. Kept for all pages, so that a second browser shows
the same.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from comms.wire import centre_pb2 as pb

#: A vehicle that has not confirmed by then is shown as one that did not.
CONFIRMED_WITHIN_S = 2.5


class Confirmed(StrEnum):
    """How far one vehicle is with a stop. The words of the screens are `stop_<value>`."""

    YES = "confirmed"
    WAITING = "waiting"
    NO = "missing"


@dataclass(frozen=True)
class VehicleStop:
    """`at`: when it was confirmed (UTC)."""

    vehicle: int
    confirmed: Confirmed
    at: datetime | None = None


@dataclass(frozen=True)
class UnitStop:
    """What to show of one unit. `detail`: the unit's own words when it could not do it all."""

    unit_id: str
    vehicles: tuple[VehicleStop, ...]
    releasing: bool
    connected: bool
    detail: str = ""

    @property
    def worst(self) -> Confirmed:
        states = {v.confirmed for v in self.vehicles} or {Confirmed.NO}
        return next(s for s in (Confirmed.NO, Confirmed.WAITING, Confirmed.YES) if s in states)


@dataclass
class _Order:
    engage: bool
    since: float
    stop_id: str = ""
    effective_at: datetime | None = None
    failed: bool = False
    detail: str = ""
    was_on: set[int] = field(default_factory=set)


class StopBoard:
    """The newest order of each unit, and the vehicles whose stop is on."""

    def __init__(self) -> None:
        self.revision = 0
        self._orders: dict[str, _Order] = {}
        self._last: dict[str, pb.StopConfirmation] = {}
        self._ours: deque[str] = deque(maxlen=1000)
        self._on_since: dict[str, dict[int, datetime]] = {}

    def pressed(self, units: Sequence[str], *, engage: bool) -> None:
        """Somebody pressed the button: it shows at once, before anything has answered."""
        for unit_id in units:
            self._orders[unit_id] = _Order(engage, time.monotonic())
        self.revision += 1

    def taken(self, units: Sequence[str], stop_id: str) -> None:
        """The centre has the order, under this id. What came before this answer counts too."""
        self._ours.append(stop_id)
        for unit_id in units:
            order = self._orders.get(unit_id)
            if order is not None:
                order.stop_id = stop_id
            last = self._last.get(unit_id)
            if last is not None and last.stop_id == stop_id:
                self.confirmation(last)
        self.revision += 1

    def confirmation(self, told: pb.StopConfirmation) -> None:
        """A unit's receipt. An order that came from elsewhere (a terminal) is taken up here."""
        self._last[told.unit_id] = told
        order = self._orders.get(told.unit_id)
        if order is not None and order.stop_id != told.stop_id:
            if order.stop_id == "" or told.stop_id in self._ours:
                return  # `taken` comes back to it, or it is about an older order
            order = None
        if order is None:
            order = self._orders[told.unit_id] = _Order(told.engaged, time.monotonic())
        order.stop_id = told.stop_id
        order.failed = not told.effective
        order.detail = "" if told.effective else _refusals(told.detail)
        order.effective_at = datetime.now(UTC) if told.effective else None
        if told.effective and not told.engaged:
            del self._orders[told.unit_id]
        self.revision += 1

    def telemetry(self, unit: pb.Unit) -> None:
        """What the vehicles themselves say."""
        before = self._on_since.get(unit.unit_id, {})
        on: dict[int, datetime] = {
            state.vehicle: before.get(state.vehicle) or datetime.now(UTC)
            for state in unit.vehicles
            if state.estop
        }
        order = self._orders.get(unit.unit_id)
        if order is not None and order.engage:
            order.was_on |= on.keys()
            if order.effective_at and order.was_on and not on:
                del self._orders[unit.unit_id]  # released, here or at the unit
        if on != before:
            self._on_since[unit.unit_id] = on
            self.revision += 1

    def of(self, unit: pb.Unit) -> UnitStop | None:
        """What to show of `unit`'s stop; None when it is not stopped and nobody wants it to be."""
        order = self._orders.get(unit.unit_id)
        on = self._on_since.get(unit.unit_id, {})
        if order is None or not order.engage:
            if not on:
                return None
            stopped = tuple(VehicleStop(v, Confirmed.YES, at) for v, at in sorted(on.items()))
            detail = order.detail if order else ""
            releasing = order is not None and not order.failed
            return UnitStop(unit.unit_id, stopped, releasing, unit.connected, detail)
        late = not unit.connected or time.monotonic() - order.since > CONFIRMED_WITHIN_S
        vehicles = []
        for state in unit.vehicles:
            at = on.get(state.vehicle) or order.effective_at
            if at is not None:
                vehicles.append(VehicleStop(state.vehicle, Confirmed.YES, at))
            else:
                missing = Confirmed.NO if late or order.failed else Confirmed.WAITING
                vehicles.append(VehicleStop(state.vehicle, missing))
        return UnitStop(unit.unit_id, tuple(vehicles), False, unit.connected, order.detail)


def _refusals(detail: str) -> str:
    """What vehicles say themselves. That one does not answer, the screen says in its own words."""
    return "; ".join(part for part in detail.split("; ") if " says: " in part)
