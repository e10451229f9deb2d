"""The sentence that goes with each revision, so that a person can see why it was told."""

from __future__ import annotations

from perception.findings.confirmation import Evidence
from perception.findings.open_finding import OpenFinding
from perception.findings.sighting import Sighting


def new(sighting: Sighting, evidence: Evidence) -> str:
    return (
        f"a {sighting.tracked.label} {sighting.place.distance_m:.0f} m from the {sighting.source}, "
        f"in {evidence.frames} frames within {evidence.span_s:.1f} s"
    )


def again(finding: OpenFinding, sighting: Sighting, gone_s: float, better: bool) -> str:
    where = f"{sighting.place.distance_m:.0f} m from the {sighting.source}"
    if gone_s > 0:
        return f"the {finding.label} is seen again after {gone_s:.0f} s, {where}"
    moved = finding.moved_m()
    if better:
        return f"a closer look at the {finding.label}, {where}"
    if moved >= 0.5:
        return f"the {finding.label} moved {moved:.1f} m, now {where}"
    return f"the {finding.label} is still there, {where}"


def ended(finding: OpenFinding, unseen_s: float) -> str:
    return f"the {finding.label} has not been seen for {unseen_s:.0f} s"
