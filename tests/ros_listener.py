"""A ROS node of a test: keeps what it hears and waits, with a deadline, for what a test wants to
hear."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile


class RosListener:
    """Spins in a thread of its own from construction to `close`."""

    def __init__(self, name: str = "test_listener") -> None:
        self._context = rclpy.Context()
        rclpy.init(context=self._context)
        self.node = Node(name, context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self._heard = threading.Condition()
        self.messages: dict[str, list[Any]] = {}
        self._thread = threading.Thread(target=self._executor.spin, daemon=True)
        self._thread.start()

    def listen(self, topic: str, kind: type[Any], qos: QoSProfile) -> None:
        self.messages.setdefault(topic, [])

        def keep(message: Any) -> None:
            with self._heard:
                self.messages[topic].append(message)
                self._heard.notify_all()

        self.node.create_subscription(kind, topic, keep, qos)

    def last(self, topic: str) -> Any:
        """The newest message; waits for the first one up to 10 s."""
        self.wait_until(lambda: bool(self.messages[topic]), f"a message on {topic}", 10.0)
        return self.messages[topic][-1]

    def next(self, topic: str, timeout_s: float = 10.0) -> Any:
        """The first message that comes from now on."""
        count = len(self.messages[topic])
        self.wait_until(
            lambda: len(self.messages[topic]) > count, f"a new message on {topic}", timeout_s
        )
        return self.messages[topic][-1]

    def wait_until(self, condition: Callable[[], bool], what: str, timeout_s: float) -> None:
        """Raises AssertionError naming `what` when it does not come true in time."""
        deadline = time.monotonic() + timeout_s
        with self._heard:
            while not condition():
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"within {timeout_s:.0f} s there was not {what}")
                self._heard.wait(min(left, 0.05))

    def close(self) -> None:
        self._executor.shutdown(timeout_sec=2.0)
        self._thread.join(timeout=3.0)
        self.node.destroy_node()
        rclpy.try_shutdown(context=self._context)
