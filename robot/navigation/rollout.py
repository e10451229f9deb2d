"""Ways to follow a path for the next seconds, rolled out through the robot's own kinematics.

A sample is a way of driving, (how far beside the path, how fast, how far ahead to aim), with the
robot's acceleration limits. Sampling ways of driving instead of raw velocities makes every sample
a sensible manoeuvre, so that a few dozen suffice, the result is smooth, and going round somebody
is one sample that stays the best from step to step. Each is closed around a pure-pursuit law
(Coulter 1992).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot.navigation.config import NavigationConfig
from robot.navigation.motion import Pose, Velocity
from robot.navigation.path import Path

Floats = NDArray[np.float64]
_WINDOW_STEP_M = 0.05


@dataclass(frozen=True)
class Samples:
    """K ways of driving, each (K,): metres to the left of the path, share of the speed cap, metres
    ahead to aim at. The last one is: stand. `times_s` (T,): when each is looked at.
    """

    aside_m: Floats
    speed_share: Floats
    ahead_m: Floats
    times_s: Floats


@dataclass(frozen=True)
class Rolled:
    """K samples over T steps: positions (K, T, 2) map m, then (K, T) each; `arc` (K,) at the end.

    `want_v`, `want_w` (K,): the velocity that each asks for now.
    """

    xy: Floats
    yaw: Floats
    speed: Floats
    side: Floats
    error: Floats
    arc: Floats
    want_v: Floats
    want_w: Floats


def samples_of(config: NavigationConfig) -> Samples:
    aside = np.arange(-config.aside_m, config.aside_m + 1e-6, 0.2)
    grid = np.meshgrid(aside, np.array([1.0, 0.6, 0.3]), np.array([0.6, 1.1]), indexing="ij")
    steps = max(4, round(config.horizon_s / config.step_s))
    return Samples(
        aside_m=np.append(grid[0].ravel(), 0.0),
        speed_share=np.append(grid[1].ravel(), 0.0),
        ahead_m=np.append(grid[2].ravel(), 0.6),
        times_s=config.step_s * np.arange(1.0, steps + 1.0),
    )


def roll_out(
    samples: Samples,
    path: Path,
    arc_m: float,
    pose: Pose,
    last: Velocity,
    cap_mps: float,
    config: NavigationConfig,
) -> Rolled:
    """Drive every sample from `pose`, which is at `arc_m` of `path`, and from the velocity `last`,
    at most at `cap_mps`.
    """
    c, dt, count, steps = config, config.step_s, len(samples.aside_m), len(samples.times_s)
    begin = arc_m - 1.0
    arcs = np.arange(begin, arc_m + c.horizon_s * c.cruise_mps + 3.0, _WINDOW_STEP_M)
    spots = path.at(arcs)
    beyond = np.maximum(arcs - path.length_m, 0.0)  # the path goes on straight behind its end
    end = path.headings[-1]
    spots += beyond[:, None] * [math.cos(end), math.sin(end)]
    tangent = np.gradient(spots, axis=0)
    tangent /= np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-9)[:, None]
    top = len(arcs) - 1
    # near the end the robot comes back to the path, so that it arrives at the goal itself
    room = np.clip((path.length_m - arcs - 0.3) / 1.5, 0.0, 1.0)

    x = np.full(count, pose.x_m)
    y = np.full(count, pose.y_m)
    yaw = np.full(count, pose.yaw_rad)
    v = np.full(count, last.v_mps)
    w = np.full(count, last.w_radps)
    s = np.full(count, arc_m)
    xy = np.empty((count, steps, 2))
    yaws, speeds = np.empty((count, steps)), np.empty((count, steps))
    sides, errors = np.empty((count, steps)), np.empty((count, steps))
    want_v = want_w = np.empty(0)
    stand = count - 1
    for step in range(steps):
        aim = np.clip(((s + samples.ahead_m - begin) / _WINDOW_STEP_M).astype(np.int64), 0, top)
        aside = samples.aside_m * room[aim]
        aim_x = spots[aim, 0] - aside * tangent[aim, 1]
        aim_y = spots[aim, 1] + aside * tangent[aim, 0]
        error = np.arctan2(aim_y - y, aim_x - x) - yaw
        error = (error + np.pi) % (2 * np.pi) - np.pi
        error[stand] = 0.0
        goal_v = np.sqrt(2 * 0.5 * c.brake_mps2 * np.maximum(path.length_m - s, 0.0))
        turn = np.clip((0.9 - np.abs(error)) / 0.6, 0.0, 1.0)
        go = np.minimum(samples.speed_share * cap_mps, goal_v) * turn
        spin = np.clip(2.0 * error, -c.turn_radps, c.turn_radps)
        if step == 0:
            want_v, want_w = go.copy(), spin.copy()
        v = v + np.clip(go - v, -c.brake_mps2 * dt, c.accel_mps2 * dt)
        w = w + np.clip(spin - w, -c.turn_accel_radps2 * dt, c.turn_accel_radps2 * dt)
        yaw = yaw + w * dt
        x = x + v * np.cos(yaw) * dt
        y = y + v * np.sin(yaw) * dt
        here = np.clip(((s - begin) / _WINDOW_STEP_M).astype(np.int64), 0, top)
        off_x, off_y = x - spots[here, 0], y - spots[here, 1]
        along = off_x * tangent[here, 0] + off_y * tangent[here, 1]
        s = arcs[here] + np.clip(along, -0.5, 0.5)
        xy[:, step, 0], xy[:, step, 1] = x, y
        yaws[:, step], speeds[:, step] = yaw, v
        sides[:, step] = off_y * tangent[here, 0] - off_x * tangent[here, 1]
        errors[:, step] = np.abs(error)
    # standing has no aim: it is charged with the heading that it leaves uncorrected
    errors[stand] = errors[:stand, 0].min() if stand else 0.0
    return Rolled(xy, yaws, speeds, sides, errors, s, want_v, want_w)
