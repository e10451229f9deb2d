"""What a person can send by pointing: one entry per button, with what it needs from the map."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from comms.contracts.task import POINTS_OF_KIND, TaskKind, Vehicle, needs_approval
from comms.wire import convert, types_pb2


class Draw(StrEnum):
    """What is drawn on the map for a task."""

    NOTHING = "nothing"
    PLACE = "place"
    LINE = "line"
    AREA = "area"


@dataclass(frozen=True)
class Choice:
    """One button of the bar. `fields`: the task's numbers that a person may change."""

    word: str
    icon: str
    vehicle: types_pb2.Vehicle
    task: TaskKind
    draw: Draw = Draw.NOTHING
    fields: tuple[str, ...] = ()

    @property
    def kind(self) -> types_pb2.TaskKind:
        wire: types_pb2.TaskKind = convert.word_to_wire(self.task)
        return wire

    @property
    def waits(self) -> bool:
        """Whether a person has to approve it before it is sent."""
        vehicle = convert.word_from_wire(Vehicle, self.vehicle)
        return needs_approval(vehicle, self.task)

    @property
    def points(self) -> tuple[int, int]:
        """How many places it needs, from and to."""
        return POINTS_OF_KIND.get(self.task, (0, 0))


_ROBOT, _DRONE = types_pb2.VEHICLE_ROBOT, types_pb2.VEHICLE_DRONE
FIRST = (
    Choice("do_patrol", "route", _ROBOT, TaskKind.PATROL, fields=("rounds",)),
    Choice("do_go_to", "place", _ROBOT, TaskKind.GO_TO, Draw.PLACE),
    Choice("do_return_robot", "home", _ROBOT, TaskKind.RETURN),
    Choice(
        "do_orbit", "rotate_right", _DRONE, TaskKind.ORBIT, Draw.PLACE,
        ("radius_m", "turns", "height_m"),
    ),
    Choice(
        "do_fly_to", "visibility", _DRONE, TaskKind.FLY_TO, Draw.PLACE, ("duration_s", "height_m")
    ),
)  # fmt: skip
#: What the drone does more seldom, behind one button.
MORE = (
    Choice(
        "kind_watch", "center_focus_strong", _DRONE, TaskKind.WATCH, Draw.PLACE,
        ("duration_s", "height_m", "distance_m"),
    ),
    Choice("kind_survey", "grid_on", _DRONE, TaskKind.SURVEY, Draw.AREA, ("height_m",)),
    Choice(
        "kind_corridor", "timeline", _DRONE, TaskKind.CORRIDOR, Draw.LINE, ("width_m", "height_m")
    ),
    Choice(
        "kind_perimeter", "crop_free", _DRONE, TaskKind.PERIMETER, Draw.AREA,
        ("rounds", "distance_m", "height_m"),
    ),
    Choice(
        "kind_search", "travel_explore", _DRONE, TaskKind.SEARCH, Draw.PLACE,
        ("radius_m", "height_m"),
    ),
    Choice(
        "kind_escort", "directions_walk", _DRONE, TaskKind.ESCORT,
        fields=("duration_s", "distance_m", "height_m"),
    ),
    Choice("kind_land", "vertical_align_bottom", _DRONE, TaskKind.LAND),
    Choice("kind_emergency_land", "emergency", _DRONE, TaskKind.EMERGENCY_LAND),
)  # fmt: skip
LAST = (Choice("do_return_drone", "flight_land", _DRONE, TaskKind.RETURN),)
TASK_FIELD = {"rounds": "loops", "turns": "loops"}
