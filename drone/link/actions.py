"""Orders to the vehicle, each done when its *effect* is seen.

An acknowledgement is not an effect: PX4 acks a mission that it then refuses by a text, and a
take-off while disarmed. So each order is followed by a wait for the mode, the landed state or the
position that it must bring, is repeated where autopilots are known to need it, and fails with the
vehicle's own words.

| order | effect | time-out | tries |
|---|---|---|---|
| arm | armed (1 Hz heartbeat); ArduCopter: put in guided before | 3 s | for 12 s, one a second |
| take off | off the ground, then 70 % of the height | 15 s, then 60 s | 3 |
| start mission | mode mission, for 0.4 s | 2 s | 8, one a second |
| hold | mode hold (ArduCopter: guided), below 1 m/s | 3 s, then 15 s | 4 |
| return | mode return or land, or on the ground | 3 s | 4 |
| land | mode land, or on the ground | 3 s | 4 |
| go to | within 2 m | by distance | 3 |
| choose an item | MISSION_CURRENT tells it | 1.5 s | 6 |
| disarm | disarmed | 3 s | 3 |
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from typing import Any

from mavsdk.asyncio.plugins.action import ActionAsync
from mavsdk.asyncio.plugins.gimbal import GimbalAsync
from mavsdk.asyncio.plugins.mission_raw import MissionRawAsync
from mavsdk.asyncio.plugins.param import ParamAsync
from mavsdk.exceptions import MavsdkError
from mavsdk.plugins.gimbal import ControlMode, GimbalMode, SendMode

from comms.logs import get_logger
from drone.errors import OrderError
from drone.link.direct import DirectCommands
from drone.link.effect import Effect, Effects, Order, short
from drone.link.fence_switch import switch_fence_on
from drone.link.return_height import set_return_height
from drone.link.state import Landed, Mode, VehicleView
from drone.link.statustext import StatusTexts
from drone.missions.encoding import Firmware

_ARM_FOR_S = 12.0
_TAKEOFF_SHARE = 0.7
_START_TRIES = 8
_ARM_DISARM = 400
_DO_SET_MODE, _CUSTOM_MODE_ENABLED, _COPTER_GUIDED = 176, 1.0, 4.0


class Actions:
    """Orders to one vehicle. Every method raises OrderError with one sentence."""

    def __init__(self, system: Any, view: VehicleView, texts: StatusTexts) -> None:
        self._action = ActionAsync(system)
        self._mission = MissionRawAsync(system)
        self._gimbal = GimbalAsync(system)
        self._param = ParamAsync(system)
        self._direct = DirectCommands(system)
        self._view = view
        self._effects = Effects(view, texts)
        self._log = get_logger()

    async def arm(self) -> None:
        """Arm; an early refusal is repeated, because health turns good over seconds.

        ArduCopter does not arm in AUTO, RTL or LAND, in which its last flight has ended, and MAVSDK
        would leave those for BRAKE, in which it does not arm either: so it is put in guided and
        armed past MAVSDK.
        """
        started = time.monotonic()
        is_copter = self._view.firmware is Firmware.ARDUPILOT
        order = self._arm_in_guided if is_copter else self._action.arm
        tries = max(1, int(_ARM_FOR_S))
        await self._effects.bring("arm", order, lambda: bool(self._view.armed.fresh()), 3.0, tries)
        self._log.info("armed", took_s=round(time.monotonic() - started, 2))

    async def _arm_in_guided(self) -> str:
        await self._guided()
        return await self._direct.refusal(_ARM_DISARM, 1.0)

    async def disarm(self) -> None:
        await self._effects.bring(
            "disarm", self._action.disarm, lambda: self._view.armed.fresh() is False, 3.0, 3
        )

    async def prepare(self, takeoff_height_m: float, return_height_m: float | None) -> None:
        """Set the heights (m above home) of take-off and of the autopilot's own return."""
        await self._set("take-off height", self._action.set_takeoff_altitude, takeoff_height_m)
        if return_height_m is not None:
            why = await self.set_return_height(return_height_m)
            if why:
                self._log.warning("the return height could not be set", why=why)

    async def set_return_height(self, height_m: float) -> str:
        """Set the height (m above home) of the autopilot's own return; why it is not so, or ""."""
        return await set_return_height(self._param, self._view.firmware, height_m)

    async def switch_fence_on(self, highest_m: float) -> str:
        """Have the vehicle watch the fence on board (ArduCopter's is off); why not, or ""."""
        if self._view.firmware is not Firmware.ARDUPILOT:
            return ""
        return await switch_fence_on(self._param, highest_m)

    async def take_off(self, height_m: float, interrupted: Effect = lambda: False) -> None:
        """Leave the ground and climb near `height_m` (m above home), or until `interrupted`."""
        started = time.monotonic()
        left = lambda: self._view.landed.fresh() in (Landed.TAKING_OFF, Landed.IN_AIR)  # noqa: E731
        await self._effects.bring("take off", self._action.takeoff, left, 15.0, 3)
        self._log.info("airborne", took_s=round(time.monotonic() - started, 2))
        high = await self._effects.until(
            lambda: self.height_m() >= _TAKEOFF_SHARE * height_m or interrupted(), 60.0
        )
        if not high:
            raise self._effects.failure(
                "take off",
                started,
                f"it is {self.height_m():.1f} m high instead of {height_m:.0f} m",
            )

    async def start_mission(self) -> None:
        """Fly the mission on board, from its current item. PX4 is ready ~1.5 s after an upload."""
        started = time.monotonic()
        refusal = ""

        def flies() -> bool:
            return self._view.mode.fresh() is Mode.MISSION

        for _ in range(_START_TRIES):
            given = time.monotonic()
            try:
                await self._mission.start_mission()
                refusal = "it said yes and did not do it"
            except MavsdkError as error:
                refusal = short(error)
            # PX4 shows the mode for a moment before it refuses
            if await self._effects.until(flies, 2.0):
                await asyncio.sleep(0.4)
                if flies():
                    self._log.info("flies its mission", took_s=round(time.monotonic() - started, 2))
                    return
            await asyncio.sleep(max(0.0, 1.0 - (time.monotonic() - given)))
        raise self._effects.failure("start the mission", started, refusal)

    async def choose_item(self, index: int) -> None:
        """Make `index` the mission item that is flown next.

        Past MAVSDK, which refuses an index of a mission that another of its objects has uploaded.
        Both autopilots answer with MISSION_CURRENT.
        """

        async def choose() -> None:
            self._view.progress.clear()
            await self._direct.send("MISSION_SET_CURRENT", {"seq": index})

        def chosen() -> bool:
            progress = self._view.progress.last
            return progress is not None and progress.current == index

        await self._effects.bring("choose the mission item", choose, chosen, 1.5, 6)

    async def hold(self) -> None:
        """Stop and stay.

        On ArduCopter MAVSDK's hold is Brake, from which it cannot be armed again, in other versions
        Loiter, in which the throttle stick decides the height: with a stick at its bottom, or none,
        the vehicle sinks. Guided stops and listens to no stick.
        """
        is_copter = self._view.firmware is Firmware.ARDUPILOT
        order: Order = self._guided if is_copter else self._action.hold
        await self._effects.bring("hold", order, lambda: self._view.is_holding, 3.0, 4)
        if not await self._effects.until(lambda: self.speed_mps() < 1.0, 15.0):
            raise OrderError("the vehicle holds but does not come to rest")

    async def _guided(self) -> str:
        return await self._direct.refusal(_DO_SET_MODE, _CUSTOM_MODE_ENABLED, _COPTER_GUIDED)

    async def return_home(self) -> None:
        """The autopilot's own return."""
        effects = (Mode.RETURN, Mode.LAND)
        await self._effects.bring(
            "return",
            self._action.return_to_launch,
            lambda: self._view.mode.fresh() in effects or self._view.is_down,
            3.0,
            4,
        )

    async def land(self) -> None:
        """Land here."""
        await self._effects.bring(
            "land",
            self._action.land,
            lambda: self._view.mode.fresh() is Mode.LAND or self._view.is_down,
            3.0,
            4,
        )

    async def go_to(
        self, latitude_deg: float, longitude_deg: float, above_sea_m: float, bearing_deg: float
    ) -> None:
        """Fly straight to a place. Done within 2 m of it."""
        away = self._distance(latitude_deg, longitude_deg, above_sea_m)
        await self._effects.bring(
            "go there",
            lambda: self._action.goto_location(
                latitude_deg, longitude_deg, above_sea_m, bearing_deg
            ),
            lambda: self._distance(latitude_deg, longitude_deg, above_sea_m) < 2.0,
            20.0 + 2.0 * away,
            3,
        )

    async def send_to(
        self, latitude_deg: float, longitude_deg: float, above_sea_m: float, bearing_deg: float
    ) -> None:
        """Ask it to fly straight to a place, without waiting for it; OrderError when refused."""
        started = time.monotonic()
        try:
            await self._action.goto_location(latitude_deg, longitude_deg, above_sea_m, bearing_deg)
        except MavsdkError as error:
            raise self._effects.failure(
                "set out for another place", started, short(error)
            ) from None

    async def look_at(self, latitude_deg: float, longitude_deg: float, above_sea_m: float) -> bool:
        """Point the gimbal at a place; False when the vehicle has no gimbal that can."""
        try:
            gimbals = (await self._gimbal.gimbal_list()).gimbals
            if not gimbals:
                return False
            await self._gimbal.set_roi_location(
                gimbals[0].gimbal_id, latitude_deg, longitude_deg, above_sea_m
            )
        except MavsdkError as error:
            self._log.info("the gimbal does not turn there", why=short(error))
            return False
        return True

    async def tilt_camera(self, pitch_deg: float) -> bool:
        """Point the gimbal forward at a pitch (degrees over the horizon, -90 is straight down);
        False when the vehicle has no gimbal that can."""
        try:
            gimbals = (await self._gimbal.gimbal_list()).gimbals
            if not gimbals:
                return False
            number = gimbals[0].gimbal_id
            await self._gimbal.take_control(number, ControlMode.PRIMARY)
            await self._gimbal.set_angles(
                number, 0.0, pitch_deg, 0.0, GimbalMode.YAW_FOLLOW, SendMode.ONCE
            )
        except MavsdkError as error:
            self._log.info("the gimbal does not tilt", why=short(error))
            return False
        return True

    def height_m(self) -> float:
        """Height above home (m), NaN when it is not known."""
        position = self._view.position.fresh()
        return position.above_home_m if position is not None else math.nan

    def speed_mps(self) -> float:
        """Speed in space (m/s), infinite when it is not known."""
        v = self._view.velocity.fresh()
        return math.hypot(v.east, v.north, v.up) if v is not None else math.inf

    def _distance(self, latitude_deg: float, longitude_deg: float, above_sea_m: float) -> float:
        p = self._view.position.fresh()
        if p is None:
            return math.inf
        over_ground = p.over_ground_m(latitude_deg, longitude_deg)
        return math.hypot(over_ground, above_sea_m - p.above_sea_m)

    async def _set(
        self, what: str, setter: Callable[[float], Awaitable[Any]], value: float
    ) -> None:
        for last in (False, False, True):
            try:
                await setter(value)
                return
            except MavsdkError as error:
                if last:
                    self._log.warning(f"the {what} could not be set", why=short(error))
