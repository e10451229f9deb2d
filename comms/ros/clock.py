"""A node's clock as dates: simulated time is UTC too."""

from __future__ import annotations

from datetime import UTC, datetime

from rclpy.node import Node


def utc_now(node: Node) -> datetime:
    """UTC from the node's ROS clock; 1970 while a simulation's clock has not begun."""
    return datetime.fromtimestamp(node.get_clock().now().nanoseconds * 1e-9, UTC)
