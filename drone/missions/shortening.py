"""As much of a flight over an area or along a way as the battery holds, with its reserve."""

from __future__ import annotations

from dataclasses import replace

from comms.contracts.task import TaskKind
from drone.errors import PlanError
from drone.missions.plan import FlightPlan, Part, PlanItem
from drone.missions.planner import Planner

#: Kinds of which a part is worth something.
IN_PARTS = (TaskKind.SURVEY, TaskKind.CORRIDOR, TaskKind.PERIMETER, TaskKind.SEARCH)


def fitting(planner: Planner, plan: FlightPlan, budget_wh: float) -> FlightPlan:
    """`plan`, or its longest beginning that `budget_wh` pays, with a note of what is left out.

    `plan` itself where not even two waypoints of its work can be paid: the pre-flight list refuses
    it then, with the figures.
    """
    if plan.energy_wh <= budget_wh:
        return plan
    work = [n for n, item in enumerate(plan.items) if item.part is Part.WORK and item.moves]
    fewest, most = 1, len(work) - 1  # so many fit, or are too few; one more than `most` does not
    best: FlightPlan | None = None
    while most - fewest >= 1:
        count = (fewest + most + 1) // 2
        part = _beginning(planner, plan, work, count)
        if part is not None and part.energy_wh <= budget_wh:
            best, fewest = part, count
        else:
            most = count - 1
    if best is None:
        return plan
    share = fewest / len(work)
    words = (
        f"the battery holds {share:.0%} of the work: left out from its waypoint {fewest + 1} of "
        f"{len(work)} on"
    )
    return replace(best, notes=(*best.notes, words))


def _beginning(
    planner: Planner, plan: FlightPlan, work: list[int], count: int
) -> FlightPlan | None:
    """The plan with the first `count` waypoints of its work, and home from there."""
    last = work[count - 1]
    items: tuple[PlanItem, ...] = plan.items[: last + 1]
    try:
        home = planner.way_back(plan.items[last].at, plan.home)
        part = replace(plan, items=(*items, *home))
        planner.check(part)
        return planner.costed(part)
    except PlanError:
        return None
