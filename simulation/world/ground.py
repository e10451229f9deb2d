"""The ground: one plane to drive on, and its look: roads, pavements, crossings, plazas, lawns,
keep-outs.

Layers are cut out of each other so that no two surfaces lie at one place; they are a centimetre
thick at most, so what the wheels feel is the plane alone.
"""

from __future__ import annotations

import math

import numpy as np
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from comms.contracts.site import Area, Site, Walkway
from simulation.world import sdf
from simulation.world.folder import WorldFolder
from simulation.world.triangles import flat

LAYER_Z = 0.01
MARKING_Z = 0.02
EARTH = (0.46, 0.47, 0.43)
ASPHALT = (0.27, 0.27, 0.29)
PAVING = (0.66, 0.64, 0.60)
PLAZA = (0.74, 0.68, 0.60)
GRASS = (0.33, 0.50, 0.24)
WHITE = (0.92, 0.92, 0.90)
RED = (0.75, 0.15, 0.12)
MARGIN_M = 60.0


def add_ground(world: sdf.Element, site: Site, folder: WorldFolder) -> None:
    """The plane reaches MARGIN_M beyond the site's boundary."""
    corners = np.abs(np.array(site.boundary))
    reach = 2 * (float(corners.max()) + MARGIN_M)
    link = sdf.static_model(world, "ground")
    sdf.add_collision(link, "plane", sdf.plane(reach, reach), friction=0.9)
    sdf.add_visual(link, "plane", sdf.plane(reach, reach), EARTH)
    for name, shape, z, colour in ground_layers(site):
        folder.add_mesh(link, name, flat(shape, z), colour)


def ground_layers(site: Site) -> list[tuple[str, BaseGeometry, float, sdf.Rgb]]:
    """(name, area in map m, height m, colour), disjoint at each height."""
    crossings = _union(_strip(w.line, w.width_m) for w in site.walkways if w.is_crossing)
    roads = _union(_strip(road.line, road.width_m) for road in site.roads)
    pavements = _union(_strip(w.line, w.width_m) for w in site.walkways if not w.is_crossing)
    plazas = _union(Polygon(area.ring) for area in site.plazas)
    lawns = _union(Polygon(area.ring) for area in site.lawns)
    asphalt = roads.union(crossings).difference(pavements)
    paving = pavements
    plaza = plazas.difference(asphalt).difference(paving)
    grass = lawns.difference(asphalt).difference(paving).difference(plaza)
    stripes = _union(_zebra(w) for w in site.walkways if w.is_crossing)
    centre = _union(_centre_dashes(road.line) for road in site.roads)
    return [
        ("asphalt", asphalt, LAYER_Z, ASPHALT),
        ("paving", paving, LAYER_Z, PAVING),
        ("plaza", plaza, LAYER_Z, PLAZA),
        ("grass", grass, LAYER_Z, GRASS),
        ("zebra", stripes.intersection(asphalt), MARKING_Z, WHITE),
        ("lane_marks", centre.intersection(asphalt).difference(crossings), MARKING_Z, WHITE),
        ("keep_out", _union(_hatch(area) for area in site.keep_outs), MARKING_Z, RED),
    ]


def _union(shapes: object) -> BaseGeometry:
    return unary_union(list(shapes)) if shapes is not None else MultiPolygon()  # type: ignore[call-overload]


def _strip(line: tuple[tuple[float, float], ...], width: float) -> BaseGeometry:
    return LineString(line).buffer(width / 2, cap_style="square", join_style="mitre")


def _zebra(crossing: Walkway) -> BaseGeometry:
    """White bars of 0.45 m every 0.9 m, across the way one walks."""
    line = LineString(crossing.line)
    bars = [
        LineString([line.interpolate(at), line.interpolate(at + 0.45)]).buffer(
            crossing.width_m / 2 - 0.2, cap_style="flat"
        )
        for at in np.arange(0.2, line.length - 0.45, 0.9)
    ]
    return unary_union(bars)


def _centre_dashes(points: tuple[tuple[float, float], ...]) -> BaseGeometry:
    """A broken line: 2 m long, 4 m apart, 0.15 m wide."""
    line = LineString(points)
    dashes = [
        LineString([line.interpolate(at), line.interpolate(at + 2.0)]).buffer(
            0.075, cap_style="flat"
        )
        for at in np.arange(1.0, line.length - 2.0, 6.0)
    ]
    return unary_union(dashes)


def _hatch(area: Area) -> BaseGeometry:
    """The outline and diagonal stripes 2 m apart."""
    shape = Polygon(area.ring)
    west, south, east, north = shape.bounds
    rise = north - south
    stripes = [
        LineString([(x, south), (x + rise, north)]).buffer(0.12)
        for x in np.arange(west - rise, east, 2.0 * math.sqrt(2))
    ]
    return unary_union([shape.boundary.buffer(0.12), unary_union(stripes).intersection(shape)])
