"""Fence and rally points on board: the site's, or for one flight those of a plan made elsewhere.

That a plan's own are on board is in the journal, so that whatever is flown next, by this process or
the one after it, first has the site's again.
"""

from __future__ import annotations

from comms.logs import get_logger
from drone.errors import TransferError
from drone.execution.kit import Kit
from drone.missions.encoding import MissionItem, MissionType, encode_rally, of_raw
from drone.missions.fence import site_fence
from drone.missions.plan import FlightPlan
from drone.preflight.around import Fence

#: A fence at the very ceiling would be crossed by a gust.
_FENCE_SPARE_M = 5.0


async def board_bounds(kit: Kit, plan: FlightPlan) -> None:
    """Before a flight from the ground. Raises TransferError."""
    if not await _board_own(kit, plan):
        await _board_sites(kit, was_lent=kit.journal.lent)


async def keep_bounds(kit: Kit, plan: FlightPlan) -> None:
    """Before a mission is replaced in the air: what is on board must be this plan's."""
    if not await _board_own(kit, plan) and kit.journal.lent:
        await _board_sites(kit, was_lent=True)


async def _board_own(kit: Kit, plan: FlightPlan) -> bool:
    if not (plan.fence or plan.rally):
        return False
    kit.journal.set_lent(True)
    if plan.fence:
        await _put_fence(kit, of_raw(plan.fence, MissionType.FENCE), must=True)
    elif kit.config.geofence:
        await _put_fence(kit, _site_fence(kit))
    if plan.rally:
        await kit.transfer.put_rally(of_raw(plan.rally, MissionType.RALLY))
    elif kit.config.rally_points:
        await kit.transfer.put_rally(_site_rally(kit))
    return True


async def _board_sites(kit: Kit, *, was_lent: bool) -> None:
    if kit.config.geofence:
        await _put_fence(kit, _site_fence(kit))
    elif was_lent:
        await kit.transfer.put_fence(())
    if kit.config.rally_points:
        await kit.transfer.put_rally(_site_rally(kit))
    elif was_lent:
        await kit.transfer.put_rally(())
    kit.journal.set_lent(False)


async def _put_fence(kit: Kit, items: tuple[MissionItem, ...], *, must: bool = False) -> None:
    """A vehicle without a fence flies all the same, because the plan itself keeps out; the log says
    so. Not so a plan that brings a fence of its own: its author counts on it (`must`)."""
    try:
        await kit.transfer.put_fence(items)
    except TransferError as error:
        if must or kit.config.geofence_required or "unsupported" not in str(error):
            raise
        get_logger().warning("the vehicle takes no fence", why=str(error))
        kit.fence = Fence(wrong="the vehicle takes no fence")
        return
    why = await kit.actions.switch_fence_on(kit.planner.airspace.top_m + _FENCE_SPARE_M)
    kit.fence = Fence(on_board=f"a fence of {len(items)} corners", wrong=why)
    if why and (must or kit.config.geofence_required):
        raise TransferError(f"the vehicle does not watch its fence: {why}")
    if why:
        get_logger().warning("the vehicle does not watch its fence", why=why)


def _site_fence(kit: Kit) -> tuple[MissionItem, ...]:
    return site_fence(kit.site, kit.planner.airspace, kit.frame)


def _site_rally(kit: Kit) -> tuple[MissionItem, ...]:
    pads = [kiosk.pad for kiosk in kit.site.kiosks]
    return encode_rally(pads, kit.planner.airspace.return_height_m, kit.frame)
