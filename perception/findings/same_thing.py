"""Which finding a track belongs to: one thing is one finding, however often and by whom it is seen.

A track keeps its finding. A track without one goes on with the nearest finding of its kind, open or
just ended, whose place agrees within both uncertainties, unless another track of the same camera
shows that finding at the same time: two things in one picture are two things.
"""

from __future__ import annotations

from collections.abc import Iterable

from comms.contracts.finding import Source
from perception.config import FindingsConfig, KindConfig
from perception.findings.open_finding import OpenFinding
from perception.findings.sighting import Sighting

_SAME_SPOT_M = 0.6
_INSIDE = 0.8
_TRACK_JUMP = 3.0  # times the merge limit: the tracker has taken another thing for this one


class Bindings:
    """Which track shows which finding, and when it last did."""

    def __init__(self) -> None:
        self._finding: dict[tuple[Source, int], str] = {}
        self._shown: dict[tuple[str, Source], tuple[float, int]] = {}

    def bind(self, sighting: Sighting, finding_id: str) -> None:
        self._finding[sighting.track_key] = finding_id
        shown = sighting.time_s, sighting.tracked.track_id
        self._shown[finding_id, sighting.source] = shown

    def finding_of(self, sighting: Sighting) -> str | None:
        return self._finding.get(sighting.track_key)

    def forget_tracks(self, keys: Iterable[tuple[Source, int]]) -> None:
        for key in keys:
            self._finding.pop(key, None)

    def forget_finding(self, finding_id: str) -> None:
        for key in [key for key, value in self._finding.items() if value == finding_id]:
            del self._finding[key]
        for shown in [shown for shown in self._shown if shown[0] == finding_id]:
            del self._shown[shown]

    def is_shown_by_another(self, finding_id: str, sighting: Sighting) -> bool:
        """Whether another track of the same camera shows the finding in the very same frame."""
        time_s, track_id = self._shown.get((finding_id, sighting.source), (-1.0, -1))
        return time_s == sighting.time_s and track_id != sighting.tracked.track_id


def still_fits(finding: OpenFinding, sighting: Sighting, config: KindConfig) -> bool:
    """Whether a track that has this finding may keep it."""
    return finding.distance_squared(sighting, config)[1] <= _TRACK_JUMP * config.merge_limit_m


def nearest(
    findings: Iterable[OpenFinding],
    sighting: Sighting,
    frames: int,
    config: FindingsConfig,
    kind: KindConfig,
    bindings: Bindings,
) -> OpenFinding | None:
    """The finding that a track without one goes on with, or None. `frames`: the track's so far; an
    ended finding is only taken up again by a track of two frames."""
    best: OpenFinding | None = None
    best_squared = config.gate_sigmas**2
    for finding in findings:
        if finding.kind != sighting.tracked.kind:
            continue
        if not finding.is_open and (
            frames < 2
            or sighting.time_s - finding.last_seen_s > kind.end_after_s + kind.reopen_within_s
        ):
            continue
        squared, metres = finding.distance_squared(sighting, kind)
        if squared > best_squared or metres > kind.merge_limit_m:
            continue
        if bindings.is_shown_by_another(finding.finding_id, sighting):
            continue
        best, best_squared = finding, squared
    return best


def without_doubles(sightings: list[Sighting]) -> list[Sighting]:
    """Leaves out a box that lies inside another one of the same kind at the same spot: a detector
    sometimes finds a person and, once more, the person's upper half."""
    kept: list[Sighting] = []
    for sighting in sorted(sightings, key=lambda item: -item.box_area):
        if not any(_is_part(sighting, other) for other in kept):
            kept.append(sighting)
    return kept


def _is_part(small: Sighting, large: Sighting) -> bool:
    if small.tracked.kind != large.tracked.kind:
        return False
    east = small.place.east_m - large.place.east_m
    north = small.place.north_m - large.place.north_m
    if east**2 + north**2 > _SAME_SPOT_M**2:
        return False
    a, b = small.tracked.box, large.tracked.box
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    return width > 0 and height > 0 and width * height >= _INSIDE * small.box_area
