"""The services `/drone/take_photo` and `/drone/film`: by a MAVLink camera where one is on board,
else a picture of the ROS camera, which perception blurs first.

A photo is kept with its place, written into the flight's log, and told as a finding where the
camera looked, so that it is on the command centre's map.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Coroutine
from typing import Any

from builtin_interfaces.msg import Time
from patrol_interfaces.msg import Finding
from patrol_interfaces.msg import GeoPoint as GeoPointMsg
from patrol_interfaces.srv import TakePhoto, TakePicture
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.node import Node
from rclpy.task import Future as RosFuture
from sensor_msgs.msg import CompressedImage
from std_srvs.srv import SetBool

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import Enu
from comms.logs import get_logger
from comms.ros.qos import RECORDS
from drone.attitude import Quaternion, ahead
from drone.camera.photos import PhotoFolder, PhotoPlace, seen_on_ground
from drone.errors import DroneError, LinkError
from drone.execution.kit import Kit
from drone.messages import utc_to_time

KIND = "photo"
_SIGMA_M = 5.0

#: Runs work on the link's loop for a coroutine of ROS's executor.
OnLink = Callable[[Coroutine[Any, Any, Any]], RosFuture]


class Taking:
    """`direction`: the camera's (FLU in ENU). `note(topic, body)` writes into the flight's log."""

    def __init__(
        self,
        node: Node,
        kit: Kit,
        frame: LocalFrame,
        direction: Callable[[], Quaternion],
        on_link: OnLink,
        note: Callable[[str, dict[str, Any]], object],
    ) -> None:
        self._kit, self._frame, self._direction = kit, frame, direction
        self._on_link, self._note = on_link, note
        self._folder = PhotoFolder(kit.journal.folder / "photos", kit.config.photos_mb * 1e6)
        self._log = get_logger()
        orders = ReentrantCallbackGroup()
        self._findings = node.create_publisher(Finding, "/findings", RECORDS)
        self._perception = node.create_client(
            TakePicture, "/drone/take_picture", callback_group=orders
        )
        node.create_service(TakePhoto, "/drone/take_photo", self._take, callback_group=orders)
        node.create_service(SetBool, "/drone/film", self._film, callback_group=orders)

    async def _take(
        self, request: TakePhoto.Request, response: TakePhoto.Response
    ) -> TakePhoto.Response:
        self._log.info("a photo is asked for", who=request.who)
        try:
            by_mavlink = self._kit.view.camera is not None
            place, file, jpeg = await (self._by_mavlink() if by_mavlink else self._by_perception())
        except (DroneError, OSError, ValueError) as error:
            response.success, response.message = False, str(error)
            return response
        self._tell(place, file, jpeg, request.who)
        response.success, response.message, response.file = True, f"{place.words}: {file}", file
        response.at = GeoPointMsg(
            latitude=place.latitude_deg,
            longitude=place.longitude_deg,
            altitude=math.nan if place.above_sea_m is None else place.above_sea_m,
        )
        return response

    async def _by_mavlink(self) -> tuple[PhotoPlace, str, bytes]:
        camera = self._kit.vehicle.camera
        if camera is None:
            raise LinkError("no autopilot answers")
        direction = self._direction()
        capture = await self._on_link(camera.take_picture())
        bearing, pitch = _bearing_and_pitch(direction)
        place = PhotoPlace(
            capture.at,
            capture.latitude_deg,
            capture.longitude_deg,
            capture.above_sea_m,
            capture.above_home_m,
            bearing,
            pitch,
        )
        return place, capture.file, b""

    async def _by_perception(self) -> tuple[PhotoPlace, str, bytes]:
        if not self._perception.service_is_ready():
            raise LinkError("there is no camera: no MAVLink camera on board, and no perception")
        place = self._place()
        answer = await self._perception.call_async(TakePicture.Request())
        if not answer.success:
            raise LinkError(answer.message)
        jpeg = bytes(answer.picture.data)
        return place, str(self._folder.keep(jpeg, place)), jpeg

    async def _film(self, request: SetBool.Request, response: SetBool.Response) -> SetBool.Response:
        camera = self._kit.vehicle.camera
        try:
            if camera is None or self._kit.view.camera is None:
                raise LinkError("this camera records no video: there is no MAVLink camera on board")
            await self._on_link(camera.film(request.data))
        except DroneError as error:
            response.success, response.message = False, str(error)
            return response
        response.success, response.message = True, "it films" if request.data else "it has stopped"
        return response

    def _place(self) -> PhotoPlace:
        position = self._kit.view.position.fresh()
        if position is None:
            raise LinkError("where the drone is is not known")
        bearing, pitch = _bearing_and_pitch(self._direction())
        return PhotoPlace(
            self._kit.now(),
            position.latitude_deg,
            position.longitude_deg,
            position.above_sea_m,
            position.above_home_m,
            bearing,
            pitch,
        )

    def _tell(self, place: PhotoPlace, file: str, jpeg: bytes, who: str) -> None:
        body = {"file": file, "who": who, "latitude_deg": place.latitude_deg}
        body |= {"longitude_deg": place.longitude_deg, "above_home_m": place.above_home_m}
        self._note("/photo", body)
        here = self._kit.where()
        looked_at = seen_on_ground(here, self._direction()) if here is not None else None
        at = looked_at or (here._replace(up_m=0.0) if here is not None else Enu(0.0, 0.0, 0.0))
        point = self._frame.to_geo(*at)
        stamp = utc_to_time(place.at)
        finding = Finding(
            finding_id=str(uuid.uuid4()),
            kind=KIND,
            label=KIND,
            confidence=1.0,
            reason=f"a photo that {who or 'somebody'} asked for, from {place.words}",
            source="drone",
            first_seen=stamp,
            last_seen=stamp,
            position=GeoPointMsg(
                latitude=point.latitude_deg, longitude=point.longitude_deg, altitude=math.nan
            ),
            position_covariance=[_SIGMA_M**2, 0.0, 0.0, _SIGMA_M**2],
            count=1,
        )
        finding.phase, finding.snapshot = Finding.PHASE_NEW, _snapshot(jpeg, stamp)
        self._findings.publish(finding)
        finding.phase, finding.revision = Finding.PHASE_ENDED, 1
        finding.snapshot = CompressedImage()
        self._findings.publish(finding)


def _snapshot(jpeg: bytes, stamp: Time) -> CompressedImage:
    message = CompressedImage(format="jpeg", data=jpeg)
    message.header.stamp = stamp
    return message


def _bearing_and_pitch(q: Quaternion) -> tuple[float, float]:
    """Of a camera that looks along its x: degrees from north, degrees over the horizon."""
    east, north, up = ahead(q)
    pitch = math.asin(max(-1.0, min(1.0, up)))
    return math.degrees(math.atan2(east, north)) % 360.0, math.degrees(pitch)
