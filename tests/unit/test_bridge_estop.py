"""A stop on its way to the vehicles: repeated until confirmed, and honest about who has not."""

from __future__ import annotations

from comms.bridge.estop_order import EstopOrder
from comms.contracts.task import Vehicle

ROBOT, DRONE = Vehicle.ROBOT, Vehicle.DRONE
BOTH = [ROBOT, DRONE]


def stop(engage: bool = True) -> EstopOrder:
    return EstopOrder("s", engage, "Li", "", since=10.0)


def test_a_stop_is_effective_when_every_vehicle_says_so() -> None:
    order = stop()
    assert order.to_call(BOTH, 10.0) == BOTH
    order.answered(ROBOT, True, "")
    assert order.news(BOTH, 10.1) is None
    order.answered(DRONE, True, "")
    told = order.news(BOTH, 10.2)
    assert told is not None
    assert told.effective
    assert order.is_over(BOTH)


def test_a_stop_is_repeated_to_whoever_has_not_answered() -> None:
    order = stop()
    order.to_call(BOTH, 10.0)
    order.answered(ROBOT, True, "")
    assert order.to_call(BOTH, 10.1) == []
    assert order.to_call(BOTH, 10.6) == [DRONE]
    order.answered(DRONE, False, "busy")
    assert order.to_call(BOTH, 11.2) == [DRONE]
    assert not order.is_over(BOTH)


def test_what_is_missing_is_told_once_and_success_afterwards() -> None:
    order = stop()
    order.answered(ROBOT, True, "")
    assert order.news(BOTH, 11.0) is None
    told = order.news(BOTH, 12.0)
    assert told is not None
    assert not told.effective
    assert told.detail == "the drone does not answer"
    assert order.news(BOTH, 13.0) is None
    order.answered(DRONE, True, "")
    told = order.news(BOTH, 14.0)
    assert told is not None
    assert told.effective


def test_a_stop_that_nobody_can_take_is_not_effective() -> None:
    told = stop().news([], 12.0)
    assert told is not None
    assert not told.effective
    assert told.detail == "no vehicle answers"
    assert not stop().is_over([])


def test_a_release_that_is_refused_is_not_forced() -> None:
    order = stop(engage=False)
    order.to_call([ROBOT], 10.0)
    order.answered(ROBOT, False, "pressed at the unit")
    told = order.news([ROBOT], 10.1)
    assert told is not None
    assert "pressed at the unit" in told.detail
    assert order.to_call([ROBOT], 20.0) == []
    assert order.is_over([ROBOT])
