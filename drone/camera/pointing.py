"""The service `/drone/point_camera`: where the camera looks, at a person's wish, also in flight."""

from __future__ import annotations

from patrol_interfaces.srv import PointCamera

from comms.logs import get_logger
from drone.errors import DroneError, LinkError, OrderError
from drone.link.connection import Vehicle


async def point_camera(request: PointCamera.Request, vehicle: Vehicle) -> tuple[bool, str]:
    """Whether it was done, and one sentence."""
    get_logger().info("the camera is to look elsewhere", who=request.who, where=request.where)
    try:
        gimbal = vehicle.gimbal
        if gimbal is None:
            raise LinkError("no autopilot answers")
        if request.where == PointCamera.Request.NADIR:
            await gimbal.look_down()
        elif request.where == PointCamera.Request.AHEAD:
            await gimbal.look_ahead()
        elif request.where == PointCamera.Request.POINT:
            at = request.at
            if not (abs(at.latitude) <= 90 and abs(at.longitude) <= 180):
                raise OrderError(f"{at.latitude}, {at.longitude} is no place on the earth")
            await gimbal.look_at(at.latitude, at.longitude, request.height_m)
        else:
            raise OrderError(f'"{request.where}" should be ahead, nadir or point')
    except DroneError as error:
        return False, str(error)
    return True, f"the camera looks {request.where}"
