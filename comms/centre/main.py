"""The program `command_centre`: gRPC for units and people, and the screens.

Certificates are made at the first start. It ends cleanly on SIGINT and SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import grpc

from comms.centre.server import Centre
from comms.centre.site_files import SiteFiles, read_site_files
from comms.contracts.errors import ContractError
from comms.logs import configure_logging, get_logger
from comms.security.credentials import CHANNEL_OPTIONS, client_credentials
from comms.security.identity import Role
from comms.security.init import SCREENS_OPERATOR, ensure_all
from comms.state_dir import state_dir

_EVERYWHERE = ("", "0.0.0.0", "::")


def arguments_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="command_centre", description=__doc__)
    parser.add_argument("--site", type=Path, help="the site's GeoJSON")
    parser.add_argument("--beats", type=Path, help="folder with the site's *.beat.geojson")
    parser.add_argument(
        "--listen", default="0.0.0.0:7443", help="gRPC address (default %(default)s)"
    )
    parser.add_argument(
        "--host-name",
        action="append",
        default=[],
        help="a further name or address under which units reach it; repeatable",
    )
    parser.add_argument("--screens-host", default="127.0.0.1", help="default %(default)s")
    parser.add_argument(
        "--screens-port", type=int, default=8080, help="default %(default)s; 0: no screens"
    )
    parser.add_argument(
        "--unit", action="append", default=[], help="make a certificate for this unit; repeatable"
    )
    return parser


async def run(given: argparse.Namespace, site: SiteFiles | None) -> None:
    """Serve until SIGINT or SIGTERM."""
    folder = state_dir()
    host = given.listen.rpartition(":")[0].strip("[]")
    reached_as = "localhost" if host in _EVERYWHERE else host
    hosts = [*given.host_name, reached_as]
    authority = ensure_all(folder / "pki", units=given.unit, hosts=hosts)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    database = folder / "centre" / "centre.sqlite"
    async with Centre(database, authority, given.listen, site) as centre:
        get_logger().info("command_centre_up", grpc=given.listen, store=str(database))
        screens = None
        if given.screens_port:
            screens = asyncio.create_task(
                _screens(f"{reached_as}:{centre.port}", given), name="screens"
            )
            screens.add_done_callback(lambda _: stop.set())
        await stop.wait()
        get_logger().info("command_centre_ends")
        if screens is not None:
            ended_by_itself = screens.done()
            screens.cancel()
            results = await asyncio.gather(screens, return_exceptions=True)
            if ended_by_itself and isinstance(results[0], Exception):
                raise results[0]


async def _screens(address: str, given: argparse.Namespace) -> None:
    # Imported late: NiceGUI takes a second, and a centre without screens does not need it. What it
    # remembers of each browser (language, colours) belongs to the state, not to the current folder.
    os.environ.setdefault("NICEGUI_STORAGE_PATH", str(state_dir() / "centre" / "browsers"))
    from comms.centre.screens.app import serve

    _check_port(given.screens_host, given.screens_port)
    credentials = client_credentials(SCREENS_OPERATOR, Role.OPERATOR)
    async with grpc.aio.secure_channel(address, credentials, CHANNEL_OPTIONS) as channel:
        await serve(
            channel,
            host=given.screens_host,
            port=given.screens_port,
            storage_secret=_storage_secret(),
        )


def _check_port(host: str, port: int) -> None:
    """Raises ContractError when the screens cannot listen there: uvicorn would only log it."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ContractError(
                f"the screens cannot have port {port} on {host} ({error.strerror}); "
                "choose another with --screens-port"
            ) from None


def _storage_secret() -> str:
    """What signs the screens' cookies; kept, so that a restart logs nobody out."""
    path = state_dir() / "centre" / "cookies.secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32))
    return path.read_text()


def main(arguments: Sequence[str] | None = None) -> int:
    given = arguments_parser().parse_args(arguments)
    configure_logging("command_centre")
    try:
        site = read_site_files(given.site, given.beats) if given.site else None
        asyncio.run(run(given, site))
    except ContractError as error:
        print(f"command_centre: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
