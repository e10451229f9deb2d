"""The whole unit for a scenario: launched as `make run` launches it, on ports and state of
its own.
"""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from patrol_launch.session import LaunchSession
from simulation.scenarios.staff import Staff, wait_until
from simulation.scenarios.witness import Witness

LAUNCH = Path(__file__).parents[2] / "launch" / "all.launch.yaml"
UP_WITHIN_S = 120.0


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class WholeUnit:
    """Context manager: `launch`, `staff` and `witness` of a running unit; nothing is left after it.

    It sets PATROL_STATE_DIR and ROS_DOMAIN_ID of this process too (the witness and the staff need
    them), so a process has one of these at a time.
    """

    def __init__(
        self,
        *,
        show: Callable[[str, str], None],
        folder: Path | None = None,
        domain: int | None = None,
        arguments: dict[str, str] | None = None,
    ) -> None:
        self.folder = Path(folder or tempfile.mkdtemp(prefix="patrol-"))
        self.centre_address = f"127.0.0.1:{free_port()}"
        self.screens = f"http://127.0.0.1:{free_port()}"
        os.environ["PATROL_STATE_DIR"] = str(self.folder / "state")
        if domain is not None:
            os.environ["ROS_DOMAIN_ID"] = str(domain)
        given = arguments or {}
        if "grpc_port" in given:
            self.centre_address = f"127.0.0.1:{given['grpc_port']}"
        ports = {
            "grpc_port": self.centre_address.rsplit(":", 1)[1],
            "screens_port": self.screens.rsplit(":", 1)[1],
            "mavlink_port": str(free_port(socket.SOCK_DGRAM)),
        }
        self.launch = LaunchSession(
            LAUNCH, {**ports, **given}, run_dir=self.folder / "run", show=show
        )
        self._vehicles = 1 if given.get("drone") == "false" else 2
        self.witness: Witness
        self.staff: Staff

    def __enter__(self) -> WholeUnit:
        self.launch.start()
        try:
            self.witness = Witness()
            pki = self.folder / "state" / "pki" / "ca.crt"
            if not wait_until(pki.exists, UP_WITHIN_S):
                raise TimeoutError(
                    f"the command centre made no certificates; see {self.launch.run_dir}/logs"
                )
            self.staff = Staff(self.centre_address)
        except BaseException:
            self.launch.stop("it did not start")
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.staff.close()
        self.launch.stop("the scenario is over")
        self.witness.close()

    def wait_ready(self, timeout_s: float = UP_WITHIN_S) -> str:
        """Wait until the unit is connected with its vehicles placed; returns its id.

        Raises TimeoutError with what is missing.
        """

        def ready() -> bool:
            unit = self.staff.unit()
            vehicles = list(unit.vehicles) if unit else []
            return len(vehicles) == self._vehicles and all(
                v.localized and v.connected for v in vehicles
            )

        if not wait_until(ready, timeout_s):
            unit = self.staff.unit()
            raise TimeoutError(
                "the unit is not ready: "
                + (
                    str([(v.vehicle, v.mode, v.detail) for v in unit.vehicles])
                    if unit
                    else "no word"
                )
            )
        unit = self.staff.unit()
        assert unit is not None
        return str(unit.unit_id)
