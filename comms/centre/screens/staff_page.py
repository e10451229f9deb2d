"""The command staff's page: one map with everything on it, and beside it what needs a person."""

from __future__ import annotations

import json
import time

from nicegui import app, ui

from comms.centre.screens import picture
from comms.centre.screens.actions import Actions
from comms.centre.screens.composer import Composer
from comms.centre.screens.findings_panel import FindingsPanel
from comms.centre.screens.site_map import SiteMap
from comms.centre.screens.situation import Situation
from comms.centre.screens.stop_strip import StopStrip
from comms.centre.screens.tasks_panel import TasksPanel
from comms.centre.screens.units_panel import UnitsPanel
from comms.centre.screens.words import LANGUAGES, word

_PERIOD_S = 0.3
_ALIVE_EVERY_S = 2.0
#: Blue is the robot and purple the drone, on the map as on the buttons.
_COLOURS = {
    "primary": "#1d4ed8", "secondary": "#86198f", "positive": "#15803d", "negative": "#b91c1c",
    "warning": "#f59e0b",
}  # fmt: skip


class StaffPage:
    """One open page. It redraws what has changed, at most as often as an eye can follow."""

    def __init__(self, situation: Situation, language: str) -> None:
        self.situation, self.language = situation, language
        self.actions = Actions(situation, language, who="staff")
        self._map_ready = False
        self._alive_at = 0.0
        self._drawn: dict[str, object] = {}
        ui.colors(**_COLOURS)
        beats = self._beats()
        self._header()
        with ui.element("main").classes("screen"):
            with ui.element("section").classes("map-side"):
                self.map = SiteMap(language).classes("site-map")
                self.composer = Composer(situation, self.actions, self.map, language, beats)
            with ui.element("aside").classes("panel-side"):
                self.units = UnitsPanel(situation, self.actions, language)
                self.tasks = TasksPanel(situation, self.actions, language, beats)
                self.findings = FindingsPanel(situation, language, self._look_at)
        self.map.on_ready(self._ready)
        self.map.on_pick(self.composer.picked)
        self.map.on_finding(self.findings.show)
        self._draw_panels()
        ui.timer(_PERIOD_S, self._draw)

    def _beats(self) -> dict[str, str]:
        """Ids and names of the beats, in the user's language."""
        out = {}
        for text in self.situation.site.beat_geojson if self.situation.site else ():
            header = json.loads(text).get("patrol", {})
            name = header.get("name_zh") if self.language == "zh-CN" else None
            out[header.get("id", "")] = name or header.get("name", "")
        return out

    def _header(self) -> None:
        say = lambda key: word(key, self.language)  # noqa: E731 - a short name for many lines
        with ui.header().classes("column no-wrap gap-0 head"):
            with ui.row().classes("w-full items-center no-wrap gap-3 top"):
                # First in the page's order, so that the keyboard finds it first; last to the eye.
                ui.button(
                    say("stop_all"), icon="front_hand", on_click=lambda: self.actions.stop()
                ).props("color=negative no-wrap").classes("stop order-last")
                ui.icon("local_police").classes("text-2xl emblem")
                ui.label(say("title")).classes("title")
                ui.space()
                self._icon("my_location", "find_units", lambda: self.map.run_method("show_units"))
                self._icon("zoom_out_map", "whole_site", lambda: self.map.run_method("show_site"))
                self._dark_switch()
                ui.select(
                    LANGUAGES, value=self.language, on_change=lambda e: self._speak(str(e.value))
                ).props(f'dense dark borderless aria-label="{say("language")}"')
            self.lost = ui.label(say("link_lost")).classes("lost").props("role=alert")
            ui.label(say("cut_off")).classes("lost cut-off-note").props("role=alert")
            self.strip = StopStrip(self.situation, self.actions, self.language)

    def _dark_switch(self) -> None:
        dark = ui.dark_mode(app.storage.user.get("dark"))

        def turn() -> None:
            dark.value = not dark.value
            app.storage.user["dark"] = dark.value

        self._icon("contrast", "dark", turn)

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
        """The browser's map is there, or there again: it knows nothing yet."""
        self._map_ready = True
        self._alive_at = 0.0
        self._drawn = {key: drawn for key, drawn in self._drawn.items() if key == "panels"}

    def _draw(self) -> None:
        if self._map_ready:
            self._draw_map()
        self._draw_panels()

    def _draw_map(self) -> None:
        now = time.monotonic()
        if now - self._alive_at > _ALIVE_EVERY_S:
            self._alive_at = now
            self.map.run_method("alive")
        site = self.situation.site
        if site is None:
            return
        if self._changed("site", site.site_id):
            self.map.set_site(site.site_geojson, list(site.beat_geojson))
            self.map.run_method("trails_so_far", picture.trails(self.situation))
        shown = picture.vehicles(self.situation, self.language)
        if self._changed("vehicles", shown):
            self.map.run_method("vehicles_now", shown)
        if self._changed("findings", self.situation.findings_revision):
            self.map.run_method("findings", picture.findings(self.situation, self.language))

    def _draw_panels(self) -> None:
        self.lost.visible = not self.situation.connected
        self.strip.refresh()
        self.units.refresh()
        situation = self.situation
        # A waiting flight's card shows the pre-flight list, so units matter to the tasks too.
        if self._changed("panels", (situation.revision, situation.tasks_revision)):
            self.tasks.refresh()
            self.findings.refresh()

    def _changed(self, part: str, now: object) -> bool:
        changed = self._drawn.get(part) != now
        self._drawn[part] = now
        return changed
