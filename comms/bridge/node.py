"""The bridge: what the unit finds, does and is goes to the command centre; its tasks come down.

Three threads that never wait for each other: ROS callbacks here, the outbox's writer, and the
link's event loop. What the link brings is put on a queue, and a guard condition wakes the ROS
thread.
"""

from __future__ import annotations

import fcntl
import math
import queue
import sqlite3
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from patrol_interfaces import msg as ros
from patrol_interfaces import srv as ros_srv
from rclpy.clock import Clock, ClockType
from rclpy.node import Node

from comms.bridge.config import BridgeConfig, UnitName
from comms.bridge.dispatcher import (
    CancelGoal,
    Dispatcher,
    Order,
    Report,
    SendGoal,
    SetPause,
    deadline_in_unit_time,
)
from comms.bridge.estop_order import EstopOrder
from comms.bridge.inbox import Inbox
from comms.bridge.link import Link, LinkSettings
from comms.bridge.outbox import Outbox
from comms.bridge.vehicle_client import VehicleClient
from comms.contracts.beat_reader import read_beats
from comms.contracts.config import load_section
from comms.contracts.errors import ContractError
from comms.contracts.site_reader import read_site
from comms.contracts.task import TaskState, TaskUpdate, Vehicle
from comms.contracts.unit import VehicleState
from comms.logs import get_logger
from comms.ros import conversions
from comms.ros.qos import LATCHED, RECORDS, RELIABLE
from comms.ros.run import run_node
from comms.security.credentials import client_credentials, pki_dir
from comms.security.identity import Role
from comms.state_dir import state_dir
from comms.wire import convert, link_pb2, types_pb2

SOFTWARE = "patrol 0.1.0"
STEP_EVERY_S = 1.0
ESTOP_EVERY_S = 0.1


