"""MAVLink's mission protocol from the vehicle's side, for mission, fence and rally lists.

Upload: the vehicle asks for each item and asks again when none comes; nothing is kept until the
last item is there, so a broken upload leaves the old plan. Results follow PX4: items are checked
for command and frame only; whether the plan can be flown is checked later (`feasibility`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.mavlink.mission_items import item_message, item_of, item_problem
from simulation.autopilot.mavlink.motion_messages import Message
from simulation.autopilot.navigator.copter_mission import stored
from simulation.autopilot.navigator.plan import Item, Plan

MAX_ITEMS = 500
Peer = tuple[int, int]
Home = Callable[[], tuple[int, int, float] | None]


@dataclass(frozen=True)
class Manners:
    """Where makes differ. ArduPilot asks with the old MISSION_REQUEST, answers an item that it has
    not asked for with INVALID_SEQUENCE, and gives items back as it keeps them."""

    ask_again_s: float = 0.25
    give_up_s: float = 5.0
    asks_for_int: bool = True
    refuses_repeats: bool = False
    keeps_less: bool = False


PX4 = Manners()
ARDUPILOT = Manners(1.0, 8.0, asks_for_int=False, refuses_repeats=True, keeps_less=True)


@dataclass
class Upload:
    """One upload under way."""

    peer: Peer
    mission_type: int
    count: int
    items: list[Item] = field(default_factory=list)
    heard_s: float = 0.0
    asked_s: float = 0.0


class MissionProtocol:
    """`now` arguments are monotonic wall seconds; `uploaded` is called after each changed list."""

    def __init__(
        self,
        plan: Plan,
        sim_time: Callable[[], float],
        uploaded: Callable[[int], None],
        manners: Manners = PX4,
        home: Home = lambda: None,
    ) -> None:
        self._manners, self._home = manners, home
        self._plan, self._sim_time, self._uploaded = plan, sim_time, uploaded
        self._upload: Upload | None = None
        self._last: Upload | None = None

    def handle(self, message: Message, now_s: float) -> list[Message]:
        """Answers to a MISSION_* message."""
        peer = (message.get_srcSystem(), message.get_srcComponent())
        kind = message.get_type()
        if kind == "MISSION_COUNT":
            return self._begin(message, peer, now_s)
        if kind in ("MISSION_ITEM_INT", "MISSION_ITEM"):
            return self._item(message, peer, now_s)
        if kind == "MISSION_REQUEST_LIST":
            items = self._plan.items.get(message.mission_type)
            if items is None:
                return [_ack(peer, mav.MAV_MISSION_UNSUPPORTED, message.mission_type)]
            return [mav.MAVLink_mission_count_message(*peer, len(items), message.mission_type)]
        if kind in ("MISSION_REQUEST_INT", "MISSION_REQUEST"):
            items = self._plan.items.get(message.mission_type, [])
            if not 0 <= message.seq < len(items):
                return [_ack(peer, mav.MAV_MISSION_INVALID_SEQUENCE, message.mission_type)]
            return [
                item_message(self._kept(items[message.seq], message), peer, message.mission_type)
            ]
        if kind == "MISSION_CLEAR_ALL":
            return self._clear(message.mission_type, peer)
        return []

    def pending(self, now_s: float) -> list[Message]:
        """Asks again for an item that did not come, and gives up after a while."""
        upload = self._upload
        if upload is None:
            return []
        if now_s - upload.heard_s > self._manners.give_up_s:
            self._upload = None
            return [_ack(upload.peer, mav.MAV_MISSION_OPERATION_CANCELLED, upload.mission_type)]
        if now_s - upload.asked_s >= self._manners.ask_again_s:
            return [self._ask(upload, now_s)]
        return []

    def _begin(self, message: Message, peer: Peer, now_s: float) -> list[Message]:
        upload, kind = self._upload, message.mission_type
        if upload is not None and upload.peer != peer:
            return [_ack(peer, mav.MAV_MISSION_DENIED, kind)]
        if kind not in self._plan.items:
            return [_ack(peer, mav.MAV_MISSION_UNSUPPORTED, kind)]
        if message.count > MAX_ITEMS:
            return [_ack(peer, mav.MAV_MISSION_NO_SPACE, kind)]
        if message.count == 0:
            return self._clear(kind, peer)
        self._upload = Upload(peer, kind, message.count, heard_s=now_s)
        return [self._ask(self._upload, now_s)]

    def _item(self, message: Message, peer: Peer, now_s: float) -> list[Message]:
        upload = self._upload
        if upload is None:
            last = self._last
            if self._manners.refuses_repeats:
                return []
            if last and last.peer == peer and message.seq == last.count - 1:  # our ack was lost
                return [_ack(peer, mav.MAV_MISSION_ACCEPTED, last.mission_type)]
            return []
        if upload.peer != peer or message.mission_type != upload.mission_type:
            return []
        if message.seq != len(upload.items):
            if self._manners.refuses_repeats:
                return [_ack(peer, mav.MAV_MISSION_INVALID_SEQUENCE, message.mission_type)]
            upload.heard_s = now_s
            return []  # a repeat; what is missing is asked for again by `pending`
        upload.heard_s = now_s
        item = item_of(message)
        problem = item_problem(item, upload.mission_type)
        if problem is not None:
            self._upload = None
            return [_ack(peer, problem, upload.mission_type)]
        upload.items.append(item)
        if len(upload.items) < upload.count:
            return [self._ask(upload, now_s)]
        self._upload, self._last = None, upload
        self._plan.replace(upload.mission_type, upload.items, self._sim_time())
        self._uploaded(upload.mission_type)
        return [_ack(peer, mav.MAV_MISSION_ACCEPTED, upload.mission_type)]

    def _clear(self, mission_type: int, peer: Peer) -> list[Message]:
        kinds = list(self._plan.items) if mission_type == 255 else [mission_type]
        for kind in kinds:
            if kind not in self._plan.items:
                return [_ack(peer, mav.MAV_MISSION_UNSUPPORTED, mission_type)]
            self._plan.replace(kind, [], self._sim_time())
            self._uploaded(kind)
        return [_ack(peer, mav.MAV_MISSION_ACCEPTED, mission_type)]

    def _ask(self, upload: Upload, now_s: float) -> Message:
        upload.asked_s = now_s
        asking = mav.MAVLink_mission_request_message
        if self._manners.asks_for_int:
            asking = mav.MAVLink_mission_request_int_message
        return asking(*upload.peer, len(upload.items), upload.mission_type)

    def _kept(self, item: Item, message: Message) -> Item:
        is_mission = message.mission_type == mav.MAV_MISSION_TYPE_MISSION
        return stored(item, self._home()) if is_mission and self._manners.keeps_less else item


def _ack(peer: Peer, result: int, mission_type: int) -> Message:
    return mav.MAVLink_mission_ack_message(*peer, result, mission_type)
