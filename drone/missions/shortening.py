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
    fewest, most = 1, len(work) - 1  # so many are paid, or too few; one more than `most` is not
    best, held = plan, 0
    while fewest < most:
        asked = (fewest + most + 1) // 2
        count, part = _with_a_way_home(planner, plan, work, range(asked, max(fewest, held), -1))
        if part is None:
            fewest = asked  # no way home from any of these: the last that was paid stands
        elif part.energy_wh <= budget_wh:
            best, held, fewest = part, count, asked
        else:
            most = count - 1
    if not held:
        return plan
    why = "" if held == most else f"; from waypoints {held + 1} to {most} no way home is found"
    words = (
        f"the battery holds {held / len(work):.0%} of the work and the way home: left out from its "
        f"waypoint {held + 1} of {len(work)} on{why}"
    )
    return replace(best, notes=(*best.notes, words))


def _with_a_way_home(
    planner: Planner, plan: FlightPlan, work: list[int], counts: range
) -> tuple[int, FlightPlan | None]:
    """The first of `counts` from whose last waypoint there is a way home, and that plan."""
    for count in counts:
        part = _beginning(planner, plan, work, count)
        if part is not None:
            return count, part
    return 0, None


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
