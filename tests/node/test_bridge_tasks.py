"""A task of the centre is done once on the unit, whatever dies in between, and its end is told."""

from __future__ import annotations

import time
from collections.abc import Iterator

import grpc
import pytest

from comms.wire import centre_pb2 as pb
from comms.wire import types_pb2
from tests.node.bridge_rig import UNIT, Rig, until
from tests.node.fake_executor import FakeExecutor


@pytest.fixture
def robot() -> Iterator[FakeExecutor]:
    fake = FakeExecutor("robot")
    yield fake
    fake.close()


@pytest.fixture
def drone() -> Iterator[FakeExecutor]:
    fake = FakeExecutor("drone")
    yield fake
    fake.close()


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    made = Rig(tmp_path_factory.mktemp("rig"), "  link_loss_after_s: 1.0\n")
    made.start_centre("--unit", UNIT)
    made.start_bridge()
    until(made.connected)
    yield made
    made.close()


def test_a_task_goes_down_is_done_and_its_whole_history_is_told(
    rig: Rig, robot: FakeExecutor
) -> None:
    task = rig.create(created_by="Li")
    until(lambda: rig.state(task) == "succeeded")
    assert rig.history(task) == [
        "proposed", "approved", "sent", "accepted", "running", "succeeded",
    ]  # fmt: skip
    assert robot.begun == [(task, 0)]


def test_a_change_of_a_flight_goes_to_the_drone_and_its_answer_comes_back(
    rig: Rig, drone: FakeExecutor
) -> None:
    drone.work_s = 20.0
    task = rig.create(
        vehicle=types_pb2.VEHICLE_DRONE,
        kind=types_pb2.TASK_KIND_ORBIT,
        points=[types_pb2.GeoPoint(latitude_deg=29.868, longitude_deg=121.615)],
        radius_m=15.0,
        height_m=25.0,
    )
    rig.stub.ApproveTask(pb.ApproveTaskRequest(task_id=task, by="Wang"))
    until(lambda: rig.state(task) == "running")
    request = pb.ChangeFlightRequest(task_id=task, height_m=40.0, by="Li")
    assert rig.stub.ChangeFlight(request, timeout=10).detail == "40 m"
    with pytest.raises(grpc.RpcError) as refused:
        rig.stub.ChangeFlight(pb.ChangeFlightRequest(task_id=task, height_m=300.0), timeout=10)
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    cancel = pb.ControlTaskRequest(task_id=task, action=pb.ControlTaskRequest.CANCEL)
    rig.stub.ControlTask(cancel)
    first = drone.changes[0]
    assert (first.task_id, first.height_m, first.who) == (task, 40.0, "Li")
    until(lambda: rig.state(task) == "cancelled")


def test_a_task_is_done_once_though_bridge_and_centre_are_killed(
    rig: Rig, robot: FakeExecutor
) -> None:
    robot.work_s = 12.0  # longer than a bridge needs to come up beside other tests
    task = rig.create()
    until(lambda: rig.state(task) == "running")
    assert rig.bridge is not None
    rig.bridge.kill()
    rig.start_bridge()
    assert rig.centre is not None
    rig.centre.kill()
    rig.start_centre()
    until(lambda: rig.state(task) == "succeeded", 30)
    assert robot.begun == [(task, 0)]
    assert robot.goals >= 2  # it was sent again, and joined


def test_a_restarted_executor_gets_its_task_again_from_where_it_was(rig: Rig) -> None:
    first = FakeExecutor("robot", work_s=60.0, checkpoints=60)
    task = rig.create()
    until(lambda: rig.record(task).latest.checkpoint >= 2)
    first.close()
    second = FakeExecutor("robot", work_s=1.0, checkpoints=60)
    try:
        until(lambda: second.begun, 30)
        assert second.begun[0][0] == task
        assert second.begun[0][1] >= 2
        until(lambda: rig.state(task) == "succeeded", 30)
    finally:
        second.close()


def test_a_cancelled_task_ends_and_says_who_asked(rig: Rig, robot: FakeExecutor) -> None:
    robot.work_s = 60.0
    task = rig.create()
    until(lambda: rig.state(task) == "running")
    rig.stub.ControlTask(
        pb.ControlTaskRequest(task_id=task, action=pb.ControlTaskRequest.CANCEL, by="Li")
    )
    until(lambda: rig.state(task) == "cancelled")
    assert rig.record(task).latest.reason == "asked by Li"


