"""What publishes on this machine: one client, QoS 1, a bounded number of messages under way."""

from __future__ import annotations

import sys
import threading

import paho.mqtt.client as paho
import structlog
from paho.mqtt.client import ConnectFlags, DisconnectFlags
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from data import mqtt

log = structlog.get_logger(__name__)

_UNDER_WAY = 1_000
_SESSION_S = 3_600  # what is under way survives a connection


class Publisher:
    """Publishes, waits while the broker is away and says so once."""

    def __init__(self, address: mqtt.Address, *, client_id: str) -> None:
        self.refused: str | None = None  # why the broker took a message and threw it away, if it ever did
        self._address = address
        self._up: bool | None = None
        self._connected = threading.Event()
        self._room = threading.BoundedSemaphore(_UNDER_WAY)
        self._client = mqtt.new_client(address, client_id)
        self._client.max_inflight_messages_set(_UNDER_WAY)
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = self._on_publish

    def start(self) -> None:
        """Connect in the background, and again whenever the connection is lost."""
        mqtt.connect(self._client, self._address, session_s=_SESSION_S, receive_maximum=1)

    def stop(self) -> None:
        """Disconnect. What is still under way is given up."""
        self._client.disconnect()
        self._client.loop_stop()

    def wait_connected(self, timeout_s: float) -> bool:
        """Whether there is a connection, now or within the time."""
        return self._connected.wait(timeout_s)

    def publish(self, topic: str, payload: str, stop: threading.Event) -> bool:
        """Hand a message to the broker as soon as there is room; False when `stop` was set first."""
        while not self._room.acquire(timeout=0.2):
            if stop.is_set():
                return False
        self._client.publish(topic, payload, qos=1)
        return True

    def drain(self, stop: threading.Event) -> bool:
        """Wait until the broker has acknowledged everything; False when `stop` was set first."""
        for _ in range(_UNDER_WAY):
            while not self._room.acquire(timeout=0.2):
                if stop.is_set():
                    return False
        for _ in range(_UNDER_WAY):
            self._room.release()
        return True

    def _say(self, up: bool, reason: str) -> None:
        if up != self._up:
            self._up = up
            (log.info if up else log.warning)("broker", up=up, address=str(self._address), reason=reason)

    def _on_connect(
        self,
        client: paho.Client,
        _userdata: object,
        _: ConnectFlags,
        reason: ReasonCode,
        __: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._say(False, f"it refuses the connection: {reason}; trying again")
            return
        mqtt.spread_reconnects(client)
        self._connected.set()
        self._say(True, "connected")

    def _on_connect_fail(self, _client: paho.Client, _userdata: object) -> None:
        # paho calls this while it handles the error, which it does not hand on.
        self._say(False, f"it cannot be reached ({sys.exception()}); trying again")

    def _on_disconnect(
        self,
        _client: paho.Client,
        _userdata: object,
        _: DisconnectFlags,
        reason: ReasonCode,
        __: Properties | None,
    ) -> None:
        self._connected.clear()
        if reason.is_failure:
            self._say(False, f"the connection ended ({reason}); trying again")

    def _on_publish(
        self, _client: paho.Client, _userdata: object, _mid: int, reason: ReasonCode, _: Properties | None
    ) -> None:
        if reason.is_failure and self.refused is None:
            self.refused = str(reason)
        self._room.release()
