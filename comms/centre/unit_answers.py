"""What is asked of a unit and answered on the same stream, for who waits for the answer.

Unlike a task it is not kept: late, it would be another wish than the one that was meant.
"""

from __future__ import annotations

import asyncio

from comms.centre.errors import ChangeRefusedError, UnansweredError, UnreachableError
from comms.centre.situation import Situation
from comms.wire import link_pb2

ANSWER_WITHIN_S = 50.0


class UnitAnswers:
    """Sends what is asked and hands the answers back."""

    def __init__(self, situation: Situation) -> None:
        self._situation = situation
        self._asked: dict[tuple[str, str], asyncio.Future[link_pb2.ChangeReceipt]] = {}

    async def ask(self, unit_id: str, ask_id: str, message: link_pb2.CentreMessage) -> str:
        """The unit's words once it has done so. `ask_id` stands in the message.

        Raises UnreachableError, UnansweredError; ChangeRefusedError in the unit's own words.
        """
        connection = self._situation.connection(unit_id)
        if connection is None:
            raise UnreachableError(f"the unit {unit_id} is not connected; nothing has changed")
        key = (unit_id, ask_id)
        answer = self._asked[key] = asyncio.get_running_loop().create_future()
        try:
            connection.send(message)
            receipt = await asyncio.wait_for(answer, ANSWER_WITHIN_S)
        except TimeoutError:
            raise UnansweredError(
                f"the unit has not answered in {ANSWER_WITHIN_S:.0f} s; look at its state"
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
