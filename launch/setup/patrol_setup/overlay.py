"""The project's ROS 2 interfaces, compiled; and tf2_msgs where ROS 2 comes without it (wheels)."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from patrol_setup.cache import content_key, make_piece, remove_tree
from patrol_setup.console import run
from patrol_setup.ros import SystemRos


def make_overlay(cache: Path, log: Path, clone: Path, env: Path, ros: SystemRos | None) -> Path:
    """The install prefix of the compiled interfaces."""
    source = clone / "comms" / "interfaces"
    key = content_key([source, env.name, ros.identity if ros else "wheels"])

    def build(folder: Path) -> None:
        packages = [source]
        if ros is None or not (ros.prefix / "share" / "tf2_msgs").is_dir():
            packages.append(source / "tf2_msgs")
        work = folder.with_name(folder.name + ".build")
        remove_tree(work)
        for package in packages:
            _build_package(package, work / package.name, folder, log, env, ros)
        remove_tree(work)

    return make_piece(cache / f"overlay-{key}", "ROS 2 interfaces, compiled", "1 min", build)


def _build_package(
    source: Path, work: Path, prefix: Path, log: Path, env: Path, ros: SystemRos | None
) -> None:
    python = env / "bin" / "python"
    configure = [
        "cmake", "-S", str(source), "-B", str(work), "-Wno-dev",
        f"-DCMAKE_INSTALL_PREFIX={prefix}", "-DCMAKE_BUILD_TYPE=Release", "-DBUILD_TESTING=OFF",
        f"-DPython3_EXECUTABLE={python}", f"-DPATROL_ROS_WHEELS={'OFF' if ros else 'ON'}",
    ]  # fmt: skip
    compile_ = ["cmake", "--build", str(work), "--target", "install"]
    compile_ += ["--parallel", str(len(os.sched_getaffinity(0)))]
    clean = {
        "PATH": f"{env / 'bin'}:{os.environ['PATH']}",
        "_ROS_WHEELS_BOOTSTRAP_COMPLETE": "",
        "LD_LIBRARY_PATH": "",
        "PYTHONPATH": "",
        "AMENT_PREFIX_PATH": "",
        "CMAKE_PREFIX_PATH": "",
    }
    for command, what in ((configure, "configuring"), (compile_, "compiling")):
        if ros is not None:  # its own setup file knows its folders best
            line = f". {shlex.quote(str(ros.setup_file))} && {shlex.join(command)}"
            command = ["bash", "-c", line]
        run(command, log, f"{what} the interfaces in {source.name}", environment=clean)
