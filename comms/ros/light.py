"""Cheaper ways to hear many messages than a callback for each.

rclpy's executor goes through every entity of a node before every callback (0.5 ms and more), so
what costs is not the message but the waking. A *polled* subscription wakes nobody: the node takes
what has come when it works anyway. And publishers and subscriptions made here have no QoS event
handlers, which by default make up half of those entities; without them a QoS mismatch is not
logged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.callback_groups import CallbackGroup
from rclpy.event_handler import PublisherEventCallbacks, SubscriptionEventCallbacks
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile
from rclpy.subscription import Subscription


def publisher(node: Node, kind: type[Any], topic: str, qos: QoSProfile) -> Publisher:
    """`node.create_publisher` without event handlers."""
    return node.create_publisher(
        kind, topic, qos, event_callbacks=PublisherEventCallbacks(use_default_callbacks=False)
    )


def subscription(
    node: Node, kind: type[Any], topic: str, callback: Callable[[Any], None], qos: QoSProfile
) -> Subscription:
    """`node.create_subscription` without event handlers."""
    return node.create_subscription(
        kind,
        topic,
        callback,
        qos,
        event_callbacks=SubscriptionEventCallbacks(use_default_callbacks=False),
    )


class _NeverAwaited(CallbackGroup):
    """The executor leaves out what it must not execute."""

    def can_execute(self, entity: Any) -> bool:
        return False

    def beginning_execution(self, entity: Any) -> bool:
        return False

    def ending_execution(self, entity: Any) -> None:
        return None


class PolledSubscription:
    """Messages wait in the middleware (at most `qos.depth`) until they are taken."""

    def __init__(self, node: Node, kind: type[Any], topic: str, qos: QoSProfile) -> None:
        self._kind = kind
        self._subscription = node.create_subscription(
            kind,
            topic,
            lambda _: None,
            qos,
            callback_group=_NeverAwaited(),
            event_callbacks=SubscriptionEventCallbacks(use_default_callbacks=False),
        )

    def take(self) -> list[Any]:
        """What has come since the last time, oldest first."""
        messages = []
        handle = self._subscription.handle
        with handle:
            while (taken := handle.take_message(self._kind, False)) is not None:
                messages.append(taken[0])
        return messages
