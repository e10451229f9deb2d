"""Writes down a flight while it is flown: what the vehicle says, at most five times a second, and
each step of its task as it comes.

Lives on the link's loop. It reads what the link knows already, so that it asks nothing of the
vehicle; a disk that is full ends the log and not the flight.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from comms.contracts.site import Site
from comms.contracts.task import TaskUpdate
from comms.contracts.unit import PreflightItem
from comms.logs import get_logger
from drone.execution.flight import Flight
from drone.execution.kit import Kit
from drone.missions.plan import FlightPlan
from drone.record.folders import PAGE, FlightFolder, make_room, open_folder
from drone.record.mcap_file import McapWriter, mend_mcap
from drone.record.summary import write_page

_EVERY_S = 0.2
_NEWS_S = 1.0  # what changes seldom is written when it changes, and at least this often


class Recorder:
    """The logs of one drone's flights, below `root`; at most `most_bytes` of them stay."""

    def __init__(self, kit: Kit, root: Path, most_bytes: float) -> None:
        self._kit, self._root, self._most_bytes = kit, root, most_bytes
        self._writer: McapWriter | None = None
        self._folder: FlightFolder | None = None
        self._flight: Flight | None = None
        self._plan: FlightPlan | None = None
        self._page: asyncio.Task[None] | None = None
        self._sampling: asyncio.Task[None] | None = None
        self._told: dict[str, tuple[Any, float]] = {}
        self._text_at = 0.0
        self._captured = 0
        self._log = get_logger()

    @property
    def words(self) -> str:
        """For the pre-flight list."""
        return f"flights are written down, at most {self._most_bytes / 1e6:.0f} MB of them"

    def begin(self, flight: Flight, preflight: Iterable[PreflightItem]) -> None:
        """A flight begins, or is joined after a restart: then its log has a further part."""
        self.close()
        try:
            self._folder = open_folder(self._root, flight.task.task_id, self._kit.now())
            for name in make_room(self._root, self._most_bytes, self._folder.path):
                self._log.info("the log of an old flight is removed", flight=name)
            for part in self._folder.parts:  # of a process that was killed
                mend_mcap(part)
            number = len(self._folder.parts) + 1
            self._writer = McapWriter(self._folder.path / f"part_{number:02}.mcap")
        except OSError as error:
            self._log.warning("the flight is not written down", why=str(error))
            return
        self._told, self._plan, self._flight = {}, None, flight
        self._text_at = time.monotonic()
        self._captured = self._kit.view.captured
        self._add("/order", flight.task.model_dump(mode="json", exclude={"plan_json"}))
        self._add("/site", _outlines(self._kit.site))
        self._add("/preflight", {"items": [item.model_dump() for item in preflight]})
        self._sampling = asyncio.create_task(self._sample())

    def step(self, update: TaskUpdate) -> None:
        """A step in the life of a task; counts if it is the one that is flown."""
        if self._flight is not None and self._flight.task.task_id == update.task_id:
            self._add("/task", update.model_dump(mode="json"))

    def note(self, topic: str, body: dict[str, Any]) -> None:
        """Something that happened outside of the flight's loop, if one is flown."""
        if self._flight is not None:
            self._add(topic, body)

    def end(self, task_id: str) -> None:
        """The task has ended: if it was flown, its file is ended and its page written."""
        flight, folder = self._flight, self._folder
        if flight is None or folder is None or flight.task.task_id != task_id:
            return
        self.close()
        self._page = asyncio.create_task(self._write_page(folder))

    async def written(self) -> None:
        """Until the last page is written."""
        if self._page is not None:
            await self._page

    async def _write_page(self, folder: FlightFolder) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(None, write_page, folder, folder.path / PAGE)
        except (OSError, ValueError, KeyError, TypeError) as error:
            self._log.warning("the flight has no page", why=str(error))

    def close(self) -> None:
        """End the file, whatever happens to the flight."""
        if self._sampling is not None:
            self._sampling.cancel()
            self._sampling = None
        if self._writer is not None:
            with contextlib.suppress(OSError):
                self._writer.close()
            self._writer = None
        self._folder = self._flight = None

    async def _sample(self) -> None:
        while self._writer is not None:
            self._plans()
            self._motion()
            self._state()
            self._texts()
            self._captures()
            await asyncio.sleep(_EVERY_S)

    def _plans(self) -> None:
        """What is flown, again whenever it changes."""
        plan = self._flight.plan if self._flight is not None else None
        if plan is None or plan is self._plan:
            return
        self._plan = plan
        track = [[round(v, 2) for v in place] for place in plan.track()]
        self._add(
            "/plan",
            {
                "track": track, "notes": list(plan.notes), "duration_s": plan.duration_s,
                "energy_wh": plan.energy_wh,
            },
        )  # fmt: skip

    def _motion(self) -> None:
        view = self._kit.view
        position, attitude, velocity = (
            view.position.fresh(), view.attitude.fresh(), view.velocity.fresh()
        )  # fmt: skip
        if position is None:
            return
        at = self._kit.place(position)
        body: dict[str, Any] = {"map_m": [round(v, 3) for v in at], **asdict(position)}
        if attitude is not None:
            body["attitude_rad"] = asdict(attitude)
        if velocity is not None:
            body["velocity_mps"] = asdict(velocity)
            body["speed_mps"] = math.hypot(velocity.east, velocity.north)
        self._add("/motion", body)

    def _state(self) -> None:
        view = self._kit.view
        battery = view.battery.fresh()
        self._add_news("/battery", asdict(battery) if battery is not None else None)
        self._add_news(
            "/vehicle",
            {
                "connected": view.connected,
                "mode": str(view.mode.last or ""),
                "landed": str(view.landed.last or ""),
                "armed": view.is_armed,
                "item": view.progress.last.current if view.progress.last is not None else None,
            },
        )

    def _captures(self) -> None:
        """Pictures that a MAVLink camera told of, ordered or triggered by distance."""
        view = self._kit.view
        new = view.captured - self._captured
        self._captured = view.captured
        for capture in list(view.captures)[-new:] if new > 0 else ():
            self._add("/capture", asdict(capture) | {"at": capture.at.isoformat()})

    def _texts(self) -> None:
        for text in self._kit.vehicle.texts.since(self._text_at):
            self._text_at = text.at
            self._add("/text", {"text": text.text, "severity": text.severity})

    def _add_news(self, topic: str, body: dict[str, Any] | None) -> None:
        now = asyncio.get_running_loop().time()
        before = self._told.get(topic)
        if body is None or (before is not None and before[0] == body and now - before[1] < _NEWS_S):
            return
        self._told[topic] = (body, now)
        self._add(topic, body)

    def _add(self, topic: str, body: dict[str, Any]) -> None:
        if self._writer is None:
            return
        try:
            self._writer.add(topic, round(self._kit.now().timestamp() * 1e9), body)
        except OSError as error:
            self._log.warning("the flight's log ends here", why=str(error))
            with contextlib.suppress(OSError):
                self._writer.close()
            self._writer = None


def _outlines(site: Site) -> dict[str, Any]:
    """What a page draws, map m."""

    def rounded(ring: Iterable[tuple[float, float]]) -> list[list[float]]:
        return [[round(x, 1), round(y, 1)] for x, y in ring]

    return {
        "boundary": rounded(site.boundary),
        "buildings": [(b.name, rounded(b.ring)) for b in site.buildings],
        "no_fly": [(a.name, rounded(a.ring)) for a in site.no_fly],
    }
