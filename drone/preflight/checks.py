"""The pre-flight list from what the vehicle says of itself.

Each line has a name, whether it is right, and one sentence with the value and what it must be. A
silent vehicle has no good lines: what is not known is not right.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from comms.contracts.unit import PreflightItem
from drone.config import DroneConfig
from drone.link.state import Battery, Health, Landed, VehicleView
from drone.link.statustext import StatusTexts
from drone.missions.estimate import not_enough_energy
from drone.missions.plan import FlightPlan
from drone.preflight.around import Around, around
from drone.remote_id.line import remote_id_line


@dataclass(frozen=True)
class Situation:
    """What the list is made from, besides the vehicle itself."""

    estop: str = ""
    airspace: str = ""
    plan: FlightPlan | None = None
    battery_wh: float = 90.0
    in_flight: bool = False
    around: Around = field(default_factory=Around)


def preflight(
    view: VehicleView, texts: StatusTexts, config: DroneConfig, situation: Situation
) -> tuple[PreflightItem, ...]:
    """The list in the order in which a pilot reads it."""
    return (
        _link(view),
        _sensors(view.health.fresh()),
        _position(view),
        _home(view, config, situation),
        _battery(view.battery.fresh(), config, situation),
        _ready(view, texts, situation),
        _failsafes(view, config),
        remote_id_line(view, config.remote_id),
        _airspace(situation),
        PreflightItem(
            name="emergency_stop", ok=not situation.estop, detail=situation.estop or "not engaged"
        ),
        *around(view, config, situation.around),
    )


def is_green(items: tuple[PreflightItem, ...]) -> bool:
    return all(item.ok for item in items)


def what_is_wrong(items: tuple[PreflightItem, ...]) -> str:
    """The lines that are not right, as one phrase."""
    return "; ".join(f"{item.name}: {item.detail}" for item in items if not item.ok)


def _link(view: VehicleView) -> PreflightItem:
    detail = f"{view.firmware} autopilot" if view.connected else "no autopilot answers"
    detail = view.wrong_vehicle or detail
    ok = view.connected and not view.wrong_vehicle
    return PreflightItem(name="link", ok=ok, detail=detail)


def _sensors(health: Health | None) -> PreflightItem:
    if health is None:
        return PreflightItem(name="sensors", ok=False, detail="the vehicle says nothing of them")
    bad = [
        name
        for name, ok in (
            ("gyroscope", health.gyro),
            ("accelerometer", health.accelerometer),
            ("magnetometer", health.magnetometer),
        )
        if not ok
    ]
    detail = f"not well: {', '.join(bad)}" if bad else "gyroscope, accelerometer, magnetometer well"
    return PreflightItem(name="sensors", ok=not bad, detail=detail)


def _position(view: VehicleView) -> PreflightItem:
    health, gnss, position = view.health.fresh(), view.gnss.fresh(), view.position.fresh()
    if health is None or position is None:
        return PreflightItem(name="position", ok=False, detail="no position")
    ok = health.global_position and health.local_position
    seen = f"{gnss.satellites} satellites" if gnss is not None else "satellites not known"
    fix = ", no 3D fix" if gnss is not None and not gnss.has_3d_fix else ""
    ok = ok and not fix
    detail = f"{seen}{fix}" if ok or fix else f"{seen}, the estimate is not good yet"
    return PreflightItem(name="position", ok=ok, detail=detail)


def _home(view: VehicleView, config: DroneConfig, situation: Situation) -> PreflightItem:
    home, position, health = view.home.last, view.position.fresh(), view.health.fresh()
    if home is None or health is None or not health.home:
        return PreflightItem(name="home", ok=False, detail="the vehicle has no home position")
    if position is None:
        return PreflightItem(name="home", ok=False, detail="where it stands is not known")
    away = position.over_ground_m(home.latitude_deg, home.longitude_deg)
    ok = away <= config.max_home_offset_m or situation.in_flight
    detail = f"{away:.1f} m from where it stands"
    if not ok:
        detail += f", at most {config.max_home_offset_m:.0f} m is right"
    return PreflightItem(name="home", ok=ok, detail=detail)


def _battery(battery: Battery | None, config: DroneConfig, situation: Situation) -> PreflightItem:
    if battery is None:
        return PreflightItem(name="battery", ok=False, detail="the vehicle does not say")
    if battery.fraction < config.min_battery_fraction:
        detail = f"{battery.fraction:.0%}, at least {config.min_battery_fraction:.0%} is needed"
        return PreflightItem(name="battery", ok=False, detail=detail)
    if situation.plan is not None:
        why = not_enough_energy(
            situation.plan.energy_wh, battery.fraction, situation.battery_wh, config
        )
        if why:
            return PreflightItem(name="battery", ok=False, detail=f"{battery.fraction:.0%}: {why}")
    return PreflightItem(name="battery", ok=True, detail=f"{battery.fraction:.0%}")


def _ready(view: VehicleView, texts: StatusTexts, situation: Situation) -> PreflightItem:
    health, landed = view.health.fresh(), view.landed.fresh()
    if health is None or landed is None:
        return PreflightItem(name="ready", ok=False, detail="the vehicle says nothing of itself")
    if landed is not Landed.ON_GROUND:
        return PreflightItem(name="ready", ok=situation.in_flight, detail="it is in the air")
    if not health.armable:
        last = texts.last
        words = f': "{last.text}"' if last is not None and last.is_warning and last.text else ""
        return PreflightItem(name="ready", ok=False, detail=f"it is not ready to arm{words}")
    return PreflightItem(name="ready", ok=True, detail="on the ground, ready to arm")


def _failsafes(view: VehicleView, config: DroneConfig) -> PreflightItem:
    """The autopilot's own, which act when nobody of us can."""
    found, name = view.failsafes.last, "failsafes"
    if config.failsafes.handling == "ignore":
        return PreflightItem(name=name, ok=True, detail="not looked at, as configured")
    if found is None or not view.connected:
        return PreflightItem(name=name, ok=False, detail="the vehicle has not told them yet")
    if found.wrong:
        return PreflightItem(name=name, ok=False, detail="; ".join(found.wrong))
    return PreflightItem(name=name, ok=True, detail=found.words)


def _airspace(situation: Situation) -> PreflightItem:
    if situation.airspace:
        return PreflightItem(name="airspace", ok=False, detail=situation.airspace)
    detail = "the place of take-off is clear"
    if situation.plan is not None:
        detail = (
            f"{situation.plan.length_m:.0f} m of flight are clear, "
            f"{situation.plan.top_m:.0f} m high at most"
        )
    return PreflightItem(name="airspace", ok=True, detail=detail)
