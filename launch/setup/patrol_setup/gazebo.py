"""Gazebo 11 in a small Debian 11 file system of its own, run later with bubblewrap.

Debian 12 and Ubuntu 24.04 have no Gazebo 11 of their own; Debian 11's archive does, and does not
change any more. The packages' signatures and checksums are checked by apt; the version is pinned.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from patrol_setup.cache import content_key, make_piece, remove_tree
from patrol_setup.console import run
from patrol_setup.errors import SetupError
from patrol_setup.sources import debian_mirror

SUITE = "bullseye"
VERSION = "11.1.0+dfsg-6"
PACKAGES = ("gazebo", "gazebo-plugin-base", "xvfb", "libgl1-mesa-dri")
UNNEEDED = ("doc", "man", "info", "locale", "lintian", "linda", "icons", "bash-completion")
PROTO_FOLDER = "usr/include/gazebo-11/gazebo/msgs/proto"
RECIPE = "2"  # raise when the way it is made changes
NEEDED_GIB = 3.0

# Run inside the new file system: the message definitions are in the development package, which
# would bring hundreds of others; only its files are taken.
_TAKE_PROTOS = (
    'chroot "$1" sh -c "cd /tmp && apt-get -q download libgazebo-dev && '
    f"dpkg-deb --fsys-tarfile libgazebo-dev_*.deb | tar -x -C / ./{PROTO_FOLDER} && "
    'rm libgazebo-dev_*.deb"'
)
_TIDY = (
    'rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/* "$1"/var/log/* "$1"/usr/share/gazebo-11/doc'
)


def gazebo_folder(cache: Path) -> Path:
    """Where Gazebo is, or will be."""
    key = content_key([SUITE, VERSION, *PACKAGES, *UNNEEDED, _TAKE_PROTOS, _TIDY, RECIPE])
    return cache / f"gazebo-{key}"


def make_gazebo(cache: Path, log: Path) -> Path:
    """The folder with `rootfs`, the file system that has `gzserver`."""

    def build(folder: Path) -> None:
        archive = folder / "rootfs.tar"
        run(_command(archive), log, "fetching Gazebo")
        rootfs = folder / "rootfs"
        rootfs.mkdir()
        unpack: list[str | Path] = [
            "tar",
            "-x",
            "-f",
            archive,
            "-C",
            rootfs,
            "--no-same-owner",
            "--exclude=./dev/*",
        ]
        run(unpack, log, "unpacking Gazebo")
        archive.unlink()
        _check_version(rootfs)

    return make_piece(gazebo_folder(cache), "Gazebo 11", "90 s, 0.8 GB", build)


def make_protos(cache: Path, log: Path, gazebo: Path, env: Path) -> Path:
    """The folder with Gazebo's messages as Python modules, for this environment's protobuf."""
    key = content_key([gazebo.name, env.name])

    def build(folder: Path) -> None:
        source = gazebo / "rootfs" / PROTO_FOLDER
        files = sorted(source.glob("*.proto"))
        if not files:
            raise SetupError(
                f"{source} has no message definitions; run `make uninstall`, then again"
            )
        command: list[str | Path] = [env / "bin" / "python", "-m", "grpc_tools.protoc"]
        run([*command, "-I", source, f"--python_out={folder}", *files], log, "compiling messages")

    return make_piece(cache / f"gazebo-messages-{key}", "Gazebo's messages", "3 s", build)


def _command(archive: Path) -> list[str | Path]:
    command: list[str | Path] = [
        "mmdebstrap", f"--mode={'root' if os.geteuid() == 0 else 'unshare'}",
        "--variant=apt", "--format=tar",
        '--aptopt=APT::Install-Recommends "false"', '--aptopt=Acquire::Languages "none"',
        '--aptopt=Acquire::Retries "3"', *_proxy_options(),
        *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in UNNEEDED),
        f"--include={','.join(PACKAGES)}",
        f"--customize-hook={_TAKE_PROTOS}", f"--customize-hook={_TIDY}",
        SUITE, archive, f"deb {debian_mirror()} {SUITE} main",
    ]  # fmt: skip
    return command


def _proxy_options() -> list[str]:
    """The proxy that this machine's apt uses, if any."""
    if shutil.which("apt-config") is None:
        return []
    dump = subprocess.run(
        ["apt-config", "dump", "--format", "%f %v%n", "Acquire"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = re.findall(r"^(Acquire::https?::Proxy) (\S+)$", dump, re.MULTILINE)
    return [f'--aptopt={name} "{value}"' for name, value in found]


def _check_version(rootfs: Path) -> None:
    status = (rootfs / "var/lib/dpkg/status").read_text(encoding="utf-8")
    found = re.search(r"^Package: gazebo$.*?^Version: (\S+)$", status, re.MULTILINE | re.DOTALL)
    if found is None or found.group(1) != VERSION:
        version = found.group(1) if found else "none"
        remove_tree(rootfs)
        raise SetupError(f"the archive gave Gazebo {version}, and {VERSION} is expected")
