"""The situation as the screens know it: one gRPC watch-stream, kept for all open pages.

The screens are a client of the command centre like any other: what they show came over
`patrol.v1.Centre`, and what a person presses goes back over it.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Any

import grpc

from comms.logs import get_logger
from comms.wire import centre_pb2 as pb
from comms.wire import centre_pb2_grpc, types_pb2

_TRAIL_POINTS = 600
_TRAIL_STEP_DEG = 2e-6  # about 0.2 m
_FINDINGS_KEPT = 2000
_VISITS_KEPT = 500


class Situation:
    """What is known now. `revision` grows with every change, so that pages redraw only then."""

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
        self.visits: deque[types_pb2.CheckpointVisit] = deque(maxlen=_VISITS_KEPT)
        self.stops: dict[str, pb.StopConfirmation] = {}
        self.trails: dict[tuple[str, int], deque[tuple[float, float]]] = {}
        self._heard: dict[str, float] = {}
        self._log = get_logger()

    async def run(self) -> None:
        """Follow the centre for ever; reconnects by itself. Cancel to end."""
        while True:
            try:
                self.site = await self.stub.GetSite(pb.GetSiteRequest())
                async for event in self.stub.Watch(pb.WatchRequest()):
                    self.connected = True
                    self._take(event)
            except grpc.aio.AioRpcError as error:
                self._log.warning("watch_stream_ended", code=error.code().name)
            self.connected = False
            self.revision += 1
            await asyncio.sleep(1.0)

    def age_s(self, unit: pb.Unit) -> float | None:
        """Seconds since the unit was last heard of; None if never since the page's start."""
        heard = self._heard.get(unit.unit_id)
        return None if heard is None else time.monotonic() - heard

    def open_tasks(self) -> list[pb.TaskRecord]:
        """Newest first."""
        return sorted(
            self.tasks.values(), key=lambda r: r.history[0].at.ToNanoseconds() if r.history else 0
        )[::-1]

    def recent_findings(self, limit: int) -> list[types_pb2.Finding]:
        """Live ones first, each group newest first."""
        ended = types_pb2.FINDING_PHASE_ENDED
        return sorted(
            self.findings.values(),
            key=lambda f: (f.phase != ended, f.last_seen.ToNanoseconds()),
            reverse=True,
        )[:limit]

    def _take(self, event: pb.Event) -> None:
        self.revision += 1
        kind = event.WhichOneof("body")
        take: Any = getattr(self, f"_take_{kind}", None)
        if take is None:
            self._log.warning("event_of_unknown_kind", kind=kind)
        else:
            take(getattr(event, kind))

    def _take_unit(self, unit: pb.Unit) -> None:
        self.units[unit.unit_id] = unit
        if unit.connected:
            self._heard[unit.unit_id] = time.monotonic()
        for vehicle in unit.vehicles:
            key = (unit.unit_id, vehicle.vehicle)
            trail = self.trails.setdefault(key, deque(maxlen=_TRAIL_POINTS))
            here = (vehicle.position.latitude_deg, vehicle.position.longitude_deg)
            if (
                not trail
                or max(abs(a - b) for a, b in zip(trail[-1], here, strict=True)) > _TRAIL_STEP_DEG
            ):
                trail.append(here)

    def _take_task(self, record: pb.TaskRecord) -> None:
        self.tasks[record.task.task_id] = record
        self.tasks_revision += 1

    def _take_finding(self, finding: types_pb2.Finding) -> None:
        self.findings[finding.finding_id] = finding
        self.findings_revision += 1
        if len(self.findings) > _FINDINGS_KEPT:
            oldest = min(self.findings.values(), key=lambda f: f.last_seen.ToNanoseconds())
            del self.findings[oldest.finding_id]

    def _take_visit(self, visit: types_pb2.CheckpointVisit) -> None:
        self.visits.append(visit)

    def _take_stop(self, stop: pb.StopConfirmation) -> None:
        self.stops[stop.unit_id] = stop
