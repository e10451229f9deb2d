"""The radio: one UDP socket, any number of ground stations, and the packets that a real radio
loses.

It calls out to the configured addresses from the start and answers whoever speaks to it; a station
that falls silent for a minute is forgotten. Loss and delay can be switched on in both directions.
"""

from __future__ import annotations

import heapq
import itertools
import random
import socket
from typing import NamedTuple

from pymavlink.dialects.v20 import common as mav

from comms.contracts.errors import ContractError
from simulation.autopilot.config import LinkFaults

Address = tuple[str, int]
FORGET_S = 60.0
MAX_DATAGRAMS = 50  # per look, so that a flood cannot starve the flying


class BadAddressError(ContractError):
    """A MAVLink address that is not `udpout:HOST:PORT` or `udpin:HOST:PORT`."""


class Endpoint(NamedTuple):
    """One configured address."""

    listens: bool
    address: Address


def parse_address(text: str) -> Endpoint:
    """`udpout:127.0.0.1:14540` (call there) or `udpin:0.0.0.0:14550` (listen). Raises
    BadAddressError."""
    parts = text.replace("//", "").split(":")
    if len(parts) != 3 or parts[0] not in ("udpout", "udpin") or not parts[2].isdigit():
        raise BadAddressError(
            f'"{text}" should be like udpout:127.0.0.1:14540 or udpin:0.0.0.0:14550'
        )
    return Endpoint(parts[0] == "udpin", (parts[1], int(parts[2])))


class Link:
    """Sends to all stations, receives from any. Times are monotonic wall seconds."""

    def __init__(self, endpoints: list[Endpoint], faults: LinkFaults, seed: int) -> None:
        self._faults, self._random = faults, random.Random(seed)
        listening = [e.address for e in endpoints if e.listens]
        if len(listening) > 1:
            raise BadAddressError("only one udpin address can be listened on")
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(listening[0] if listening else ("0.0.0.0", 0))
        self._socket.setblocking(False)
        self._fixed = [e.address for e in endpoints if not e.listens]
        self._heard: dict[Address, float] = {}
        self._queue: list[tuple[float, int, bytes]] = []
        self._inbox: list[tuple[float, int, bytes]] = []
        self._order = itertools.count()
        self._parser = mav.MAVLink(None)
        self._parser.robust_parsing = True

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        """Gives the port back."""
        self._socket.close()

    def send(self, packet: bytes, now_s: float, delay_s: float = 0.0) -> None:
        """Queues or sends a packed message to every station."""
        delay = delay_s + self._faults.delay_s
        if delay > 0:
            heapq.heappush(self._queue, (now_s + delay, next(self._order), packet))
        else:
            self._transmit(packet)

    def flush(self, now_s: float) -> None:
        """Sends what has waited long enough."""
        while self._queue and self._queue[0][0] <= now_s:
            self._transmit(heapq.heappop(self._queue)[2])

    def receive(self, now_s: float) -> list[mav.MAVLink_message]:
        """All messages that have come."""
        for _ in range(MAX_DATAGRAMS):
            try:
                data, address = self._socket.recvfrom(2048)
            except BlockingIOError:
                break
            except ConnectionError:
                continue  # nobody listens at one of the addresses yet
            if self._random.random() < self._faults.loss:
                continue
            if address not in self._fixed:
                self._heard[address] = now_s
            heapq.heappush(self._inbox, (now_s + self._faults.delay_s, next(self._order), data))
        messages: list[mav.MAVLink_message] = []
        while self._inbox and self._inbox[0][0] <= now_s:
            found = self._parser.parse_buffer(heapq.heappop(self._inbox)[2]) or []
            messages.extend(m for m in found if m.get_type() != "BAD_DATA")
        for address in [a for a, at in self._heard.items() if now_s - at > FORGET_S]:
            del self._heard[address]
        return messages

    def _transmit(self, packet: bytes) -> None:
        for address in (*self._fixed, *self._heard):
            if self._random.random() < self._faults.loss:
                continue
            try:
                self._socket.sendto(packet, address)
            except (BlockingIOError, ConnectionError):
                continue  # a full buffer or an absent listener loses the packet, like radio
