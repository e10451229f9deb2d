"""The police kiosk: a cabin with a sign, the robot's dock before it, the drone's pad beside it with
the board for its camera; and the first one's own camera, which looks at that pad.

The board is geometry, not a texture: its edges stay sharp at every distance.
"""

from __future__ import annotations

from shapely.geometry import Point, box
from shapely.ops import unary_union

from comms.contracts.kiosk_camera import KioskCamera, kiosk_camera
from comms.contracts.landing_board import LANDING_BOARD
from comms.contracts.site import Site
from comms.contracts.vehicle import Camera, KioskBody
from simulation.world import sdf
from simulation.world.folder import WorldFolder
from simulation.world.robot_model import CAMERA_FAR_M, CAMERA_NEAR_M, add_camera
from simulation.world.triangles import flat, moved

CAMERA = "camera"
#: Where Gazebo publishes the pictures of the first kiosk's camera.
IMAGE_TOPIC = f"~/kiosk_0_camera/link/{CAMERA}/image"
WHITE: sdf.Rgb = (0.93, 0.94, 0.96)
BLUE: sdf.Rgb = (0.08, 0.20, 0.55)
YELLOW: sdf.Rgb = (0.90, 0.75, 0.10)
PAD_RADIUS_M = 0.8
MARK_Z = 0.03
BLACK: sdf.Rgb = (0.02, 0.02, 0.02)


def add_kiosks(world: sdf.Element, site: Site, body: KioskBody, folder: WorldFolder) -> None:
    side, height = body.side_m, body.height_m
    if site.kiosks:
        _add_camera(world, kiosk_camera(site.kiosks[0], body), body.camera)
    for number, kiosk in enumerate(site.kiosks):
        x, y = kiosk.at
        link = sdf.static_model(world, f"kiosk_{number}", (x, y, 0.0), kiosk.heading_rad)
        size = (side, side, height)
        sdf.add_collision(link, "cabin", sdf.box(size), (0, 0, height / 2))
        sdf.add_visual(link, "cabin", sdf.box(size), WHITE, (0, 0, height / 2))
        band = (side + 0.06, side + 0.06, 0.45)
        sdf.add_visual(link, "sign", sdf.box(band), BLUE, (0, 0, height - 0.3))
        window = (0.04, side * 0.6, 0.9)
        sdf.add_visual(link, "window", sdf.box(window), BLUE, (side / 2 + 0.02, 0, 1.5))
        marks = sdf.static_model(world, f"kiosk_{number}_marks")
        dock = box(-0.5, -0.4, 0.5, 0.4).difference(box(-0.42, -0.32, 0.42, 0.32))
        folder.add_mesh(
            marks,
            f"dock_{number}",
            moved(flat(dock, MARK_Z), *kiosk.dock, kiosk.heading_rad),
            YELLOW,
        )
        pad = Point(kiosk.pad).buffer(PAD_RADIUS_M)
        ring = pad.difference(Point(kiosk.pad).buffer(PAD_RADIUS_M - 0.12))
        folder.add_mesh(marks, f"pad_{number}", flat(ring, MARK_Z), YELLOW)
        _add_board(marks, number, kiosk.pad, kiosk.heading_rad, folder)


def _add_camera(world: sdf.Element, where: KioskCamera, camera: Camera) -> None:
    link = sdf.static_model(world, "kiosk_0_camera", where.at, where.yaw_rad)
    sdf.add_visual(link, "housing", sdf.box((0.06, 0.08, 0.08)), BLACK, (-0.04, 0, 0))
    turn = (0.0, where.pitch_rad, 0.0)
    add_camera(link, CAMERA, camera, (CAMERA_NEAR_M, CAMERA_FAR_M), turn=turn)


def _add_board(
    link: sdf.Element, number: int, at: tuple[float, float], yaw: float, folder: WorldFolder
) -> None:
    """The picture's right is the kiosk's front."""
    half = LANDING_BOARD.side_m / 2
    black = unary_union([box(*cell) for cell in LANDING_BOARD.black()])
    white = box(-half, -half, half, half).difference(black)
    for name, shape, colour in (("white", white, WHITE), ("black", black, BLACK)):
        mesh = moved(flat(shape, MARK_Z), *at, yaw)
        folder.add_mesh(link, f"pad_{number}_{name}", mesh, colour)
