"""The precision landing flown: pictures in, velocities out, until the autopilot's own landing takes
the last bit or its own return takes over.

Nothing here holds the vehicle in the air: when this process ends the stream of velocities ends, and
the autopilot does what it is set to.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from comms.contracts.landing_board import LANDING_BOARD
from comms.contracts.place import Enu
from comms.contracts.vehicle import Mount
from comms.logs import get_logger
from drone.errors import DroneError, OrderError
from drone.landing.config import LandingConfig
from drone.landing.geometry import camera_and_body, pad_from_vehicle
from drone.landing.outcome import Ended, Outcome
from drone.landing.pad_track import PadTrack
from drone.landing.pictures import Picture, Pictures
from drone.landing.sight import BoardReader
from drone.landing.steps import LandingSteps, Step, Wish
from drone.link.actions import Actions
from drone.link.guidance import PERIOD_S, Guidance
from drone.link.state import Landed, VehicleView

_FIRST_PICTURE_S = 3.0
#: The vehicle's word on where it is and what it flies must not be older than this (s).
_STALE_S = 1.0
#: Another mode must be told for this long (s) before somebody else has the vehicle.
_TAKEN_S = 2.5


class PrecisionLanding:
    """One camera over one board; `run` is one landing."""

    def __init__(self, pictures: Pictures, mount: Mount, config: LandingConfig) -> None:
        self.config = config
        self._pictures, self._mount = pictures, mount
        self._reader = BoardReader(LANDING_BOARD.scaled(config.board_side_m))
        self._log = get_logger()

    async def run(
        self,
        view: VehicleView,
        actions: Actions,
        guidance: Guidance,
        where: Callable[[], Enu | None],
        home: Enu,
        interrupted: Callable[[], bool],
        tell: Callable[[str], None] = lambda words: None,
    ) -> Ended:
        """Land on the board near `home` (ENU m). `interrupted` ends it at once, hovering."""
        self._pictures.want(True)
        try:
            await actions.tilt_camera(-90.0)
            if not await self._first_picture(interrupted):
                words = f"no picture came from the camera in {_FIRST_PICTURE_S:.0f} s"
                return Ended(Outcome.NOT_BEGUN, words)
            ended = await self._fly(view, actions, guidance, where, home, interrupted, tell)
            await actions.tilt_camera(0.0)
            return ended
        finally:
            self._pictures.want(False)

    async def _first_picture(self, interrupted: Callable[[], bool]) -> bool:
        end = time.monotonic() + _FIRST_PICTURE_S
        while self._pictures.newest() is None:
            if interrupted() or time.monotonic() > end:
                return False
            await asyncio.sleep(PERIOD_S)
        return True

    async def _fly(
        self,
        view: VehicleView,
        actions: Actions,
        guidance: Guidance,
        where: Callable[[], Enu | None],
        home: Enu,
        interrupted: Callable[[], bool],
        tell: Callable[[str], None],
    ) -> Ended:
        attitude = view.attitude.fresh()
        if attitude is None:
            return Ended(Outcome.NOT_BEGUN, "the vehicle does not tell its attitude")
        yaw = attitude.yaw
        try:
            await guidance.begin(yaw)
        except OrderError as error:
            return Ended(Outcome.NOT_BEGUN, str(error))
        track, steps = PadTrack(), LandingSteps(self.config, home, time.monotonic())
        number, told, flown_s = -1, Step.TOUCH, time.monotonic()
        while True:
            turn_s = time.monotonic()
            if interrupted():
                return Ended(Outcome.INTERRUPTED, "the landing on the board was interrupted")
            if guidance.is_flown or view.mode.fresh() is None:
                flown_s = turn_s
            elif turn_s - flown_s > _TAKEN_S:
                words = f"the vehicle went to mode {view.mode.fresh()} by itself"
                return Ended(Outcome.TAKEN, words)
            if view.landed.fresh() is Landed.ON_GROUND:
                await actions.land()  # it stands, lower than was thought: the motors end
                return Ended(Outcome.LANDS, f"landed on the board, retries: {steps.retries}")
            here = where()
            if here is not None:
                track.moved(turn_s - view.position.age_s, here)
            picture = self._pictures.newest()
            if picture is not None and picture.number != number:
                number = picture.number
                await self._look(picture, view, track)
            wish = self._decide(view, here, track, steps)
            if wish.step is Step.TOUCH:
                await actions.land()
                return Ended(Outcome.LANDS, f"landing on the board, retries: {steps.retries}")
            if wish.step is Step.GIVEN_UP:
                return await self._return(actions, steps.why)
            if wish.step is not told:
                told = wish.step
                self._log.info("precision landing", step=str(told), retries=steps.retries)
                tell(f"landing on the board: {told}")
            await guidance.give(wish.east_mps, wish.north_mps, wish.up_mps, yaw)
            await asyncio.sleep(max(0.0, PERIOD_S - (time.monotonic() - turn_s)))

    def _decide(
        self, view: VehicleView, here: Enu | None, track: PadTrack, steps: LandingSteps
    ) -> Wish:
        velocity = view.velocity.fresh()
        if here is None or velocity is None or view.position.age_s > _STALE_S:
            return Wish(steps.step if steps.step is not Step.TOUCH else Step.ALIGN)  # stand still
        now_s = time.monotonic()
        return steps.next(now_s, here, (velocity.east, velocity.north), track.estimate(now_s))

    async def _look(self, picture: Picture, view: VehicleView, track: PadTrack) -> None:
        sighting = await asyncio.to_thread(self._reader.read, picture.pixels, picture.optics)
        turned = camera_and_body(view, self._mount)
        if sighting is None or turned is None:
            return
        offset, covariance = pad_from_vehicle(sighting, *turned, self._mount)
        track.seen(picture.arrived_s - self.config.camera_latency_s, offset, covariance)

    async def _return(self, actions: Actions, why: str) -> Ended:
        """The autopilot's own return, to its rally point or home; it lands by its own position."""
        words = f"{why}; the autopilot's own landing is taken"
        self._log.warning("not on the board", why=why)
        try:
            await actions.return_home()
        except DroneError as error:
            return Ended(Outcome.RETURNS, f"{words}; {error}")
        return Ended(Outcome.RETURNS, words)
