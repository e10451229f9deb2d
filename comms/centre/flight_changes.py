"""Changes of a flight in the air: asked of the unit, answered by its drone."""

from __future__ import annotations

import uuid

from comms.centre import task_store
from comms.centre.errors import NotFoundError, StateError
from comms.centre.store import Store
from comms.centre.unit_answers import UnitAnswers
from comms.contracts.errors import ContractError
from comms.contracts.task import Vehicle
from comms.wire import centre_pb2, link_pb2

_MOST_SKIPPED = 10_000


class FlightChanges:
    """Checks changes and sends them."""

    def __init__(self, store: Store, answers: UnitAnswers) -> None:
        self._store, self._answers = store, answers

    async def ask(self, request: centre_pb2.ChangeFlightRequest, by: str) -> str:
        """The drone's words once it flies so.

        Raises NotFoundError, StateError, and as `UnitAnswers.ask`.
        """
        entry = await self._store.read(task_store.load, request.task_id)
        if entry is None:
            raise NotFoundError(f"there is no task {request.task_id!r}")
        if entry.task.vehicle is not Vehicle.DRONE:
            raise ContractError("only a flight can be changed; this is a task for the robot")
        if entry.state.is_final:
            raise StateError(f"the task is {entry.state} already")
        if request.skip > _MOST_SKIPPED:
            raise ContractError(f"at most {_MOST_SKIPPED} waypoints can be skipped")
        unit_id = entry.task.unit_id
        change = link_pb2.FlightChange(
            change_id=str(uuid.uuid4()), task_id=request.task_id, skip=request.skip, actor=by
        )
        for name in ("height_m", "speed_mps"):
            if request.HasField(name):
                setattr(change, name, getattr(request, name))
        message = link_pb2.CentreMessage(change=change)
        return await self._answers.ask(unit_id, change.change_id, message)
