"""Changes of a flight in the air: asked of the unit, answered by its drone.

Unlike a task, a change is not kept: late, it would be another change than the one that was wanted.
"""

from __future__ import annotations

import asyncio
import uuid

from comms.centre import task_store
from comms.centre.errors import (
    ChangeRefusedError,
    NotFoundError,
    StateError,
    UnansweredError,
    UnreachableError,
)
from comms.centre.situation import Situation
from comms.centre.store import Store
from comms.contracts.errors import ContractError
from comms.contracts.task import Vehicle
from comms.wire import centre_pb2, link_pb2

ANSWER_WITHIN_S = 50.0
_MOST_SKIPPED = 10_000


class FlightChanges:
    """Sends changes and hands their answers back."""

    def __init__(self, store: Store, situation: Situation) -> None:
        self._store = store
        self._situation = situation
        self._asked: dict[tuple[str, str], asyncio.Future[link_pb2.ChangeReceipt]] = {}

    async def ask(self, request: centre_pb2.ChangeFlightRequest, by: str) -> str:
        """The drone's words once it flies so.

        Raises NotFoundError, StateError, UnreachableError; ChangeRefusedError in its own words.
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
        connection = self._situation.connection(unit_id)
        if connection is None:
            raise UnreachableError(f"the unit {unit_id} is not connected; nothing has changed")
        change = link_pb2.FlightChange(
            change_id=str(uuid.uuid4()), task_id=request.task_id, skip=request.skip, actor=by
        )
        for name in ("height_m", "speed_mps"):
            if request.HasField(name):
                setattr(change, name, getattr(request, name))
        key = (unit_id, change.change_id)
        answer = self._asked[key] = asyncio.get_running_loop().create_future()
        try:
            connection.send(link_pb2.CentreMessage(change=change))
            receipt = await asyncio.wait_for(answer, ANSWER_WITHIN_S)
        except TimeoutError:
            raise UnansweredError(
                f"the unit has not answered in {ANSWER_WITHIN_S:.0f} s; look at its flight"
            ) from None
        finally:
            del self._asked[key]
        if not receipt.changed:
            raise ChangeRefusedError(receipt.detail or "the drone refuses it")
        return str(receipt.detail)

    def receipt(self, unit_id: str, receipt: link_pb2.ChangeReceipt) -> None:
        """A unit's answer; one that nobody waits for any more is dropped."""
        answer = self._asked.get((unit_id, receipt.change_id))
        if answer is not None and not answer.done():
            answer.set_result(receipt)
