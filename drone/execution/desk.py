"""The desk at which flights are ordered: one at a time, approved, green, and each order only once.

Lives on the link's loop. It decides whether a task may fly at all; how it flies is `Flight`'s
business.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from comms.contracts.errors import ContractError
from comms.contracts.task import COMES_DOWN, Task, TaskState, TaskUpdate, Vehicle
from comms.contracts.unit import PreflightItem
from comms.logs import get_logger
from drone.errors import DroneError
from drone.execution.by_hand import Stick
from drone.execution.ending import Ending
from drone.execution.flight import Flight
from drone.execution.journal import Final, FlightRecord
from drone.execution.kit import Kit
from drone.execution.last_look import LastLook
from drone.missions.going_on import Change
from drone.missions.plan import FlightPlan
from drone.preflight.checks import is_green, what_is_wrong

if TYPE_CHECKING:
    from drone.record.recorder import Recorder

#: How long (s) a list that is not green may turn green before a task is rejected: a vehicle's word
#: comes once a second, and after a start of this process the link has to be found first.
_PATIENCE_S = 3.0
_PATIENCE_AT_START_S = 10.0
_LOOK_S = 0.1
_ACTOR = "drone"


class RejectedError(DroneError):
    """The task is not flown."""


class Desk:
    """Takes orders. `on_update` is called on the loop for every step of every task."""

    def __init__(self, kit: Kit, on_update: Callable[[TaskUpdate], None]) -> None:
        self.kit = kit
        self.flight: Flight | None = None
        self.recorder: Recorder | None = None
        self._on_update = on_update
        self._running: dict[str, asyncio.Task[Final]] = {}
        self._log = get_logger()
        self._started = 0.0
        self._look = LastLook(kit, self._words_on_record)

    def start(self) -> None:
        """Take up what an earlier life of this process left; call once, on the loop."""
        self._started = asyncio.get_running_loop().time()
        record = self.kit.journal.current
        if record is not None and record.plan is not None:
            self._begin(record.task, self._rejoin(record, record.plan))
        elif record is not None:
            self.kit.journal.drop()

    @property
    def estop(self) -> str:
        return self.kit.journal.estop

    # ------------------------------------------------------------------ orders

    async def execute(self, task: Task) -> Final:
        """Do a task to its end. A repeat joins the running one or is given the old result."""
        final = self.kit.journal.finished(task.task_id)
        if final is not None:
            return final
        if task.task_id not in self._running:
            self._begin(task, self._execute(task))
        return await asyncio.shield(self._running[task.task_id])

    def cancel(self, task_id: str, why: str) -> bool:
        """Wish a task to end; in the air that means coming home. False: it is not being done."""
        if self.flight is None or self.flight.task.task_id != task_id:
            return False
        self.flight.end(Ending(TaskState.CANCELLED, why))
        if not self.estop:
            self.flight.wish_hold = ""
        return True

    def set_paused(self, paused: bool) -> tuple[bool, str]:
        """Hold the flight where it is, or let it go on. Returns whether that can be, and a
        sentence.
        """
        if self.flight is None:
            return False, "no task is being flown"
        if paused:
            self.flight.wish_hold = self.flight.wish_hold or "paused by a person"
            return True, "the drone holds"
        if self.estop:
            return False, f"the emergency stop is engaged: {self.estop}"
        self.flight.go_on()
        return True, "the drone goes on"

    def put_stick(self, stick: Stick) -> None:
        """A joystick's wish for the flight in progress; without one it means nothing."""
        flight = self.flight
        if flight is not None and self.kit.view.is_airborne:
            flight.hand.put(stick)

    async def change(self, task_id: str, change: Change) -> tuple[bool, str]:
        """Fly what is left of the flight otherwise. Whether it does so now, and a sentence."""
        flight = self.flight
        if flight is None or (task_id and flight.task.task_id != task_id):
            return False, "no task is being flown" if flight is None else "another task is flown"
        if not change.words:
            return False, "say what shall change: waypoints to skip, a height or a speed"
        if self.estop:
            return False, f"the emergency stop is engaged: {self.estop}"
        try:
            return True, await flight.change(change)
        except DroneError as error:
            return False, str(error)

    async def set_estop(self, engage: bool, who: str, reason: str) -> tuple[bool, str]:
        """Hold at once and refuse every launch until released; a held flight waits for a person."""
        by = who or "somebody"
        if not engage:
            self.kit.journal.set_estop("")
            if self.flight is not None and self.flight.wish_hold:
                self.flight.wish_hold = "waits for a person after the emergency stop"
            self._log.warning("the emergency stop is released", who=by)
            return True, "released; a held flight waits for resume or cancel"
        words = f"engaged by {by}" + (f": {reason}" if reason else "")
        self.kit.journal.set_estop(words)
        self._log.warning("emergency stop", who=by, reason=reason)
        if self.flight is not None:
            self.flight.wish_hold = f"emergency stop {words}"
        if self.kit.view.is_airborne:
            try:
                await self.kit.actions.hold()
            except DroneError as error:
                return False, str(error)
            return True, "the drone holds"
        return True, "the drone is on the ground and will not take off"

    # ------------------------------------------------------------------ pre-flight

    def preflight(
        self, plan: FlightPlan | None = None, task: Task | None = None
    ) -> tuple[PreflightItem, ...]:
        """The list as it is now, for `plan` or, without one, for a take-off as such."""
        if plan is None and self.flight is not None:
            plan, task = self.flight.plan, self.flight.task
        return self._look.items(plan, task, in_flight=self.flight is not None)

    def _words_on_record(self) -> str:
        return self.recorder.words if self.recorder is not None else ""

    # ------------------------------------------------------------------ one task

    def _begin(self, task: Task, work: object) -> None:
        running: asyncio.Task[Final] = asyncio.ensure_future(work)  # type: ignore[call-overload]
        self._running[task.task_id] = running
        running.add_done_callback(lambda done: self._ended(task.task_id, done))

    def _ended(self, task_id: str, done: asyncio.Task[Final]) -> None:
        self._running.pop(task_id, None)
        if not done.cancelled() and done.exception() is not None:
            self._log.error("a flight broke off", task_id=task_id, why=repr(done.exception()))

    async def _execute(self, task: Task) -> Final:
        try:
            self._check(task)
            await self._make_way(task)
            if task.kind in COMES_DOWN and not self.kit.view.is_airborne:
                self._tell(task, TaskState.ACCEPTED, "")
                return self._finish(task, TaskState.SUCCEEDED, "the drone is on the ground")
            plan = await self._plan(task)
            await self._wait_for_green(task, plan)
        except ContractError as error:
            self._log.warning("a task is rejected", task_id=task.task_id, why=str(error))
            return self._finish(task, TaskState.REJECTED, str(error))
        notes = f" ({'; '.join(plan.notes)})" if plan.notes else ""
        self._tell(task, TaskState.ACCEPTED, f"{plan.length_m:.0f} m planned{notes}")
        return await self._fly(task, plan)

    def _check(self, task: Task) -> None:
        task.check()
        if task.vehicle is not Vehicle.DRONE:
            raise RejectedError(f"this is a task for the {task.vehicle}")
        if task.needs_approval and task.approval is None:
            raise RejectedError(
                "nobody has approved it, and a drone takes off only on a person's word"
            )
        if task.deadline is not None and self.kit.now() > task.deadline + timedelta(seconds=1):
            raise RejectedError(f"its deadline, {task.deadline:%Y-%m-%d %H:%M:%S} UTC, has passed")
        if self.estop:
            raise RejectedError(f"the emergency stop is {self.estop}")
        busy = self._busy_with(task)
        if busy is not None and task.kind not in COMES_DOWN:
            if task.priority <= busy.task.priority:
                raise RejectedError(f"the drone is flying task {busy.task.task_id}")
            if not self.kit.view.is_airborne:
                raise RejectedError(f"the drone is just launching for task {busy.task.task_id}")
        if len(self._running) > 1 and busy is None:
            raise RejectedError("the drone is working on another task")
        if busy is None and self.kit.view.is_airborne and task.kind not in COMES_DOWN:
            raise RejectedError("the drone is in the air on somebody else's order")

    def _busy_with(self, task: Task) -> Flight | None:
        if self.flight is not None and self.flight.task.task_id != task.task_id:
            return self.flight
        return None

    async def _make_way(self, task: Task) -> None:
        """End the flight in progress where it is, for a more important one or for the way home."""
        flight = self._busy_with(task)
        if flight is None:
            return
        if self.kit.view.is_airborne:
            await self._plan(task)  # a refusal must come before the flight is given up
        other = self._running.get(flight.task.task_id)
        flight.wish_hold = ""
        why = f"replaced by task {task.task_id}"
        flight.end(Ending(TaskState.CANCELLED, why, comes_home=False))
        if other is not None:
            await asyncio.wait([other])

    async def _plan(self, task: Task) -> FlightPlan:
        end = self._patience_ends()
        while (here := self.kit.where()) is None or (home := self.kit.home()) is None:
            if asyncio.get_running_loop().time() > end:
                wrong = what_is_wrong(self.preflight())
                raise RejectedError(f"pre-flight is not green: {wrong}")
            await asyncio.sleep(_LOOK_S)
        if not self.kit.view.is_airborne:
            here = here._replace(up_m=0.0)
        work = self.kit.flight_plan(task, here, home)
        return await asyncio.get_running_loop().run_in_executor(None, work)

    async def _wait_for_green(self, task: Task, plan: FlightPlan) -> None:
        """A list that is not green right after a change may turn so: wait a moment for it."""
        if self.kit.view.is_airborne:
            return
        end = self._patience_ends()
        while True:
            items = self.preflight(plan, task)
            if is_green(items):
                return
            if asyncio.get_running_loop().time() > end:
                self._look.keep(task, plan, items)
                raise RejectedError(f"pre-flight is not green: {what_is_wrong(items)}")
            await asyncio.sleep(_LOOK_S)

    def _patience_ends(self) -> float:
        """Loop time up to which a list may turn green; longer just after the start."""
        now = asyncio.get_running_loop().time()
        return max(now + _PATIENCE_S, self._started + _PATIENCE_AT_START_S)

    async def _fly(self, task: Task, plan: FlightPlan) -> Final:
        flight = self._new_flight(task, plan)
        try:
            state, why = await flight.run()
        finally:
            self.flight = None
        return self._finish(task, state, why, flight.share)

    async def _rejoin(self, record: FlightRecord, plan: FlightPlan) -> Final:
        flight = self._new_flight(record.task, plan)
        try:
            ended = await flight.rejoin(record)
        finally:
            self.flight = None
        if ended is None:  # it never left the ground: the order still stands
            self.kit.journal.drop()
            return await self._execute(record.task)
        return self._finish(record.task, *ended, flight.share)

    def _new_flight(self, task: Task, plan: FlightPlan) -> Flight:
        def report(state: TaskState, reason: str, share: float, left: float | None) -> None:
            self._tell(task, state, reason, share, left)

        self.flight = Flight(task, plan, self.kit, report, lambda: self._look.refusal(task, plan))
        if self.recorder is not None:
            self.recorder.begin(self.flight, self.preflight(plan, task))
        return self.flight

    def _finish(self, task: Task, state: TaskState, why: str, share: float = 0.0) -> Final:
        final = Final(state=state, reason=why, at=self.kit.now())
        self.kit.journal.finish(task.task_id, final)
        self._log.info("the task has ended", task_id=task.task_id, state=str(state), why=why)
        self._tell(task, state, why, 1.0 if state is TaskState.SUCCEEDED else share)
        if self.recorder is not None:
            self.recorder.end(task.task_id)
        return final

    def _tell(
        self,
        task: Task,
        state: TaskState,
        reason: str,
        share: float = 0.0,
        left: float | None = None,
    ) -> None:
        update = TaskUpdate(
            task_id=task.task_id,
            vehicle=Vehicle.DRONE,
            state=state,
            reason=reason,
            actor=_ACTOR,
            progress=max(0.0, min(1.0, share)),
            remaining_s=left,
            at=self.kit.now(),
        )
        if self.recorder is not None:
            self.recorder.step(update)
        self._on_update(update)
