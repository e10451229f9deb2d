"""May this mission be flown? The checks that an autopilot makes after an upload, told only by
text."""

from __future__ import annotations

from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.commander.fence import Fence
from simulation.autopilot.flight.vectors import Vector, horizontal_distance
from simulation.autopilot.navigator.mission import FLOWN, PLACED
from simulation.autopilot.navigator.plan import Plan
from simulation.autopilot.profiles.parameters import Parameters


def mission_refusal(
    plan: Plan, fence: Fence, home_m: Vector | None, parameters: Parameters
) -> str | None:
    """Why the mission cannot be flown, in PX4's words; None when it can."""
    if not any(
        item.command in FLOWN or item.command == mav.MAV_CMD_NAV_RETURN_TO_LAUNCH
        for item in plan.mission
    ):
        return "Mission rejected: No valid mission items\t"
    if home_m is None:
        return "Mission rejected: No valid home position\t"
    first = True
    for item in plan.mission:
        if item.command not in PLACED:
            continue
        if item.z != item.z:
            return f"Mission rejected: Item {item.seq + 1}: altitude is not a number\t"
        place = plan.place(item, home_m[2], home_m)
        if fence.violated(place):
            return f"Geofence violation for waypoint {item.seq + 1}\t"
        most = parameters["MIS_DIST_1WP"]
        if first and 0 < most < horizontal_distance(place, home_m):
            return "First waypoint far away from home\t"
        first = False
    return None
