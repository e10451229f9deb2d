"""The whole of localisation without ROS: measurements in, an estimate and its health out.

Joins the ordered filter (`timeline`), the doubt about GNSS (`doubt`), the heading from motion
(`alignment`), the start (`start`) and what to do when the wheels fall silent or the clock goes
back.
"""

from __future__ import annotations

import math

import numpy as np

from robot.localization.alignment import Alignment, TrackAligner
from robot.localization.config import LocalizationConfig
from robot.localization.doubt import FixJudge
from robot.localization.estimate import Estimate, Health, Level
from robot.localization.filter import BIAS, EAST, NORTH, SCALE, SPEED, TURN, YAW, PoseFilter
from robot.localization.health import Signs, judge_health
from robot.localization.measurements import Fix, Inertial, Measurement, Scan, WheelSpeed
from robot.localization.memory import RememberedPose
from robot.localization.planar import Pose, wheel_step, wrap
from robot.localization.preparation import Preparation
from robot.localization.start import Starter
from robot.localization.timeline import Timeline
from robot.localization.walls.walls import Walls

_FUTURE_S = 1.0
_CLOCK_BACK_S = 1.0
_BASE_STOPS_S = 0.5
_ALIGNED_SIGMA = 0.12  # rad, good enough to begin with
_WRONG_HEADING = 0.35  # rad, more than a filter at work ever has to correct
_LOST_M = 50.0
_JUST_S = 2.0
_GOOD_FIX = 3.0  # times the outlines' sigma
_FAR_M = 12.0  # more than a reflection between towers makes
#: 1 sigma of a pose that was searched, where the walls hold it and where they do not.
_FOUND_M, _FOUND_LOOSE_M = 0.15, 1.5


