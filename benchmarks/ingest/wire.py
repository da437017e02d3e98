"""MQTT 3.1.1 as far as a load generator needs it, so that sending costs the machine little.

A full client spends more on a message than the broker does, and would be what is measured.
"""

from __future__ import annotations

import itertools
import select
import socket
import struct
from collections.abc import Sequence
from types import TracebackType

from data.mqtt import Address

_CONNECT, _PUBLISH_QOS1, _SUBSCRIBE, _DISCONNECT = 0x10, 0x32, 0x82, 0xE0
_UNDER_WAY = 4_000  # messages that wait for the broker's answer
_TIMEOUT_S = 60.0


class Connection:
    """One connection to the broker. It subscribes to reserve a session, and publishes at QoS 1."""

    def __init__(self, address: Address, client_id: str, *, clean: bool = True) -> None:
        self._socket = socket.create_connection((address.host, address.port), timeout=_TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._numbers = itertools.cycle(range(1, 65_536))
        self._sent = 0
        self._answer_bytes = 0
        flags = 0xC2 if clean else 0xC0
        texts = (client_id, address.username or "", address.password or "")
        body = _text("MQTT") + struct.pack("!BBH", 4, flags, 0) + b"".join(map(_text, texts))
        self._socket.sendall(_packet(_CONNECT, body))
        if self._socket.recv(4, socket.MSG_WAITALL)[3:] != b"\0":
            raise ConnectionError("The broker refuses the connection.")

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.sendall(_packet(_DISCONNECT, b""))
        self._socket.close()

    def subscribe(self, topic: str) -> None:
        """Have the broker keep what comes on a topic filter, at QoS 1, for this client id."""
        self._socket.sendall(_packet(_SUBSCRIBE, struct.pack("!H", 1) + _text(topic) + b"\1"))
        if self._socket.recv(5, socket.MSG_WAITALL)[4:] != b"\1":
            raise ConnectionError("The broker refuses the subscription.")

    def publish(self, messages: Sequence[tuple[str, bytes]]) -> None:
        """Send messages; waits while the broker owes too many answers."""
        self._socket.sendall(b"".join(self._publish_packet(topic, payload) for topic, payload in messages))
        self._sent += len(messages)
        self._take_answers(_UNDER_WAY)

    def settle(self) -> None:
        """Wait until the broker has taken charge of all that was sent."""
        self._take_answers(0)

    @property
    def acknowledged(self) -> int:
        """How many messages the broker has taken charge of."""
        return self._answer_bytes // 4

    def _publish_packet(self, topic: str, payload: bytes) -> bytes:
        return _packet(_PUBLISH_QOS1, _text(topic) + struct.pack("!H", next(self._numbers)) + payload)

    def _take_answers(self, most_missing: int) -> None:
        while self._sent - self.acknowledged > most_missing or select.select([self._socket], [], [], 0)[0]:
            answers = self._socket.recv(65_536)
            if not answers:
                raise ConnectionError("The broker ended the connection.")
            self._answer_bytes += len(answers)  # all of them are PUBACKs, of four bytes each


def _packet(kind: int, body: bytes) -> bytes:
    length, left = bytearray(), len(body)
    while True:
        left, digit = left >> 7, left & 0x7F
        length.append(digit | 0x80 if left else digit)
        if not left:
            return bytes((kind,)) + bytes(length) + body


def _text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack("!H", len(encoded)) + encoded
