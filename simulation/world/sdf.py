"""The few SDF elements that every part of the world is made of, as ElementTree builders.

Poses are (x, y, z) in m and (roll, pitch, yaw) in rad, in the parent's frame, as SDF has them.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

Element = ElementTree.Element
Rgb = tuple[float, float, float]
Xyz = tuple[float, float, float]
ZERO: Xyz = (0.0, 0.0, 0.0)


def numbers(values: Iterable[float]) -> str:
    return " ".join(f"{value:.6g}" for value in values)


def add(parent: Element, tag: str, text: object = None, **attributes: str) -> Element:
    """A child element with a text; booleans become 1 and 0."""
    child = ElementTree.SubElement(parent, tag, attributes)
    if text is not None:
        child.text = str(int(text)) if isinstance(text, bool) else str(text)
    return child


def add_pose(parent: Element, at: Xyz = ZERO, turn: Xyz = ZERO) -> None:
    add(parent, "pose", f"{at[0]:.4f} {at[1]:.4f} {at[2]:.4f} {numbers(turn)}")


def static_model(world: Element, name: str, at: Xyz = ZERO, yaw: float = 0.0) -> Element:
    """A model that never moves, with one link; returns the link."""
    model = add(world, "model", name=name)
    add(model, "static", True)
    add_pose(model, at, (0.0, 0.0, yaw))
    return add(model, "link", name="link")


def box(size: Xyz) -> Element:
    geometry = Element("geometry")
    add(add(geometry, "box"), "size", numbers(size))
    return geometry


def cylinder(radius: float, length: float) -> Element:
    geometry = Element("geometry")
    shape = add(geometry, "cylinder")
    add(shape, "radius", f"{radius:.6g}")
    add(shape, "length", f"{length:.6g}")
    return geometry


def sphere(radius: float) -> Element:
    geometry = Element("geometry")
    add(add(geometry, "sphere"), "radius", f"{radius:.6g}")
    return geometry


def mesh(uri: str) -> Element:
    geometry = Element("geometry")
    add(add(geometry, "mesh"), "uri", uri)
    return geometry


def plane(size_x: float, size_y: float) -> Element:
    geometry = Element("geometry")
    shape = add(geometry, "plane")
    add(shape, "normal", "0 0 1")
    add(shape, "size", numbers((size_x, size_y)))
    return geometry


def add_collision(
    link: Element,
    name: str,
    geometry: Element,
    at: Xyz = ZERO,
    turn: Xyz = ZERO,
    friction: float | None = None,
) -> Element:
    collision = add(link, "collision", name=name)
    add_pose(collision, at, turn)
    collision.append(geometry)
    if friction is not None:
        ode = add(add(add(collision, "surface"), "friction"), "ode")
        add(ode, "mu", friction)
        add(ode, "mu2", friction)
    return collision


def add_visual(
    link: Element, name: str, geometry: Element, colour: Rgb, at: Xyz = ZERO, turn: Xyz = ZERO
) -> Element:
    visual = add(link, "visual", name=name)
    add_pose(visual, at, turn)
    visual.append(geometry)
    add(visual, "cast_shadows", False)
    material = add(visual, "material")
    text = numbers((*colour, 1.0))
    add(material, "ambient", text)
    add(material, "diffuse", text)
    add(material, "specular", "0.05 0.05 0.05 1")
    return visual


def add_inertial(link: Element, mass: float, diagonal: Xyz, at: Xyz = ZERO) -> None:
    """Mass in kg and the inertia's diagonal in kg m^2 about the centre of mass."""
    inertial = add(link, "inertial")
    add_pose(inertial, at)
    add(inertial, "mass", f"{mass:.6g}")
    inertia = add(inertial, "inertia")
    for name, value in zip(("ixx", "iyy", "izz"), diagonal, strict=True):
        add(inertia, name, f"{value:.6g}")
    for name in ("ixy", "ixz", "iyz"):
        add(inertia, name, 0)


def add_joint(
    model: Element,
    name: str,
    kind: str,
    parent: str,
    child: str,
    axis: Xyz,
    limits: tuple[float, float] = (-1e16, 1e16),
    damping: float = 0.0,
    friction: float = 0.0,
) -> Element:
    joint = add(model, "joint", name=name, type=kind)
    add(joint, "parent", parent)
    add(joint, "child", child)
    about = add(joint, "axis")
    add(about, "xyz", numbers(axis))
    limit = add(about, "limit")
    add(limit, "lower", limits[0])
    add(limit, "upper", limits[1])
    dynamics = add(about, "dynamics")
    add(dynamics, "damping", damping)
    add(dynamics, "friction", friction)
    return joint


def add_sensor(
    link: Element,
    name: str,
    kind: str,
    rate_hz: float,
    *,
    always_on: bool,
    at: Xyz = ZERO,
    turn: Xyz = ZERO,
) -> Element:
    """A sensor; one that is not always on works only while somebody listens to its topic."""
    sensor = add(link, "sensor", name=name, type=kind)
    add_pose(sensor, at, turn)
    add(sensor, "always_on", always_on)
    add(sensor, "update_rate", f"{rate_hz:g}")
    return sensor


def add_gaussian_noise(parent: Element, sigma: float) -> None:
    noise = add(parent, "noise")
    add(noise, "type", "gaussian")
    add(noise, "mean", 0)
    add(noise, "stddev", f"{sigma:g}")
