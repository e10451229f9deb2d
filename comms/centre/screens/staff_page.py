"""The command staff's page: one map with everything on it, and beside it what needs a person."""

from __future__ import annotations

import json

from nicegui import app, ui

from comms.centre.screens import picture
from comms.centre.screens.actions import Actions
from comms.centre.screens.composer import Composer
from comms.centre.screens.findings_panel import FindingsPanel
from comms.centre.screens.site_map import SiteMap
from comms.centre.screens.situation import Situation
from comms.centre.screens.tasks_panel import TasksPanel
from comms.centre.screens.units_panel import UnitsPanel
from comms.centre.screens.words import LANGUAGES, word

_MAP_PERIOD_S = 0.4
_PANEL_PERIOD_S = 1.0


class StaffPage:
    """One open page. It redraws what has changed, at most as often as an eye can follow."""

    def __init__(self, situation: Situation, language: str) -> None:
        self.situation, self.language = situation, language
        self.actions = Actions(situation, language, who="staff")
        self._map_ready = False
        self._drawn = {"map": -1, "findings": -1, "units": -1, "tasks": -1, "found": -1}
        self._site_drawn: object = None
        beats = self._beats()
        self._header()
        with ui.element("main").classes("screen"):
            with ui.element("section").classes("map-side"):
                self.map = SiteMap(language)
                self.map.classes("site-map").mark("map")
                self.composer = Composer(situation, self.actions, self.map, language, beats)
            with ui.element("aside").classes("panel-side"):
                self.units = UnitsPanel(situation, self.actions, language)
                self.tasks = TasksPanel(situation, self.actions, language, beats)
                self.findings = FindingsPanel(situation, language, self._look_at)
        self.map.on_ready(self._ready)
        self.map.on_pick(self.composer.picked)
        self.map.on_finding(self.findings.show)
        ui.timer(_MAP_PERIOD_S, self._draw_map)
        ui.timer(_PANEL_PERIOD_S, self._draw_panels)

    def _beats(self) -> dict[str, str]:
        """Ids and names of the beats, in the user's language."""
        out = {}
        for text in self.situation.site.beat_geojson if self.situation.site else ():
            header = json.loads(text).get("patrol", {})
            name = header.get("name_zh") if self.language == "zh-CN" else None
            out[header.get("id", "")] = name or header.get("name", "")
        return out

    def _header(self) -> None:
        with ui.header().classes("items-center no-wrap gap-3 top"):
            ui.icon("local_police").classes("text-2xl")
            ui.label(word("title", self.language)).classes("title")
            self.lost = ui.label(word("link_lost", self.language)).classes("lost")
            ui.space()
            self._icon("my_location", "find_units", lambda: self.map.run_method("show_units"))
            self._icon("zoom_out_map", "whole_site", lambda: self.map.run_method("show_site"))
            dark = ui.dark_mode(app.storage.user.get("dark"))

            def turn() -> None:
                dark.value = not dark.value
                app.storage.user["dark"] = dark.value

            self._icon("contrast", "dark", turn)
            ui.select(
                LANGUAGES, value=self.language, on_change=lambda e: self._speak(str(e.value))
            ).props(f'dense dark borderless aria-label="{word("language", self.language)}"').mark(
                "language"
            )
            ui.button(
                word("stop_all", self.language),
                icon="front_hand",
                on_click=lambda: self.actions.stop(""),
            ).props("color=negative").classes("stop").mark("stop-all")

    def _icon(self, icon: str, key: str, action: object) -> None:
        text = word(key, self.language)
        with ui.button(icon=icon, on_click=action).props(  # type: ignore[arg-type]
            f'flat round dense color=white aria-label="{text}"'
        ):
            ui.tooltip(text)

    def _speak(self, language: str) -> None:
        app.storage.user["language"] = language
        ui.navigate.reload()

    def _look_at(self, latitude_deg: float, longitude_deg: float) -> None:
        self.map.run_method("look_at", latitude_deg, longitude_deg)

    def _ready(self) -> None:
        self._map_ready = True
        self._site_drawn = None
        self._drawn["map"] = self._drawn["findings"] = -1

    def _draw_map(self) -> None:
        self.lost.visible = not self.situation.connected
        if not self._map_ready or self.situation.site is None:
            return
        fresh = self._site_drawn is None
        if fresh:
            site = self.situation.site
            self.map.set_site(site.site_geojson, list(site.beat_geojson))
            self._site_drawn = site.site_id
        if fresh or self._changed("map", self.situation.revision):
            shown = picture.vehicles(self.situation, self.language, with_trails=fresh)
            self.map.run_method("update", shown)
        if fresh or self._changed("findings", self.situation.findings_revision):
            self.map.run_method("findings", picture.findings(self.situation, self.language))

    def _draw_panels(self) -> None:
        if self._changed("units", self.situation.revision):
            self.units.refresh()
        self.units.tick()
        if self._changed("tasks", self.situation.tasks_revision):
            self.tasks.refresh()
        if self._changed("found", self.situation.findings_revision):
            self.findings.refresh()

    def _changed(self, part: str, revision: int) -> bool:
        changed = self._drawn[part] != revision
        self._drawn[part] = revision
        return changed
