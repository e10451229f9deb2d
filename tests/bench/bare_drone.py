"""What anybody would start from: a bare ROS 2 node that holds a MAVSDK connection and tells where
the vehicle is. The peer of the drone node's memory. `python -m tests.bench.bare_drone PORT`.
"""

from __future__ import annotations

import asyncio
import sys
import threading

import rclpy
from mavsdk.asyncio import ComponentType, Configuration, Mavsdk
from mavsdk.asyncio.plugins.telemetry import TelemetryAsync
from nav_msgs.msg import Odometry
from patrol_interfaces.action import ExecuteTask
from rclpy.action import ActionServer
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node


async def follow(port: int, node: Node) -> None:
    publisher = node.create_publisher(Odometry, "/bare_drone/odometry", 10)
    kind = ComponentType.GROUND_STATION
    mavsdk = Mavsdk(Configuration.create_with_component_type(kind))
    await mavsdk.add_any_connection(f"udpin://127.0.0.1:{port}")
    telemetry = TelemetryAsync(await mavsdk.first_autopilot(30))
    await telemetry.set_rate_position(10.0)
    print("connected", flush=True)
    async for position in telemetry.subscribe_position():
        message = Odometry()
        message.pose.pose.position.z = float(position.relative_altitude_m)
        publisher.publish(message)


def main() -> None:
    rclpy.init()
    node = rclpy.create_node("bare_drone")
    ActionServer(node, ExecuteTask, "/bare_drone/execute_task", lambda _: ExecuteTask.Result())
    link = threading.Thread(target=asyncio.run, args=[follow(int(sys.argv[1]), node)], daemon=True)
    link.start()
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    executor.spin()


if __name__ == "__main__":
    main()
