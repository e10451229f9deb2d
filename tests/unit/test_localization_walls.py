"""Localisation by walls, on drives through a made-up town with people, glass, bent satellites."""

from __future__ import annotations

import math
from concurrent.futures import Executor, Future
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from shapely.affinity import translate
from shapely.geometry import Point, Polygon, box

from robot.localization.config import LocalizationConfig
from robot.localization.estimate import Level
from robot.localization.localizer import Localizer
from robot.localization.measurements import Measurement, Scan, WheelSpeed
from robot.localization.planar import Pose, wrap
from robot.localization.start import Starter
from robot.localization.walls.fitting import fit_of
from robot.localization.walls.matching import LEVER_M, match_scan
from robot.localization.walls.outline_map import OutlineMap
from robot.localization.walls.search import Area, Search
from robot.localization.walls.walls import Walls
from tests.lidar_rays import Rays
from tests.localization_drive import START_S, errors, inside_3_sigma, play, rmse_m
from tests.localization_town import TownDrive, town


class Here(Executor):
    """Runs what it is given at once, so that a test's searches take no time of its own."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def localizer_of(
    drive: TownDrive, dock: Pose | None, outlines: OutlineMap | None = None
) -> Localizer:
    config = LocalizationConfig()
    walls = Walls(config, outlines or drive.outlines(), Here())
    return Localizer(config, Starter(config, dock, None, "site", "run"), walls)


def test_plain_gnss_with_reflections_is_held_by_the_walls() -> None:
    tables, bare = [], []
    for seed in range(4):
        drive = TownDrive(
            seed=seed, shapes=town(seed), duration_s=150.0, gnss_sigma_m=1.5,
            multipath=(40.0, 90.0), glass=0.33,
        )  # fmt: skip
        measurements = drive.measurements()
        tables.append(errors(drive, play(localizer_of(drive, drive.start), measurements)))
        unaided = localizer_of(drive, drive.start, OutlineMap.of_shapes([]))
        bare.append(errors(drive, play(unaided, measurements)))
    table = np.concatenate(tables)
    heading = math.degrees(float(np.sqrt(np.mean(table[:, 2] ** 2))))
    print(
        f"\nRMSE {rmse_m(table):.3f} m (without walls {rmse_m(np.concatenate(bare)):.2f}), "
        f"heading {heading:.2f} deg, inside 3 sigma {100 * inside_3_sigma(table):.2f} %"
    )
    assert rmse_m(table) <= 0.30
    assert heading <= 2.0
    assert inside_3_sigma(table) >= 0.99
    assert rmse_m(np.concatenate(bare)) > 1.0  # the walls did it


def test_a_minute_without_gnss_costs_nothing_where_walls_are() -> None:
    for seed in range(3):
        drive = TownDrive(
            seed=seed, shapes=town(seed), duration_s=120.0, gnss_sigma_m=0.1,
            gnss_silent=(40.0, 110.0),
        )  # fmt: skip
        localizer = localizer_of(drive, drive.start)
        estimates = play(localizer, drive.measurements(), START_S + 109.0)
        table = errors(drive, estimates)
        assert float(np.hypot(*table[-1, :2])) <= 0.5
        assert inside_3_sigma(table) >= 0.99
        health = localizer.health(START_S + 109.0, estimates[-1])
        assert health.level is Level.OK
        assert health.message.endswith("by the walls")


def test_a_map_that_is_off_is_covered_by_the_sigma_that_it_is_given() -> None:
    """Outlines drawn 12 cm beside where the walls are, in a site whose sigma says so."""
    drive = TownDrive(seed=5, duration_s=120.0, gnss_sigma_m=1.5)
    drawn = OutlineMap.of_shapes([translate(shape, 0.1, -0.07) for shape in drive.shapes])
    config = LocalizationConfig(outline_sigma_m=0.15)
    localizer = Localizer(
        config, Starter(config, drive.start, None, "site", "run"), Walls(config, drawn, Here())
    )
    table = errors(drive, play(localizer, drive.measurements()))
    assert rmse_m(table) <= 0.30
    assert inside_3_sigma(table) >= 0.99


def test_walls_that_are_drawn_in_a_wrong_place_do_not_pull_a_robot_from_good_gnss() -> None:
    """Outlines a metre off, as from an aerial picture; the receiver is good to 2 cm."""
    drive = TownDrive(seed=6, duration_s=120.0, gnss_sigma_m=0.02)
    drawn = OutlineMap.of_shapes([translate(shape, 0.8, -0.6) for shape in drive.shapes])
    localizer = localizer_of(drive, drive.start, drawn)
    estimates = play(localizer, drive.measurements())
    table = errors(drive, estimates)
    assert rmse_m(table) <= 0.10
    assert inside_3_sigma(table) >= 0.99
    assert localizer.health(estimates[-1].stamp_s, estimates[-1]).level is Level.OK


def test_a_clock_that_goes_back_does_not_put_the_walls_to_sleep() -> None:
    drive = TownDrive(seed=7, duration_s=40.0, gnss_sigma_m=1.5)
    localizer = localizer_of(drive, drive.start)
    measurements = drive.measurements()
    play(localizer, measurements)
    again = [replace(m, stamp_s=m.stamp_s - 500.0) for m in measurements[-300:]]
    end = again[-1].stamp_s
    estimates = play(localizer, again)
    assert any(event.startswith("the clock went back") for event in localizer.events)
    assert end - 2.0 <= localizer._walls.fitted_s <= end
    off = estimates[-1].pose
    truth = drive.at(measurements[-1].stamp_s)
    assert math.hypot(off.x - truth[0], off.y - truth[1]) < 0.3


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("with_gnss", [True, False])
def test_it_finds_itself_at_an_unknown_place(seed: int, with_gnss: bool) -> None:
    drive = TownDrive(
        seed=seed, shapes=town(seed), duration_s=25.0, gnss_sigma_m=1.5,
        gnss_silent=(math.inf, math.inf) if with_gnss else (0.0, math.inf),
    )  # fmt: skip
    elsewhere = None if with_gnss else Pose(drive.start.x + 20.0, drive.start.y, 2.0)
    localizer = localizer_of(drive, elsewhere)
    found_s = seconds_until_found(localizer, drive, drive.measurements())
    print(f"\nfound after {found_s:.1f} s: {localizer.events}")
    assert found_s <= (4.0 if with_gnss else 20.0)


@pytest.mark.parametrize("seed", range(3))
def test_a_robot_that_is_carried_away_is_lost_and_found(seed: int) -> None:
    first = TownDrive(seed=seed, shapes=town(seed), duration_s=30.0, gnss_silent=(10.0, 99.0))
    rays = Rays(first.shapes, seed)
    there = Pose(51.0, 96.0, -1.0)
    measurements: list[Measurement] = [
        Scan(m.stamp_s, rays.scan(there)) if isinstance(m, Scan) and m.stamp_s > START_S + 15 else m
        for m in first.measurements()
    ]
    localizer = localizer_of(first, first.start)
    lost = found = math.inf
    for step in range(1, 900):
        now = START_S + 0.05 * step
        while measurements and measurements[0].stamp_s <= min(now, START_S + 15.2):
            localizer.add(measurements.pop(0))
        if now > START_S + 15.2:  # it stands where it was put
            measurements = [m for m in measurements if isinstance(m, Scan)]
            while measurements and measurements[0].stamp_s <= now:
                localizer.add(measurements.pop(0))
            localizer.add(standing(now))
        estimate = localizer.step(now)
        if estimate is None:
            continue
        level = localizer.health(now, estimate).level
        if now > START_S + 15.2 and level is Level.ERROR:
            lost = min(lost, now)
        apart = math.hypot(estimate.pose.x - there.x, estimate.pose.y - there.y)
        if lost < math.inf and apart < 0.3 and level is not Level.ERROR:
            found = min(found, now)
    assert lost - START_S - 15.0 <= 5.0
    assert found - START_S - 15.0 <= 20.0


def standing(at_s: float) -> Measurement:
    return WheelSpeed(at_s, 0.0, 0.0, 0.02, 0.05, (0.0, 0.0, 0.0))


def test_two_places_that_look_alike_are_no_answer() -> None:
    """A town of equal squares: every street corner is every other one."""
    squares = [box(40.0 * i, 40.0 * j, 40.0 * i + 25.0, 40.0 * j + 25.0) for i, j in grid(4, 4)]
    outlines = OutlineMap.of_shapes(squares)
    points = Rays(squares).scan(Pose(73.0, 72.0, 0.4))
    found = Search(outlines).find(points, Area.around(80.0, 80.0, 90.0))
    assert found is not None
    assert not found.clear
    assert found.score - found.next_score < 0.1


def test_where_no_walls_are_the_walls_say_nothing() -> None:
    open_field = OutlineMap.of_shapes([])
    points = Rays([Point(3.0, 4.0).buffer(0.25)]).scan(Pose(0.0, 0.0, 0.0))
    assert Search(open_field).find(points, Area.around(0.0, 0.0, 30.0)) is None
    match = match_scan(open_field, points, Pose(0.0, 0.0, 0.0), 1.0)
    assert len(match.directions) == 0
    assert fit_of(open_field, points, Pose(0.0, 0.0, 0.0)).told == 0


def test_along_a_single_wall_nothing_is_known_of_the_way_along_it() -> None:
    wall = [box(-500.0, 4.0, 500.0, 5.0)]
    points = Rays(wall).scan(Pose(0.0, 0.0, 0.3))
    match = match_scan(OutlineMap.of_shapes(wall), points, Pose(1.5, 0.4, 0.25), 1.0)
    assert len(match.directions) == 2
    assert np.abs(match.directions[:, 0]).max() < 0.02
    assert match.pose.x == pytest.approx(1.5, abs=0.1)
    assert match.pose.y == pytest.approx(0.0, abs=0.02)
    assert match.pose.yaw == pytest.approx(0.3, abs=0.005)
    covariance = match.covariance(0.05, 2.0)
    assert math.sqrt(covariance[0, 0]) == pytest.approx(2.0, rel=0.05)
    assert math.sqrt(covariance[1, 1]) < 0.1
    assert math.sqrt(covariance[2, 2]) < 0.1 / LEVER_M + 0.01


def test_people_before_a_wall_say_nothing_against_a_pose_and_a_look_through_it_does() -> None:
    shapes = town(1)
    pose = Pose(51.0, 60.0, 1.0)
    outlines, rays = OutlineMap.of_shapes(shapes), Rays(shapes)
    crowd = [(51.0 + 2.0 * math.cos(a), 60.0 + 2.0 * math.sin(a), 0.3) for a in range(0, 6)]
    right = fit_of(outlines, rays.scan(pose, crowd), pose)
    assert right.share > 0.9
    assert right.agree >= 14
    wrong = fit_of(outlines, rays.scan(pose, crowd), Pose(54.0, 60.0, 1.4))
    assert wrong.share < 0.6


def test_a_wall_between_two_houses_is_none_and_normals_look_out() -> None:
    outlines = OutlineMap.of_shapes([box(0, 0, 10, 10), box(10, 0, 20, 10)])
    assert not np.any(np.abs(outlines.points[:, 0] - 10.0) < 0.05)
    assert not np.any(outlines.inside(outlines.points + 0.05 * outlines.normals))
    assert np.all(outlines.inside(outlines.points - 0.05 * outlines.normals))


def test_a_yard_in_a_house_has_walls_that_look_into_it() -> None:
    yard = Polygon(box(0, 0, 30, 30).exterior, [box(10, 10, 20, 20).exterior])
    outlines = OutlineMap.of_shapes([yard])
    points = Rays([yard]).scan(Pose(14.0, 15.0, 0.2))
    match = match_scan(outlines, points, Pose(14.3, 15.2, 0.25), 1.0)
    assert (match.pose.x, match.pose.y) == pytest.approx((14.0, 15.0), abs=0.03)
    assert abs(wrap(match.pose.yaw - 0.2)) < 0.005


def grid(columns: int, rows: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(columns) for j in range(rows)]


def seconds_until_found(
    localizer: Localizer, drive: TownDrive, measurements: list[Measurement]
) -> float:
    """s from the start; fails where a pose that is wrong by 2 m counts as certain."""
    now, left = START_S, list(measurements)
    while left:
        now += 0.05
        while left and left[0].stamp_s <= now:
            localizer.add(left.pop(0))
        estimate = localizer.step(now)
        health = localizer.health(now, estimate)
        if estimate is None:
            continue
        truth = drive.at(estimate.stamp_s)
        off = math.hypot(estimate.pose.x - truth[0], estimate.pose.y - truth[1])
        assert health.level is not Level.OK or off < 2.0, f"{off:.1f} m off and certain"
        if health.level is not Level.ERROR and off < 0.5:
            return now - START_S
    return math.inf
