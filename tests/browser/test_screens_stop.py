"""The emergency stop: one press from wherever one is, plain about who confirmed, hard to undo."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from comms.contracts.place import GeoPoint
from comms.contracts.task import Vehicle
from comms.wire import link_pb2
from tests.browser.centre_process import CentreProcess
from tests.browser.desk import Desk, button, click_map
from tests.browser.stand_in_unit import StandInUnit, until

Place = Callable[[float, float], GeoPoint]
CONFIRMED = r"{}: stopped, confirmed \d\d:\d\d:\d\d"


@pytest.fixture(autouse=True)
def released(page: Page, unit: StandInUnit) -> Iterator[None]:
    """Each test begins and ends with nothing stopped."""
    yield
    unit.confirms = dict.fromkeys(Vehicle, True)
    if page.locator(".stop-strip").count():
        release(page)
        expect(page.locator(".stop-strip")).to_have_count(0)


def release(page: Page) -> None:
    while page.locator(".q-dialog").count():
        page.keyboard.press("Escape")
        page.wait_for_timeout(200)
    button(page, "Release …").click()
    button(page, "Release the stop").click()


def next_stop(unit: StandInUnit, before: int) -> link_pb2.Stop:
    return until(lambda: unit.stops[before:], within_s=5)[0][1]


def test_one_press_stops_all_and_the_page_says_when_each_vehicle_confirmed(
    page: Page, unit: StandInUnit
) -> None:
    before = len(unit.stops)
    button(page, "STOP ALL").click()
    stop = next_stop(unit, before)
    assert (stop.engage, stop.actor) == (True, "staff")
    strip = page.locator(".stop-strip")
    expect(strip).to_contain_text("EMERGENCY STOP · unit-1")
    for vehicle in ("Robot", "Drone"):
        expect(strip).to_contain_text(re.compile(CONFIRMED.format(vehicle)))
    expect(strip).not_to_have_class(re.compile("alarm"))
    expect(page.locator(".vehicle-line", has_text="Robot")).to_contain_text("Emergency stop is on")


def test_the_stop_is_with_the_unit_within_a_second(page: Page, unit: StandInUnit) -> None:
    took = []
    for _ in range(3):  # the quickest counts: others may have kept the machine busy
        before = len(unit.stops)
        pressed = time.monotonic()
        button(page, "STOP ALL").click()
        next_stop(unit, before)
        took.append(unit.stops[before][0] - pressed)
    assert min(took) < 1.0


def over_a_finding(page: Page, unit: StandInUnit, place: Place) -> None:
    unit.find("in-the-way", place(50, 12))
    page.locator(".finding").first.click()
    expect(page.locator(".finding-large")).to_be_visible()


def over_a_question(page: Page, unit: StandInUnit, place: Place) -> None:
    unit.place(Vehicle.ROBOT, estop=True)
    button(page, "Release …").click()
    expect(page.locator(".q-dialog")).to_be_visible()


def over_the_form(page: Page, unit: StandInUnit, place: Place) -> None:
    button(page, "Circle it").click()
    click_map(page, place(75, 65))
    page.get_by_label("Height, m").fill("500")


def over_a_menu(page: Page, unit: StandInUnit, place: Place) -> None:
    page.get_by_label("Language").click()
    expect(page.get_by_role("option", name="中文")).to_be_visible()


@pytest.mark.parametrize("busy_with", [over_a_finding, over_a_question, over_the_form, over_a_menu])
def test_one_press_is_enough_whatever_is_open(
    page: Page, unit: StandInUnit, place: Place, busy_with: Callable[..., None]
) -> None:
    busy_with(page, unit, place)
    before = len(unit.stops)
    box = button(page, "STOP ALL").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert next_stop(unit, before).engage
    expect(page.locator(".stop-strip")).to_contain_text(re.compile(CONFIRMED.format("Drone")))
    page.keyboard.press("Escape")


def test_the_first_key_finds_stop_and_the_second_presses_it(
    staff: Desk, page: Page, unit: StandInUnit
) -> None:
    fresh = staff.open()
    before = len(unit.stops)
    fresh.keyboard.press("Tab")
    expect(button(fresh, "STOP ALL")).to_be_focused()
    fresh.keyboard.press("Enter")
    assert next_stop(unit, before).engage


def test_a_vehicle_that_does_not_confirm_is_named_until_it_does(
    page: Page, unit: StandInUnit
) -> None:
    unit.confirms[Vehicle.DRONE] = False
    button(page, "STOP ALL").click()
    strip = page.locator(".stop-strip")
    expect(strip).to_contain_text(re.compile(CONFIRMED.format("Robot")))
    expect(strip).to_contain_text("Drone: stop NOT CONFIRMED")
    expect(strip).to_have_class(re.compile("alarm"))
    unit.confirms[Vehicle.DRONE] = True  # the unit goes on asking it
    expect(strip).to_contain_text(re.compile(CONFIRMED.format("Drone")))
    expect(strip).not_to_have_class(re.compile("alarm"))


def test_a_unit_without_link_is_said_not_to_be_reached_and_stops_when_it_is_back(
    page: Page, unit: StandInUnit
) -> None:
    unit.cut_link()
    expect(page.locator(".unit .age")).to_contain_text("not connected")
    before = len(unit.stops)
    button(page, "STOP ALL").click()
    strip = page.locator(".stop-strip")
    expect(strip).to_contain_text("No link to the unit: it is told as soon as it is back.")
    expect(strip).to_contain_text("Robot: stop NOT CONFIRMED")
    assert len(unit.stops) == before
    unit.restore_link()
    assert next_stop(unit, before).engage
    expect(strip).to_contain_text(re.compile(CONFIRMED.format("Robot")))
    expect(strip).not_to_contain_text("No link")


def test_a_release_takes_a_second_deliberate_step(page: Page, unit: StandInUnit) -> None:
    button(page, "STOP ALL").click()
    strip = page.locator(".stop-strip")
    expect(strip).to_contain_text(re.compile(CONFIRMED.format("Drone")))
    before = len(unit.stops)
    button(page, "Release …").click()
    expect(page.locator(".q-dialog")).to_contain_text("Is the place around them clear?")
    button(page.locator(".q-dialog"), "Back").click()
    expect(page.locator(".q-dialog")).to_have_count(0)
    assert len(unit.stops) == before
    button(page, "Release …").click()
    button(page, "Release the stop").click()
    assert not next_stop(unit, before).engage
    expect(strip).to_have_count(0)


def test_a_release_that_the_vehicle_refuses_leaves_the_stop_in_sight_with_its_words(
    page: Page, unit: StandInUnit
) -> None:
    button(page, "STOP ALL").click()
    strip = page.locator(".stop-strip")
    expect(strip).to_contain_text(re.compile(CONFIRMED.format("Drone")))
    unit.confirms[Vehicle.ROBOT] = "the button on the robot is pressed"
    release(page)
    expect(strip).to_contain_text("the robot says: the button on the robot is pressed")
    expect(strip).to_contain_text("EMERGENCY STOP")


def test_a_stop_at_the_vehicle_itself_is_shown(page: Page, unit: StandInUnit) -> None:
    unit.place(Vehicle.ROBOT, estop=True)
    strip = page.locator(".stop-strip")
    expect(strip).to_contain_text(re.compile(CONFIRMED.format("Robot")))
    expect(strip).not_to_contain_text("Drone")
    unit.place(Vehicle.ROBOT, estop=False)
    expect(strip).to_have_count(0)


def test_another_browser_and_the_terminal_see_and_give_the_same_stop(
    staff: Desk, page: Page, unit: StandInUnit, centre: CentreProcess
) -> None:
    unit.confirms[Vehicle.DRONE] = False
    other = staff.open(language="zh-CN")
    told = patrol(centre, "stop", "--reason", "smoke in the mall")
    assert told.returncode == 1
    assert told.stderr.strip() == "patrol: unit-1: the drone does not answer"
    for seen, words in ((page, "Drone: stop NOT CONFIRMED"), (other, "无人机: 停止未得到确认")):
        expect(seen.locator(".stop-strip")).to_contain_text(words)
    unit.confirms[Vehicle.DRONE] = True
    button(other, "全部停止").click()
    expect(page.locator(".stop-strip")).to_contain_text(re.compile(CONFIRMED.format("Drone")))
    told = patrol(centre, "release")
    assert (told.returncode, told.stdout.strip()) == (0, "unit-1: drone released, robot released")
    for seen in (other, page):  # each page hears it by itself
        expect(seen.locator(".stop-strip")).to_have_count(0)


def test_the_stop_of_one_unit_leaves_the_other_alone(
    staff: Desk, page: Page, unit: StandInUnit, centre: CentreProcess, place: Place, tmp_path
) -> None:
    second = StandInUnit("unit-2", centre.address, centre.authority.folder, tmp_path)
    try:
        second.place(Vehicle.ROBOT, place(-10, 10))
        expect(page.locator(".unit")).to_have_count(2)
        before = len(unit.stops)
        button(page, "STOP unit-2").click()
        assert next_stop(second, 0).engage
        expect(page.locator(".stop-strip")).to_have_count(1)
        expect(page.locator(".stop-strip")).to_contain_text("unit-2")
        assert len(unit.stops) == before
        release(page)
        expect(page.locator(".stop-strip")).to_have_count(0)
    finally:
        second.close()


def patrol(centre: CentreProcess, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line, against the same centre."""
    environment = {
        **os.environ, "PATROL_STATE_DIR": str(centre.state), "PATROL_CENTRE": centre.address,
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "comms.cli", *arguments],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
