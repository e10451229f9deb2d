"""Where this machine gets its Debian packages from; the project itself names no host."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from patrol_setup.errors import SetupError

APT = Path("/etc/apt")


def debian_mirror(apt: Path = APT, os_release: Path = Path("/etc/os-release")) -> str:
    """The address of a Debian mirror: PATROL_DEBIAN_MIRROR, or the one in apt's sources.

    Raises SetupError where there is none (Ubuntu's sources name Ubuntu's archive only).
    """
    given = os.environ.get("PATROL_DEBIAN_MIRROR")
    if given:
        return given
    if re.search(r"^ID=\"?debian\"?$", os_release.read_text(encoding="utf-8"), re.MULTILINE):
        for address in _addresses(apt):
            return address
    raise SetupError(
        "Gazebo comes from Debian's archive, and this system's package sources name no Debian "
        "mirror; set PATROL_DEBIAN_MIRROR to one (an address ending in /debian)"
    )


def _addresses(apt: Path) -> Iterator[str]:
    files = [apt / "sources.list", *sorted((apt / "sources.list.d").glob("*"))]
    for file in files:
        if not file.is_file():
            continue
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".sources":
            yield from _from_deb822(text)
        elif file.suffix == ".list":
            yield from _from_lines(text)


def _from_deb822(text: str) -> Iterator[str]:
    for stanza in re.split(r"\n\s*\n", text):
        fields: dict[str, str] = {}
        last = ""
        for line in stanza.splitlines():
            if line.startswith("#"):
                continue
            if line[:1].isspace():
                fields[last] = fields.get(last, "") + " " + line.strip()
                continue
            name, _, value = line.partition(":")
            last = name.strip().lower()
            fields[last] = value.strip()
        if fields.get("enabled", "yes").lower() in ("no", "false"):
            continue
        if "deb" in fields.get("types", "").split():
            for address in fields.get("uris", "").split():
                if _is_main_archive(address, fields.get("suites", "").split()):
                    yield address.rstrip("/")


def _from_lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        found = re.match(r"^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+", line)
        if found and _is_main_archive(found.group(1), [found.group(2)]):
            yield found.group(1).rstrip("/")


def _is_main_archive(address: str, suites: list[str]) -> bool:
    """Debian's own archive, not its security one and not another vendor's."""
    is_web = address.startswith(("http://", "https://"))
    return (
        is_web
        and address.rstrip("/").endswith("/debian")
        and not all("security" in suite for suite in suites)
    )
