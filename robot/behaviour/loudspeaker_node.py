"""The loudspeaker as a ROS node: `/robot/announce` says a phrase and answers when it is said."""

from __future__ import annotations

from patrol_interfaces.srv import Announce
from rclpy.node import Node
from rclpy.parameter import Parameter

from comms.contracts.config import load_section
from comms.logs import get_logger
from comms.ros.run import run_node
from robot.behaviour.config import LoudspeakerConfig
from robot.behaviour.loudspeaker import SilentError, check, voice_for


class LoudspeakerNode(Node):
    """Parameters: unit_config."""

    def __init__(self) -> None:
        super().__init__("loudspeaker")
        for name in ("unit_config", "site_file", "beats_dir"):
            self.declare_parameter(name, "")
        unit = str(self.get_parameter("unit_config").value)
        config = load_section(unit, "loudspeaker", LoudspeakerConfig)
        simulated = bool(self.get_parameter("use_sim_time").value)
        # it needs no time, and each of a clock's 50 messages a second would wake it
        self.set_parameters([Parameter("use_sim_time", value=False)])
        self._voice = voice_for(config, simulated=simulated)
        self._log = get_logger()
        self.create_service(Announce, "/robot/announce", self._announce)
        self._log.info("loudspeaker is ready", voice=type(self._voice).__name__)

    def _announce(
        self, request: Announce.Request, response: Announce.Response
    ) -> Announce.Response:
        try:
            check(request.text, request.language)
            self._voice.say(request.text, request.language)
            response.success, response.message = True, ""
        except SilentError as error:
            self._log.warning("not said", why=str(error), text=request.text)
            response.success, response.message = False, str(error)
        return response

    def close(self) -> None:
        self._voice.hush()


def main() -> int:
    return run_node(LoudspeakerNode, name="loudspeaker")


if __name__ == "__main__":
    raise SystemExit(main())
