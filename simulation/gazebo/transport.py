"""A client of Gazebo's transport in Python: subscribe and advertise on a running gzserver, without
Gazebo's libraries.

The master at the server's port tells who publishes what; the data itself flows over one connection
per subscription, straight from the publisher. Each connection has a thread of its own, in which the
callbacks run. When the server goes, `on_lost` is called once and `lost` says why: a client does not
reconnect, because a new server is a new world with its own time.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from google.protobuf.message import DecodeError, Message

from comms.logs import get_logger
from simulation.gazebo.connection import Connection
from simulation.gazebo.errors import GazeboConnectionError
from simulation.gazebo.messages import message_class

HOST = "127.0.0.1"
MessageType = TypeVar("MessageType", bound=Message)
log = get_logger()


class Publisher(Generic[MessageType]):
    """One advertised topic. Messages go to whoever has subscribed by then."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self._peers: list[Connection] = []
        self._changed = threading.Condition()

    def publish(self, message: MessageType) -> int:
        """Send `message`; returns to how many subscribers it went."""
        payload = message.SerializeToString()
        sent = 0
        for peer in tuple(self._peers):
            try:
                peer.send(payload)
                sent += 1
            except OSError:
                self._drop(peer)
        return sent

    def wait_for_subscriber(self, timeout_s: float = 10.0) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: bool(self._peers), timeout_s)

    def _add(self, peer: Connection) -> None:
        with self._changed:
            self._peers.append(peer)
            self._changed.notify_all()

    def _drop(self, peer: Connection) -> None:
        with self._changed:
            if peer in self._peers:
                self._peers.remove(peer)
        peer.close()


class Subscription:
    """One subscribed topic; `close()` stops it, and lets the sensor behind it rest."""

    def __init__(self, transport: GazeboTransport, topic: str, type_name: str) -> None:
        self.topic = topic
        self.type_name = type_name
        self.deliver: Callable[[bytes], None]
        self.peers: dict[tuple[str, int], Connection] = {}
        self._transport = transport

    def close(self) -> None:
        self._transport._unsubscribe(self)


