"""A beat walked by the behaviour, on a fake robot: order, actions, records, what goes wrong."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

from comms.contracts.task import TaskState
from tests.behaviour_stand_in import AREA, JPEG, SITE, Shift, go_to, patrol

PLAZA = AREA.beats["plaza"]


def test_a_beat_is_walked_in_order_and_ends_at_the_dock_in_its_heading(tmp_path: Path) -> None:
    shift = Shift(tmp_path)
    assert shift.desk.order(patrol()) is None
    shift.run(400, until="p1")
    assert shift.ends["p1"].state is TaskState.SUCCEEDED
    assert shift.ends["p1"].reason == "3 of 3 checkpoints visited"
    assert [v.checkpoint_id for v in shift.visits] == ["plaza-1", "plaza-2", "plaza-3"]
    assert [v.index for v in shift.visits] == [0, 1, 2]
    here, kiosk = shift.robot.here, SITE.kiosks[0]
    assert here is not None
    assert math.dist(here[:2], kiosk.dock) < 0.5
    assert here.yaw_rad == kiosk.heading_rad
    assert shift.states("p1") == [TaskState.ACCEPTED, TaskState.RUNNING, TaskState.SUCCEEDED]


def test_every_checkpoint_gets_what_it_asks_for(tmp_path: Path) -> None:
    shift = Shift(tmp_path)
    shift.desk.order(patrol())
    shift.run(400, until="p1")
    look, picture, stand = shift.visits
    assert look.actions_done == ("look_around",)
    assert picture.actions_done == ("picture",)
    assert picture.picture_jpeg == JPEG
    assert stand.actions_done == ("wait", "announce")
    assert shift.robot.said == [PLAZA.checkpoints[2].announcement]
    assert (stand.left - stand.arrived).total_seconds() >= PLAZA.checkpoints[2].wait_s


def test_a_look_around_turns_on_the_spot_through_the_full_circle(tmp_path: Path) -> None:
    shift = Shift(tmp_path, look_around_views=4)
    shift.desk.order(patrol())
    shift.run(60)
    views = next(drive for drive in shift.robot.drives if len(drive) > 1)
    assert len(views) == 4
    assert len({place[:2] for place in views}) == 1
    yaws = [place.yaw_rad or 0.0 for place in views]
    turns = [math.remainder(b - a, math.tau) for a, b in itertools.pairwise(yaws)]
    assert all(abs(turn - math.tau / 4) < 1e-6 for turn in turns)


def test_visits_stand_where_the_robot_stood_and_have_one_id_each(tmp_path: Path) -> None:
    shift = Shift(tmp_path)
    shift.desk.order(patrol(loops=2))
    shift.run(800, until="p1")
    assert len(shift.visits) == 6
    assert len({v.visit_id for v in shift.visits}) == 6
    for visit, checkpoint in zip(shift.visits, PLAZA.checkpoints * 2, strict=True):
        stood, asked = SITE.frame.to_enu(visit.position), SITE.frame.to_enu(checkpoint.position)
        assert math.dist(stood[:2], asked[:2]) < 0.5
    assert shift.ends["p1"].reason == "6 of 6 checkpoints visited"


def test_the_robot_goes_home_only_after_the_last_round(tmp_path: Path) -> None:
    shift = Shift(tmp_path)
    shift.desk.order(patrol(loops=2))
    shift.run(800, until="p1")
    to_dock = [n for n, d in enumerate(shift.robot.drives) if d[-1][:2] == SITE.kiosks[0].dock]
    assert to_dock == [len(shift.robot.drives) - 1]


def test_progress_and_time_left_run_towards_the_end(tmp_path: Path) -> None:
    shift = Shift(tmp_path)
    shift.desk.order(patrol())
    shift.run(400, until="p1")
    told = [u for u in shift.updates if u.state is TaskState.RUNNING and u.remaining_s is not None]
    left = [u.remaining_s or 0.0 for u in told]
    assert left[0] > 60
    assert left[-1] < 10
    progress = [u.progress for u in told]
    assert progress == sorted(progress)
    assert [u.checkpoint for u in told] == sorted(u.checkpoint for u in told)


def test_a_patrol_that_is_held_or_set_aside_or_ended_stays_as_far_as_it_was(tmp_path: Path) -> None:
    shift = Shift(tmp_path)
    shift.desk.order(patrol())
    while len(shift.visits) < 2:
        shift.run(1)
    shift.desk.set_paused(True)
    shift.desk.set_paused(False)
    shift.run(1)
    shift.desk.order(go_to())
    shift.desk.cancel("p1", "no more")
    told = [u for u in shift.updates if u.task_id == "p1"]
    held = [u.progress for u in told if u.state in (TaskState.PAUSED, TaskState.CANCELLED)]
    assert held == [0.5, 0.5, 0.5]


def test_a_silent_camera_does_not_hold_up_the_beat_and_the_record_says_so(tmp_path: Path) -> None:
    shift = Shift(tmp_path)
    shift.robot.refuse = {"camera": "no picture came", "voice": "no speech program"}
    shift.desk.order(patrol())
    shift.run(400, until="p1")
    assert shift.ends["p1"].state is TaskState.SUCCEEDED
    assert [v.actions_done for v in shift.visits] == [("look_around",), (), ("wait",)]
    assert shift.visits[1].picture_jpeg == b""


def test_where_there_is_no_room_to_turn_the_look_is_left_out(tmp_path: Path) -> None:
    shift = Shift(tmp_path)
    shift.robot.refuse = {"turn": "something is too near"}
    shift.desk.order(patrol())
    shift.run(400, until="p1")
    assert shift.visits[0].actions_done == ()
    assert shift.ends["p1"].state is TaskState.SUCCEEDED


def test_a_place_that_cannot_be_reached_is_tried_again_then_given_up_and_named(
    tmp_path: Path,
) -> None:
    shift = Shift(tmp_path, drive_tries=2, try_again_s=5.0)
    shift.robot.refuse = {"drive": "the way is blocked"}
    shift.desk.order(patrol())
    shift.run(4)
    assert len(shift.robot.drives) == 1
    shift.run(4)
    assert shift.robot.drives[1] == shift.robot.drives[0]
    assert shift.robot.drives[2] != shift.robot.drives[0]
    shift.robot.refuse = {}
    shift.run(400, until="p1")
    end = shift.ends["p1"]
    assert end.state is TaskState.FAILED
    assert end.reason.startswith("2 of 3 checkpoints visited; not reached: Bus stop")
    assert "the way is blocked" in end.reason
    assert [v.checkpoint_id for v in shift.visits] == ["plaza-2", "plaza-3"]


def test_a_blocked_way_home_is_said(tmp_path: Path) -> None:
    shift = Shift(tmp_path, drive_tries=1)
    shift.desk.order(patrol())
    while len(shift.visits) < 3:
        shift.run(1)
    shift.robot.job = None
    shift.robot.refuse = {"drive": "the pavement is closed"}
    shift.desk.set_paused(True)
    shift.desk.set_paused(False)
    shift.run(60, until="p1")
    assert shift.ends["p1"].state is TaskState.FAILED
    assert "3 of 3 checkpoints visited" in shift.ends["p1"].reason
    assert "the pavement is closed" in shift.ends["p1"].reason


def test_without_a_position_the_robot_waits_and_begins_when_it_has_one(tmp_path: Path) -> None:
    shift = Shift(tmp_path)
    there, shift.robot.here = shift.robot.here, None
    shift.desk.order(patrol())
    shift.run(30)
    assert not shift.visits
    assert "p1" not in shift.ends
    shift.robot.here = there
    shift.run(400, until="p1")
    assert shift.ends["p1"].state is TaskState.SUCCEEDED


def test_a_patrol_begins_at_the_checkpoint_that_is_asked_for(tmp_path: Path) -> None:
    shift = Shift(tmp_path)
    shift.desk.order(patrol(), start_checkpoint=2)
    shift.run(400, until="p1")
    assert [v.checkpoint_id for v in shift.visits] == ["plaza-3"]


def test_the_tree_can_be_read(tmp_path: Path) -> None:
    shift = Shift(tmp_path)
    shift.desk.order(patrol())
    shift.run(2)
    assert shift.desk.work is not None
    text = shift.desk.work.tree_text()
    assert "patrol Plaza round" in text
    assert "drive to Bus stop" in text
    assert "drive home" in text
    assert shift.desk.work.doing.startswith("drive to Bus stop")
