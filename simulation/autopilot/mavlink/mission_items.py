"""Mission items on the wire, and which of them this autopilot takes."""

from __future__ import annotations

from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.mavlink.motion_messages import Message
from simulation.autopilot.navigator.mission import FLOWN
from simulation.autopilot.navigator.plan import GLOBAL_FRAMES, Item

FENCE_COMMANDS = frozenset(
    (
        mav.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION,
        mav.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_EXCLUSION,
        mav.MAV_CMD_NAV_FENCE_CIRCLE_INCLUSION,
        mav.MAV_CMD_NAV_FENCE_CIRCLE_EXCLUSION,
        mav.MAV_CMD_NAV_FENCE_RETURN_POINT,
    )
)
COMMANDING = frozenset(
    (
        mav.MAV_CMD_NAV_RETURN_TO_LAUNCH,
        mav.MAV_CMD_DO_JUMP,
        mav.MAV_CMD_DO_CHANGE_SPEED,
        mav.MAV_CMD_DO_SET_HOME,
        mav.MAV_CMD_DO_SET_ROI,
        mav.MAV_CMD_DO_SET_ROI_LOCATION,
        mav.MAV_CMD_DO_SET_ROI_NONE,
        mav.MAV_CMD_DO_MOUNT_CONTROL,
        mav.MAV_CMD_DO_MOUNT_CONFIGURE,
        mav.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW,
        mav.MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE,
        mav.MAV_CMD_DO_SET_CAM_TRIGG_DIST,
        mav.MAV_CMD_DO_SET_CAM_TRIGG_INTERVAL,
        mav.MAV_CMD_DO_TRIGGER_CONTROL,
        mav.MAV_CMD_DO_DIGICAM_CONTROL,
        mav.MAV_CMD_SET_CAMERA_MODE,
        mav.MAV_CMD_SET_CAMERA_ZOOM,
        mav.MAV_CMD_SET_CAMERA_FOCUS,
        mav.MAV_CMD_IMAGE_START_CAPTURE,
        mav.MAV_CMD_IMAGE_STOP_CAPTURE,
        mav.MAV_CMD_VIDEO_START_CAPTURE,
        mav.MAV_CMD_VIDEO_STOP_CAPTURE,
    )
)
_BY_TYPE = {
    mav.MAV_MISSION_TYPE_MISSION: COMMANDING | frozenset(FLOWN),
    mav.MAV_MISSION_TYPE_FENCE: FENCE_COMMANDS,
    mav.MAV_MISSION_TYPE_RALLY: frozenset((mav.MAV_CMD_NAV_RALLY_POINT,)),
}


def item_of(message: Message) -> Item:
    """MISSION_ITEM_INT or the older MISSION_ITEM as our item."""
    x, y = message.x, message.y
    if message.get_type() == "MISSION_ITEM":
        x, y = round(x * 1e7), round(y * 1e7)
    return Item(
        message.seq,
        message.frame,
        message.command,
        message.current,
        message.autocontinue,
        message.param1,
        message.param2,
        message.param3,
        message.param4,
        x,
        y,
        message.z,
    )


def item_message(item: Item, peer: tuple[int, int], mission_type: int) -> Message:
    """Our item as MISSION_ITEM_INT, exactly as it was uploaded."""
    return mav.MAVLink_mission_item_int_message(*peer, *item, mission_type)


def item_problem(item: Item, mission_type: int) -> int | None:
    """MAV_MISSION_RESULT that refuses this item, or None. Values are not looked at here."""
    if item.command not in _BY_TYPE[mission_type]:
        return int(mav.MAV_MISSION_UNSUPPORTED)
    frames = (*GLOBAL_FRAMES, mav.MAV_FRAME_MISSION)
    if item.frame not in frames:
        return int(mav.MAV_MISSION_UNSUPPORTED_FRAME)
    if item.frame != mav.MAV_FRAME_MISSION and not (
        abs(item.x) <= 90 * 10**7 and abs(item.y) <= 180 * 10**7
    ):
        x_wrong = abs(item.x) > 90 * 10**7
        return int(
            mav.MAV_MISSION_INVALID_PARAM5_X if x_wrong else mav.MAV_MISSION_INVALID_PARAM6_Y
        )
    return None
