"""Questions about a site's ground: is a place inside it, in a building, closed, near a walkway."""

from __future__ import annotations

from shapely.geometry import LineString, Point, Polygon
from shapely.ops import unary_union
from shapely.strtree import STRtree

from comms.contracts.site import Site, Xy

NEAR_WALKWAY_M = 15.0


class SiteGround:
    """A site's outlines, indexed once and asked often."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.boundary = Polygon(site.boundary)
        self._solid = [
            (f"building {b.name or b.feature_id!r}", Polygon(b.ring)) for b in site.buildings
        ]
        self._closed = [
            (f"keep-out {a.name or a.feature_id!r}", Polygon(a.ring)) for a in site.keep_outs
        ]
        self._blocked = self._solid + self._closed
        self._tree = STRtree([polygon for _, polygon in self._blocked])
        self.walkable = unary_union(
            [LineString(w.line).buffer(w.width_m / 2, cap_style="square") for w in site.walkways]
            + [Polygon(p.ring) for p in site.plazas]
        )

    def why_not_standing(self, place: Xy, *, need_walkway: bool = True) -> str:
        """Why the robot cannot stand at `place` (map m), as the end of a sentence; "" if it can."""
        point = Point(place)
        if not self.boundary.contains(point):
            return (
                f"is {self.boundary.distance(point):.0f} m outside the site {self.site.site_id!r}"
            )
        for index in self._tree.query(point, predicate="intersects"):
            return f"lies inside the {self._blocked[int(index)][0]}"
        if need_walkway:
            away = float(self.walkable.distance(point))
            if away > NEAR_WALKWAY_M:
                return f"is {away:.0f} m away from every walkway and plaza"
        return ""
