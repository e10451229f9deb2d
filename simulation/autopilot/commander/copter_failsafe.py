"""What ArduCopter does by itself when something is lost: ground station, battery, fence.

Named by its parameters (FS_GCS_ENABLE, BATT_FS_LOW_ACT, BATT_FS_CRT_ACT, FENCE_ACTION). Unlike PX4
it acts at once; with none of them set, as by default, it goes on. Its texts name the polygon
whichever fence was left, and no voltage.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulation.autopilot.commander.failsafe import Action, Failsafes
from simulation.autopilot.modes import Mode, Severity

BY_GCS = {
    1: Mode.RETURN,
    3: Mode.RETURN,
    4: Mode.RETURN,
    5: Mode.LAND,
    6: Mode.RETURN,
    7: Mode.BRAKE,
}
BY_BATTERY = {1: Mode.LAND, 2: Mode.RETURN, 3: Mode.RETURN, 4: Mode.RETURN}
BY_FENCE = {1: Mode.RETURN, 2: Mode.LAND, 3: Mode.RETURN, 4: Mode.BRAKE, 5: Mode.RETURN}


class CopterFailsafes(Failsafes):
    """The surface is `Failsafes`'."""

    def check(
        self, time_s: float, silent_s: float | None, battery: float, outside: bool, mode: Mode
    ) -> Iterator[Action]:
        yield from self._gcs(silent_s, mode)
        yield from self._charge(battery, mode)
        if outside and not self._outside:
            wanted = BY_FENCE.get(int(self._p["FENCE_ACTION"]))
            yield wanted, Severity.NOTICE, "Polygon fence breached"
        self._outside = outside

    def check_position(self, known: bool, distrusts: bool) -> Iterator[Action]:
        if distrusts and not self._distrusts:
            yield None, Severity.CRITICAL, "GPS Glitch or Compass error"
        self._distrusts = distrusts
        if not known and not self._astray:
            lands = self._p["FS_EKF_ACTION"] > 0
            text = f"EKF Failsafe{': changed to Land Mode' if lands else ''}"
            yield Mode.LAND if lands else None, Severity.CRITICAL, text
        self._astray = not known

    def check_motors(self, lost: int) -> Iterator[Action]:
        """It only speaks."""
        if lost and lost != self._lost_motor:
            yield None, Severity.EMERGENCY, f"Potential Thrust Loss ({lost})"
        self._lost_motor = lost

    def _gcs(self, silent_s: float | None, mode: Mode) -> Iterator[Action]:
        action = int(self._p["FS_GCS_ENABLE"])
        if action == 0 or silent_s is None or silent_s < self._p["FS_GCS_TIMEOUT"]:
            if self._link_acted:
                yield None, Severity.WARNING, "GCS Failsafe Cleared"
            self._link_acted = False
            return
        if not self._link_acted:
            self._link_acted = True
            going_down = mode in (Mode.RETURN, Mode.LAND)
            wanted = None if going_down else BY_GCS.get(action, Mode.RETURN)
            yield wanted, Severity.WARNING, "GCS Failsafe"

    def _charge(self, part: float, mode: Mode) -> Iterator[Action]:
        """By charge left (BATT_LOW_MAH, BATT_CRT_MAH); 0 switches a level off."""
        p = self._p
        left_mah = part * p["BATT_CAPACITY"]
        levels = (("CRT", 2, "critical"), ("LOW", 1, "low"))
        for name, level, word in levels:
            least = p[f"BATT_{name}_MAH"]
            if least > 0 and left_mah < least and self._battery_level < level:
                self._battery_level = level
                used = p["BATT_CAPACITY"] - left_mah
                wanted = BY_BATTERY.get(int(p[f"BATT_FS_{name}_ACT"]))
                going_down = mode is Mode.LAND or (mode is Mode.RETURN and wanted is Mode.RETURN)
                yield (
                    None if going_down else wanted,
                    Severity.WARNING,
                    f"Battery 1 is {word} used {used:.0f} mAh",
                )
                return
