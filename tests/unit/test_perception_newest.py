"""The newest frame only, and every camera its turn."""

from __future__ import annotations

from comms.contracts.finding import Source
from perception.newest import NewestFrames

ROBOT, DRONE = Source.ROBOT, Source.DRONE


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def frames(rate_hz: float = 4.0) -> tuple[NewestFrames[str], Clock]:
    clock = Clock()
    return NewestFrames([ROBOT, DRONE], rate_hz, clock), clock


def test_an_older_frame_that_still_waits_is_replaced_and_counted() -> None:
    newest, _ = frames()
    for name in ("a", "b", "c"):
        newest.put(ROBOT, name)
    assert newest.take(0.0) == (ROBOT, "c")
    assert newest.dropped == {ROBOT: 2, DRONE: 0}
    assert newest.take(0.0) is None
    assert newest.last(ROBOT) == "c"


def test_a_camera_is_not_worked_on_more_often_than_its_rate() -> None:
    newest, clock = frames(rate_hz=4.0)
    taken = 0
    for step in range(101):  # 10 s at 10 Hz
        clock.now = step / 10
        newest.put(ROBOT, "frame")
        taken += newest.take(0.0) is not None
    assert 35 <= taken <= 41


def test_a_busy_camera_does_not_starve_the_other() -> None:
    newest, clock = frames(rate_hz=10.0)
    turns = []
    for step in range(40):  # a detector that takes 0.2 s, slower than both cameras
        clock.now = 0.2 * step
        newest.put(ROBOT, "robot")
        newest.put(DRONE, "drone")
        taken = newest.take(0.0)
        assert taken is not None
        turns.append(taken[0])
    assert abs(turns.count(ROBOT) - turns.count(DRONE)) <= 1


def test_closing_ends_the_wait() -> None:
    newest: NewestFrames[str] = NewestFrames([ROBOT], 4.0)
    newest.close()
    assert newest.take(10.0) is None
