"""The map as a NiceGUI element: Python's end of site_map.js."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nicegui.elements.leaflet as bundled_leaflet
from nicegui.element import Element
from nicegui.events import GenericEventArguments

_DIST = Path(bundled_leaflet.__file__).parent / "dist"


class SiteMap(Element, component="site_map.js", esm={"nicegui-leaflet": str(_DIST)}):
    """A Leaflet map that draws the site's own data and asks no other host for tiles."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._props["language"] = language
        self.add_resource(_DIST)

    def on_ready(self, callback: Callable[[], Any]) -> None:
        self.on("ready", lambda _: callback())

    def on_pick(self, callback: Callable[[float, float], Any]) -> None:
        """`callback(latitude_deg, longitude_deg)` when a person clicks while picking."""

        def handle(event: GenericEventArguments) -> Any:
            return callback(float(event.args["lat"]), float(event.args["lng"]))

        self.on("pick", handle)

    def on_finding(self, callback: Callable[[str], Any]) -> None:
        self.on("finding", lambda event: callback(str(event.args)))

    def set_site(self, site_geojson: str, beats_geojson: list[str]) -> None:
        self.run_method(
            "set_site", json.loads(site_geojson), [json.loads(b) for b in beats_geojson]
        )
