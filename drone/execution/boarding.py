"""Brings a plan on board: fence, mission and heights, in the order that PX4's checks need."""

from __future__ import annotations

from drone.execution.bounds import board_bounds, keep_bounds
from drone.execution.kit import Kit
from drone.missions.encoding import EncodedMission, encode_plan
from drone.missions.plan import FlightPlan


async def board_flight(kit: Kit, plan: FlightPlan) -> EncodedMission:
    """Everything for a flight from the ground. Raises TransferError."""
    await board_bounds(kit, plan)
    mission = await _board(kit, plan)
    height_home = kit.planner.airspace.return_height_m if kit.config.set_return_height else None
    await kit.actions.prepare(kit.config.takeoff_height_m, height_home)
    return mission


async def board_mission(kit: Kit, plan: FlightPlan) -> EncodedMission:
    """The mission alone, also in flight. Raises TransferError."""
    await keep_bounds(kit, plan)
    return await _board(kit, plan)


async def _board(kit: Kit, plan: FlightPlan) -> EncodedMission:
    mission = encode_plan(plan, kit.frame, kit.view.firmware)
    await kit.transfer.put_mission(mission.items)
    kit.view.progress.clear()
    return mission
