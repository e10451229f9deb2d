"""Which units there are, which of them are connected, and where their vehicles are now.

Held in memory by one owner, the centre's event loop; what must outlive the process goes to the
store.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from comms.centre.errors import NotFoundError
from comms.centre.unit_connection import UnitConnection
from comms.wire import centre_pb2, convert, link_pb2


class Situation:
    """The units as they are known now."""

    def __init__(self, known: Iterable[centre_pb2.Unit] = ()) -> None:
        self._units = {unit.unit_id: unit for unit in known}
        self._connections: dict[str, UnitConnection] = {}

    def unit(self, unit_id: str) -> centre_pb2.Unit | None:
        return self._units.get(unit_id)

    def known(self, unit_id: str) -> centre_pb2.Unit:
        """Raises NotFoundError."""
        unit = self.unit(unit_id)
        if unit is None:
            raise NotFoundError(f"there is no unit {unit_id!r}")
        return unit

    def units(self) -> list[centre_pb2.Unit]:
        """All units, by id."""
        return [self._units[unit_id] for unit_id in sorted(self._units)]

    def connection(self, unit_id: str) -> UnitConnection | None:
        return self._connections.get(unit_id)

    def connections(self) -> list[UnitConnection]:
        return list(self._connections.values())

    def connected(self, connection: UnitConnection, hello: link_pb2.Hello) -> centre_pb2.Unit:
        """A unit opened its stream; an older stream of the same unit is closed."""
        older = self._connections.get(connection.unit_id)
        if older is not None:
            older.close("the unit opened another stream")
        self._connections[connection.unit_id] = connection
        unit = self._units.setdefault(
            connection.unit_id, centre_pb2.Unit(unit_id=connection.unit_id)
        )
        unit.site_id = hello.site_id
        unit.beat_ids[:] = hello.beat_ids
        unit.connected = True
        self._heard(unit)
        return unit

    def disconnected(self, connection: UnitConnection) -> centre_pb2.Unit | None:
        """The stream ended. None when a newer stream of the unit has taken its place."""
        if self._connections.get(connection.unit_id) is not connection:
            return None
        del self._connections[connection.unit_id]
        unit = self._units[connection.unit_id]
        unit.connected = False
        return unit

    def telemetry(self, unit_id: str, telemetry: link_pb2.Telemetry) -> centre_pb2.Unit:
        """Take the newest states of a unit's vehicles; a vehicle that is not named keeps its last.

        Raises ContractError, and changes nothing, when a state makes no sense.
        """
        for state in telemetry.vehicles:
            convert.vehicle_from_wire(state)
        unit = self._units[unit_id]
        told = {state.vehicle: state for state in telemetry.vehicles}
        kept = [state for state in unit.vehicles if state.vehicle not in told]
        states = sorted([*kept, *told.values()], key=lambda state: state.vehicle)
        del unit.vehicles[:]
        unit.vehicles.extend(states)
        self._heard(unit)
        return unit

    def heard(self, unit_id: str) -> None:
        """A sign of life that changes nothing else."""
        self._heard(self._units[unit_id])

    def _heard(self, unit: centre_pb2.Unit) -> None:
        unit.last_word.CopyFrom(convert.time_to_wire(datetime.now(UTC)))


def copy_of(unit: centre_pb2.Unit) -> centre_pb2.Unit:
    """The unit as it is now, for another thread."""
    copy = centre_pb2.Unit()
    copy.CopyFrom(unit)
    return copy


def unit_event(unit: centre_pb2.Unit) -> centre_pb2.Event:
    """An event with a copy of the unit, so that what waits for a watcher does not change."""
    event = centre_pb2.Event()
    event.unit.CopyFrom(unit)
    return event
