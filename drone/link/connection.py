"""The connection to one autopilot by URL: found, identified, and found again for ever.

UDP keeps listening by itself. TCP and serial are opened again when the peer has been silent for a
while, because a socket whose other end has gone does not come back.

| what | time-out | tries |
|---|---|---|
| a line that cannot be opened | again after 2 s | for ever |
| no heartbeat: the link is silent | about 3 s, MAVSDK's | |
| TCP or serial silent: opened anew | 6 s | for ever |
| the failsafes, at every connection | MAVSDK's 3 s each | again every 5 s, right: 30 s |
| a stream's rate, at every connection | MAVSDK's 0.5 s, 4 messages | 3, 1 and 2 s apart |
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from mavsdk.asyncio import Autopilot, ComponentType, Configuration, Mavsdk, MavsdkConnectionError
from mavsdk.asyncio.plugins.param import ParamAsync
from mavsdk.exceptions import MavsdkError

from comms.logs import get_logger
from drone.link.actions import Actions
from drone.link.calls import CallThreads
from drone.link.camera import MavlinkCamera
from drone.link.failsafe_config import FailsafeConfig
from drone.link.failsafes import GROUND_STATION_ID, Failsafes
from drone.link.gimbal import Gimbal
from drone.link.guidance import Guidance
from drone.link.remote_id import RemoteIdLink
from drone.link.state import FailsafeState, VehicleView
from drone.link.statustext import StatusTexts
from drone.link.telemetry import Telemetry
from drone.link.transfer import Transfer
from drone.link.which import ANY, autopilots, wrong_vehicle
from drone.missions.encoding import Firmware
from drone.remote_id.config import RemoteIdConfig

_RETRY_S = 2.0
_REOPEN_AFTER_S = 6.0
_LOOK_S, _LOOK_AROUND_S = 0.25, 2.0
_FAILSAFES_AGAIN_S, _FAILSAFES_EVERY_S = 5.0, 30.0
#: MAV_COMP_ID_ONBOARD_COMPUTER: a ground station of the same id beside us is 190.
_COMPONENT_ID = 191
_FIRMWARE = {Autopilot.PX4: Firmware.PX4, Autopilot.ARDUPILOT: Firmware.ARDUPILOT}


class Vehicle:
    """One vehicle behind one URL. `view` is always there; `actions` and `transfer` once it was
    found.
    """

    def __init__(
        self,
        url: str,
        gimbal_rate_hz: float = 10.0,
        failsafes: FailsafeConfig | None = None,
        system_id: int = ANY,
        remote_id: RemoteIdConfig | None = None,
    ) -> None:
        """`failsafes`: as the autopilot's own must be; None: nobody looks at them. `system_id`:
        which vehicle on the line is meant; ANY: the first that is heard. `remote_id`: what is told
        to the remote identification's transmitter.
        """
        self.url = url
        self.view = VehicleView()
        self.texts = StatusTexts()
        self.actions: Actions | None = None
        self.transfer: Transfer | None = None
        self.guidance: Guidance | None = None
        self.gimbal: Gimbal | None = None
        self.camera: MavlinkCamera | None = None
        self._gimbal_rate_hz = gimbal_rate_hz
        self._failsafes = failsafes
        self._system_id = system_id
        self._remote_id = remote_id or RemoteIdConfig()
        self._mavsdk: Mavsdk | None = None
        self._telemetry: Telemetry | None = None
        self._handle: Any = None
        self._log = get_logger(link=url)

    async def run(self) -> None:
        """Connect and stay connected until cancelled."""
        calls = CallThreads()
        asyncio.get_running_loop().set_default_executor(calls)
        kind = ComponentType.GROUND_STATION
        configuration = Configuration.create_with_component_type(kind)
        configuration.system_id = GROUND_STATION_ID
        configuration.component_id = _COMPONENT_ID
        self._mavsdk = Mavsdk(configuration)
        try:
            await self._open()
            system = None
            while system is None:
                system = await self._find()
                if system is None and not self._listens:
                    await self._reopen()
            await self._greet(system)
            await self._watch(system)
        finally:
            self.view.connected = False
            if self._telemetry is not None:
                await self._telemetry.stop()
            await calls.come_back()
            self._mavsdk.destroy()

    @property
    def _listens(self) -> bool:
        return self.url.startswith("udp")

    async def _open(self) -> None:
        assert self._mavsdk is not None
        told = False
        while True:
            try:
                self._handle = await self._mavsdk.add_any_connection(self.url)
                self._log.info("listening for the autopilot")
                return
            except MavsdkConnectionError as error:
                if not told:
                    self._log.warning("the link cannot be opened, trying on", why=str(error))
                    told = True
                await asyncio.sleep(_RETRY_S)

    async def _find(self) -> Any | None:
        """The vehicle that is meant, or None after a while without it."""
        assert self._mavsdk is not None
        if self._system_id == ANY:
            return await self._mavsdk.first_autopilot(_REOPEN_AFTER_S)
        for _ in range(round(_REOPEN_AFTER_S / _LOOK_S)):
            found = await self._look_around()
            if self._system_id in found:
                return found[self._system_id]
            await asyncio.sleep(_LOOK_S)
        return None

    async def _look_around(self) -> dict[int, Any]:
        """Who speaks on the line; a wrong vehicle is told once, and stands in the view."""
        found = await autopilots(self._mavsdk)
        wrong = wrong_vehicle(self._system_id, tuple(found))
        if wrong and wrong != self.view.wrong_vehicle:
            self._log.warning("not only our vehicle is on the line", why=wrong)
        self.view.wrong_vehicle = wrong
        return found

    async def _reopen(self) -> None:
        assert self._mavsdk is not None
        if self._handle is not None:
            await self._mavsdk.remove_connection(self._handle)
            self._handle = None
        await self._open()

    async def _greet(self, system: Any) -> None:
        self._telemetry = Telemetry(system, self.view, self.texts)
        self._telemetry.start()
        self.actions = Actions(system, self.view, self.texts)
        self.transfer = Transfer(system, self.view)
        self.guidance = Guidance(system, self.view, self.texts)
        self.gimbal = Gimbal(system, self.view, self.texts)
        self.camera = MavlinkCamera(system, self.view, self.texts)

    async def _meet(self, system: Any) -> None:
        """What every new connection needs: identity, rates, and what mission is on board."""
        assert self._telemetry is not None
        assert self.transfer is not None
        self.view.firmware = _FIRMWARE.get(await system.autopilot_type(), Firmware.OTHER)
        started = time.monotonic()
        await self._telemetry.ask_for_rates(self._gimbal_rate_hz)
        self._log.info(
            "the autopilot is here",
            firmware=str(self.view.firmware),
            rates_s=round(time.monotonic() - started, 2),
        )

    async def _keep_failsafes(self, system: Any) -> None:
        """Looks at them for as long as the vehicle is here, not while it is armed."""
        if self._failsafes is None or self._failsafes.handling == "ignore":
            return
        failsafes, told = Failsafes(ParamAsync(system), self._failsafes), FailsafeState()
        while True:
            if self.view.armed.fresh() is not False:
                await asyncio.sleep(0.2)
                continue
            found = await failsafes.look(self.view.firmware, may_set=True)
            self.view.failsafes.put(found)
            if found.changed:
                self._log.info("failsafes are set", changed="; ".join(found.changed))
            if found.wrong != told.wrong:
                self._log.warning("failsafes are not right", why="; ".join(found.wrong) or "right")
            told = found
            await asyncio.sleep(_FAILSAFES_AGAIN_S if found.wrong else _FAILSAFES_EVERY_S)

    async def _greeted(self, system: Any) -> None:
        try:
            await self._meet(system)
            remote_id = RemoteIdLink(system, self.view, self._remote_id)
            async with asyncio.TaskGroup() as them:  # one that fails takes the other with it
                them.create_task(self._keep_failsafes(system))
                them.create_task(remote_id.run())
                if self.camera is not None:
                    them.create_task(self.camera.run())
        except* MavsdkError as errors:
            why = str(errors.exceptions[0])
            self._log.warning("the vehicle fell silent while greeted", why=why)

    async def _watch(self, system: Any) -> None:
        """Notices silence also while the vehicle is being greeted, which takes many answers."""
        silent_since = time.monotonic()
        greeting: asyncio.Task[None] | None = None
        looked = time.monotonic()
        try:
            while True:
                if time.monotonic() - looked > _LOOK_AROUND_S:
                    await self._look_around()
                    looked = time.monotonic()
                connected = await system.is_connected()
                if connected and not self.view.connected:
                    self.view.connected = True
                    greeting = asyncio.create_task(self._greeted(system))
                elif not connected and self.view.connected:
                    self.view.connected = False
                    silent_since = time.monotonic()
                    self._log.warning("the autopilot has fallen silent")
                    await _ended(greeting)
                silent_s = 0.0 if connected else time.monotonic() - silent_since
                if silent_s > _REOPEN_AFTER_S and not self._listens:
                    await self._reopen()
                    silent_since = time.monotonic()
                await asyncio.sleep(0.25)
        finally:
            await _ended(greeting)


async def _ended(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
