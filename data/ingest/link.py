"""The link to the broker: the one module of the ingest that knows paho.

The broker keeps the session: what it has sent and we have not acknowledged comes again after a
reconnect, so a message is acknowledged once it is committed. Callbacks do nothing but enqueue, into a
queue that is bounded.
"""

from __future__ import annotations

import itertools
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

import paho.mqtt.client as paho
import structlog
from paho.mqtt.client import ConnectFlags, DisconnectFlags
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from data import mqtt
from data.ingest.bulk_client import BulkClient
from data.ingest.decode.payload import MAX_BYTES
from data.ingest.delivery import Delivery
from data.ingest.fair_queue import FairQueue

log = structlog.get_logger(__name__)

# Messages that may be under way without an acknowledgement. What is committed then and not yet acknowledged
# comes again after a kill, so it is no larger than it has to be for batches to follow one another.
WINDOW = 4_000
_QUEUE_MESSAGES = 10_000  # of QoS 0, which knows no window
_QUEUE_BYTES = 64 * 1024 * 1024
_ROOM_WAIT_S = 5.0  # well below the keep-alive: the network thread waits this long for room in the queue
_SESSION_S = 7 * 24 * 3_600
_TAKEN_OVER = 0x8E
# mosquitto 2.0.11 does not say that a session was taken over, but so many brief connections in a row do.
_BRIEF_LIMIT, _BRIEF_S = 3, 10.0
_RETAINED_ALWAYS = 0  # what devices announced is remembered by this process alone


