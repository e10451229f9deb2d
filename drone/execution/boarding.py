"""Brings a plan on board: fence, mission and heights, in the order that PX4's checks need."""

from __future__ import annotations

from comms.logs import get_logger
from drone.errors import TransferError
from drone.execution.kit import Kit
from drone.missions.encoding import (
    EncodedMission,
    encode_fence,
    encode_plan,
    encode_rally,
)
from drone.missions.plan import FlightPlan

#: A fence at the very ceiling would be crossed by a gust.
_FENCE_SPARE_M = 5.0


async def board_flight(kit: Kit, plan: FlightPlan) -> EncodedMission:
    """Everything for a flight from the ground. Raises TransferError."""
    if kit.config.geofence:
        await _board_fence(kit)
    if kit.config.rally_points:
        pads = [kiosk.pad for kiosk in kit.site.kiosks]
        height = kit.planner.airspace.return_height_m
        await kit.transfer.put_rally(encode_rally(pads, height, kit.frame))
    mission = await board_mission(kit, plan)
    height_home = kit.planner.airspace.return_height_m if kit.config.set_return_height else None
    await kit.actions.prepare(kit.config.takeoff_height_m, height_home)
    return mission


async def board_mission(kit: Kit, plan: FlightPlan) -> EncodedMission:
    """The mission alone, also in flight. Raises TransferError."""
    mission = encode_plan(plan, kit.frame, kit.view.firmware)
    await kit.transfer.put_mission(mission.items)
    kit.view.progress.clear()
    return mission


async def _board_fence(kit: Kit) -> None:
    """The boundary, and the no-fly areas that are closed at every height.

    A fence on board is flat: what may be flown over or under is the planner's business alone. A
    vehicle without a fence flies all the same, because the plan itself keeps out; the log says so.
    """
    closed = [
        area.ring
        for area in kit.site.no_fly
        if area.floor_m <= 0 and area.ceiling_m >= kit.config.max_height_m
    ]
    try:
        await kit.transfer.put_fence(encode_fence(kit.site.boundary, closed, kit.frame))
    except TransferError as error:
        if "unsupported" not in str(error):
            raise
        get_logger().warning("the vehicle takes no fence", why=str(error))
        return
    why = await kit.actions.switch_fence_on(kit.config.max_height_m + _FENCE_SPARE_M)
    if why:
        get_logger().warning("the vehicle does not watch its fence", why=why)
