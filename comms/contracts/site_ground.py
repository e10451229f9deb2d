"""Questions about a site's ground: is a place inside it, in a building, closed, near a walkway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shapely.geometry import LineString, Point, Polygon
from shapely.ops import unary_union
from shapely.strtree import STRtree

from comms.contracts.site import Area, Building, Site, Xy

NEAR_WALKWAY_M = 15.0


@dataclass(frozen=True)
class GroundProblem:
    """Why the robot cannot stand at a place. `feature`: what it lies in, `away_m`: how far off."""

    kind: Literal["outside_site", "in_building", "in_keep_out", "far_from_walkway"]
    feature: Building | Area | None = None
    away_m: float = 0.0


class SiteGround:
    """A site's outlines, indexed once and asked often."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.boundary = Polygon(site.boundary)
        self._blocked: list[Building | Area] = [
            *site.buildings,
            *(area for area in site.keep_outs if not area.applies),  # else it is open at times
        ]
        self._tree = STRtree([Polygon(feature.ring) for feature in self._blocked])
        self.walkable = unary_union(
            [LineString(w.line).buffer(w.width_m / 2, cap_style="square") for w in site.walkways]
            + [Polygon(p.ring) for p in site.plazas]
        )

    def problem_at(self, place: Xy, *, need_walkway: bool = True) -> GroundProblem | None:
        """Why the robot cannot stand at `place` (map m); None if it can."""
        point = Point(place)
        if not self.boundary.contains(point):
            return GroundProblem("outside_site", away_m=float(self.boundary.distance(point)))
        for index in self._tree.query(point, predicate="intersects"):
            feature = self._blocked[int(index)]
            is_building = isinstance(feature, Building)
            return GroundProblem("in_building" if is_building else "in_keep_out", feature)
        away = float(self.walkable.distance(point)) if need_walkway else 0.0
        if away > NEAR_WALKWAY_M:
            return GroundProblem("far_from_walkway", away_m=away)
        return None

    def why_not_standing(self, place: Xy, *, need_walkway: bool = True) -> str:
        """The same as the end of a sentence; "" if it can stand there."""
        problem = self.problem_at(place, need_walkway=need_walkway)
        return "" if problem is None else self.words(problem)

    def words(self, problem: GroundProblem) -> str:
        """`problem` as the end of a sentence that begins with the place."""
        if problem.kind == "outside_site":
            return f"is {problem.away_m:.0f} m outside the site {self.site.site_id!r}"
        if problem.kind == "far_from_walkway":
            return f"is {problem.away_m:.0f} m away from every walkway and plaza"
        assert problem.feature is not None
        what = "building" if problem.kind == "in_building" else "keep-out"
        return f"lies inside the {what} {problem.feature.name or problem.feature.feature_id!r}"