class Link:
    """A persistent session on the broker that heals by itself. `receive` belongs to one thread."""

    def __init__(self, address: mqtt.Address, *, client_id: str, topics: Sequence[str]) -> None:
        self._address = address
        self._client_id = client_id
        self._topics = topics
        self._lock = threading.RLock()  # over all that follows, and of both conditions
        self._arrived = threading.Condition(self._lock)
        self._taken = threading.Condition(self._lock)
        self._queue = FairQueue()
        self._enough = 1  # messages that are waited for
        self._unacknowledged: dict[int, datetime] = {}  # by number, oldest first
        self._done: dict[int, Delivery] = {}  # of those, the ones that wait for an older one
        self._numbers = itertools.count()
        self._connection = 0  # grows with every connection and every loss of one
        self._said: tuple[bool, str] | None = None
        self._connected_at = 0.0  # on the monotonic clock
        self._brief = 0  # connections in a row that did not last
        self._dropping = False
        self._stopping = False
        self._network: threading.Thread | None = None
        self._client = BulkClient(client_id, on_delivery=self._on_delivery)
        mqtt.set_up(self._client, address)
        self._client.on_pre_connect = self._on_pre_connect
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe

    def start(self) -> None:
        """Connect in the background, and again whenever the connection is lost."""
        mqtt.connect(self._client, self._address, session_s=_SESSION_S, receive_maximum=WINDOW)

    def stop(self) -> None:
        """Disconnect; the broker keeps what comes meanwhile."""
        with self._lock:
            self._stopping = True
            self._taken.notify()
        self._client.disconnect()
        self._client.loop_stop()
        self._said = None

    @property
    def connected(self) -> bool:
        """Whether messages can come."""
        return self._said is not None and self._said[0] and not self._network_died()

    @property
    def oldest_unacknowledged_at(self) -> datetime | None:
        """When the oldest message arrived that is not acknowledged yet; None when all are."""
        with self._lock:
            return next(iter(self._unacknowledged.values()), None)

    @property
    def queued(self) -> int:
        """How many messages wait to be taken."""
        return len(self._queue)

    @property
    def full(self) -> bool:
        """Whether messages at QoS 0 are lost."""
        return self._is_full(_QUEUE_MESSAGES)

    def receive(self, max_messages: int, wait_s: float) -> list[Delivery]:
        """The messages of the next `wait_s`, sooner when there are `max_messages`."""
        if self._network_died():
            log.error("mqtt link", up=False, reason="the network thread ended; connecting anew")
            self.start()
        with self._lock:
            self._enough = max_messages
            self._arrived.wait_for(lambda: len(self._queue) >= max_messages, timeout=wait_s)
            taken = self._queue.take(max_messages)
            self._taken.notify()
            return taken

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None:
        """Tell the broker that these are done with, in the order in which it sent them.

        Those of an earlier connection are left out: their numbers mean other messages by now, and the
        broker sends them again. So are those that were acknowledged before.
        """
        with self._lock:
            self._done.update((one.number, one) for one in deliveries if one.number in self._unacknowledged)
            self._client.acknowledge(
                delivery.mid
                for delivery in self._done_in_order()
                if delivery.qos and delivery.connection == self._connection
            )
            self._taken.notify()

    def _done_in_order(self) -> Iterator[Delivery]:
        # A list, as the first of a dictionary is the slower to find the more were removed before it.
        for number in list(self._unacknowledged):
            delivery = self._done.pop(number, None)
            if delivery is None:
                return
            del self._unacknowledged[number]
            yield delivery

    def ask(self, topic: str, payload: bytes) -> None:
        """Ask a device for something; a link that is down forgets it, as the device will be heard again."""
        if self.connected:
            self._client.publish(topic, payload, qos=0)

    def _network_died(self) -> bool:
        # paho's own is_connected() stays true then.
        return self._network is not None and not self._network.is_alive()

    def _say(self, up: bool, reason: str) -> None:
        if self._said != (up, reason):
            self._said = (up, reason)
            (log.info if up else log.warning)("mqtt link", up=up, broker=str(self._address), reason=reason)

    def _on_pre_connect(self, _client: paho.Client, _userdata: object) -> None:
        self._network = threading.current_thread()

    def _on_connect(
        self,
        client: paho.Client,
        _userdata: object,
        flags: ConnectFlags,
        reason: ReasonCode,
        _: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._say(False, f"the broker refuses the connection: {reason}")
            return
        with self._lock:
            self._connection += 1
            if flags.session_present:
                self._forget_queued()
        self._connected_at = time.monotonic()
        mqtt.spread_reconnects(client)
        # At QoS 2, what is not acknowledged would be lost at a reconnect.
        options = SubscribeOptions(qos=1, retainHandling=_RETAINED_ALWAYS)
        client.subscribe([(topic, options) for topic in self._topics])
        self._say(True, "connected")

    def _forget_queued(self) -> None:
        """Drop what waits unread from an earlier connection: the session sends it again."""
        for delivery in self._queue.remove(lambda delivery: delivery.qos > 0):
            self._unacknowledged.pop(delivery.number, None)

    def _on_connect_fail(self, _client: paho.Client, _userdata: object) -> None:
        self._brief = 0  # who takes a session over leaves the broker reachable
        # paho calls this while it handles the error, which it does not hand on.
        self._say(False, f"the broker cannot be reached: {sys.exception()}")

    def _on_disconnect(
        self,
        client: paho.Client,
        _userdata: object,
        _: DisconnectFlags,
        reason: ReasonCode,
        __: Properties | None,
    ) -> None:
        with self._lock:
            self._connection += 1
        if not reason.is_failure or not self.connected:
            return
        self._brief = self._brief + 1 if time.monotonic() - self._connected_at < _BRIEF_S else 0
        if reason.value == _TAKEN_OVER or self._brief >= _BRIEF_LIMIT:
            # At once, the two would throw each other out several times a second.
            mqtt.spread_reconnects(client, least_s=15)
            self._say(
                False,
                f"another client seems to use the id {self._client_id!r}; "
                "give each ingest its own CLERESTORY_MQTT_CLIENT_ID",
            )
        else:
            self._say(False, f"the connection ended: {reason}")

    def _on_subscribe(
        self,
        _client: paho.Client,
        _userdata: object,
        _mid: int,
        codes: list[ReasonCode],
        _: Properties | None,
    ) -> None:
        for topic, code in zip(self._topics, codes, strict=False):
            if code.is_failure:
                log.error("subscription refused", topic=topic, reason=str(code))

    def _on_delivery(self, name: bytes, payload: bytes, retain: bool, mid: int, qos: int) -> None:
        try:
            topic = name.decode()
        except UnicodeDecodeError:  # no broker may send such a topic, and no table can hold it
            self._client.acknowledge([mid] if qos else [])
            return
        with self._lock:
            if not self._has_room_for(qos):
                return
            delivery = Delivery(
                topic=topic,
                payload=payload[: MAX_BYTES + 1],
                retain=retain,
                received_at=datetime.now(UTC),
                number=next(self._numbers),
                connection=self._connection,
                mid=mid,
                qos=qos,
            )
            self._queue.put(delivery)
            self._unacknowledged[delivery.number] = delivery.received_at
            if len(self._queue) >= self._enough:
                self._arrived.notify()

    def _has_room_for(self, qos: int) -> bool:
        """Whether to take a message; one at QoS 1 waits for room, and is taken in the end."""
        if qos and not self._is_full(WINDOW):
            return True
        if qos:
            # mosquitto 2.0.11 sends ever more than the window while it is acknowledged bit by bit. The
            # rest has to wait in the broker: memory stays flat, whatever the backlog.
            self._taken.wait_for(lambda: self._stopping or not self._is_full(WINDOW), timeout=_ROOM_WAIT_S)
            return True
        full = self._is_full(_QUEUE_MESSAGES)
        if full != self._dropping:
            self._dropping = full
            log.warning("queue", full=full, reason="messages at QoS 0 are lost while it is; send at QoS 1")
        return not full

    def _is_full(self, messages: int) -> bool:
        return len(self._unacknowledged) >= messages or self._queue.size >= _QUEUE_BYTES
