"""What the bulk client takes out of a stream of bytes, however it is cut into pieces."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as some

from data.ingest.bulk_client import BulkClient

Delivered = tuple[bytes, bytes, bool, int, int]


@contextmanager
def connected(got: list[Delivered]) -> Iterator[tuple[BulkClient, socket.socket]]:
    """A client and the broker's end of its connection."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    client = BulkClient("test", on_delivery=lambda *said: got.append(said))
    client._sock = ours
    with ours, theirs:
        yield client, theirs
        client._sock = None


def publish(
    topic: bytes, payload: bytes, *, mid: int = 0, retain: bool = False, properties: bytes = b""
) -> bytes:
    """A PUBLISH packet of MQTT 5, at QoS 1 if it has a packet id."""
    qos = 1 if mid else 0
    body = struct.pack("!H", len(topic)) + topic + (struct.pack("!H", mid) if qos else b"")
    return frame(0x30 | qos << 1 | retain, body + number(len(properties)) + properties + payload)


def frame(header: int, body: bytes) -> bytes:
    return bytes([header]) + number(len(body)) + body


def number(value: int) -> bytes:
    digits = bytearray()
    while True:
        value, digit = value >> 7, value & 0x7F
        digits.append(digit | 0x80 if value else digit)
        if not value:
            return bytes(digits)


def read(*pieces: bytes) -> list[Delivered]:
    """What a client delivers of a stream."""
    got: list[Delivered] = []
    with connected(got) as (client, broker):
        for piece in pieces:
            broker.sendall(piece)
            client.loop_read()
    return got


MESSAGES = some.builds(
    publish,
    some.binary(min_size=1, max_size=20),
    some.binary(max_size=300),
    mid=some.integers(0, 65_535),
    retain=some.booleans(),
    properties=some.sampled_from(
        [b"", b"\x01\x01", b"\x26\x00\x01a\x00\x01b", b"\x09" + struct.pack("!H", 200) + bytes(200)]
    ),
)


@given(some.lists(MESSAGES, max_size=8), some.data())
def test_where_the_stream_is_cut_does_not_matter(packets: list[bytes], data: some.DataObject) -> None:
    whole = b"".join(packets)
    cuts = sorted(data.draw(some.lists(some.integers(0, len(whole)), max_size=6)))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert read(*pieces) == [one for packet in packets for one in read(packet)]


def test_a_message_has_its_parts() -> None:
    packet = publish(b"a/b", b"21.5", mid=513, retain=True, properties=b"\x01\x01")
    assert read(packet) == [(b"a/b", b"21.5", True, 513, 1)]


def test_packets_of_other_kinds_stand_between_messages() -> None:
    first, pong, second = publish(b"a", b"1"), frame(0xD0, b""), publish(b"a", b"2")
    assert [payload for _, payload, *_ in read(first + pong + second)] == [b"1", b"2"]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(b"\x30\xff\xff\xff\xff\x01", id="its length has no end"),
        pytest.param(frame(0x32, b"\x00\x05ab"), id="its topic is longer than it is"),
        pytest.param(frame(0x30, b"\x00\x01a"), id="it has no properties"),
    ],
)
def test_what_is_no_packet_ends_the_connection(broken: bytes) -> None:
    with connected([]) as (client, broker):
        broker.sendall(broken)
        client.loop_read()
        assert client.socket() is None


def test_acknowledgements_go_out_together_in_their_order() -> None:
    with connected([]) as (client, broker):
        client.acknowledge([7, 258])
        assert broker.recv(100) == b"\x40\x02\x00\x07" + b"\x40\x02\x01\x02"
