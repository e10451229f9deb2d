"""The situation as the screens know it: one gRPC watch-stream, kept for all open pages.

The screens are a client of the command centre like any other: what they show came over
`patrol.v1.Centre`, and what a person presses goes back over it.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from datetime import UTC, datetime
from typing import Any

import grpc

from comms.centre.screens.stop_board import StopBoard
from comms.logs import get_logger
from comms.wire import centre_pb2 as pb
from comms.wire import centre_pb2_grpc, types_pb2

_TRAIL_POINTS = 600
_TRAIL_STEP_DEG = 2e-6  # about 0.2 m
_TRAIL_BREAK_DEG = 1e-3  # 100 m: nobody drives or flies so far between two words
_FINDINGS_KEPT = 2000
_TASKS_KEPT = 500
_PAST_SHOWN = 100


class Situation:
    """What is known now. The revisions grow with every change, so that pages redraw only then."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.stub = centre_pb2_grpc.CentreStub(channel)
        self.revision = 0
        self.tasks_revision = 0
        self.findings_revision = 0
        self.connected = False
        self.site: pb.GetSiteResponse | None = None
        self.units: dict[str, pb.Unit] = {}
        self.tasks: dict[str, pb.TaskRecord] = {}
        self.findings: dict[str, types_pb2.Finding] = {}
        self.stops = StopBoard()
        self.trails: dict[tuple[str, int], deque[tuple[float, float]]] = {}
        self._stamps: dict[tuple[str, int], int] = {}
        self._heard: dict[tuple[str, int], float] = {}  # vehicle 0: the unit itself
        self._log = get_logger()

    async def run(self) -> None:
        """Follow the centre for ever; reconnects by itself. Cancel to end."""
        while True:
            try:
                self.site = await self._site()
                watch = self.stub.Watch(pb.WatchRequest())
                await watch.initial_metadata()  # from here on no change is missed
                await self._take_past()
                self.connected = True
                self.revision += 1
                async for event in watch:
                    self._take(event)
            except grpc.aio.AioRpcError as error:
                self._log.warning("watch_stream_ended", code=error.code().name)
            self.connected = False
            self.revision += 1
            await asyncio.sleep(1.0)

    def age_s(self, unit: pb.Unit, vehicle: int = 0) -> float | None:
        """Seconds since the unit, or one of its vehicles, was last heard of; None if never."""
        heard = self._heard.get((unit.unit_id, vehicle))
        return None if heard is None else time.monotonic() - heard

    def newest_tasks(self) -> list[pb.TaskRecord]:
        """Newest first."""
        return sorted(self.tasks.values(), key=_given_ns, reverse=True)

    def recent_findings(self, limit: int) -> list[types_pb2.Finding]:
        """Live ones first, each group by when it was first seen, newest first."""
        ended = types_pb2.FINDING_PHASE_ENDED
        return sorted(
            self.findings.values(),
            key=lambda f: (f.phase != ended, f.first_seen.ToNanoseconds()),
            reverse=True,
        )[:limit]

    async def _site(self) -> pb.GetSiteResponse | None:
        try:
            return await self.stub.GetSite(pb.GetSiteRequest())
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return None
            raise

    async def _take_past(self) -> None:
        """What the watch does not begin with: tasks that are over, findings that have ended."""
        tasks = await self.stub.ListTasks(pb.ListTasksRequest(limit=_PAST_SHOWN))
        findings = await self.stub.ListFindings(pb.ListFindingsRequest(limit=_PAST_SHOWN))
        for record in tasks.tasks:
            self._take_task(record)
        for finding in findings.findings:
            self._take_finding(finding)

    def _take(self, event: pb.Event) -> None:
        self.revision += 1
        kind = event.WhichOneof("body")
        take: Any = getattr(self, f"_take_{kind}", None)
        if take is None:
            self._log.warning("event_of_unknown_kind", kind=kind)
        else:
            take(getattr(event, kind))

    def _take_unit(self, unit: pb.Unit) -> None:
        before = self.units.get(unit.unit_id)
        if before is None:
            # What the centre knew before: as old as the unit's last word.
            last = unit.last_word.ToDatetime(tzinfo=UTC) if unit.HasField("last_word") else None
            age_s = (datetime.now(UTC) - last).total_seconds() if last else None
        else:
            age_s = 0.0 if unit.connected else None
        self.units[unit.unit_id] = unit
        if age_s is not None:
            self._heard[unit.unit_id, 0] = time.monotonic() - age_s
        for vehicle in unit.vehicles:
            self._take_vehicle((unit.unit_id, vehicle.vehicle), vehicle, age_s)
        self.stops.telemetry(unit)

    def _take_vehicle(
        self, key: tuple[str, int], state: types_pb2.VehicleState, age_s: float | None
    ) -> None:
        stamp = state.at.ToNanoseconds()
        if self._stamps.get(key) == stamp:
            return  # the unit spoke, but not of this vehicle
        self._stamps[key] = stamp
        self._heard[key] = time.monotonic() - (age_s or 0.0)
        trail = self.trails.setdefault(key, deque(maxlen=_TRAIL_POINTS))
        if not state.localized:
            return  # where it says that it is may be anywhere
        here = (state.position.latitude_deg, state.position.longitude_deg)
        if trail and _apart_deg(trail[-1], here) > _TRAIL_BREAK_DEG:
            trail.clear()  # it was carried, or this is another simulation
        if not trail or _apart_deg(trail[-1], here) > _TRAIL_STEP_DEG:
            trail.append(here)

    def _take_task(self, record: pb.TaskRecord) -> None:
        self.tasks[record.task.task_id] = record
        self.tasks_revision += 1
        if len(self.tasks) > _TASKS_KEPT:
            oldest = min(self.tasks.values(), key=_given_ns)
            del self.tasks[oldest.task.task_id]

    def _take_finding(self, finding: types_pb2.Finding) -> None:
        self.findings[finding.finding_id] = finding
        self.findings_revision += 1
        if len(self.findings) > _FINDINGS_KEPT:
            oldest = min(self.findings.values(), key=lambda f: f.last_seen.ToNanoseconds())
            del self.findings[oldest.finding_id]

    async def visits_of(self, task_id: str) -> list[types_pb2.CheckpointVisit]:
        """The visits of a task, in their order; none while the centre does not answer."""
        try:
            answer = await self.stub.ListVisits(pb.ListVisitsRequest(task_id=task_id))
        except grpc.aio.AioRpcError:
            return []
        return list(answer.visits)

    def _take_visit(self, _: types_pb2.CheckpointVisit) -> None:
        """Asked for with its picture when somebody looks at the task: `visits_of`."""

    def _take_stop(self, stop: pb.StopConfirmation) -> None:
        self.stops.confirmation(stop)


def _given_ns(record: pb.TaskRecord) -> int:
    return int(record.history[0].at.ToNanoseconds()) if record.history else 0


def _apart_deg(one: tuple[float, float], other: tuple[float, float]) -> float:
    return max(abs(one[0] - other[0]), abs(one[1] - other[1]))
