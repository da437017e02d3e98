"""Where the MQTT broker is, and a client for it; the password shows in no message."""

from __future__ import annotations

import random
import ssl
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from data.errors import BadSettings

_CONNECT_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Address:
    """A broker and the account to use there."""

    host: str
    port: int
    tls: bool
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> Address:
        """The address in `mqtt[s]://account:password@host:port`.

        Raises:
            BadSettings: it is none.
        """
        parts = urlsplit(url)
        try:
            host, port, tls = parts.hostname, parts.port, parts.scheme == "mqtts"
        except ValueError as error:  # its message would repeat part of a secret
            raise BadSettings("CLERESTORY_MQTT_URL: the port must be a number from 1 to 65535.") from error
        if not host or parts.scheme not in ("mqtt", "mqtts"):
            raise BadSettings("CLERESTORY_MQTT_URL: must be mqtt://account:password@host:port.")
        username, password = parts.username, parts.password
        return cls(
            host, port or (8883 if tls else 1883), tls,
            None if username is None else unquote(username),
            None if password is None else unquote(password),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"


def new_client(address: Address, client_id: str) -> paho.Client:
    """A client that is not connected yet: MQTT 5, encrypted for `mqtts`, and reconnecting by itself."""
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=paho.MQTTv5)
    set_up(client, address)
    return client


def set_up(client: paho.Client, address: Address) -> None:
    """Give a client that is not connected yet what it needs at an address."""
    client.connect_timeout = _CONNECT_TIMEOUT_S
    # paho's thread ends at an exception in a callback and still says that it is connected.
    client.suppress_exceptions = True
    if address.username is not None:
        client.username_pw_set(address.username, address.password)
    if address.tls:
        client.tls_set_context(ssl.create_default_context())
    spread_reconnects(client)


def connect(client: paho.Client, address: Address, *, session_s: int, receive_maximum: int) -> None:
    """Connect in the background, again and again; the broker keeps the session this long."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = session_s
    properties.ReceiveMaximum = receive_maximum
    client.connect_async(
        address.host, address.port, keepalive=30, clean_start=session_s == 0, properties=properties
    )
    client.loop_start()


def spread_reconnects(client: paho.Client, *, least_s: int = 1) -> None:
    """Choose the delays of the next outage at random: paho doubles them, but knows no jitter."""
    client.reconnect_delay_set(random.randint(least_s, 3 * least_s), random.randint(10, 20) + 3 * least_s)
