"""Trees: a trunk that collides and that the lidar sees, and a crown to look at."""

from __future__ import annotations

import random

import numpy as np
from shapely.geometry import Point

from comms.contracts.site import Site
from simulation.world import sdf
from simulation.world.folder import WorldFolder
from simulation.world.triangles import ball, prism

BARK: sdf.Rgb = (0.36, 0.27, 0.19)
LEAVES: tuple[sdf.Rgb, ...] = ((0.20, 0.42, 0.16), (0.28, 0.48, 0.18))
TRUNK_SHARE = 0.45  # of the tree's height


def add_trees(world: sdf.Element, site: Site, folder: WorldFolder, dice: random.Random) -> None:
    if not site.trees:
        return
    link = sdf.static_model(world, "trees")
    trunks = []
    crowns: list[list[np.ndarray]] = [[] for _ in LEAVES]
    for tree in site.trees:
        x, y = tree.at
        trunk = tree.height_m * TRUNK_SHARE
        sdf.add_collision(
            link,
            f"tree_{tree.feature_id}",
            sdf.cylinder(tree.trunk_radius_m, trunk),
            (x, y, trunk / 2),
        )
        trunks.append(prism(Point(x, y).buffer(tree.trunk_radius_m, quad_segs=2), 0.0, trunk + 0.5))
        spread = tree.height_m * dice.uniform(0.24, 0.32)
        half = (tree.height_m - trunk) / 2
        crown = ball((x, y, trunk + half), (spread, spread, half))
        crowns[dice.randrange(len(LEAVES))].append(crown)
    folder.add_mesh(link, "trunks", np.concatenate(trunks), BARK)
    for number, (parts, colour) in enumerate(zip(crowns, LEAVES, strict=True)):
        if parts:
            folder.add_mesh(link, f"crowns_{number}", np.concatenate(parts), colour)
