"""What somebody at the centre tells a drone or asks of it besides tasks: the weather, a photo."""

from __future__ import annotations

import uuid

from comms.centre.situation import Situation
from comms.centre.unit_answers import UnitAnswers
from comms.contracts.errors import ContractError
from comms.wire import centre_pb2, link_pb2
from comms.wire.convert import weather_from_wire


class DroneWishes:
    """Checks a wish and sends it."""

    def __init__(self, situation: Situation, answers: UnitAnswers) -> None:
        self._situation, self._answers = situation, answers

    async def tell_weather(self, request: centre_pb2.TellWeatherRequest, by: str) -> str:
        """The drone's words. Raises ContractError for a report that makes no sense, NotFoundError,
        and as `UnitAnswers.ask`."""
        weather_from_wire(request.report)
        weather = link_pb2.Weather(weather_id=str(uuid.uuid4()), report=request.report, actor=by)
        message = link_pb2.CentreMessage(weather=weather)
        return await self._answers.ask(self._unit(request.unit_id), weather.weather_id, message)

    async def take_photo(self, request: centre_pb2.TakePhotoRequest, by: str) -> str:
        """Where it was taken, and the file. Raises ContractError, NotFoundError, and as
        `UnitAnswers.ask`."""
        photo = link_pb2.PhotoWish(photo_id=str(uuid.uuid4()), actor=by)
        message = link_pb2.CentreMessage(photo=photo)
        return await self._answers.ask(self._unit(request.unit_id), photo.photo_id, message)

    def _unit(self, unit_id: str) -> str:
        if unit_id:
            return self._situation.known(unit_id).unit_id
        known = [unit.unit_id for unit in self._situation.units()]
        if len(known) != 1:
            names = ", ".join(known) or "none is known"
            raise ContractError(f"say which unit: {names}")
        return known[0]
