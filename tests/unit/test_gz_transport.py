"""Gazebo's transport without Gazebo: what happens when there is no server, or it goes."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from simulation.gazebo.connection import Connection
from simulation.gazebo.errors import GazeboConnectionError, SimulationError
from simulation.gazebo.messages import message_class
from simulation.gazebo.ports import free_tcp_port, free_udp_pairs
from simulation.gazebo.run_file import RunFile, wait_for_run_file
from simulation.gazebo.transport import GazeboTransport


@pytest.fixture
def master() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def greet(master: socket.socket) -> Connection:
    sock, _ = master.accept()
    connection = Connection(sock)
    connection.send_packet("publishers_init", message_class("Publishers")())
    return connection


def test_no_server_is_one_clear_sentence() -> None:
    with pytest.raises(GazeboConnectionError, match="no Gazebo listens on port"):
        GazeboTransport(free_tcp_port(), "w", timeout_s=0.2)


def test_a_server_that_goes_is_told_once(master: socket.socket) -> None:
    connections: list[Connection] = []
    greeter = threading.Thread(target=lambda: connections.append(greet(master)))
    greeter.start()
    told: list[str] = []
    went = threading.Event()

    def on_lost(why: str) -> None:
        told.append(why)
        went.set()

    transport = GazeboTransport(master.getsockname()[1], "w", on_lost=on_lost)
    greeter.join()
    assert transport.lost == ""
    connections[0].close()
    assert went.wait(3.0)
    assert len(told) == 1
    assert transport.lost
    transport.close()
    master.close()


def test_closing_is_not_a_loss(master: socket.socket) -> None:
    ends: list[Connection] = []
    threading.Thread(target=lambda: ends.append(greet(master)), daemon=True).start()
    told: list[str] = []
    transport = GazeboTransport(master.getsockname()[1], "w", on_lost=told.append)
    transport.close()
    threading.Event().wait(0.2)
    assert told == []
    master.close()


def test_a_message_goes_from_one_client_to_another_through_their_own_connection(
    master: socket.socket,
) -> None:
    """The test plays the master, as gzserver does: it tells the subscriber who publishes."""
    pose_class = message_class("Pose")
    port = master.getsockname()[1]
    threads = [threading.Thread(target=lambda: ends.append(greet(master))) for _ in range(2)]
    ends: list[Connection] = []
    threads[0].start()
    publisher_side = GazeboTransport(port, "w")
    threads[0].join()
    threads[1].start()
    subscriber_side = GazeboTransport(port, "w")
    threads[1].join()
    heard: list[object] = []
    came = threading.Event()

    def on_pose(message: object) -> None:
        heard.append(message)
        came.set()

    publisher = publisher_side.advertise("~/pose", pose_class)
    advertised = ends[0].receive_packet()
    assert advertised.type == "advertise"
    subscriber_side.subscribe("~/pose", pose_class, on_pose)
    assert ends[1].receive_packet().type == "subscribe"
    ends[1].send_packet(
        "publisher_subscribe", message_class("Publish").FromString(advertised.serialized_data)
    )
    assert publisher.wait_for_subscriber(3.0)
    message = pose_class()
    message.position.x, message.position.y, message.position.z = 1.0, 2.0, 3.0
    message.orientation.w, message.orientation.x = 1.0, 0.0
    message.orientation.y = message.orientation.z = 0.0
    assert publisher.publish(message) == 1
    assert came.wait(3.0)
    assert heard == [message]
    assert subscriber_side.full_name("~/pose") == "/gazebo/w/pose"
    publisher_side.close()
    subscriber_side.close()
    master.close()


def test_an_unknown_message_is_named() -> None:
    with pytest.raises(SimulationError, match="NoSuchThing"):
        message_class("NoSuchThing")


def test_missing_messages_say_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATROL_GAZEBO_PROTO", str(tmp_path))
    message_class.cache_clear()
    with pytest.raises(SimulationError, match="run the set-up"):
        message_class("Pose")


def test_a_run_file_of_a_dead_server_is_not_taken(tmp_path: Path) -> None:
    dead = RunFile(
        port=1, world="w", pid=2**22 - 1, seed=1, start_utc_ns=0, motor_port=2,
        robot_start=(0.0, 0.0, 0.0),
    )  # fmt: skip
    dead.write(tmp_path)
    with pytest.raises(SimulationError, match="no simulation has started"):
        wait_for_run_file(tmp_path, timeout_s=0.2)


def test_a_taken_port_is_refused_and_free_pairs_are_pairs() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SimulationError, match="is taken"):
            free_tcp_port(port)
    first, second = free_udp_pairs(2)
    assert len({first, first + 1, second, second + 1}) == 4
    for port in (first, first + 1, second, second + 1):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", port))
