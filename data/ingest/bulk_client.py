"""paho's client, reading and acknowledging many messages at once.

paho reads a packet in five system calls, wakes up for every acknowledgement, and builds objects that the
ingest has no use for: that is most of what a message costs. Here the socket is read in large pieces and
messages are taken out of them; all other packets, connecting, keeping alive and TLS remain paho's. For
that this relies on names of paho's that are not public; they are all in this module, and the version is
pinned.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterable

import paho.mqtt.client as paho
import structlog
from paho.mqtt.enums import CallbackAPIVersion, MessageType, MQTTErrorCode

log = structlog.get_logger(__name__)

Handler = Callable[[bytes, bytes, bool, int, int], None]

_PIECE_BYTES = 64 * 1024
_TYPE, _RETAIN = 0xF0, 0x01
_LONGEST_NUMBER = 4  # bytes of a packet's length


class BulkClient(paho.Client):
    """An MQTT 5 client that acknowledges when it is told to.

    `on_delivery` gets a message's topic, payload, whether it is retained, packet id and QoS;
    `on_message` is called for QoS 2 alone.
    """

    def __init__(self, client_id: str, *, on_delivery: Handler) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2, client_id=client_id, protocol=paho.MQTTv5, manual_ack=True
        )
        self._on_delivery = on_delivery
        self._unread = bytearray()  # the end of what the socket gave, up to now no whole packet

    def acknowledge(self, mids: Iterable[int]) -> None:
        """Acknowledge messages of QoS 1 by their packet ids, in that order."""
        answers = b"".join(struct.pack("!BBH", MessageType.PUBACK, 2, mid) for mid in mids)
        if answers:
            self._packet_queue(MessageType.PUBACK, answers, 0, 0)

    def reconnect(self) -> MQTTErrorCode:
        """Connect anew; what was read of a packet is no beginning of what comes then."""
        self._unread.clear()
        return super().reconnect()

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Read what the socket has, and handle every packet that is whole."""
        if self.socket() is None:
            return MQTTErrorCode.MQTT_ERR_NO_CONN
        try:
            piece = super()._sock_recv(_PIECE_BYTES)
        except BlockingIOError:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        except OSError:
            piece = b""
        if not piece:
            return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)
        with self._msgtime_mutex:
            self._last_bytes_received = time.monotonic()
        self._unread += piece
        return self._loop_rc_handle(self._handle_whole_packets())

    def _sock_recv(self, bufsize: int) -> bytes:
        """What paho reads of the packets that are left to it."""
        if not self._unread:
            return super()._sock_recv(bufsize)
        taken = bytes(self._unread[:bufsize])
        del self._unread[:bufsize]
        return taken

    def _handle_whole_packets(self) -> MQTTErrorCode:
        unread, begin = self._unread, 0
        try:
            while (packet := _packet(unread, begin)) is not None:
                body, end = packet
                if unread[begin] & _TYPE == MessageType.PUBLISH and (qos := unread[begin] >> 1 & 3) < 2:
                    self._deliver(bytes(unread[body:end]), qos, retain=bool(unread[begin] & _RETAIN))
                    begin = end
                    continue
                del unread[:begin]
                begin = 0
                if (code := self._packet_read()) > MQTTErrorCode.MQTT_ERR_SUCCESS:
                    return code
        except (ValueError, IndexError):
            return MQTTErrorCode.MQTT_ERR_PROTOCOL
        finally:
            del unread[:begin]
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _deliver(self, body: bytes, qos: int, *, retain: bool) -> None:
        properties = topic_end = 2 + (body[0] << 8 | body[1])
        mid = 0
        if qos:
            mid = body[topic_end] << 8 | body[topic_end + 1]
            properties += 2
        length, properties_begin = _number(body, properties)
        try:
            self._on_delivery(body[2:topic_end], body[properties_begin + length :], retain, mid, qos)
        except Exception:  # as paho's own callbacks: the thread has to go on, the message comes again
            if not self.suppress_exceptions:
                raise
            log.exception("delivery failed")


def _packet(buffer: bytearray, begin: int) -> tuple[int, int] | None:
    """Where the body of a packet begins and ends; None as long as it is not whole.

    Raises:
        ValueError: it is none.
    """
    try:
        length, body = _number(buffer, begin + 1)
    except IndexError:
        return None
    return (body, body + length) if body + length <= len(buffer) else None


def _number(buffer: bytes | bytearray, begin: int) -> tuple[int, int]:
    """A number of variable length, and where it ends.

    Raises:
        IndexError: the buffer ends before it does.
        ValueError: it is none.
    """
    number = 0
    for place in range(_LONGEST_NUMBER):
        digit = buffer[begin + place]
        number |= (digit & 0x7F) << 7 * place
        if digit < 0x80:
            return number, begin + place + 1
    raise ValueError("The number is too long.")
