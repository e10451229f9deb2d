"""What the autopilot does by itself when something is lost: link, battery, fence.

Actions are named by PX4's parameters (NAV_DLL_ACT, COM_LOW_BAT_ACT, GF_ACTION,
COM_ACT_FAIL_ACT). As in PX4, losing
the link first holds for COM_FAIL_ACT_T, so that a pilot may take over, and then acts.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulation.autopilot.modes import Mode, Severity
from simulation.autopilot.profiles.parameters import Parameters

HEARTBEAT_GRACE_S = 2.0  # a link counts as lost this much after COM_DL_LOSS_T
BY_LINK_ACTION = {1: Mode.HOLD, 2: Mode.RETURN, 3: Mode.LAND}
BY_MOTOR_ACTION = {1: Mode.HOLD, 2: Mode.LAND, 3: Mode.RETURN}
BY_FENCE_ACTION = {2: Mode.HOLD, 3: Mode.RETURN, 5: Mode.LAND}

Action = tuple[Mode | None, Severity, str]


class Failsafes:
    """Call `check` at 50 Hz while armed and in the air; it yields what shall be done and told."""

    def __init__(self, parameters: Parameters) -> None:
        self._p = parameters
        self._link_lost_s: float | None = None
        self._link_acted = False
        self._battery_level = 0
        self._outside = False
        self._astray = False
        self._distrusts = False
        self._lost_motor = 0

    def rearm(self) -> None:
        """A new flight: battery and fence warnings are told again."""
        self._battery_level, self._outside = 0, False

    def check(
        self, time_s: float, silent_s: float | None, battery: float, outside: bool, mode: Mode
    ) -> Iterator[Action]:
        """`silent_s`: since the last ground station's heartbeat, None when none was ever heard."""
        yield from self._link(time_s, silent_s, mode)
        yield from self._battery(battery, mode)
        if outside and not self._outside:
            wanted = BY_FENCE_ACTION.get(int(self._p["GF_ACTION"]))
            yield wanted, Severity.CRITICAL, "Geofence violated\t"
        self._outside = outside

    def check_position(self, known: bool, distrusts: bool) -> Iterator[Action]:
        """Without a position PX4 descends where it is, a mode that it tells as Land; a satellite
        position that it does not believe it does not speak of."""
        if not known and not self._astray:
            yield Mode.LAND, Severity.CRITICAL, "Failsafe activated: switching to Descend\t"
        self._astray = not known

    def check_motors(self, lost: int) -> Iterator[Action]:
        """`lost`: a motor's number, 0 for none."""
        if lost and lost != self._lost_motor:
            wanted = BY_MOTOR_ACTION.get(int(self._p["COM_ACT_FAIL_ACT"]))
            text = f"Motor failure: Motor {lost} undercurrent detected\t"
            yield wanted, Severity.CRITICAL, text
        self._lost_motor = lost

    def _link(self, time_s: float, silent_s: float | None, mode: Mode) -> Iterator[Action]:
        wanted = BY_LINK_ACTION.get(int(self._p["NAV_DLL_ACT"]))
        lost_after = self._p["COM_DL_LOSS_T"] + HEARTBEAT_GRACE_S
        if silent_s is None or silent_s < lost_after:
            self._link_lost_s, self._link_acted = None, False
            return
        if self._link_lost_s is None:
            self._link_lost_s = time_s
            going_down = mode in (Mode.RETURN, Mode.LAND)
            self._link_acted = wanted is None or going_down
            yield (
                None if self._link_acted else Mode.HOLD,
                Severity.EMERGENCY,
                "Connection to ground control station lost\t",
            )
        elif not self._link_acted and time_s - self._link_lost_s >= self._p["COM_FAIL_ACT_T"]:
            self._link_acted = True
            yield wanted, Severity.EMERGENCY, f"Failsafe activated: entering {wanted}\t"

    def _battery(self, part: float, mode: Mode) -> Iterator[Action]:
        action = int(self._p["COM_LOW_BAT_ACT"])
        if part < self._p["BAT_EMERGEN_THR"] and self._battery_level < 3:
            self._battery_level = 3
            wanted = Mode.LAND if action in (2, 3) and mode is not Mode.LAND else None
            yield wanted, Severity.EMERGENCY, "Dangerously low battery! Land immediately!\t"
        elif part < self._p["BAT_CRIT_THR"] and self._battery_level < 2:
            self._battery_level = 2
            after = {2: Mode.LAND, 3: Mode.RETURN}.get(action)
            wanted = None if mode in (Mode.RETURN, Mode.LAND) else after
            yield wanted, Severity.CRITICAL, "Critical battery level! Return advised\t"
        elif part < self._p["BAT_LOW_THR"] and self._battery_level < 1:
            self._battery_level = 1
            yield None, Severity.WARNING, "Low battery level! Return advised\t"
