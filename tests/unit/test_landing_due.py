"""When the camera may take the last metres from the autopilot's own return, and when it may not."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from comms.contracts.place import Enu
from drone.config import DroneConfig
from drone.execution.board_landing import BoardLanding
from drone.landing.outcome import Ended, Outcome
from drone.link.state import Mode, VehicleView

HOME = Enu(10.0, 20.0, 0.0)
OVER_HOME = Enu(10.5, 19.5, 9.0)


class FakeLanding:
    """A fake of the precision landing: it ends as it is told."""

    def __init__(self) -> None:
        self.ended = Ended(Outcome.LANDS, "landing on the board, retries: 0")
        self.runs = 0

    async def run(self, *_: object) -> Ended:
        self.runs += 1
        return self.ended


def kit(
    mode: Mode = Mode.RETURN,
    at: Enu | None = OVER_HOME,
    landing: str = "precision",
    precision: FakeLanding | None = None,
) -> Any:
    view = VehicleView()
    view.mode.put(mode)
    return SimpleNamespace(
        view=view,
        where=lambda: at,
        config=DroneConfig(landing=landing),
        precision=precision or FakeLanding(),
        actions=None,
        guidance=None,
    )


def land(board: BoardLanding) -> None:
    asyncio.run(board.land(HOME, lambda: False, lambda words: None))


@pytest.mark.parametrize("mode", [Mode.RETURN, Mode.LAND])
def test_it_is_due_over_home_in_the_autopilots_return(mode: Mode) -> None:
    assert BoardLanding(kit(mode)).is_due(HOME, True)


def test_a_mission_in_its_last_item_is_arducopters_return_and_before_it_is_not() -> None:
    board = BoardLanding(kit(Mode.MISSION))
    assert board.is_due(HOME, True)
    assert not board.is_due(HOME, False)


@pytest.mark.parametrize("mode", [Mode.TAKEOFF, Mode.HOLD, Mode.MANUAL, Mode.GUIDED])
def test_it_is_not_in_another_mode(mode: Mode) -> None:
    assert not BoardLanding(kit(mode)).is_due(HOME, True)


@pytest.mark.parametrize(
    "at", [None, Enu(16.0, 20.0, 9.0), Enu(10.0, 20.0, 25.0), Enu(10.0, 20.0, 1.0)]
)
def test_it_is_not_far_from_home_too_high_nearly_down_or_nobody_knows_where(at: Enu | None) -> None:
    assert not BoardLanding(kit(at=at)).is_due(HOME, True)


def test_it_is_not_where_another_landing_is_configured() -> None:
    board = BoardLanding(kit(landing="return"))
    assert not board.is_due(HOME, True)
    assert board.words == ""


def test_without_a_camera_it_says_so() -> None:
    blind = kit()
    blind.precision = None
    board = BoardLanding(blind)
    assert not board.is_due(HOME, True)
    assert "no camera's pictures" in board.words


@pytest.mark.parametrize(
    ("outcome", "again"),
    [
        (Outcome.LANDS, False),
        (Outcome.RETURNS, False),
        (Outcome.NOT_BEGUN, False),
        (Outcome.TAKEN, False),
        (Outcome.INTERRUPTED, True),
    ],
)
def test_it_is_tried_again_only_after_a_persons_interruption(outcome: Outcome, again: bool) -> None:
    precision = FakeLanding()
    precision.ended = Ended(outcome, "so it went")
    board = BoardLanding(kit(precision=precision))
    land(board)
    assert board.is_due(HOME, True) is again
    assert "so it went" in board.words


def test_a_return_that_the_autopilot_began_by_itself_is_left_alone() -> None:
    board = BoardLanding(kit())
    board.leave("the return was the autopilot's own")
    assert not board.is_due(HOME, True)
    assert "the autopilot's own" in board.words


def test_a_node_that_lands_otherwise_does_not_load_opencv() -> None:
    look = "import sys, drone.node; sys.exit('cv2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], timeout=60).returncode == 0
