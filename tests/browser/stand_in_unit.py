"""A stand-in of a patrol unit: no wheels, no rotors, no ROS; it only does what a test tells it.

Everything between it and the command centre is real: the unit's own link, outbox, inbox and
emergency-stop order, over mTLS. What it does not do by itself, a test says: where its vehicles
stand, which of them confirm a stop, how far a task is.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from comms.bridge.estop_order import EstopOrder
from comms.bridge.inbox import Inbox
from comms.bridge.link import Link, LinkSettings
from comms.bridge.outbox import Outbox
from comms.contracts.finding import Finding, FindingPhase
from comms.contracts.place import GeoPoint
from comms.contracts.task import TaskState, TaskUpdate, Vehicle
from comms.contracts.unit import CheckpointVisit, PreflightItem, VehicleState
from comms.security.credentials import client_credentials
from comms.security.identity import Role
from comms.wire import convert, link_pb2, types_pb2

TELEMETRY_HZ = 5.0


class StandInUnit:
    """One unit's end of the link. `vehicles` is what its telemetry says, changed by `place`."""

    def __init__(self, unit_id: str, centre: str, pki: Path, folder: Path) -> None:
        self.unit_id, self.centre, self.pki, self.folder = unit_id, centre, pki, folder
        self.vehicles: dict[Vehicle, VehicleState] = {}
        #: True confirms a stop, False does not answer, words refuse it.
        self.confirms: dict[Vehicle, bool | str] = dict.fromkeys(Vehicle, True)
        self.silent: set[Vehicle] = set()  # of these the unit says nothing
        self.sent_telemetry = 0
        self.received: Counter[str] = Counter()
        self.tasks: dict[str, types_pb2.Task] = {}
        self.changes: list[link_pb2.FlightChange] = []
        self.weathers: list[link_pb2.Weather] = []
        self.photos: list[link_pb2.PhotoWish] = []
        self.controls: list[link_pb2.TaskControl] = []
        self.stops: list[tuple[float, link_pb2.Stop]] = []
        self._inbox = Inbox(folder / "inbox.sqlite")
        self._outbox = Outbox(folder / "outbox.sqlite", on_stored=self._wake)
        self._link: Link | None = None
        self._order: EstopOrder | None = None
        self._alive = True
        self._revisions: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._run, name="stand-in unit", daemon=True)
        self._thread.start()
        self.restore_link()

    # The link.

    def restore_link(self) -> None:
        """Connect, and keep connecting until `cut_link`."""
        settings = LinkSettings(
            address=self.centre,
            hello=lambda: link_pb2.Hello(unit_id=self.unit_id, software="stand-in"),
            credentials=lambda: client_credentials(self.unit_id, Role.UNIT, self.pki),
            telemetry_hz=TELEMETRY_HZ,
            reconnect_first_s=0.2,
            reconnect_max_s=0.5,
        )
        self._link = Link(settings, self._outbox, self, self._telemetry, _now)
        self._link.start()

    def cut_link(self) -> None:
        """Be gone, as when the radio is."""
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def close(self) -> None:
        self.cut_link()
        self._alive = False
        self._thread.join(2)
        self._outbox.close()
        self._inbox.close()

    def _wake(self) -> None:
        if self._link is not None:
            self._link.wake()

    # What the centre asks; the link calls these.

    def task(self, wire: types_pb2.Task) -> link_pb2.TaskReceipt:
        self.received[wire.task_id] += 1
        if self._inbox.store(convert.task_from_wire(wire)):
            self.tasks[wire.task_id] = wire
        return link_pb2.TaskReceipt(task_id=wire.task_id, stored=True)

    def control(self, control: link_pb2.TaskControl) -> None:
        self.controls.append(control)
        if control.action == link_pb2.TaskControl.CANCEL:
            self.say(control.task_id, TaskState.CANCELLED, reason=f"asked by {control.actor}")

    def change(self, change: link_pb2.FlightChange) -> None:
        """Higher than 100 m is refused."""
        self.changes.append(change)
        receipt = link_pb2.ChangeReceipt(
            change_id=change.change_id,
            changed=change.height_m <= 100,
            detail="at most 100 m" if change.height_m > 100 else "done",
        )
        if self._link is not None:
            self._link.send_urgent(link_pb2.UnitMessage(change_receipt=receipt))

    def weather(self, weather: link_pb2.Weather) -> None:
        """Rain is refused."""
        self.weathers.append(weather)
        receipt = link_pb2.ChangeReceipt(
            change_id=weather.weather_id,
            changed=not weather.report.rain,
            detail="it hates rain" if weather.report.rain else "taken",
        )
        if self._link is not None:
            self._link.send_urgent(link_pb2.UnitMessage(change_receipt=receipt))

    def photo(self, photo: link_pb2.PhotoWish) -> None:
        """It has no camera."""
        self.photos.append(photo)
        receipt = link_pb2.ChangeReceipt(change_id=photo.photo_id, detail="there is no camera")
        if self._link is not None:
            self._link.send_urgent(link_pb2.UnitMessage(change_receipt=receipt))

    def stop(self, stop: link_pb2.Stop) -> None:
        now = time.monotonic()
        self.stops.append((now, stop))
        self._order = EstopOrder(stop.stop_id, stop.engage, stop.actor, stop.reason, now)

    def _run(self) -> None:
        """Carry an emergency stop to the vehicles that confirm, as the unit's bridge does."""
        while self._alive:
            time.sleep(0.05)
            order = self._order
            if order is None:
                continue
            for vehicle in order.to_call(list(self.vehicles), time.monotonic()):
                answer = self.confirms[vehicle]
                if isinstance(answer, str):
                    order.answered(vehicle, False, answer)
                elif answer:
                    order.answered(vehicle, True, "")
                    self.place(vehicle, estop=order.engage, speed_mps=0.0)
            news = order.news(list(self.vehicles), time.monotonic())
            link = self._link
            if news is not None and link is not None:
                receipt = link_pb2.StopReceipt(
                    stop_id=order.stop_id, effective=news.effective, detail=news.detail
                )
                link.send_urgent(link_pb2.UnitMessage(stop_receipt=receipt))
            if order.is_over(list(self.vehicles)) and self._order is order:
                self._order = None

    # What a test has it do.

    def place(self, vehicle: Vehicle, at: GeoPoint | None = None, **fields: Any) -> None:
        """Put a vehicle somewhere, or change what its telemetry says."""
        before = self.vehicles.get(vehicle)
        if before is None:
            assert at is not None, "a vehicle's first state needs a place"
            before = VehicleState(at=_now(), vehicle=vehicle, position=at, heading_rad=0.0)
        if at is not None:
            fields["position"] = at
        self.vehicles[vehicle] = before.model_copy(update=fields)

    def say(self, task_id: str, state: TaskState, **fields: Any) -> None:
        """Report a step of a task."""
        vehicle = convert.task_from_wire(self.tasks[task_id]).vehicle
        update = TaskUpdate(
            task_id=task_id, vehicle=vehicle, state=state, at=_now(),
            **{"actor": f"{self.unit_id}/{vehicle}", **fields},
        )  # fmt: skip
        self._inbox.note(update)
        record = link_pb2.Record(task_update=convert.update_to_wire(update))
        self._outbox.put(f"t/{task_id}/{state}/{update.at.timestamp()}", record)

    def find(self, finding_id: str, at: GeoPoint, **fields: Any) -> None:
        """Report a finding, or its next revision."""
        revision = self._revisions[finding_id]
        self._revisions[finding_id] += 1
        words = {
            "phase": FindingPhase.UPDATED if revision else FindingPhase.NEW,
            "kind": "person", "confidence": 0.8, "reason": "a person, seen in 5 frames",
            "source": Vehicle.ROBOT, "first_seen": _now(), "last_seen": _now(),
            "position_covariance": (0.25, 0.0, 0.0, 0.25), **fields,
        }  # fmt: skip
        finding = Finding(finding_id=finding_id, revision=revision, position=at, **words)
        record = link_pb2.Record(finding=convert.finding_to_wire(finding))
        self._outbox.put(f"f/{finding_id}/{revision}", record)

    def visit(self, task_id: str, checkpoint_id: str, at: GeoPoint, picture: bytes) -> None:
        """Report a visit on which a picture was taken."""
        now, visit_id = _now(), f"{task_id}-{checkpoint_id}"
        told = CheckpointVisit(
            visit_id=visit_id, task_id=task_id, beat_id="plaza", checkpoint_id=checkpoint_id,
            index=0, arrived=now, left=now, actions_done=("look_around", "picture"),
            position=at, picture_jpeg=picture,
        )  # fmt: skip
        self.report(f"v/{visit_id}", link_pb2.Record(visit=convert.visit_to_wire(told)))

    def report(self, key: str, record: link_pb2.Record) -> None:
        """Put a record into the outbox, as it is."""
        self._outbox.put(key, record)

    @property
    def waiting(self) -> int:
        """How many records the centre has not acknowledged, whether on the disk yet or not."""
        self._outbox.flush()
        return self._outbox.count()

    def new_task(self, before: set[str], within_s: float = 10.0) -> types_pb2.Task:
        """The one task that came since `before` (ids)."""
        until(lambda: set(self.tasks) - before, within_s)
        (task_id,) = set(self.tasks) - before
        return self.tasks[task_id]

    def _telemetry(self) -> list[types_pb2.VehicleState]:
        self.sent_telemetry += 1
        states = [s for v, s in list(self.vehicles.items()) if v not in self.silent]
        return [convert.vehicle_to_wire(s.model_copy(update={"at": _now()})) for s in states]


GREEN = (PreflightItem(name="link", ok=True, detail="heard 0.2 s ago"),
         PreflightItem(name="battery", ok=True, detail="92 %"))  # fmt: skip


def until(what: Callable[[], Any], within_s: float = 10.0) -> Any:
    """Wait until `what()` is true and return it; fail with its last value."""
    end = time.monotonic() + within_s
    while not (value := what()):
        assert time.monotonic() < end, f"not within {within_s} s; the last value was {value!r}"
        time.sleep(0.02)
    return value


def _now() -> datetime:
    return datetime.now(UTC)
