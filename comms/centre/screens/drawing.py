"""What a person draws on the map for a task: a place, a line or an area, point by point."""

from __future__ import annotations

from shapely.geometry import LineString, Polygon

from comms.centre.screens.choices import Draw
from comms.centre.screens.words import word
from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import GeoPoint

_M2_PER_HA = 10_000.0


class Drawing:
    """`places` are (latitude, longitude) in degrees; it is complete with `fewest` to `most`."""

    def __init__(self, draw: Draw, fewest: int = 0, most: int = 0) -> None:
        self.draw, self.fewest, self.most = draw, fewest, most
        self.places: list[tuple[float, float]] = []

    @property
    def has_corners(self) -> bool:
        """Whether it is drawn corner by corner."""
        return self.draw in (Draw.LINE, Draw.AREA)

    def add(self, latitude_deg: float, longitude_deg: float) -> bool:
        """Take a place; False when there is nothing to draw or no room for more."""
        if self.draw is Draw.NOTHING:
            return False
        if self.draw is Draw.PLACE:
            self.places.clear()
        elif len(self.places) >= self.most:
            return False
        self.places.append((latitude_deg, longitude_deg))
        return True

    def take_back(self) -> None:
        """Forget the last place."""
        if self.places:
            self.places.pop()

    @property
    def crosses_itself(self) -> bool:
        """Whether the border of an area is no simple ring."""
        if self.draw is not Draw.AREA or len(self.places) < 3:
            return False
        return not Polygon(self._metres()).is_valid

    @property
    def is_complete(self) -> bool:
        return len(self.places) >= self.fewest and not self.crosses_itself

    def words(self, language: str) -> str:
        """What is drawn so far, or what to click."""
        if self.draw is Draw.PLACE:
            if not self.places:
                return word("pick_place", language)
            latitude, longitude = self.places[0]
            return f"{latitude:.6f}, {longitude:.6f}"
        if self.crosses_itself:
            return word("border_crosses", language)
        count = len(self.places)
        if self.draw is Draw.LINE and count >= self.fewest:
            length = round(LineString(self._metres()).length)
            return word("drawn_line", language, count=count, length=length)
        if self.draw is Draw.AREA and count >= self.fewest:
            area = f"{Polygon(self._metres()).area / _M2_PER_HA:.2f}"
            return word("drawn_area", language, count=count, area=area)
        return word("pick_area" if self.draw is Draw.AREA else "pick_line", language)

    def _metres(self) -> list[tuple[float, float]]:
        points = [GeoPoint(latitude_deg=lat, longitude_deg=lng) for lat, lng in self.places]
        frame = LocalFrame(points[0])
        return [(at.east_m, at.north_m) for at in map(frame.to_enu, points)]
