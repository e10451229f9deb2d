"""Start a node, spin it, and end it cleanly: the one way every node of the unit runs.

The order at the end matters: stop the executor, join its thread, destroy the node, shut rclpy down.
Any other order aborts the process now and then.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

import rclpy
from rclpy.executors import MultiThreadedExecutor, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from comms.contracts.errors import ContractError
from comms.logs import configure_logging, get_logger
from comms.ros.transport import use_transport_profile


def run_node(make_node: Callable[[], Node], *, name: str, threads: int = 1) -> int:
    """Run `make_node()` until SIGINT or SIGTERM. Returns the process's exit status.

    `threads` > 1 takes a multi-threaded executor (needed where a callback waits for another one).
    A node may have a method `close()`: it is called after spinning has ended and before the node is
    destroyed, to end its own threads and files.
    """
    configure_logging(name)
    use_transport_profile()
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    failed: list[BaseException] = []
    node = None
    try:
        node = _make(make_node, name)
        if node is None:
            return 2
        executor = (
            MultiThreadedExecutor(num_threads=threads) if threads > 1 else SingleThreadedExecutor()
        )
        executor.add_node(node)

        def spin() -> None:
            try:
                executor.spin()
            except BaseException as error:  # noqa: BLE001 - re-raised in the main thread
                failed.append(error)
            finally:
                stop.set()

        thread = threading.Thread(target=spin, name="executor", daemon=True)
        thread.start()
        while not stop.wait(0.5):
            pass
        executor.shutdown(timeout_sec=2.0)
        thread.join(timeout=3.0)
    finally:
        if node is not None:
            close = getattr(node, "close", None)
            if close is not None:
                close()
            node.destroy_node()
        rclpy.try_shutdown()
    if failed:
        raise failed[0]
    return 0


def _make(make_node: Callable[[], Node], name: str) -> Node | None:
    """The node; None, with one sentence in the log, when its files or parameters are wrong."""
    try:
        return make_node()
    except ContractError as error:
        get_logger().critical(f"{name} cannot start: {error}")
        return None
