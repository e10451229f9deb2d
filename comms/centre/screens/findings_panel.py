"""The findings: picture, what, since when, how sure, newest first; a click shows the place."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui

from comms.centre.screens.picture import finding_words, vehicle_name
from comms.centre.screens.situation import Situation
from comms.centre.screens.words import word
from comms.wire import types_pb2

_SHOWN = 20


class FindingsPanel:
    def __init__(
        self, situation: Situation, language: str, look_at: Callable[[float, float], None]
    ) -> None:
        self.situation, self.language, self.look_at = situation, language, look_at
        with ui.column().classes("w-full gap-2"):
            ui.label(word("findings", language)).classes("panel-title")
            self._body()

    def refresh(self) -> None:
        self._body.refresh()

    def show(self, finding_id: str) -> None:
        """The finding large, with its picture."""
        finding = self.situation.findings.get(finding_id)
        if finding is None:
            return
        with ui.dialog(value=True), ui.card().classes("finding-large"):
            ui.image(f"/snapshot/{finding_id}.jpg").props("fit=contain no-transition")
            ui.label(self._title(finding)).classes("text-weight-bold")
            ui.label(self._facts(finding))
            ui.label(finding.reason).classes("text-caption")

    @ui.refreshable_method
    def _body(self) -> None:
        recent = self.situation.recent_findings(_SHOWN)
        if not recent:
            ui.label(word("no_findings", self.language)).classes("hint")
        for finding in recent:
            self._line(finding)

    def _line(self, finding: types_pb2.Finding) -> None:
        over = finding.phase == types_pb2.FINDING_PHASE_ENDED

        def show() -> None:
            self.look_at(finding.position.latitude_deg, finding.position.longitude_deg)
            self.show(finding.finding_id)

        row = ui.row().classes(
            "w-full items-center no-wrap gap-2 finding" + (" over" if over else "")
        )
        with row.on("click", show).mark("finding"):
            ui.element("img").props(
                f'src="/snapshot/{finding.finding_id}.jpg" loading=lazy alt=""'
            ).classes("thumb")
            with ui.column().classes("gap-0"):
                ui.label(self._title(finding))
                ui.label(self._facts(finding)).classes("text-caption")

    def _title(self, finding: types_pb2.Finding) -> str:
        title = finding_words(finding.kind, finding.label, self.language)
        if finding.phase == types_pb2.FINDING_PHASE_ENDED:
            title += f" ({word('over', self.language)})"
        return title

    def _facts(self, finding: types_pb2.Finding) -> str:
        since = finding.first_seen.ToDatetime().strftime("%H:%M:%S")
        who = word(vehicle_name(finding.source), self.language)
        return " · ".join(
            [
                word("since", self.language, time=f"{since} UTC"),
                word("confidence", self.language, percent=round(finding.confidence * 100)),
                word("seen_by", self.language, who=who),
            ]
        )
