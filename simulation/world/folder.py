"""The folder that a world's files go to. Gazebo sees it under another path inside its own root file
system."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from simulation.world import sdf
from simulation.world.triangles import Triangles, write_stl


@dataclass(frozen=True)
class WorldFolder:
    """`path` on this machine, `seen_as` the same folder as Gazebo sees it."""

    path: Path
    seen_as: str

    def add_mesh(self, link: sdf.Element, name: str, triangles: Triangles, colour: sdf.Rgb) -> None:
        """Write `<name>.stl` and show it in `link`; nothing for no triangles."""
        if len(triangles) == 0:
            return
        write_stl(self.path / f"{name}.stl", triangles)
        sdf.add_visual(link, name, sdf.mesh(self.uri(f"{name}.stl")), colour)

    def uri(self, file_name: str) -> str:
        return f"file://{self.seen_as}/{file_name}"
