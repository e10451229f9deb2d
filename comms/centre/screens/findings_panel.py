"""The findings: picture, what, since when, how sure, newest first; a click shows it large."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui

from comms.centre.screens.clock import clock_time
from comms.centre.screens.picture import finding_words, vehicle_name
from comms.centre.screens.rows import Rows
from comms.centre.screens.situation import Situation
from comms.centre.screens.words import word
from comms.wire import types_pb2

_SHOWN = 20
#: A finding's picture is asked for again after so many revisions.
_PICTURE_EVERY = 10
_ENDED = types_pb2.FINDING_PHASE_ENDED


class FindingsPanel:
    """`look_at` moves the map to a place."""

    def __init__(
        self, situation: Situation, language: str, look_at: Callable[[float, float], None]
    ) -> None:
        self.situation, self.language, self.look_at = situation, language, look_at
        with ui.column().classes("w-full gap-2 findings"):
            ui.label(word("findings", language)).classes("panel-title")
            self._none = ui.label(word("no_findings", language)).classes("hint")
            lines = ui.column().classes("w-full gap-1")
        self._rows: Rows[types_pb2.Finding] = Rows(lines, lambda f: _FindingLine(self, f))

    def refresh(self) -> None:
        recent = self.situation.recent_findings(_SHOWN)
        self._none.visible = not recent
        self._rows.show([(finding.finding_id, finding) for finding in recent])

    def show(self, finding_id: str) -> None:
        """The finding large, with its picture."""
        finding = self.situation.findings.get(finding_id)
        if finding is None:
            return
        with ui.dialog(value=True) as dialog, ui.card().classes("finding-large"):
            ui.element("img").props(
                f'src="{picture_of(finding)}" alt="{word("picture_blurred", self.language)}"'
            )
            with ui.row().classes("w-full items-center no-wrap"):
                with ui.column().classes("gap-0 grow"):
                    ui.label(self.title(finding)).classes("text-weight-bold")
                    ui.label(self.facts(finding))
                    ui.label(finding.reason).classes("text-caption")
                ui.button(word("back", self.language), on_click=dialog.close).props("flat no-caps")
        dialog.on("hide", dialog.delete)

    def title(self, finding: types_pb2.Finding) -> str:
        title = finding_words(finding.kind, finding.label, self.language)
        if finding.phase == _ENDED:
            title += f" ({word('over', self.language)})"
        return title

    def facts(self, finding: types_pb2.Finding) -> str:
        since = clock_time(finding.first_seen)
        parts = [word("since", self.language, time=since)]
        if finding.phase == _ENDED:
            parts = [f"{since}–{clock_time(finding.last_seen)}"]
        parts.append(word("confidence", self.language, percent=round(finding.confidence * 100)))
        parts.append(word(vehicle_name(finding.source), self.language))
        return " · ".join(parts)


class _FindingLine:
    def __init__(self, panel: FindingsPanel, finding: types_pb2.Finding) -> None:
        self._panel, self._finding = panel, finding
        self._shown: tuple[int, int] | None = None
        # A button for a keyboard too: Enter and a click do the same.
        self.root = ui.element("button").classes("finding").props("type=button")
        with self.root.on("click", self._open):
            self._picture = ui.element("img").props('alt="" loading=lazy').classes("thumb")
            with ui.element("span").classes("finding-words"):
                self._title = ui.label()
                self._facts = ui.label().classes("text-caption")

    def show(self, finding: types_pb2.Finding) -> None:
        shown = (finding.revision, finding.phase)
        if shown == self._shown:
            return
        self._shown, self._finding = shown, finding
        over = finding.phase == _ENDED
        self.root.classes(add="over" if over else "live", remove="live" if over else "over")
        self._picture.props(f'src="{picture_of(finding)}"')
        self._title.set_text(self._panel.title(finding))
        self._facts.set_text(self._panel.facts(finding))

    def _open(self) -> None:
        place = self._finding.position
        self._panel.look_at(place.latitude_deg, place.longitude_deg)
        self._panel.show(self._finding.finding_id)


def picture_of(finding: types_pb2.Finding) -> str:
    """Where its newest picture is. The address changes when there may be a newer one."""
    version = f"{finding.phase}.{finding.revision // _PICTURE_EVERY}"
    return f"/snapshot/{finding.finding_id}.jpg?v={version}"
