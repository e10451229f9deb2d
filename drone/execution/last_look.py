"""The pre-flight list of one drone as it is now, and the record of each by which a flight was let
go or refused."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable

from comms.contracts.task import Task
from comms.contracts.unit import PreflightItem
from comms.logs import get_logger
from drone.execution.kit import Kit
from drone.missions.plan import FlightPlan
from drone.preflight.around import Around
from drone.preflight.checks import Situation, is_green, preflight, what_is_wrong
from drone.preflight.records import PreflightRecord, PreflightRecords

_LOOKED_FOR_S = 5.0
_SAME_GROUND_M = 2.0


class LastLook:
    """`record_words`: what is said of the flight's log. Lives on the link's loop."""

    def __init__(self, kit: Kit, record_words: Callable[[], str]) -> None:
        self._kit, self._record_words = kit, record_words
        self._records = PreflightRecords(kit.journal.folder)
        self._idle_airspace = ("", 0.0)
        self._log = get_logger()

    def items(
        self, plan: FlightPlan | None, task: Task | None, *, in_flight: bool
    ) -> tuple[PreflightItem, ...]:
        """The list for `plan` or, without one, for a take-off as such."""
        kit = self._kit
        situation = Situation(
            estop=kit.journal.estop,
            airspace="" if plan is not None else self._airspace_at_home(),
            plan=plan,
            battery_wh=kit.battery_wh,
            in_flight=in_flight,
            around=self._around(task),
        )
        return preflight(kit.view, kit.vehicle.texts, kit.config, situation)

    def refusal(self, task: Task, plan: FlightPlan) -> str:
        """The list once everything is on board, kept before the motors turn; why not, or ""."""
        items = self.items(plan, task, in_flight=True)
        why = self.keep(task, plan, items)
        if why:
            return f"the pre-flight list could not be kept: {why}"
        return "" if is_green(items) else f"pre-flight is not green: {what_is_wrong(items)}"

    def keep(self, task: Task, plan: FlightPlan, items: tuple[PreflightItem, ...]) -> str:
        """Write the list down; why that could not be, or ""."""
        record = PreflightRecord(
            at=self._kit.now(),
            task_id=task.task_id,
            kind=str(task.kind),
            approved_by=task.approved_by,
            green=is_green(items),
            items=items,
            length_m=plan.length_m,
            energy_wh=plan.energy_wh,
        )
        try:
            self._records.keep(record)
        except OSError as error:
            self._log.error("the pre-flight list could not be kept", why=str(error))
            return str(error)
        return ""

    def _around(self, task: Task | None) -> Around:
        kit = self._kit
        try:
            free = shutil.disk_usage(kit.journal.folder).free
        except OSError:
            free = None
        pad = None if kit.view.is_airborne else kit.home()
        return Around(
            free_bytes=free,
            fence=kit.fence,
            people=kit.people(),
            pad=pad,
            looked=kit.looked(pad) if pad is not None else None,
            weather=kit.weather.last,
            approved_by=task.approved_by if task is not None else None,
            record=self._record_words(),
        )

    def _airspace_at_home(self) -> str:
        """Why nothing can take off from here. Looked at anew every few seconds."""
        now = asyncio.get_running_loop().time()
        words, at = self._idle_airspace
        if now - at < _LOOKED_FOR_S and at > 0:
            return words
        here = self._kit.where()
        if here is None:
            return "where the vehicle stands is not known"
        airspace = self._kit.planner.airspace
        up = here._replace(up_m=self._kit.config.transit_height_m)
        blocked = airspace.obstruction(here._replace(up_m=0.0), up)
        words = f"nothing can take off here: {blocked}" if blocked is not None else ""
        ground_m = airspace.ground.under(here).up_m
        if abs(ground_m) > _SAME_GROUND_M:
            words = (
                f"heights count from the kiosk's pad, and the ground here is {ground_m:+.0f} m "
                "from that"
            )
        self._idle_airspace = (words, now)
        return words
