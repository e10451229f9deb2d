"""What a flight's log tells, put together from all of its parts for people to look at."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import Any

from drone.record.folders import FlightFolder
from drone.record.mcap_file import Entry, read_mcap


@dataclass(frozen=True)
class Event:
    """Something that happened. `kind`: task, mode, text, part; `at_s`: UTC."""

    at_s: float
    kind: str
    words: str
    state: str = ""


@dataclass
class Story:
    """Times are UTC seconds, places map metres. `plans`: each with the time from which it was
    flown."""

    order: dict[str, Any] = field(default_factory=dict)
    site: dict[str, Any] = field(default_factory=dict)
    preflight: list[dict[str, Any]] = field(default_factory=list)
    plans: list[tuple[float, list[tuple[float, float, float]]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    track: list[tuple[float, float, float, float]] = field(default_factory=list)
    speed: list[tuple[float, float]] = field(default_factory=list)
    battery: list[tuple[float, float]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    parts: int = 0

    @property
    def result(self) -> Event | None:
        """The last word on its task."""
        return next((event for event in reversed(self.events) if event.kind == "task"), None)

    @property
    def flown_m(self) -> float:
        points = [p[1:] for p in self.track]
        return sum(math.dist(a, b) for a, b in itertools.pairwise(points))


def story_of(flight: FlightFolder) -> Story:
    """Raises OSError; a part that breaks off is told as far as it goes."""
    story = Story()
    for number, part in enumerate(flight.parts, start=1):
        story.parts = number
        mode = ""
        try:
            entries = list(read_mcap(part))
        except ValueError:
            continue  # killed before its first byte
        if number > 1 and entries:
            at_s = entries[0].at_ns * 1e-9
            story.events.append(Event(at_s, "part", "joined after a restart"))
        for entry in entries:
            mode = _take(story, entry, mode)
    story.events.sort(key=lambda event: event.at_s)
    return story


def _take(story: Story, entry: Entry, mode: str) -> str:
    at_s, body = entry.at_ns * 1e-9, entry.body
    if entry.topic == "/order":
        story.order = story.order or body
    elif entry.topic == "/site":
        story.site = story.site or body
    elif entry.topic == "/preflight":
        story.preflight = story.preflight or body["items"]
    elif entry.topic == "/plan":
        story.plans.append((at_s, [tuple(p) for p in body["track"]]))
        story.notes = story.notes or body["notes"]
    elif entry.topic == "/motion":
        story.track.append((at_s, *body["map_m"]))
        if "speed_mps" in body:
            story.speed.append((at_s, body["speed_mps"]))
    elif entry.topic == "/battery":
        story.battery.append((at_s, body["fraction"]))
    elif entry.topic == "/text":
        story.events.append(Event(at_s, "text", body["text"]))
    elif entry.topic == "/vehicle":
        if body["mode"] != mode:
            story.events.append(Event(at_s, "mode", body["mode"]))
        return str(body["mode"])
    elif entry.topic == "/task":
        before = next((e for e in reversed(story.events) if e.kind == "task"), None)
        if before is None or (before.state, before.words) != (body["state"], body["reason"]):
            story.events.append(Event(at_s, "task", body["reason"], body["state"]))
    return mode
