"""What every flight works with, in one place: vehicle, planner, site and journal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from comms.contracts.beat import Beat
from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import Enu, GeoPoint
from comms.contracts.site import Site
from comms.contracts.task import Task, TaskKind
from drone.config import DroneConfig
from drone.errors import LinkError, PlanError
from drone.execution.escort import STALE_S, Sighting
from drone.execution.journal import Journal
from drone.formats.plan_flight import plan_flight
from drone.link.actions import Actions
from drone.link.connection import Vehicle
from drone.link.guidance import Guidance
from drone.link.state import Position, VehicleView
from drone.link.transfer import Transfer
from drone.missions.estimate import usable_wh
from drone.missions.plan import FlightPlan
from drone.missions.planner import Planner
from drone.missions.shortening import IN_PARTS, fitting
from drone.preflight.around import Fence, Looked, Seen
from drone.preflight.weather import WeatherBook

if TYPE_CHECKING:  # OpenCV, which a drone that lands otherwise does without
    from drone.landing.landing import PrecisionLanding


@dataclass
class Kit:
    """`now` is UTC, from the ROS clock where there is one. `precision`: where there is a camera."""

    vehicle: Vehicle
    planner: Planner
    site: Site
    frame: LocalFrame
    config: DroneConfig
    journal: Journal
    battery_wh: float
    weather: WeatherBook
    now: Callable[[], datetime]
    beats: Mapping[str, Beat] = field(default_factory=dict)
    precision: PrecisionLanding | None = None
    fence: Fence = field(default_factory=Fence)
    people: Callable[[], tuple[Seen, ...]] = lambda: ()
    looked: Callable[[Enu], Looked | None] = lambda pad: None
    """Which camera of the unit saw a place (map m) last, and when."""
    targets: Callable[[str], tuple[GeoPoint, float, bool] | None] = lambda name: None
    """Of another vehicle of the unit: where, how many seconds ago, whether it knew its place."""

    @property
    def view(self) -> VehicleView:
        return self.vehicle.view

    @property
    def actions(self) -> Actions:
        """Raises LinkError while no autopilot was ever there."""
        if self.vehicle.actions is None:
            raise LinkError("no autopilot answers")
        return self.vehicle.actions

    @property
    def transfer(self) -> Transfer:
        if self.vehicle.transfer is None:
            raise LinkError("no autopilot answers")
        return self.vehicle.transfer

    @property
    def guidance(self) -> Guidance:
        if self.vehicle.guidance is None:
            raise LinkError("no autopilot answers")
        return self.vehicle.guidance

    def where(self) -> Enu | None:
        """Where the vehicle is (map m, z above the take-off ground), by fresh word."""
        position = self.view.position.fresh()
        return self.place(position) if position is not None else None

    def home(self) -> Enu | None:
        """The autopilot's home on the ground (map m)."""
        home = self.view.home.last
        return self.place(home)._replace(up_m=0.0) if home is not None else None

    def points_of(self, task: Task) -> list[Enu]:
        """The task's points (map m), or those of the beat that it names. Raises PlanError."""
        if task.kind is TaskKind.ESCORT:
            sighting = self.sighting(task.target)
            if sighting is None or sighting.age_s > STALE_S:
                raise PlanError(f"where the {task.target} is is not known")
            return [sighting.at]
        points = list(task.points)
        if not points and task.beat_id:
            beat = self.beats.get(task.beat_id)
            if beat is None:
                raise PlanError(f"there is no beat {task.beat_id!r} here")
            points = [checkpoint.position for checkpoint in beat.checkpoints]
        return [self.frame.to_enu(point) for point in points]

    def flight_plan(self, task: Task, here: Enu, home: Enu) -> Callable[[], FlightPlan]:
        """What plans `task`, to be called in another thread. Raises PlanError here and there."""
        if task.kind is TaskKind.PLAN:
            return partial(plan_flight, task, here, home, self.planner, self.site)
        points = self.points_of(task)

        def plan() -> FlightPlan:
            found = self.planner.plan(task, points, here, home)
            battery = self.view.battery.fresh()
            if battery is None or not self.config.shorten or task.kind not in IN_PARTS:
                return found
            budget_wh = usable_wh(battery.fraction, self.battery_wh, self.config)
            return fitting(self.planner, found, budget_wh)

        return plan

    def sighting(self, target: str) -> Sighting | None:
        """The last word of another vehicle of the unit."""
        known = self.targets(target)
        if known is None:
            return None
        at, age_s, localized = known
        ground = self.planner.airspace.ground
        return Sighting(ground.under(self.frame.to_enu(at)), age_s, localized)

    def place(self, position: Position) -> Enu:
        at = self.frame.to_enu(
            GeoPoint(latitude_deg=position.latitude_deg, longitude_deg=position.longitude_deg)
        )
        return Enu(at.east_m, at.north_m, position.above_home_m)
