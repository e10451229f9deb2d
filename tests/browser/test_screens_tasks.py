"""Giving tasks from the map: each reaches the unit once, and a flight waits for a person."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from comms.contracts.place import GeoPoint
from comms.contracts.task import TaskState, Vehicle
from comms.contracts.unit import PreflightItem
from comms.wire import link_pb2, types_pb2
from tests.browser.desk import Desk, button, click_map
from tests.browser.stand_in_unit import StandInUnit, until

Place = Callable[[float, float], GeoPoint]


def line_of(page: Page, task: types_pb2.Task) -> Locator:
    """The line of a task that waits for nobody."""
    return page.locator(f'.task-line[data-task="{task.task_id}"]')


def fill_form(page: Page, choice: str, place: GeoPoint) -> None:
    button(page, choice).click()
    click_map(page, place)


def order_orbit(page: Page, place: GeoPoint) -> Locator:
    """Prepare an orbit; the card that waits for approval."""
    waiting = page.locator(".needs-you")
    before = waiting.count()
    fill_form(page, "Circle it", place)
    button(page, "Prepare for approval").click()
    expect(waiting).to_have_count(before + 1)
    return waiting.last


def test_a_click_on_the_map_sends_the_robot_there_once_and_the_page_follows_the_task(
    page: Page, unit: StandInUnit, place: Place
) -> None:
    known = set(unit.tasks)
    goal = place(60, 10)
    fill_form(page, "Go there", goal)
    button(page, "Send").click()
    task = unit.new_task(known)
    assert (task.kind, task.vehicle) == (types_pb2.TASK_KIND_GO_TO, types_pb2.VEHICLE_ROBOT)
    assert task.points[0].latitude_deg == pytest.approx(goal.latitude_deg, abs=1e-5)
    assert task.points[0].longitude_deg == pytest.approx(goal.longitude_deg, abs=1e-5)
    line = line_of(page, task)
    expect(line).to_contain_text("Go to a place")
    expect(line.locator(".state")).to_have_text("sent")
    for state, shown in (("ACCEPTED", "accepted"), ("RUNNING", "running"), ("SUCCEEDED", "done")):
        unit.say(task.task_id, TaskState[state], progress=0.4)
        expect(line.locator(".state")).to_have_text(shown)
        expect(line.locator(".q-linear-progress")).to_be_visible(visible=state != "SUCCEEDED")
    assert unit.received[task.task_id] == 1


def test_a_second_click_moves_the_place_and_only_that_one_is_sent(
    page: Page, unit: StandInUnit, place: Place
) -> None:
    known = set(unit.tasks)
    fill_form(page, "Go there", place(60, 10))
    click_map(page, place(100, 10))
    button(page, "Send").click()
    task = unit.new_task(known)
    assert task.points[0].longitude_deg == pytest.approx(place(100, 10).longitude_deg, abs=1e-5)


def test_a_beat_is_chosen_by_its_name_and_sent_once(page: Page, unit: StandInUnit) -> None:
    known = set(unit.tasks)
    button(page, "Patrol").click()
    page.get_by_label("Which beat?").click()
    page.get_by_role("option", name="Plaza round").click()
    expect(page.locator(".checkpoint")).to_have_count(3)  # the map shows which it is
    page.get_by_label("Rounds").fill("2")
    button(page, "Send").click()
    task = unit.new_task(known)
    assert (task.kind, task.beat_id, task.loops) == (types_pb2.TASK_KIND_PATROL, "plaza", 2)
    expect(line_of(page, task)).to_contain_text("Patrol “Plaza round”")
    assert unit.received[task.task_id] == 1
    expect(page.locator(".checkpoint")).to_have_count(0)


def test_an_orbit_is_sent_only_when_a_person_has_approved_it(
    page: Page, unit: StandInUnit, place: Place
) -> None:
    known = set(unit.tasks)
    card = order_orbit(page, place(75, 65))
    expect(card).to_contain_text("Waiting for your approval")
    expect(card).to_contain_text("30 m above ground")
    expect(card).to_contain_text("Pre-flight list: all green")
    assert set(unit.tasks) == known
    button(card, "Approve and launch").click()
    task = unit.new_task(known)
    assert (task.kind, task.approval.by) == (types_pb2.TASK_KIND_ORBIT, "staff")
    assert (task.radius_m, task.height_m) == (20, 30)
    expect(page.locator(".needs-you")).to_have_count(0)
    expect(line_of(page, task).locator(".state")).to_have_text("sent")
    assert unit.received[task.task_id] == 1


def test_an_area_is_drawn_corner_by_corner_and_sent_as_it_was_drawn(
    page: Page, unit: StandInUnit, place: Place
) -> None:
    known = set(unit.tasks)
    corners = [place(40, 40), place(100, 40), place(100, 90)]
    button(page, "More flights").click()
    page.get_by_text("Survey an area").click()
    create = button(page, "Prepare for approval")
    for corner in [*corners[:2], place(60, 20)]:
        expect(create).to_be_disabled()
        click_map(page, corner)
    button(page, "Take the last point back").click()
    expect(create).to_be_disabled()
    click_map(page, corners[2])
    expect(page.locator(".where")).to_contain_text("3 corners, 0.15 ha")
    create.click()
    card = page.locator(".needs-you").last
    expect(card).to_contain_text("Survey an area")
    button(card, "Approve and launch").click()
    task = unit.new_task(known)
    assert task.kind == types_pb2.TASK_KIND_SURVEY
    expect(page.locator(".needs-you")).to_have_count(0)
    drawn = [(p.latitude_deg, p.longitude_deg) for p in task.points]
    assert drawn == [pytest.approx((c.latitude_deg, c.longitude_deg), abs=1e-5) for c in corners]


def test_an_orbit_that_is_rejected_never_reaches_the_unit(
    page: Page, unit: StandInUnit, place: Place
) -> None:
    known = set(unit.tasks)
    card = order_orbit(page, place(75, 65))
    button(card, "Reject").click()
    expect(page.locator(".needs-you")).to_have_count(0)
    expect(page.locator(".task-line .state", has_text="cancelled").first).to_be_visible()
    # What comes after it arrives, so the unit was listening: the rejected one was never sent.
    button(page, "Robot home").click()
    button(page, "Send").click()
    assert unit.new_task(known).kind == types_pb2.TASK_KIND_RETURN


def test_a_red_item_of_the_pre_flight_list_is_shown_before_the_approval(
    page: Page, unit: StandInUnit, place: Place
) -> None:
    card = order_orbit(page, place(75, 65))
    red = PreflightItem(name="battery", ok=False, detail="18 %, needs 30 %")
    unit.place(Vehicle.DRONE, preflight=(red,))
    expect(card).to_contain_text("not ready, the drone will refuse")
    expect(card).to_contain_text("Battery: 18 %, needs 30 %")
    button(card, "Reject").click()


def test_a_running_task_is_cancelled_at_the_unit(
    page: Page, unit: StandInUnit, place: Place
) -> None:
    known = set(unit.tasks)
    fill_form(page, "Go there", place(60, 10))
    button(page, "Send").click()
    task = unit.new_task(known)
    unit.say(task.task_id, TaskState.RUNNING)
    line = line_of(page, task)
    expect(line.locator(".state")).to_have_text("running")
    button(line, "Cancel the task").click()
    until(lambda: any(c.task_id == task.task_id for c in unit.controls))
    assert unit.controls[-1].action == link_pb2.TaskControl.CANCEL
    expect(page.locator(".task-line .state", has_text="cancelled").first).to_be_visible()


def test_a_held_task_goes_on_at_a_press(page: Page, unit: StandInUnit, place: Place) -> None:
    known = set(unit.tasks)
    fill_form(page, "Go there", place(60, 10))
    button(page, "Send").click()
    task = unit.new_task(known)
    unit.say(task.task_id, TaskState.RUNNING)
    line = line_of(page, task)
    expect(line.locator(".state")).to_have_text("running")
    expect(button(line, "Go on")).to_be_hidden()
    button(line, "Hold the task").click()
    until(lambda: unit.controls and unit.controls[-1].action == link_pb2.TaskControl.PAUSE)
    unit.say(task.task_id, TaskState.PAUSED, reason="paused by a person")
    expect(line.locator(".state")).to_have_text("paused")
    expect(line).to_contain_text("paused by a person")
    button(line, "Go on").click()
    until(lambda: unit.controls[-1].action == link_pb2.TaskControl.RESUME)
    assert unit.controls[-1].task_id == task.task_id
    unit.say(task.task_id, TaskState.CANCELLED)


def test_a_flight_is_changed_in_the_air_and_a_refusal_stands_in_the_dialog(
    page: Page, unit: StandInUnit, place: Place
) -> None:
    known = set(unit.tasks)
    button(order_orbit(page, place(75, 65)), "Approve and launch").click()
    task = unit.new_task(known)
    line = line_of(page, task)
    expect(button(line, "Change the flight")).to_be_hidden()  # it does not fly yet
    unit.say(task.task_id, TaskState.RUNNING)
    button(line, "Change the flight").click()
    dialog = page.locator(".change-flight")
    dialog.get_by_label("Height above ground, m").fill("150")
    button(dialog, "Apply").click()
    expect(dialog).to_contain_text("at most 100 m")
    dialog.get_by_label("Height above ground, m").fill("40")
    dialog.get_by_label("Leave out waypoints").fill("2")
    button(dialog, "Apply").click()
    expect(dialog).to_be_hidden()
    change = unit.changes[-1]
    assert (change.task_id, change.height_m, change.skip) == (task.task_id, 40.0, 2)
    assert not change.HasField("speed_mps")
    assert change.actor
    unit.say(task.task_id, TaskState.CANCELLED)


def test_the_weather_is_told_and_a_refusal_stands_in_the_dialog(
    page: Page, unit: StandInUnit
) -> None:
    page.get_by_role("button", name="Tell the weather").first.click()
    dialog = page.locator(".tell-weather")
    dialog.get_by_label("Wind, m/s").fill("6")
    dialog.get_by_label("Visibility, km").fill("5")
    dialog.get_by_text("Rain or snow").click()
    button(dialog, "Tell").click()
    expect(dialog).to_contain_text("it hates rain")
    dialog.get_by_text("Rain or snow").click()
    button(dialog, "Tell").click()
    expect(dialog).to_be_hidden()
    report = unit.weathers[-1].report
    assert (report.wind_mps, report.visibility_m, report.rain) == (6.0, 5000.0, False)
    assert not report.HasField("gust_mps")
    assert unit.weathers[-1].actor


def test_a_photo_is_asked_for_and_why_there_is_none_is_said(page: Page, unit: StandInUnit) -> None:
    page.get_by_role("button", name="Take a photo").first.click()
    expect(page.get_by_text("there is no camera")).to_be_visible()
    assert unit.photos[-1].actor


def test_the_whole_pre_flight_list_is_one_press_away_and_follows_the_drone(
    page: Page, unit: StandInUnit
) -> None:
    lines = (
        PreflightItem(name="battery", ok=True, detail="95%"),
        PreflightItem(name="pad", ok=True, detail="no camera has looked", caution=True),
        PreflightItem(name="airspace", ok=False, detail="closed from noon"),
    )
    unit.place(Vehicle.DRONE, preflight=lines)
    page.get_by_role("button", name="Pre-flight list").first.click()
    shown = page.locator(".preflight-list .preflight-line")
    expect(shown).to_have_count(3)
    expect(shown.nth(1)).to_contain_text("Pad: no camera has looked")
    expect(shown.nth(1).locator(".text-warning")).to_have_text("warning")
    expect(shown.nth(2).locator(".text-negative")).to_have_text("cancel")
    unit.place(Vehicle.DRONE, preflight=(lines[0],))
    expect(shown).to_have_count(1)
    button(page.locator(".preflight-list"), "Back").click()
    expect(page.locator(".preflight-list")).to_be_hidden()


def test_a_press_is_not_lost_while_the_page_is_updated_under_it(
    page: Page, unit: StandInUnit, place: Place
) -> None:
    known = set(unit.tasks)
    approve = button(order_orbit(page, place(75, 65)), "Approve and launch")
    approve.hover()
    page.mouse.down()
    age = page.locator(".unit .age")
    before = unit.sent_telemetry
    until(lambda: unit.sent_telemetry > before + 4)  # a slow finger
    unit.find("while-pressed", place(50, 12))
    expect(page.locator(".findings")).to_contain_text("Person")
    expect(age).to_contain_text("last word")
    page.mouse.up()
    assert unit.new_task(known).kind == types_pb2.TASK_KIND_ORBIT


@pytest.mark.parametrize(
    ("choice", "east_m", "north_m", "sentence"),
    [
        ("Go there", -90, 110, "The place is in the closed area “Construction site”."),
        ("Go there", 30, 118, "The place is inside “Tower A”."),
        ("Go there", 0, 215, "m outside the site."),
        ("Look from the air", -100, -110, "It leads into the no-fly area “Clinic helipad”."),
        ("Circle it", -45, -120, "It leads into the no-fly area “Clinic helipad”."),
    ],
)
def test_a_place_that_cannot_be_gets_a_sentence_and_nothing_is_sent(
    page: Page, unit: StandInUnit, place: Place,
    choice: str, east_m: float, north_m: float, sentence: str,
) -> None:  # fmt: skip
    known, lines = set(unit.tasks), page.locator(".task-line, .needs-you").count()
    fill_form(page, choice, place(east_m, north_m))
    button(page, "Send" if choice == "Go there" else "Prepare for approval").click()
    expect(page.locator(".form-error")).to_contain_text(sentence)
    assert page.locator(".task-line, .needs-you").count() == lines
    assert set(unit.tasks) == known


def test_the_sentence_is_in_the_user_s_language(
    staff: Desk, unit: StandInUnit, place: Place
) -> None:
    page = staff.open(language="zh-CN")
    fill_form(page, "前往", place(-90, 110))
    button(page, "发送").click()
    expect(page.locator(".form-error")).to_have_text("该地点在禁入区“施工工地”内。")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("Height, m", "500", "Height, m: from 5 to 120"),
        ("Radius, m", "2", "Radius, m: from 5 to 200"),
        ("Turns", "1.5", "Turns: a whole number is needed"),
        ("Height, m", "", "Height, m: a number is needed"),
    ],
)
def test_a_number_beyond_its_limits_gets_a_sentence_and_nothing_is_sent(
    page: Page, unit: StandInUnit, place: Place, field: str, value: str, sentence: str
) -> None:
    waiting = page.locator(".needs-you").count()
    fill_form(page, "Circle it", place(75, 65))
    page.get_by_label(field).fill(value)
    button(page, "Prepare for approval").click()
    expect(page.locator(".form-error")).to_have_text(sentence)
    assert page.locator(".needs-you").count() == waiting
    page.get_by_label(field).fill("10")  # put right, it goes
    button(page, "Prepare for approval").click()
    expect(page.locator(".needs-you")).to_have_count(waiting + 1)
    button(page.locator(".needs-you").last, "Reject").click()
    expect(page.locator(".needs-you")).to_have_count(waiting)


def test_what_happened_to_a_task_is_one_click_away(
    page: Page, unit: StandInUnit, place: Place
) -> None:
    known = set(unit.tasks)
    fill_form(page, "Go there", place(60, 10))
    button(page, "Send").click()
    task = unit.new_task(known)
    unit.say(task.task_id, TaskState.RUNNING)
    unit.say(task.task_id, TaskState.FAILED, reason="the way is blocked by a fence")
    expect(page.locator(".task-line .state", has_text="failed").first).to_be_visible()
    line = page.locator(".task-line", has_text="the way is blocked by a fence").first
    button(line, "What happened").click()
    history = page.locator(".history")
    for word in ("proposed · staff", "sent", "running · unit-1/robot", "failed"):
        expect(history).to_contain_text(word)


def test_the_pictures_of_a_beat_are_in_what_happened_to_it(
    page: Page, unit: StandInUnit, place: Place, picture: bytes
) -> None:
    known = set(unit.tasks)
    fill_form(page, "Go there", place(60, 10))
    button(page, "Send").click()
    task = unit.new_task(known)
    unit.say(task.task_id, TaskState.RUNNING)
    unit.visit(task.task_id, "plaza-2", place(60, 30), picture)
    until(lambda: unit.waiting == 0)
    button(line_of(page, task), "What happened").click()
    history = page.locator(".history")
    expect(history).to_contain_text("plaza-2 · looked around, took a picture")
    expect(history.locator("img")).to_have_js_property("naturalWidth", 320)
    page.keyboard.press("Escape")
    unit.say(task.task_id, TaskState.CANCELLED)
