"""Where ArduCopter is not PX4: how the drone's link holds it, and where its return height lies."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from drone.link.connection import Vehicle
from drone.link.thread import LoopThread
from tests.drone_bench import free_udp_port
from tests.small_copter import AUTO, GUIDED, SmallCopter


def wait_for(condition: Callable[[], object], within_s: float, what: str) -> None:
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {within_s} s"
        time.sleep(0.05)


@contextmanager
def linked(parameters: dict[str, float | int]) -> Iterator[tuple[SmallCopter, Vehicle, LoopThread]]:
    """A copter in flight, and the product's own link to it."""
    port, thread = free_udp_port(), LoopThread()
    vehicle = Vehicle(f"udpin://127.0.0.1:{port}")
    thread.submit(vehicle.run())
    copter = SmallCopter(port, parameters)
    try:
        wait_for(lambda: vehicle.view.position.fresh(), 15.0, "a position, once rates are asked")
        yield copter, vehicle, thread
    finally:
        thread.close()
        copter.close()


def test_it_is_held_in_a_mode_in_which_no_stick_lets_it_sink() -> None:
    with linked({}) as (copter, vehicle, thread):
        assert vehicle.actions is not None
        assert vehicle.view.firmware == "ardupilot"
        thread.submit(vehicle.actions.hold()).result(20.0)
        time.sleep(1.0)
        assert copter.modes == [AUTO, GUIDED]
        assert copter.height_m == 30.0
        assert vehicle.view.is_holding


@pytest.mark.parametrize(
    ("parameters", "name", "kept"),
    [
        ({"RTL_ALT": 1500}, "RTL_ALT", 4200),
        ({"RTL_ALT_M": 15.0}, "RTL_ALT_M", 42.0),
    ],
    ids=["centimetres", "metres"],
)
def test_its_return_height_is_set_where_it_keeps_it(
    parameters: dict[str, float | int], name: str, kept: float
) -> None:
    with linked(parameters) as (copter, vehicle, thread):
        assert vehicle.actions is not None
        why = thread.submit(vehicle.actions.set_return_height(42.0)).result(25.0)
        assert why == ""
        assert copter.parameters[name] == pytest.approx(kept)


def test_a_return_height_that_it_does_not_keep_is_said() -> None:
    with linked({}) as (_, vehicle, thread):
        assert vehicle.actions is not None
        why = thread.submit(vehicle.actions.set_return_height(42.0)).result(25.0)
        assert why == "RTL_ALT_M: timeout"
