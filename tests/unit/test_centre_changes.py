"""A change of a flight, the weather: asked of the unit, answered by its drone, never kept."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest

from comms.wire import centre_pb2 as pb
from comms.wire import link_pb2, types_pb2
from tests.unit.centre_rig import UNIT, HandUnit, RunningCentre, until


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[RunningCentre]:
    running = RunningCentre(tmp_path)
    yield running
    running.stop()


def flight(stub: Any) -> str:
    task = types_pb2.Task(
        unit_id=UNIT,
        vehicle=types_pb2.VEHICLE_DRONE,
        kind=types_pb2.TASK_KIND_ORBIT,
        points=[types_pb2.GeoPoint(latitude_deg=29.868, longitude_deg=121.615)],
        radius_m=15.0,
        height_m=25.0,
    )
    return str(stub.CreateTask(pb.CreateTaskRequest(task=task)).task.task_id)


def in_background(stub: Any, request: pb.ChangeFlightRequest) -> list[Any]:
    answers: list[Any] = []

    def ask() -> None:
        try:
            answers.append(stub.ChangeFlight(request, timeout=10))
        except grpc.RpcError as error:
            answers.append(error)

    threading.Thread(target=ask, daemon=True).start()
    return answers


def answer(unit: HandUnit, changed: bool, detail: str, count: int = 1) -> link_pb2.FlightChange:
    change = unit.wait("change", count)[-1]
    receipt = link_pb2.ChangeReceipt(change_id=change.change_id, changed=changed, detail=detail)
    unit.send(change_receipt=receipt)
    return change


def test_the_drones_answer_is_the_calls_answer(centre: RunningCentre) -> None:
    unit = centre.unit()
    unit.wait("welcome")
    with centre.operator() as stub:
        task_id = flight(stub)
        asked = pb.ChangeFlightRequest(task_id=task_id, height_m=40.0, skip=2, by="Li")
        answers = in_background(stub, asked)
        change = answer(unit, True, "at 40 m")
        assert until(lambda: answers)[0].detail == "at 40 m"
        assert (change.task_id, change.skip, change.height_m) == (task_id, 2, 40.0)
        assert (change.actor, change.HasField("speed_mps")) == ("Li", False)
        refused = in_background(stub, pb.ChangeFlightRequest(task_id=task_id, speed_mps=90.0))
        answer(unit, False, "the speed must be lower", count=2)
        error = until(lambda: refused)[0]
        assert error.code() is grpc.StatusCode.FAILED_PRECONDITION
        assert error.details() == "the speed must be lower"
    unit.close()


def test_another_units_word_is_no_answer(centre: RunningCentre) -> None:
    unit, other = centre.unit(), centre.unit(outbox_id="another", name="unit-2")
    unit.wait("welcome")
    other.wait("welcome")
    with centre.operator() as stub:
        answers = in_background(stub, pb.ChangeFlightRequest(task_id=flight(stub), height_m=40.0))
        change = unit.wait("change")[0]
        forged = link_pb2.ChangeReceipt(change_id=change.change_id, changed=True, detail="forged")
        other.send(change_receipt=forged)
        other.send(time_ping=link_pb2.TimePing())
        other.wait("time_pong")  # it has been read
        assert not answers
        answer(unit, True, "true")
        assert until(lambda: answers)[0].detail == "true"
    unit.close()
    other.close()


def test_what_cannot_be_asked_is_said_at_once(centre: RunningCentre) -> None:
    unit = centre.unit()
    unit.wait("welcome")
    with centre.operator() as stub:
        task_id = flight(stub)
        unit.close()
        until(lambda: not stub.ListUnits(pb.ListUnitsRequest()).units[0].connected)
        for request, code, words in (
            (pb.ChangeFlightRequest(task_id="none"), grpc.StatusCode.NOT_FOUND, "no task"),
            (pb.ChangeFlightRequest(task_id=task_id), grpc.StatusCode.UNAVAILABLE, "not connected"),
            (
                pb.ChangeFlightRequest(task_id=task_id, skip=2**31),
                grpc.StatusCode.INVALID_ARGUMENT,
                "at most",
            ),
        ):
            with pytest.raises(grpc.RpcError) as caught:
                stub.ChangeFlight(request)
            assert caught.value.code() is code
            assert words in caught.value.details()


def test_the_weather_goes_to_the_unit_and_its_word_comes_back(centre: RunningCentre) -> None:
    unit = centre.unit()
    unit.wait("welcome")
    report = types_pb2.WeatherReport(wind_mps=6.0, from_deg=230.0, rain=True)
    with centre.operator() as stub, ThreadPoolExecutor() as threads:
        request = pb.TellWeatherRequest(report=report, by="Li")  # the only unit there is
        asked = threads.submit(stub.TellWeather, request, timeout=10)
        weather = unit.wait("weather")[0]
        assert (weather.report, weather.actor) == (report, "Li")
        receipt = link_pb2.ChangeReceipt(change_id=weather.weather_id, changed=True, detail="taken")
        unit.send(change_receipt=receipt)
        assert asked.result().detail == "taken"
    unit.close()


def test_a_photo_is_asked_of_the_unit(centre: RunningCentre) -> None:
    unit = centre.unit()
    unit.wait("welcome")
    with centre.operator() as stub, ThreadPoolExecutor() as threads:
        asked = threads.submit(stub.TakePhoto, pb.TakePhotoRequest(by="Li"), timeout=10)
        photo = unit.wait("photo")[0]
        assert photo.actor == "Li"
        receipt = link_pb2.ChangeReceipt(change_id=photo.photo_id, changed=True, detail="x")
        unit.send(change_receipt=receipt)
        assert asked.result().detail == "x"
    unit.close()


def test_weather_that_makes_no_sense_is_not_sent(centre: RunningCentre) -> None:
    unit = centre.unit()
    unit.wait("welcome")
    wind = types_pb2.WeatherReport(wind_mps=5.0)
    with centre.operator() as stub:
        for request, code, words in (
            (pb.TellWeatherRequest(), grpc.StatusCode.INVALID_ARGUMENT, "say at least"),
            (
                pb.TellWeatherRequest(report=types_pb2.WeatherReport(wind_mps=math.nan)),
                grpc.StatusCode.INVALID_ARGUMENT,
                "wind_mps",
            ),
            (
                pb.TellWeatherRequest(unit_id="unit-9", report=wind),
                grpc.StatusCode.NOT_FOUND,
                "there is no unit 'unit-9'",
            ),
        ):
            with pytest.raises(grpc.RpcError) as caught:
                stub.TellWeather(request)
            assert caught.value.code() is code
            assert words in caught.value.details()
    unit.close()