class GazeboTransport:
    """A connection to the gzserver whose master listens on `port`.

    Raises GazeboConnectionError when it cannot be reached within `timeout_s`.
    """

    def __init__(
        self,
        port: int,
        world: str,
        *,
        timeout_s: float = 20.0,
        on_lost: Callable[[str], None] | None = None,
    ) -> None:
        self.world = world
        self.lost = ""
        self._on_lost = on_lost
        self._closing = False
        self._lock = threading.RLock()
        self._publishers: dict[str, Publisher[Any]] = {}
        self._subscriptions: dict[str, Subscription] = {}
        self._accepted: set[Connection] = set()
        self._known: dict[str, str] = {}  # topic -> message type, of everybody
        self._greeted = threading.Event()
        self._master = self._connect_to_master(port, timeout_s)
        self._listener = socket.create_server((HOST, 0), backlog=32)
        self._port: int = self._listener.getsockname()[1]
        self._start(self._read_master, "gz-master")
        self._start(self._accept, "gz-accept")
        if not self._greeted.wait(timeout_s):
            self.close()
            raise GazeboConnectionError(f"Gazebo's master on port {port} does not greet")

    def full_name(self, topic: str) -> str:
        """`~/x` as `/gazebo/<world>/x`."""
        return f"/gazebo/{self.world}{topic[1:]}" if topic.startswith("~") else topic

    def topics(self) -> dict[str, str]:
        """All topics that somebody publishes now, with their message types."""
        with self._lock:
            return dict(self._known)

    def subscribe(
        self,
        topic: str,
        message_type: type[MessageType],
        callback: Callable[[MessageType], None],
        *,
        max_hz: float | None = None,
    ) -> Subscription:
        """Call `callback` for each message, in a thread of the transport.

        `max_hz` drops messages that come faster (by wall time) before they are decoded. One
        subscription per topic; the publisher may come later.
        """
        name = self.full_name(topic)
        type_name = f"gazebo.msgs.{message_type.DESCRIPTOR.name}"
        subscription = Subscription(self, name, type_name)
        interval = 1.0 / max_hz if max_hz else 0.0
        due = 0.0

        def deliver(payload: bytes) -> None:
            nonlocal due
            if interval:
                now = time.monotonic()
                if now < due:
                    return
                due = max(due + interval, now)
            callback(message_type.FromString(payload))

        subscription.deliver = deliver
        with self._lock:
            if name in self._subscriptions:
                raise GazeboConnectionError(f"{name} has been subscribed to already")
            self._subscriptions[name] = subscription
        self._tell_master("subscribe", self._subscribe_message(subscription))
        return subscription

    def advertise(self, topic: str, message_type: type[MessageType]) -> Publisher[MessageType]:
        """Announce that we publish `topic`."""
        name = self.full_name(topic)
        publisher: Publisher[MessageType] = Publisher(name)
        with self._lock:
            self._publishers[name] = publisher
        self._tell_master(
            "advertise",
            message_class("Publish")(
                topic=name,
                msg_type=f"gazebo.msgs.{message_type.DESCRIPTOR.name}",
                host=HOST,
                port=self._port,
            ),
        )
        return publisher

    def close(self) -> None:
        """Close all connections; no callback starts afterwards."""
        with self._lock:
            self._closing = True
            connections = [self._master, *self._accepted]
            for subscription in self._subscriptions.values():
                connections.extend(subscription.peers.values())
        self._listener.close()
        for connection in connections:
            connection.close()

    # --- inside -------------------------------------------------------------------------------

    def _connect_to_master(self, port: int, timeout_s: float) -> Connection:
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                return Connection.to(HOST, port)
            except OSError as error:
                if time.monotonic() > deadline:
                    raise GazeboConnectionError(
                        f"no Gazebo listens on port {port} ({error.strerror or error})"
                    ) from None
                time.sleep(0.1)

    def _start(self, target: Callable[..., None], name: str, *arguments: Any) -> None:
        threading.Thread(target=target, args=arguments, name=name, daemon=True).start()

    def _tell_master(self, kind: str, message: Message) -> None:
        try:
            self._master.send_packet(kind, message)
        except OSError as error:
            raise GazeboConnectionError(f"Gazebo has gone ({error.strerror or error})") from None

    def _subscribe_message(self, subscription: Subscription) -> Any:
        return message_class("Subscribe")(
            topic=subscription.topic,
            host=HOST,
            port=self._port,
            msg_type=subscription.type_name,
            latching=False,
        )

    def _read_master(self) -> None:
        try:
            while True:
                packet = self._master.receive_packet()
                self._on_master(packet.type, packet.serialized_data)
        except (EOFError, OSError, ValueError, DecodeError) as error:
            with self._lock:
                if self._closing or self.lost:
                    return
                self.lost = f"Gazebo has gone ({error})"
            if self._on_lost is not None:
                self._on_lost(self.lost)

    def _on_master(self, kind: str, data: bytes) -> None:
        if kind == "publishers_init":
            for publication in message_class("Publishers").FromString(data).publisher:
                self._known[publication.topic] = publication.msg_type
            self._greeted.set()
        elif kind in ("publisher_add", "publisher_subscribe", "publisher_advertise"):
            publication = message_class("Publish").FromString(data)
            with self._lock:
                self._known[publication.topic] = publication.msg_type
            if kind != "publisher_add" and publication.port != self._port:
                self._start(
                    self._read_peer,
                    f"gz-{publication.topic}",
                    publication.topic,
                    (publication.host, publication.port),
                )
        elif kind == "publisher_del":
            publication = message_class("Publish").FromString(data)
            with self._lock:
                self._known.pop(publication.topic, None)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return  # closed
            self._start(self._serve_peer, "gz-peer", Connection(sock))

    def _serve_peer(self, peer: Connection) -> None:
        """A subscriber of ours: it names the topic once, and then only listens."""
        with self._lock:
            self._accepted.add(peer)
        publisher: Publisher[Any] | None = None
        try:
            packet = peer.receive_packet()
            if packet.type == "sub":
                wanted = message_class("Subscribe").FromString(packet.serialized_data)
                publisher = self._publishers.get(wanted.topic)
                if publisher is not None:
                    publisher._add(peer)
            while True:
                peer.receive()
        except (EOFError, OSError, ValueError, DecodeError):
            if publisher is not None:
                publisher._drop(peer)
            peer.close()
        finally:
            with self._lock:
                self._accepted.discard(peer)

    def _read_peer(self, topic: str, address: tuple[str, int]) -> None:
        """A publisher of a topic that we want: ask for it and hand its frames on."""
        with self._lock:
            subscription = self._subscriptions.get(topic)
            if self._closing or subscription is None or address in subscription.peers:
                return
            try:
                peer = Connection.to(*address)
            except OSError as error:
                log.warning("a Gazebo publisher does not answer", topic=topic, error=str(error))
                return
            subscription.peers[address] = peer
        try:
            peer.send_packet("sub", self._subscribe_message(subscription))
            while True:
                payload = peer.receive()
                if self._closing or self._subscriptions.get(topic) is not subscription:
                    return
                subscription.deliver(payload)
        except (EOFError, OSError, ValueError):
            return
        except DecodeError as error:
            log.error("a Gazebo message cannot be read", topic=topic, error=str(error))
        finally:
            peer.close()
            with self._lock:
                if subscription.peers.get(address) is peer:
                    del subscription.peers[address]

    def _unsubscribe(self, subscription: Subscription) -> None:
        with self._lock:
            if self._subscriptions.get(subscription.topic) is not subscription:
                return
            del self._subscriptions[subscription.topic]
            peers = tuple(subscription.peers.values())
        if not self.lost:
            self._tell_master("unsubscribe", self._subscribe_message(subscription))
        for peer in peers:
            peer.close()
