"""Orders to the robot's desk: which goes first, pause, emergency stop, and what survives a
crash.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from comms.contracts.task import Task, TaskKind, TaskState, Vehicle
from robot.behaviour.trees import Area
from tests.behaviour_stand_in import AREA, SITE, STEP_S, FakeRobot, Shift, go_home, go_to, patrol

RUNNING, PAUSED = TaskState.RUNNING, TaskState.PAUSED
CANCELLED, SUCCEEDED = TaskState.CANCELLED, TaskState.SUCCEEDED


class TestWhatIsRefused:
    def test_a_beat_that_is_not_there_is_named_with_those_that_are(self, tmp_path: Path) -> None:
        final = Shift(tmp_path).desk.order(patrol(beat="harbour"))
        assert final is not None
        assert final.state is TaskState.REJECTED
        assert final.reason == "there is no beat 'harbour' on this robot; it has: block, plaza"

    def test_a_place_inside_a_building_is_refused_with_its_name(self, tmp_path: Path) -> None:
        tower = SITE.buildings[0]
        inside = [sum(axis) / len(tower.ring) for axis in zip(*tower.ring, strict=True)]
        final = Shift(tmp_path).desk.order(go_to(east=inside[0], north=inside[1]))
        assert final is not None
        assert final.state is TaskState.REJECTED
        assert "lies inside the building" in final.reason

    def test_a_task_after_its_deadline_is_refused(self, tmp_path: Path) -> None:
        shift = Shift(tmp_path)
        late = shift.robot.now() - timedelta(minutes=1)
        final = shift.desk.order(patrol(deadline=late))
        assert final is not None
        assert "deadline" in final.reason

    def test_a_task_for_the_drone_is_refused(self, tmp_path: Path) -> None:
        task = Task(task_id="d", unit_id="u", vehicle=Vehicle.DRONE, kind=TaskKind.RETURN)
        final = Shift(tmp_path).desk.order(task)
        assert final is not None
        assert final.reason == "this is a task for the drone"

    def test_a_second_patrol_does_not_push_the_first_aside(self, tmp_path: Path) -> None:
        shift = Shift(tmp_path)
        shift.desk.order(patrol("p1"))
        final = shift.desk.order(patrol("p2", beat="block"))
        assert final is not None
        assert final.state is TaskState.REJECTED
        assert "p1" in final.reason
        assert shift.desk.current is not None
        assert shift.desk.current.task.task_id == "p1"

    def test_a_refused_task_stays_refused_when_it_is_sent_again(self, tmp_path: Path) -> None:
        shift = Shift(tmp_path)
        first = shift.desk.order(patrol(beat="harbour"))
        assert shift.desk.order(patrol(beat="harbour")) == first
        assert len(shift.updates) == 1


class TestOnce:
    def test_a_repeat_of_the_running_task_joins_it(self, tmp_path: Path) -> None:
        shift = Shift(tmp_path)
        shift.desk.order(patrol())
        shift.run(30)
        drives = len(shift.robot.drives)
        assert shift.desk.order(patrol()) is None
        shift.run(1)
        assert len(shift.robot.drives) == drives

    def test_a_repeat_of_a_finished_task_is_given_its_old_end(self, tmp_path: Path) -> None:
        shift = Shift(tmp_path)
        shift.desk.order(go_to())
        shift.run(100, until="g1")
        again = Shift(tmp_path)
        assert again.desk.order(go_to()) == shift.ends["g1"]
        again.run(5)
        assert not again.robot.drives


class TestWhatGoesFirst:
    def test_a_go_to_sets_the_patrol_aside_and_it_goes_on_afterwards(self, tmp_path: Path) -> None:
        shift = Shift(tmp_path, stay_s=10.0)
        shift.desk.order(patrol())
        while not shift.visits:
            shift.run(1)
        shift.desk.order(go_to())
        assert shift.states("p1")[-1] is PAUSED
        shift.run(200, until="g1")
        arrived = shift.robot.now()
        shift.run(400, until="p1")
        assert shift.states("p1") == [TaskState.ACCEPTED, RUNNING, PAUSED, RUNNING, SUCCEEDED]
        assert [v.checkpoint_id for v in shift.visits] == ["plaza-1", "plaza-2", "plaza-3"]
        goes_on = [u for u in shift.updates if u.task_id == "p1" and u.at > arrived]
        assert (goes_on[0].at - arrived).total_seconds() >= 10.0

    def test_a_newer_go_to_replaces_the_older(self, tmp_path: Path) -> None:
        shift = Shift(tmp_path)
        shift.desk.order(go_to("g1"))
        shift.run(2)
        shift.desk.order(go_to("g2", east=46.0, north=10.0))
        assert shift.ends["g1"].state is CANCELLED
        assert "g2" in shift.ends["g1"].reason
        shift.run(100, until="g2")
        assert shift.ends["g2"].state is SUCCEEDED

    def test_sent_home_the_robot_gives_up_everything_else(self, tmp_path: Path) -> None:
        shift = Shift(tmp_path)
        shift.desk.order(patrol())
        shift.run(10)
        shift.desk.order(go_to(priority=3))
        shift.run(2)
        shift.desk.order(go_home(priority=5))
        assert shift.ends["p1"].state is CANCELLED
        assert shift.ends["g1"].state is CANCELLED
        shift.run(100, until="r1")
        assert shift.ends["r1"].state is SUCCEEDED
        assert shift.desk.current is None

    def test_what_is_less_urgent_does_not_interrupt(self, tmp_path: Path) -> None:
        shift = Shift(tmp_path)
        shift.desk.order(patrol(priority=5))
        final = shift.desk.order(go_to(priority=1))
        assert final is not None
        assert final.state is TaskState.REJECTED

    def test_a_cancelled_go_to_lets_the_patrol_go_on_at_once(self, tmp_path: Path) -> None:
        shift = Shift(tmp_path)
        shift.desk.order(patrol())
        shift.run(2)
        shift.desk.order(go_to())
        shift.run(2)
        assert shift.desk.cancel("g1", "not needed any more")
        shift.run(2 * STEP_S)
        assert shift.states("p1")[-1] is RUNNING

    def test_a_task_that_was_set_aside_can_be_cancelled(self, tmp_path: Path) -> None:
        shift = Shift(tmp_path)
        shift.desk.order(patrol())
        shift.run(2)
        shift.desk.order(go_to())
        assert shift.desk.cancel("p1", "enough for today")
        shift.run(100, until="g1")
        shift.run(60)
        assert shift.ends["p1"].state is CANCELLED
        assert shift.desk.current is None


class TestHolding:
    def test_a_pause_drops_the_drive_at_once_and_resume_takes_it_up(self, tmp_path: Path) -> None:
        shift = Shift(tmp_path)
        shift.desk.order(patrol())
        shift.run(5)
        assert shift.desk.set_paused(True)[0]
        job = shift.robot.job
        assert job is not None
        assert job.cancelled
        assert shift.states("p1")[-1] is PAUSED
        drives = len(shift.robot.drives)
        shift.run(60)
        assert len(shift.robot.drives) == drives
        assert shift.desk.set_paused(False)[0]
        shift.run(400, until="p1")
        assert shift.ends["p1"].state is SUCCEEDED
        assert len(shift.visits) == 3

    def test_what_was_done_at_a_checkpoint_is_not_done_again(self, tmp_path: Path) -> None:
        shift = Shift(tmp_path)
        shift.desk.order(patrol(), start_checkpoint=2)
        while not (shift.desk.work and shift.desk.work.record.actions_done == ("wait",)):
            shift.run(STEP_S)
            assert "p1" not in shift.ends
        shift.desk.set_paused(True)
        shift.desk.set_paused(False)
        before = shift.robot.now()
        while not shift.visits:
            shift.run(STEP_S)
        assert (shift.robot.now() - before).total_seconds() < 2.0  # it did not wait again
        assert shift.visits[0].actions_done == ("wait", "announce")

    def test_an_emergency_stop_holds_until_a_person_says_go_on(self, tmp_path: Path) -> None:
        shift = Shift(tmp_path)
        shift.desk.order(patrol())
        shift.run(5)
        shift.desk.safety_heard("Officer Li")
        assert shift.states("p1")[-1] is PAUSED
        assert "Officer Li" in shift.updates[-1].reason
        ok, why = shift.desk.set_paused(False)
        assert not ok
        assert "Officer Li" in why
        shift.desk.safety_heard("")
        drives = len(shift.robot.drives)
        shift.run(30)
        assert len(shift.robot.drives) == drives, "released is not the same as go"
        assert shift.desk.set_paused(False)[0]
        shift.run(400, until="p1")
        assert shift.ends["p1"].state is SUCCEEDED

    def test_after_an_emergency_stop_a_patrol_that_was_set_aside_waits_too(
        self, tmp_path: Path
    ) -> None:
        shift = Shift(tmp_path)
        shift.desk.order(patrol())
        shift.run(2)
        shift.desk.order(go_to())
        shift.run(2)
        shift.desk.safety_heard("staff")
        shift.desk.safety_heard("")
        shift.desk.cancel("g1", "")
        drives = len(shift.robot.drives)
        shift.run(30)
        assert len(shift.robot.drives) == drives

    def test_with_the_emergency_stop_engaged_no_task_is_taken(self, tmp_path: Path) -> None:
        shift = Shift(tmp_path)
        shift.desk.safety_heard("staff")
        final = shift.desk.order(patrol())
        assert final is not None
        assert "emergency stop" in final.reason

    def test_nothing_moves_before_the_collision_monitor_was_heard(self, tmp_path: Path) -> None:
        shift = Shift(tmp_path)
        shift.desk._estop = None
        shift.desk.order(patrol())
        shift.run(5)
        assert not shift.robot.drives
        shift.desk.safety_heard("")
        shift.run(1)
        assert shift.robot.drives

    def test_a_pause_without_a_task_says_so(self, tmp_path: Path) -> None:
        assert Shift(tmp_path).desk.set_paused(True) == (False, "the robot has no task")


class TestAfterACrash:
    @pytest.mark.parametrize("after_s", [1, 20, 25, 33, 45, 60, 75, 90])
    def test_a_patrol_goes_on_where_it_was(self, tmp_path: Path, after_s: int) -> None:
        first = Shift(tmp_path)
        first.desk.order(patrol())
        first.run(after_s)
        second = Shift(tmp_path, first.robot)  # as after kill -9: only the journal is left
        second.run(400, until="p1")
        visits = {v.visit_id: v.checkpoint_id for v in (*first.visits, *second.visits)}
        assert sorted(visits.values()) == ["plaza-1", "plaza-2", "plaza-3"]
        end = first.ends.get("p1") or second.ends["p1"]
        assert end.state is SUCCEEDED

    def test_the_last_visit_is_told_again_in_case_nobody_heard_it(self, tmp_path: Path) -> None:
        first = Shift(tmp_path)
        first.desk.order(patrol())
        while not first.visits:
            first.run(1)
        second = Shift(tmp_path, first.robot)
        assert [v.visit_id for v in second.visits] == [first.visits[0].visit_id]

    def test_a_patrol_set_aside_is_still_there(self, tmp_path: Path) -> None:
        first = Shift(tmp_path, stay_s=1.0)
        first.desk.order(patrol())
        first.run(2)
        first.desk.order(go_to())
        first.run(2)
        second = Shift(tmp_path, first.robot, stay_s=1.0)
        second.run(400, until="p1")
        assert second.ends["g1"].state is SUCCEEDED
        assert second.ends["p1"].state is SUCCEEDED

    def test_a_pause_outlives_a_crash(self, tmp_path: Path) -> None:
        first = Shift(tmp_path)
        first.desk.order(patrol())
        first.run(5)
        first.desk.set_paused(True)
        second = Shift(tmp_path, first.robot)
        drives = len(second.robot.drives)
        second.run(30)
        assert len(second.robot.drives) == drives

    def test_a_robot_that_was_off_for_long_waits_for_a_word(self, tmp_path: Path) -> None:
        first = Shift(tmp_path)
        first.desk.order(patrol())
        first.run(5)
        robot = FakeRobot()
        robot.time = first.robot.time + timedelta(hours=8)
        second = Shift(tmp_path, robot)
        second.run(30)
        assert not robot.drives
        assert second.states("p1") == [PAUSED]
        assert "was off since" in second.updates[-1].reason
        second.desk.set_paused(False)
        second.run(400, until="p1")
        assert second.ends["p1"].state is SUCCEEDED

    def test_a_task_of_a_beat_that_is_gone_since_ends_with_a_sentence_and_the_rest_goes_on(
        self, tmp_path: Path
    ) -> None:
        first = Shift(tmp_path)
        first.desk.order(patrol())
        while not first.visits:
            first.run(1)
        first.desk.order(go_to())
        second = Shift(tmp_path, first.robot, Area(SITE, {"block": AREA.beats["block"]}))
        assert second.ends["p1"].state is TaskState.FAILED
        assert "there is no beat 'plaza'" in second.ends["p1"].reason
        second.run(100, until="g1")
        assert second.ends["g1"].state is SUCCEEDED

    def test_a_journal_that_cannot_be_read_is_put_aside(self, tmp_path: Path) -> None:
        (tmp_path / "robot_journal.json").write_text('{"open": [')
        shift = Shift(tmp_path)
        assert shift.desk.current is None
        assert (tmp_path / "robot_journal.broken.json").exists()
        assert shift.desk.order(patrol()) is None
