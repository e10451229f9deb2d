"""MCAP files of JSON messages: written record by record, read whole or as far as they go.

Format: MCAP specification 1.0 (opcodes Header 01, Footer 02, Schema 03, Channel 04, Message 05,
Data End 0F), without chunks, compression, or index: each message is a record of its own, so that a
file whose writer was killed is whole but for its last record.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

_MAGIC = b"\x89MCAP0\r\n"
_HEADER, _FOOTER, _SCHEMA, _CHANNEL, _MESSAGE, _DATA_END = 1, 2, 3, 4, 5, 15
_LONGEST = 64 * 1024 * 1024


def _record(opcode: int, body: bytes) -> bytes:
    return struct.pack("<BQ", opcode, len(body)) + body


_END = (
    _record(_DATA_END, struct.pack("<I", 0))
    + _record(_FOOTER, struct.pack("<QQI", 0, 0, 0))
    + _MAGIC
)


@dataclass(frozen=True)
class Entry:
    """One message. `at_ns`: UTC."""

    topic: str
    at_ns: int
    body: dict[str, Any]


class McapWriter:
    """Writes to `path`, which must not be there. What was added is with the operating system at
    once: it outlives the process."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("xb", buffering=0)
        self._channels: dict[str, tuple[int, int]] = {}
        self._put(_MAGIC + _record(_HEADER, _text("patrol-json") + _text("patrol")))

    def add(self, topic: str, at_ns: int, body: dict[str, Any]) -> None:
        """`at_ns`: UTC. Raises OSError: the disk is full, or gone."""
        new = b""
        if topic not in self._channels:
            number = len(self._channels) + 1
            self._channels[topic] = (number, 0)
            schema = json.dumps({"type": "object"}).encode()
            new = _record(
                _SCHEMA,
                struct.pack("<H", number) + _text(f"patrol.{topic.strip('/')}")
                + _text("jsonschema") + struct.pack("<I", len(schema)) + schema,
            ) + _record(
                _CHANNEL,
                struct.pack("<HH", number, number) + _text(topic) + _text("json")
                + struct.pack("<I", 0),
            )  # fmt: skip
        number, count = self._channels[topic]
        self._channels[topic] = (number, count + 1)
        head = struct.pack("<HIQQ", number, count, at_ns, at_ns)
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        self._put(new + _record(_MESSAGE, head + text))

    def close(self) -> None:
        """End the file as the format wants it."""
        if not self._file.closed:
            self._put(_END)
            self._file.close()

    def _put(self, data: bytes) -> None:
        left = memoryview(data)
        while left:  # a raw file may take less than it is given
            left = left[self._file.write(left) :]


def read_mcap(path: Path) -> Iterator[Entry]:
    """The messages of a file of `McapWriter`, in order, up to its end or to where it breaks off.

    Raises ValueError when it is no MCAP file; a message that is not JSON ends it, too.
    """
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise ValueError(f"{path} is no MCAP file")
        topics: dict[int, str] = {}
        for opcode, body in _records(file):
            if opcode == _CHANNEL:
                number, _, size = struct.unpack_from("<HHI", body)
                topics[number] = body[8 : 8 + size].decode(errors="replace")
            elif opcode == _MESSAGE:
                number, _, at_ns, _ = struct.unpack_from("<HIQQ", body)
                try:
                    said = json.loads(body[22:])
                except ValueError:
                    return
                yield Entry(topics.get(number, ""), at_ns, said)


def mend_mcap(path: Path) -> None:
    """End a file whose writer was killed, its torn last record cut off, so that other programs read
    it to its end; nothing happens to one that has its end. Raises OSError."""
    with path.open("r+b") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            return
        good = file.tell()
        for _ in _records(file):
            good = file.tell()
        file.seek(good)
        if file.read(len(_END) + 1) != _END:
            file.seek(good)
            file.truncate()
            file.write(_END)


def _records(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Opcode and body of each whole record, up to the end of the data or to where it breaks off."""
    while len(head := file.read(9)) == 9:
        opcode, length = struct.unpack("<BQ", head)
        if length > _LONGEST or opcode in (_DATA_END, _FOOTER):
            return
        body = file.read(length)
        if len(body) < length:
            return
        yield opcode, body


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<I", len(data)) + data
