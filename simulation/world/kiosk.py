"""The police kiosk: a cabin with a sign, the robot's dock before it, the drone's pad beside it with
the board for its camera.

The board is geometry, not a texture: its edges stay sharp at every distance.
"""

from __future__ import annotations

from shapely.geometry import Point, box
from shapely.ops import unary_union

from comms.contracts.landing_board import LANDING_BOARD
from comms.contracts.site import Site
from simulation.world import sdf
from simulation.world.folder import WorldFolder
from simulation.world.triangles import flat, moved

CABIN_M = 2.4
HEIGHT_M = 2.8
WHITE: sdf.Rgb = (0.93, 0.94, 0.96)
BLUE: sdf.Rgb = (0.08, 0.20, 0.55)
YELLOW: sdf.Rgb = (0.90, 0.75, 0.10)
PAD_RADIUS_M = 0.8
MARK_Z = 0.03
BLACK: sdf.Rgb = (0.02, 0.02, 0.02)


def add_kiosks(world: sdf.Element, site: Site, folder: WorldFolder) -> None:
    for number, kiosk in enumerate(site.kiosks):
        x, y = kiosk.at
        link = sdf.static_model(world, f"kiosk_{number}", (x, y, 0.0), kiosk.heading_rad)
        size = (CABIN_M, CABIN_M, HEIGHT_M)
        sdf.add_collision(link, "cabin", sdf.box(size), (0, 0, HEIGHT_M / 2))
        sdf.add_visual(link, "cabin", sdf.box(size), WHITE, (0, 0, HEIGHT_M / 2))
        band = (CABIN_M + 0.06, CABIN_M + 0.06, 0.45)
        sdf.add_visual(link, "sign", sdf.box(band), BLUE, (0, 0, HEIGHT_M - 0.3))
        window = (0.04, CABIN_M * 0.6, 0.9)
        sdf.add_visual(link, "window", sdf.box(window), BLUE, (CABIN_M / 2 + 0.02, 0, 1.5))
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