class Localizer:
    """`add` measurements as they come, `step` at the output rate. Not thread-safe."""

    def __init__(
        self, config: LocalizationConfig, starter: Starter, walls: Walls | None = None
    ) -> None:
        """`walls`: None where there is no map of any."""
        self._config = config
        self._walls = walls
        self._starter = starter
        self._filter = PoseFilter(config)
        self._timeline = Timeline(self._filter, config.history_s, config.outline_sigma_m)
        self._judge = FixJudge(config)
        self._aligner = TrackAligner(config.gnss_correlated)
        self._preparation = Preparation()
        self._inbox: list[Measurement] = []
        self._wheels: WheelSpeed | None = None
        self._at_wheels = (Pose(0, 0, 0), np.eye(3), Pose(0, 0, 0))  # map, covariance, odom
        self._last = dict.fromkeys((Fix, Inertial, WheelSpeed, Scan), -math.inf)
        self._bad_total = 0
        self._good_fix_s = -math.inf
        self.source = ""
        self.confirmed = False
        self.started = False
        self.aligned = False
        self.events: list[str] = []

    def add(self, measurement: Measurement) -> None:
        """Take a measurement, in any order. One that is not finite is dropped and counted."""
        if not measurement.is_finite():
            self._bad_total += 1
        elif isinstance(measurement, Fix):
            self._inbox.append(measurement.with_floor(self._config.gnss_sigma_floor_m))
        else:
            self._inbox.append(measurement)

    def set_pose(self, pose: Pose, covariance: np.ndarray) -> None:
        """A person says where the robot is (map; (3, 3) m, m, rad)."""
        self._filter.set_pose(*pose, covariance)
        self._begin("set by a person", confirmed=True, aligned=True)

    def step(self, now_s: float) -> Estimate | None:
        """Work through what came in; the estimate for `now_s`, or None before there is one."""
        if self._filter.time_s - now_s > _CLOCK_BACK_S:
            self._clock_went_back(now_s)
        batch = [m for m in self._inbox if m.stamp_s <= now_s + _FUTURE_S]
        self._bad_total += len(self._inbox) - len(batch)
        self._inbox = []
        batch.sort(key=lambda m: m.stamp_s)
        gyro_bias = float(self._filter.x[BIAS])
        batch = [self._preparation.prepare(m, gyro_bias) for m in batch]
        if not self.started and not self._start(batch, now_s):
            self._note_arrivals(batch)
            return None
        self._process(batch)
        self._watch_heading()
        self._watch_walls(now_s)
        return self._estimate(now_s)

    # -- start
    def _start(self, batch: list[Measurement], now_s: float) -> bool:
        for measurement in batch:
            if isinstance(measurement, Fix):
                self._starter.see_fix(measurement)
            elif isinstance(measurement, WheelSpeed):
                self._wheels = measurement
        if self._wheels is None:
            return False
        start = self._starter.decide(now_s, self._wheels)
        if start is None:
            return False
        self._filter.time_s = self._wheels.stamp_s
        self._filter.x[[BIAS, SCALE]] = start.gyro_bias, start.wheel_scale
        self._filter.set_pose(*start.pose, start.covariance)
        self._begin(start.source, confirmed=start.confirmed, aligned=start.aligned)
        self._remember_wheels(self._wheels)
        return True

    def _begin(self, source: str, *, confirmed: bool, aligned: bool) -> None:
        self.started, self.source = True, source
        self.confirmed, self.aligned = confirmed, aligned
        self._forget_past()
        self.events.append(f"pose from {source}, heading {'known' if aligned else 'not known'}")

    def _forget_past(self) -> None:
        """The pose or the clock was set anew: what was heard before says nothing of it."""
        self._timeline.forget()
        self._judge.forget()
        self._aligner.clear()
        if self._walls is not None:
            self._walls.forget()

    def _clock_went_back(self, now_s: float) -> None:
        self.events.append(f"the clock went back {self._filter.time_s - now_s:.1f} s")
        self._filter.time_s = now_s
        self._filter.widen(0.5, 0.1, motion=True)
        self._timeline.set_odom(self._timeline.odom)
        self._forget_past()
        self._judge.last_accepted_s = self._good_fix_s = -math.inf
        self._preparation = Preparation()
        self._wheels = None
        self._last = dict.fromkeys(self._last, -math.inf)

    # -- work
    def _process(self, batch: list[Measurement]) -> None:
        """Cut the batch where the wheels were silent; in that silence nothing is believed."""
        ready: list[Measurement] = []
        for measurement in batch:
            silence = measurement.stamp_s - self._last[WheelSpeed]
            if self._wheels is not None and silence > self._config.silent_s:
                if not isinstance(measurement, WheelSpeed):
                    continue
                self._timeline.process(ready, self._judged)
                ready = []
                self._bridge(measurement, silence)
            if isinstance(measurement, WheelSpeed):
                self._wheels = measurement
                self._last[WheelSpeed] = max(self._last[WheelSpeed], measurement.stamp_s)
            ready.append(measurement)
        self._timeline.process(ready, self._judged)
        self._note_arrivals(batch)
        if self._wheels is not None and any(isinstance(m, WheelSpeed) for m in ready):
            self._remember_wheels(self._wheels)

    def _note_arrivals(self, batch: list[Measurement]) -> None:
        for m in batch:
            self._last[type(m)] = max(self._last[type(m)], m.stamp_s)

    def _remember_wheels(self, wheels: WheelSpeed) -> None:
        """Where the robot was when the wheels last spoke: from here a silence is bridged."""
        x = self._filter.x
        pose = Pose(float(x[EAST]), float(x[NORTH]), float(x[YAW]))
        self._at_wheels = (pose, self._filter.p[: YAW + 1, : YAW + 1].copy(), self._timeline.odom)
        self._last[WheelSpeed] = max(self._last[WheelSpeed], wheels.stamp_s)

    def _bridge(self, wheels: WheelSpeed, silence_s: float) -> None:
        """The wheels speak again: go where they say the robot went, or doubt."""
        assert self._wheels is not None
        pose, covariance, odom = self._at_wheels
        longest = self._config.max_speed_mps * silence_s + 0.1
        step = wheel_step(self._wheels.pose, wheels.pose, longest)
        speed, turn = self._filter.speed_mps, float(self._filter.x[TURN])
        self._filter.time_s = wheels.stamp_s
        if step is not None:
            pose, odom = pose.then(step), odom.then(step)
            way, yaw = 0.05 + 0.05 * math.hypot(step.x, step.y), 0.02 + 0.1 * abs(step.yaw)
        else:  # the base's watchdog ends a motion that nobody commands, at some time up to that
            half_s, spread_s = _BASE_STOPS_S / 2, _BASE_STOPS_S / math.sqrt(12.0)
            pose = pose.then(Pose(half_s * speed, 0.0, half_s * turn))
            way = 0.1 + spread_s * abs(speed)
            yaw = 0.05 + min(spread_s * abs(turn), 0.5)
        self._filter.set_pose(*pose, covariance)
        self._filter.widen(way, yaw, motion=True)
        self._filter.x[[SPEED, TURN]] = wheels.speed_mps, wheels.turn_radps
        self._timeline.set_odom(odom)
        self._timeline.forget()
        self.events.append(f"the wheels were silent for {silence_s:.1f} s")

    def _judged(self, new: Fix | Scan) -> Fix | Scan:
        """The verdict on a new fix or scan."""
        if isinstance(new, Fix):
            return self._judged_fix(new)
        if self._walls is None:
            return new
        scan = self._walls.judge(
            new,
            self._timeline.odom,
            self._filter,
            known=self.aligned,
            fixes_agree=new.stamp_s - self._good_fix_s < _JUST_S,
        )
        if scan.match is not None:
            self.confirmed = True
        return scan

    def _judged_fix(self, fix: Fix) -> Fix:
        """The verdict on a new fix; keeps it for the heading from motion."""
        if self._walls is not None:
            self._walls.see_fix(fix)
        odom = self._timeline.odom_then(fix.stamp_s)
        self._aligner.add((odom.x, odom.y), (fix.east_m, fix.north_m), fix.sigma_m)
        if not self.aligned:
            sigma2 = fix.sigma_m**2
            yaw = float(self._filter.x[YAW])
            self._filter.set_pose(
                fix.east_m, fix.north_m, yaw, np.diag([sigma2, sigma2, math.pi**2])
            )
            self._timeline.forget()
            self._judge.last_accepted_s = fix.stamp_s
            return fix
        moved = self._judge.moved
        held = self._walls is not None and self._walls.is_held(fix.stamp_s)
        # what a receiver is so sure of is no reflection: it is the map that is off
        held = held and fix.sigma_m > self._config.outline_sigma_m
        fix = self._judge.judge(fix, self._filter, held=held)
        if fix.accepted:
            self.confirmed = True
            if fix.sigma_m <= _GOOD_FIX * self._config.outline_sigma_m:
                self._good_fix_s = fix.stamp_s
        if self._judge.moved != moved:
            self._timeline.forget()
            self._aligner.clear()
            self.events.append("moved over to where GNSS has been for long")
        return fix

    def _watch_heading(self) -> None:
        alignment = self._aligner.solve_if_new()
        if alignment is None or alignment.yaw_sigma > _ALIGNED_SIGMA or alignment.misfit > 2.5:
            return
        if not self.aligned:
            self._align(alignment, "found from motion")
            return
        yaw = float(self._filter.x[YAW]) - self._timeline.odom.yaw
        off = abs(wrap(alignment.yaw - yaw))
        if off > max(_WRONG_HEADING, 4.0 * alignment.yaw_sigma):
            self._align(alignment, f"was wrong by {math.degrees(off):.0f} degrees")

    def _is_lost(self, now_s: float) -> bool:
        """By the walls alone, or sooner where GNSS says for as long that it is far away."""
        assert self._walls is not None
        if self._walls.is_lost(confirmed=self.confirmed):
            return True
        disagree_s, disagree_m = self._judge.disagreement(now_s)
        agreed = self._walls.misfit_s > 0.0 and now_s - self._walls.fitted_s > 1.0
        return agreed and disagree_s >= self._config.walls_patience_s and disagree_m > _FAR_M

    def _watch_walls(self, now_s: float) -> None:
        """Lost where the walls have not fitted for long; found where they fit."""
        if self._walls is None:
            return
        if self.aligned and self._is_lost(now_s):
            x = self._filter.x
            wide = np.diag([_LOST_M**2, _LOST_M**2, math.pi**2])
            self._filter.set_pose(float(x[EAST]), float(x[NORTH]), float(x[YAW]), wide)
            self.aligned = self.confirmed = False
            self._forget_past()
            self.events.append("lost: the walls are not where they should be")
        sighted = self._walls.search(lost=not self.aligned)
        if sighted is None:
            return
        match = sighted.found.match
        since = sighted.odom.inverse().then(self._timeline.odom)
        pose = match.pose.then(since)
        self._filter.set_pose(*pose, match.covariance(_FOUND_M, _FOUND_LOOSE_M))
        self._begin("the walls", confirmed=True, aligned=True)

    def _align(self, alignment: Alignment, why: str) -> None:
        odom = self._timeline.odom
        east, north = alignment.place(odom.x, odom.y)
        position2 = alignment.position_sigma_m**2
        covariance = np.diag([position2, position2, alignment.yaw_sigma**2])
        self._filter.set_pose(east, north, alignment.yaw + odom.yaw, covariance)
        self.aligned = self.confirmed = True
        self._forget_past()
        self.events.append(f"the heading {why}")

    # -- output
    def _estimate(self, now_s: float) -> Estimate:
        ahead_s = self._last[WheelSpeed] + self._config.ahead_s
        stamp_s = max(self._filter.time_s, min(now_s, ahead_s))
        kept = self._filter.snapshot()
        odom = self._timeline.odom_at(stamp_s)
        self._filter.predict(stamp_s)
        x, p = self._filter.x, self._filter.p
        estimate = Estimate(
            stamp_s=stamp_s,
            pose=Pose(float(x[EAST]), float(x[NORTH]), wrap(float(x[YAW]))),
            covariance=p[: YAW + 1, : YAW + 1].copy(),
            speed_mps=self._filter.speed_mps,
            turn_radps=float(x[TURN]),
            twist_covariance=p[SPEED : TURN + 1, SPEED : TURN + 1].copy(),
            odom=odom,
            roll_rad=self._preparation.tilt.roll_rad,
            pitch_rad=self._preparation.tilt.pitch_rad,
        )
        self._filter.restore(kept)
        return estimate

    def health(self, now_s: float, estimate: Estimate | None) -> Health:
        """How far `estimate` can be trusted, in one sentence, with figures."""
        disagree_s, disagree_m = self._judge.disagreement(now_s)
        return judge_health(
            self._config,
            estimate,
            Signs(
                wheels_age_s=now_s - self._last[WheelSpeed],
                inertial_age_s=now_s - self._last[Inertial],
                fix_age_s=now_s - self._last[Fix],
                accepted_age_s=now_s - self._judge.last_accepted_s,
                walls_age_s=now_s - self._walls.fitted_s if self._walls else math.inf,
                walls=self._walls.words() if self._walls else "no map of walls",
                searching=self._walls is not None and self._walls.searching,
                disagree_s=disagree_s,
                disagree_m=disagree_m,
                tilt_rad=self._preparation.tilt.tilt_rad,
                confirmed=self.confirmed,
                source=self.source,
                dropped=self._bad_total + self._timeline.late_dropped,
                refused=self._judge.refused_total,
                moved=self._judge.moved,
            ),
        )

    def remember(self, estimate: Estimate, site_id: str, run: str) -> RememberedPose | None:
        """What to keep for a restart; None while the pose is not worth it."""
        if self.health(estimate.stamp_s, estimate).level is Level.ERROR:
            return None
        c = [float(value) for value in estimate.covariance.ravel()]
        return RememberedPose(
            site_id=site_id,
            run=run,
            stamp_s=estimate.stamp_s,
            pose=(estimate.pose.x, estimate.pose.y, estimate.pose.yaw),
            covariance=(c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8]),
            speed_mps=estimate.speed_mps,
            turn_radps=estimate.turn_radps,
            gyro_bias=float(self._filter.x[BIAS]),
            wheel_scale=float(self._filter.x[SCALE]),
            wheel_pose=self._wheels.pose if self._wheels else None,
        )
