"""The book of findings: sightings go in, revisions of findings come out.

A revision is told when a thing is new, when it has moved or some time has passed while it is seen,
and when it has not been seen for long enough: then it has ended. The same thing seen again soon
goes on as the same finding.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from comms.contracts.finding import Finding, FindingPhase
from comms.contracts.geodesy import LocalFrame
from perception.config import FindingsConfig, KindConfig
from perception.findings import reasons
from perception.findings.confirmation import Confirmation, Evidence
from perception.findings.open_finding import OpenFinding, begin
from perception.findings.same_thing import Bindings, nearest, still_fits, without_doubles
from perception.findings.sighting import Sighting

_SOONEST_UPDATE_S = 0.5
_CLOCK_BACK_S = 60.0


@dataclass(frozen=True)
class Revision:
    """What is to be told: the finding, the state behind it for the journal, and, where a snapshot
    is due, the sighting to be shown."""

    finding: Finding
    state: OpenFinding
    picture_of: Sighting | None = None


class FindingBook:
    """All findings that live or have just ended. Called from one thread."""

    def __init__(
        self,
        config: FindingsConfig,
        frame: LocalFrame,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        self._config = config
        self._frame = frame
        self._new_id = new_id
        self._findings: dict[str, OpenFinding] = {}
        self._confirmation = Confirmation()
        self._bindings = Bindings()

    @property
    def open(self) -> list[OpenFinding]:
        return [finding for finding in self._findings.values() if finding.is_open]

    @property
    def known(self) -> set[str]:
        """The ids of all that are open or may go on."""
        return set(self._findings)

    def restore(self, states: Iterable[OpenFinding]) -> None:
        """Goes on with what an earlier process left in its journal."""
        for state in states:
            self._findings[state.finding_id] = state

    def see(self, sightings: list[Sighting]) -> list[Revision]:
        """Takes in all sightings of one frame; returns what is to be told."""
        revisions = []
        with_evidence = [
            (sighting, self._confirmation.add(sighting, self._kind(sighting.tracked.kind)))
            for sighting in without_doubles(sightings)
        ]
        loose: list[tuple[Sighting, Evidence]] = []
        for sighting, evidence in with_evidence:
            finding = self._bound(sighting)
            if finding is None:
                loose.append((sighting, evidence))
            else:
                revisions += self._again(finding, sighting)
        for sighting, evidence in loose:
            kind = self._kind(sighting.tracked.kind)
            known = nearest(
                *(self._findings.values(), sighting, evidence.frames, self._config, kind),
                self._bindings,
            )
            if known is not None:
                revisions += self._again(known, sighting)
            elif evidence.confirmed:
                revisions.append(self._news(sighting, evidence))
        return revisions

    def tick(self, now_s: float) -> list[Revision]:
        """To be called about once a second: ends what has not been seen for long. Also after the
        clock was set back, because such a finding would never end."""
        revisions = []
        for finding in list(self._findings.values()):
            kind = self._kind(finding.kind)
            unseen = now_s - finding.last_seen_s
            if finding.is_open and (unseen > kind.end_after_s or unseen < -_CLOCK_BACK_S):
                finding.phase = FindingPhase.ENDED
                revisions.append(
                    self._tell(finding, now_s, reasons.ended(finding, max(0.0, unseen)))
                )
            if not finding.is_open and not (
                -_CLOCK_BACK_S <= unseen <= kind.end_after_s + kind.reopen_within_s
            ):
                del self._findings[finding.finding_id]
                self._bindings.forget_finding(finding.finding_id)
        self._bindings.forget_tracks(self._confirmation.forget(now_s))
        return revisions

    def _kind(self, kind: str) -> KindConfig:
        config: KindConfig = getattr(self._config, kind)
        return config

    def _bound(self, sighting: Sighting) -> OpenFinding | None:
        finding = self._findings.get(self._bindings.finding_of(sighting) or "")
        kind = self._kind(sighting.tracked.kind)
        if finding is None or not still_fits(finding, sighting, kind):
            return None
        self._bindings.bind(sighting, finding.finding_id)
        return finding

    def _news(self, sighting: Sighting, evidence: Evidence) -> Revision:
        first_seen_s = sighting.time_s - evidence.span_s
        finding = begin(
            *(self._new_id(), sighting, first_seen_s, evidence.frames, evidence.mean_confidence)
        )
        self._findings[finding.finding_id] = finding
        self._bindings.bind(sighting, finding.finding_id)
        finding.picture_area = sighting.box_area
        return self._tell(finding, sighting.time_s, reasons.new(sighting, evidence), sighting)

    def _again(self, finding: OpenFinding, sighting: Sighting) -> list[Revision]:
        kind = self._kind(finding.kind)
        ended = not finding.is_open
        gone_s = sighting.time_s - finding.last_seen_s
        finding.take(sighting, kind)
        self._bindings.bind(sighting, finding.finding_id)
        since = sighting.time_s - finding.told_s
        moved = finding.moved_m() > self._config.update_moved_m
        due = since >= kind.update_every_s or (moved and since >= _SOONEST_UPDATE_S)
        if not (due or ended or since < -_CLOCK_BACK_S):
            return []
        finding.phase = FindingPhase.UPDATED
        better = sighting.box_area > self._config.better_picture * finding.picture_area
        if better:
            finding.picture_area = sighting.box_area
        reason = reasons.again(finding, sighting, gone_s if ended else 0.0, better)
        return [self._tell(finding, sighting.time_s, reason, sighting if better else None)]

    def _tell(
        self, finding: OpenFinding, now_s: float, reason: str, picture_of: Sighting | None = None
    ) -> Revision:
        finding.revision += 1
        finding.told_s = now_s
        finding.told_east_m, finding.told_north_m = finding.east_m, finding.north_m
        told = Finding(
            finding_id=finding.finding_id,
            revision=finding.revision,
            phase=finding.phase,
            kind=finding.kind,
            label=finding.label,
            confidence=min(1.0, max(0.0, finding.confidence)),
            reason=reason,
            source=finding.source,
            first_seen=datetime.fromtimestamp(finding.first_seen_s, UTC),
            last_seen=datetime.fromtimestamp(finding.last_seen_s, UTC),
            position=self._frame.to_geo(finding.east_m, finding.north_m),
            position_covariance=finding.told_covariance(),
            count=finding.count,
        )
        return Revision(told, finding.model_copy(), picture_of)