class UnitBridge(Node):
    """The ROS side of the bridge, and the owner of outbox, inbox and link."""

    def __init__(self) -> None:
        super().__init__("unit_bridge")
        self._log = get_logger()
        for name in ("unit_config", "site_file", "beats_dir", "centre_address"):
            self.declare_parameter(name, "")
        path = str(self.get_parameter("unit_config").value)
        self.config = load_section(path, "bridge", BridgeConfig)
        address = str(self.get_parameter("centre_address").value)
        if address:  # a launch argument, before what the file says
            self.config = self.config.model_copy(update={"centre": address})
        self.unit_id = load_section(path, "unit", UnitName).unit_id
        folder = Path(self.config.state_dir or state_dir() / "bridge" / self.unit_id)
        self._lock = _lock_folder(folder)
        self._closed = False
        self._inbox = Inbox(folder / "inbox.sqlite")
        self._outbox = Outbox(
            folder / "outbox.sqlite",
            max_bytes=int(self.config.outbox_max_mb * 1e6),
            on_stored=lambda: self._link.wake(),
        )
        self._states: dict[Vehicle, VehicleState] = {}
        self._preflight: tuple[Any, ...] = ()
        self._site_id, self._beat_ids = self._read_site()
        self._link = Link(
            self._link_settings(), self._outbox, self, self._telemetry, self._unit_now
        )
        self._dispatcher = Dispatcher(
            self._inbox,
            unit_now=self._unit_now,
            centre_now=lambda: self._unit_now() + self._link.clock_offset,
            link_loss_after_s=self.config.link_loss_after_s,
        )
        self._estop: EstopOrder | None = None
        self._events: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._wake_ros = self.create_guard_condition(self._take_events)
        self._executors = {
            vehicle: VehicleClient(self, vehicle, self._on_answer, self._on_end)
            for vehicle in Vehicle
        }
        self._subscribe()
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(STEP_EVERY_S, self._step, clock=steady)
        self.create_timer(ESTOP_EVERY_S, self._step_estop, clock=steady)
        self._link.start()
        self._log.info(
            "unit_bridge_up",
            unit=self.unit_id,
            centre=self.config.centre,
            waiting=self._outbox.count(),
        )

    # What the link asks, in its threads.

    def task(self, wire: types_pb2.Task) -> link_pb2.TaskReceipt:
        """A task of the centre: on the disk before it is acknowledged, or refused with why."""
        try:
            task = convert.task_from_wire(wire)
            if task.unit_id != self.unit_id:
                raise ContractError(f"the task is for {task.unit_id!r}, this is {self.unit_id!r}")
            task.check()
            if task.needs_approval and task.approval is None:
                raise ContractError("a drone flies only with a person's approval")
        except ContractError as error:
            self._log.warning("task_refused", task_id=wire.task_id, why=str(error))
            return link_pb2.TaskReceipt(task_id=wire.task_id, stored=False, why_not=str(error))
        if self._inbox.store(task):
            self._log.info("task_stored", task_id=task.task_id, kind=task.kind.value)
        self._in_ros(self._step)
        return link_pb2.TaskReceipt(task_id=wire.task_id, stored=True)

    def control(self, control: link_pb2.TaskControl) -> None:
        wanted = {
            link_pb2.TaskControl.CANCEL: "cancel",
            link_pb2.TaskControl.PAUSE: "pause",
            link_pb2.TaskControl.RESUME: "resume",
        }.get(control.action)
        entry = self._inbox.get(control.task_id)
        if wanted is None or entry is None or entry.state.is_final:
            self._log.warning("control_ignored", task_id=control.task_id, action=control.action)
            return
        self._inbox.want(control.task_id, wanted, control.actor, control.reason)
        self._in_ros(self._step)

    def change(self, change: link_pb2.FlightChange) -> None:
        request = ros_srv.ChangeFlight.Request(
            task_id=change.task_id,
            skip=change.skip,
            height_m=change.height_m if change.HasField("height_m") else 0.0,
            speed_mps=change.speed_mps if change.HasField("speed_mps") else 0.0,
            who=change.actor,
        )
        done = self._answer_to(change.change_id)
        self._in_ros(lambda: self._executors[Vehicle.DRONE].change(request, done))

    def weather(self, weather: link_pb2.Weather) -> None:
        report = weather.report

        def number(name: str) -> float:
            return getattr(report, name) if report.HasField(name) else math.nan

        request = ros_srv.TellWeather.Request(
            wind_mps=number("wind_mps"),
            gust_mps=number("gust_mps"),
            from_deg=number("from_deg"),
            visibility_m=number("visibility_m"),
            rain=report.rain,
            who=weather.actor,
        )
        done = self._answer_to(weather.weather_id)
        self._in_ros(lambda: self._executors[Vehicle.DRONE].tell_weather(request, done))

    def photo(self, photo: link_pb2.PhotoWish) -> None:
        request, done = ros_srv.TakePhoto.Request(who=photo.actor), self._answer_to(photo.photo_id)
        self._in_ros(lambda: self._executors[Vehicle.DRONE].take_photo(request, done))

    def _answer_to(self, ask_id: str) -> Callable[[bool, str], None]:
        def done(changed: bool, detail: str) -> None:
            receipt = link_pb2.ChangeReceipt(change_id=ask_id, changed=changed, detail=detail)
            self._link.send_urgent(link_pb2.UnitMessage(change_receipt=receipt))

        return done

    def stop(self, stop: link_pb2.Stop) -> None:
        order = EstopOrder(stop.stop_id, stop.engage, stop.actor, stop.reason, time.monotonic())

        def begin() -> None:
            if self._estop is None or self._estop.stop_id != order.stop_id:
                self._log.warning("estop", engage=order.engage, actor=order.actor)
            self._estop = order
            self._step_estop()

        self._in_ros(begin)

    # What ROS brings, in its thread.

    def _subscribe(self) -> None:
        wanted: list[tuple[Any, str, Callable[[Any], None], Any]] = [
            (ros.Finding, "/findings", self._on_finding, RECORDS),
            (ros.CheckpointVisit, "/robot/visits", self._on_visit, RECORDS),
            (ros.PreflightReport, "/drone/preflight", self._on_preflight, LATCHED),
        ]
        for vehicle in Vehicle:
            wanted += [
                (ros.TaskState, f"/{vehicle}/task_states", self._on_task_state, RECORDS),
                (ros.UnitState, f"/{vehicle}/unit_state", self._on_unit_state, RELIABLE),
            ]
        for kind, topic, callback, qos in wanted:
            self.create_subscription(kind, topic, self._clearly(topic, callback), qos)

    def _clearly(self, topic: str, callback: Callable[[Any], None]) -> Callable[[Any], None]:
        """A message that makes no sense is refused with one sentence and harms nobody."""

        def guarded(message: Any) -> None:
            try:
                callback(message)
            except ContractError as error:
                self._log.error("message_refused", topic=topic, why=str(error))

        return guarded

    def _on_finding(self, message: Any) -> None:
        finding = conversions.finding_from_ros(message)
        record = link_pb2.Record(finding=convert.finding_to_wire(finding))
        self._outbox.put(f"f/{finding.finding_id}/{finding.revision}", record)

    def _on_visit(self, message: Any) -> None:
        visit = conversions.visit_from_ros(message)
        record = link_pb2.Record(visit=convert.visit_to_wire(visit))
        self._outbox.put(f"v/{visit.visit_id}", record)

    def _on_task_state(self, message: Any) -> None:
        update = conversions.update_from_ros(message)
        entry = self._inbox.get(update.task_id)
        if entry is not None and update.state is TaskState.CANCELLED and entry.wanted == "cancel":
            asked = f"asked by {entry.wanted_by}: {entry.wanted_why}".rstrip(": ")
            reason = f"{update.reason} ({asked})" if update.reason else asked
            update = update.model_copy(update={"reason": reason})
        self._report(update)

    def _report(self, update: TaskUpdate) -> None:
        """A step of a task: first into the outbox, and only then into the inbox, so that a crash
        in between repeats it and never loses it.
        """
        entry = self._inbox.get(update.task_id)
        if entry is None or entry.local:
            self._inbox.note(update)
            return
        only_progress = update.state is entry.state and update.checkpoint == entry.checkpoint
        if only_progress and self._link.down_s > 0:
            return  # nobody looks; hours without a link shall not fill the disk with it
        key = f"t/{update.task_id}/{update.state}/{convert.time_to_wire(update.at).ToNanoseconds()}"

        def then() -> None:
            if self._inbox.note(update) and not only_progress:
                self._in_ros(self._step)

        self._outbox.put(key, link_pb2.Record(task_update=convert.update_to_wire(update)), then)

    def _on_unit_state(self, message: Any) -> None:
        state = conversions.vehicle_from_ros(message)
        self._states[state.vehicle] = state
        self._dispatcher.vehicle_reports(state.vehicle, state.task_id, time.monotonic())

    def _on_preflight(self, message: Any) -> None:
        self._preflight = conversions.preflight_from_ros(message)

    def _on_answer(self, task_id: str, accepted: bool) -> None:
        self._carry_out(self._dispatcher.goal_answered(task_id, accepted, time.monotonic()))
        self._step()

    def _on_end(self, task_id: str, state: str, reason: str) -> None:
        self._log.info("goal_ended", task_id=task_id, state=state, reason=reason)
        self._dispatcher.goal_ended(task_id, state, reason, time.monotonic())

    def _step(self) -> None:
        self._carry_out(self._dispatcher.step(time.monotonic(), self._link.down_s))

    def _carry_out(self, orders: list[Order]) -> None:
        for order in orders:
            if isinstance(order, Report):
                self._report(order.update)
                continue
            client = self._executors[order.task.vehicle]
            if isinstance(order, SendGoal):
                task = deadline_in_unit_time(order.task, self._link.clock_offset)
                if not client.send(task, order.start_checkpoint):
                    self._dispatcher.goal_lost(task.task_id)
            elif isinstance(order, CancelGoal):
                client.cancel(order.task.task_id)
            elif isinstance(order, SetPause):
                client.set_paused(order.paused)

    def _step_estop(self) -> None:
        order = self._estop
        if order is None:
            return
        now = time.monotonic()
        present = [v for v, client in self._executors.items() if client.has_estop]
        for vehicle in order.to_call(present, now):
            done = partial(self._on_estop, order, vehicle)
            self._executors[vehicle].set_estop(order.engage, order.actor, order.reason, done)
        self._tell_estop(order, now)

    def _on_estop(self, order: EstopOrder, vehicle: Vehicle, success: bool, message: str) -> None:
        order.answered(vehicle, success, message)
        self._tell_estop(order, time.monotonic())

    def _tell_estop(self, order: EstopOrder, now: float) -> None:
        expected = [
            v for v, client in self._executors.items() if v in self._states or client.has_estop
        ]
        news = order.news(expected, now)
        if news is not None:
            receipt = link_pb2.StopReceipt(
                stop_id=order.stop_id, effective=news.effective, detail=news.detail
            )
            self._link.send_urgent(link_pb2.UnitMessage(stop_receipt=receipt))
            self._log.warning("estop_told", effective=news.effective, detail=news.detail)
        if order.is_over(expected) and self._estop is order:
            self._estop = None

    # Between the threads.

    def _in_ros(self, work: Callable[[], None]) -> None:
        """Have `work` done in the ROS thread. Any thread."""
        self._events.put(work)
        if not self._closed:
            self._wake_ros.trigger()

    def _take_events(self) -> None:
        # A wake-up may stand for several events, and several for one: take what is there.
        pending = []
        while not self._events.empty():
            pending.append(self._events.get())
        for work in dict.fromkeys(pending):
            work()

    def _unit_now(self) -> datetime:
        return conversions.nanoseconds_to_datetime(self.get_clock().now().nanoseconds)

    def _telemetry(self) -> list[types_pb2.VehicleState]:
        states = []
        for state in list(self._states.values()):
            if state.vehicle is Vehicle.DRONE:
                state = state.model_copy(update={"preflight": self._preflight})
            states.append(convert.vehicle_to_wire(state))
        return states

    def _link_settings(self) -> LinkSettings:
        config = self.config
        folder = Path(config.pki_dir) if config.pki_dir else pki_dir()
        return LinkSettings(
            address=config.centre,
            hello=lambda: link_pb2.Hello(
                unit_id=self.unit_id,
                site_id=self._site_id,
                software=SOFTWARE,
                beat_ids=self._beat_ids,
            ),
            credentials=lambda: client_credentials(self.unit_id, Role.UNIT, folder),
            server_name=config.server_name,
            telemetry_hz=config.telemetry_hz,
            ping_every_s=config.ping_every_s,
            in_flight_bytes=int(config.in_flight_mb * 1e6),
            reconnect_first_s=config.reconnect_first_s,
            reconnect_max_s=config.reconnect_max_s,
        )

    def _read_site(self) -> tuple[str, list[str]]:
        """Which site and beats the unit has. A broken file is said, and does not cut the link."""
        site_file = str(self.get_parameter("site_file").value)
        beats_dir = str(self.get_parameter("beats_dir").value)
        if not site_file:
            return "", []
        try:
            site = read_site(site_file)
            return site.site_id, list(read_beats(beats_dir, site)) if beats_dir else []
        except ContractError as error:
            self._log.error("site_not_usable", why=str(error))
            return "", []

    def close(self) -> None:
        """End link and disk work, after the spinning has ended."""
        self._closed = True
        self._link.close()
        self._outbox.close()
        self._inbox.close()
        for client in self._executors.values():
            client.destroy()
        self._lock.close()


def _lock_folder(folder: Path) -> Any:
    """Two bridges on one outbox would send everything twice: the second one does not start."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = (folder / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise ContractError(f"another bridge is using {folder}") from None
    return lock


def main() -> int:
    try:
        return run_node(UnitBridge, name="unit_bridge")
    except (ContractError, sqlite3.Error) as error:
        get_logger().critical("unit_bridge_failed", why=str(error))
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
