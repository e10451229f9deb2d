"""A real ROS 2 node started by the runner gets its parameters, names and remappings."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from patrol_launch import LaunchSession

NODE = f"""#!{sys.executable}
import json
import rclpy
from std_msgs.msg import String

rclpy.init()
node = rclpy.create_node("plain", automatically_declare_parameters_from_overrides=True)
publisher = node.create_publisher(String, "out", 1)
parameters = {{name: p.value for name, p in node._parameters.items()
              if name in ("use_sim_time", "speed", "label", "wind.limit", "points")}}
print(json.dumps({{
    "name": node.get_fully_qualified_name(),
    "topic": publisher.topic_name,
    "parameters": parameters,
}}, default=list), flush=True)
try:
    rclpy.spin(node)
except BaseException:
    print("ended by", flush=True)
"""

FILE = """
launch:
  - arg: {name: limit, default: "8.5"}
  - set_parameter: {name: use_sim_time, value: "true"}
  - node:
      pkg: demo
      exec: talker
      name: renamed
      namespace: unit
      param:
        - {name: label, value: "15", type: str}
        - {name: points, value: [1.0, 2.5]}
        - {name: wind, param: [{name: limit, value: $(var limit)}]}
        - {from: $(dirname)/more.yaml}
      remap: [{from: out, to: /elsewhere}]
"""


def test_a_node_gets_its_parameters_name_namespace_and_remaps(tmp_path: Path) -> None:
    index = tmp_path / "share" / "ament_index" / "resource_index" / "packages"
    program = tmp_path / "lib" / "demo" / "talker"
    for folder in (index, program.parent):
        folder.mkdir(parents=True)
    (index / "demo").touch()
    program.write_text(NODE)
    program.chmod(0o755)
    (tmp_path / "demo.launch.yaml").write_text(FILE)
    (tmp_path / "more.yaml").write_text("/unit/renamed:\n  ros__parameters: {speed: 2}\n")
    prefixes = f"{tmp_path}:{os.environ['AMENT_PREFIX_PATH']}"
    environment = {**os.environ, "AMENT_PREFIX_PATH": prefixes}
    with LaunchSession(
        tmp_path / "demo.launch.yaml",
        {"limit": "9.5"},
        run_dir=tmp_path / "run",
        environment=environment,
    ) as session:
        node = session.processes["talker"]
        end = time.monotonic() + 10.0
        while not node.last_lines() and node.running and time.monotonic() < end:
            time.sleep(0.05)
        seen = json.loads(node.last_lines()[0])
        begin = time.monotonic()
    assert time.monotonic() - begin < 5.0
    assert seen == {
        "name": "/unit/renamed",
        "topic": "/elsewhere",
        "parameters": {
            "use_sim_time": True,
            "label": "15",
            "points": [1.0, 2.5],
            "wind.limit": 9.5,
            "speed": 2,
        },
    }
