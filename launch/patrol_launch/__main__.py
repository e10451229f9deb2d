"""Command line of the runner: `python -m patrol_launch FILE name:=value ...`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from comms.contracts.errors import ContractError
from patrol_launch.errors import LaunchError
from patrol_launch.files import check_files
from patrol_launch.plan import ProcessSpec, command_line, declared_arguments
from patrol_launch.ports import check_ports
from patrol_launch.session import LaunchSession

WATCHER = "simulation.scenarios.watch_start"


def main(given: list[str] | None = None) -> int:
    """Run a launch file until Ctrl-C or its own end. Returns the process's exit status."""
    options = _parser().parse_intermixed_args(given)
    try:
        if options.show_args:
            _print_arguments(options.file)
            return 0
        return _launch(options)
    except ContractError as error:
        print(f"patrol: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="patrol-launch", description="Run a ROS 2 launch file in YAML format."
    )
    parser.add_argument("file", type=Path, help="the launch file")
    parser.add_argument("arguments", nargs="*", metavar="name:=value", help="its arguments")
    parser.add_argument("--show-args", action="store_true", help="list the file's arguments")
    parser.add_argument("--dry-run", action="store_true", help="print the commands, start nothing")
    parser.add_argument(
        "--watch-start",
        action="store_true",
        help="tell when the screens are up, the robot moves and the first finding is there",
    )
    return parser


def _launch(options: argparse.Namespace) -> int:
    begin = time.monotonic()
    arguments = {}
    for text in options.arguments:
        name, sign, value = text.partition(":=")
        if not sign or not name:
            raise LaunchError(f"'{text}' is no argument; write name:=value")
        arguments[name] = value
    lock = threading.Lock()

    def show(name: str, line: str) -> None:
        with lock:
            prefix = f"[{name}] " if name else ""
            try:
                print(f"{time.monotonic() - begin:7.1f} s  {prefix}{line}", flush=True)
            except BrokenPipeError:  # `... | head`: nobody reads any more, so end as on a hang-up
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                os.kill(os.getpid(), signal.SIGHUP)

    watcher = [_watcher(arguments)] if options.watch_start else []
    session = LaunchSession(options.file, arguments, more=watcher, show=show)
    if options.dry_run:
        for spec in session.plan.processes:
            print(f"{spec.name}: {command_line(spec)}")
            for parameters in spec.parameters:
                print(f"    {parameters}")
        return 0
    check_files(session.plan.values)
    check_ports(session.plan.values)
    _stop_on_signals(session)
    show("", f"starting {len(session.processes)} processes; logs in {session.run_dir / 'logs'}")
    session.start()
    while not session.wait(3600.0):
        continue
    show("", f"ended: {session.reason}")
    return session.exit_status


def _stop_on_signals(session: LaunchSession) -> None:
    def stop(number: int, _frame: object) -> None:
        if session.reason is not None and number == signal.SIGINT:  # Ctrl-C again: no patience left
            for process in session.processes.values():
                process.kill()
        session.request_stop(f"{signal.Signals(number).name} received")

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def _watcher(arguments: Mapping[str, str]) -> ProcessSpec:
    host = arguments.get("host", "127.0.0.1")
    reached_as = "127.0.0.1" if host == "0.0.0.0" else host
    centre = f"{reached_as}:{arguments.get('grpc_port', '7443')}"
    screens = f"http://{reached_as}:{arguments.get('screens_port', '8080')}"
    return ProcessSpec(
        name="start",
        command=(sys.executable, "-m", WATCHER),
        environment={**os.environ, "PATROL_CENTRE": centre, "PATROL_SCREENS": screens},
        where="--watch-start",
        is_node=False,
        on_screen=True,
    )


def _print_arguments(file: Path) -> None:
    for argument in declared_arguments(file):
        default = "(needed)" if argument.default is None else f"default: {argument.default!r}"
        choices = f"  one of: {', '.join(argument.choices)}" if argument.choices else ""
        print(f"{argument.name}:=...  {default}{choices}\n    {argument.description}")


if __name__ == "__main__":
    raise SystemExit(main())