def test_a_task_is_paused_and_resumed(rig: Rig, robot: FakeExecutor) -> None:
    robot.work_s = 3.0
    task = rig.create()
    until(lambda: rig.state(task) == "running")
    pause = pb.ControlTaskRequest(task_id=task, action=pb.ControlTaskRequest.PAUSE)
    rig.stub.ControlTask(pause)
    until(lambda: rig.state(task) == "paused")
    rig.stub.ControlTask(pb.ControlTaskRequest(task_id=task, action=pb.ControlTaskRequest.RESUME))
    until(lambda: rig.state(task) == "succeeded")


def test_a_task_that_holds_without_a_link_pauses_and_goes_on_when_it_is_back(
    rig: Rig, robot: FakeExecutor
) -> None:
    robot.work_s = 3.0
    task = rig.create(on_link_loss=types_pb2.ON_LINK_LOSS_HOLD)
    until(lambda: rig.state(task) == "running")
    assert rig.centre is not None
    rig.centre.kill()
    until(lambda: robot.paused)
    rig.start_centre()
    until(lambda: not robot.paused)
    until(lambda: rig.state(task) == "succeeded")


def test_a_task_that_goes_home_without_a_link_is_given_up_for_the_way_home(
    rig: Rig, robot: FakeExecutor
) -> None:
    robot.work_s = 60.0
    task = rig.create(
        kind=types_pb2.TASK_KIND_GO_TO,
        points=[types_pb2.GeoPoint(latitude_deg=29.868, longitude_deg=121.615)],
        on_link_loss=types_pb2.ON_LINK_LOSS_GO_HOME,
    )
    until(lambda: rig.state(task) == "running")
    assert rig.centre is not None
    rig.centre.kill()
    until(lambda: [begun for begun, _ in robot.begun] == [task, f"home-{task}"])
    rig.start_centre()
    until(lambda: rig.state(task) == "cancelled")
    assert "going home" in rig.record(task).latest.reason


def test_a_drone_task_waits_for_approval_and_carries_it(rig: Rig, drone: FakeExecutor) -> None:
    task = rig.create(
        vehicle=types_pb2.VEHICLE_DRONE,
        kind=types_pb2.TASK_KIND_ORBIT,
        points=[types_pb2.GeoPoint(latitude_deg=29.868, longitude_deg=121.615)],
    )
    time.sleep(1.0)
    assert rig.state(task) == "proposed"
    assert drone.goals == 0
    record = rig.stub.ApproveTask(pb.ApproveTaskRequest(task_id=task, by="Wang"))
    assert record.task.approval.by == "Wang"
    until(lambda: rig.state(task) == "succeeded")


def test_a_stop_is_confirmed_by_the_vehicle_and_a_refused_release_says_so(
    rig: Rig, robot: FakeExecutor, drone: FakeExecutor
) -> None:
    watch = rig.stub.Watch(pb.WatchRequest(), timeout=60)
    stops = (event.stop for event in watch if event.WhichOneof("body") == "stop")

    def order(release: bool) -> pb.StopUnitResponse:
        return rig.stub.StopUnit(pb.StopUnitRequest(by="Li", release=release))

    # Two programs that began a moment ago find each other: repeated until both have answered.
    for release in (False, True):
        sent = order(release)
        assert list(sent.sent_to) == [UNIT]
        next(told for told in stops if told.stop_id == sent.stop_id and told.effective)
    assert not robot.estop
    assert not drone.estop

    began = time.monotonic()
    answer = order(release=False)
    told = next(stops)
    took_s = time.monotonic() - began
    assert (told.stop_id, told.engaged, told.effective) == (answer.stop_id, True, True), told
    assert robot.estop
    assert drone.estop
    assert took_s < 1.0
    print(f"stop confirmed in {took_s * 1000:.0f} ms")

    robot.estop_answers = False
    answer = order(release=True)
    told = next(told for told in stops if told.stop_id == answer.stop_id)
    assert not told.effective
    assert "somebody at the unit holds it" in told.detail
    assert robot.estop
    watch.cancel()
