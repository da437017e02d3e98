"""MQTT messages become readings: one convention a file, pure, without a clock.

A convention says what a message means; what no reading may be, whichever convention it came by, is
checked here once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from data.errors import DecodeError
from data.ingest.decode.aws_shadow import AwsShadow
from data.ingest.decode.azure import Azure
from data.ingest.decode.chirpstack import ChirpStack
from data.ingest.decode.esphome import EspHome
from data.ingest.decode.homeassistant import HomeAssistant
from data.ingest.decode.homie import Homie
from data.ingest.decode.json_topics import JsonTopics
from data.ingest.decode.memory import Memory
from data.ingest.decode.message import (
    ByTopic,
    Convention,
    Decoded,
    DeviceInfo,
    Kind,
    Message,
    Place,
    Reading,
    Request,
    Value,
)
from data.ingest.decode.opcua import OpcUa
from data.ingest.decode.payload import EARLIEST, MAX_BYTES, NO_ZONE
from data.ingest.decode.plain_path import PlainPath
from data.ingest.decode.senml import SenML
from data.ingest.decode.shelly import Shelly
from data.ingest.decode.sparkplug import SparkplugB
from data.ingest.decode.tasmota import Tasmota
from data.ingest.decode.the_things_stack import TheThingsStack
from data.ingest.decode.thingsboard import ThingsBoard
from data.ingest.decode.victron import Victron
from data.ingest.decode.zigbee2mqtt import Zigbee2Mqtt
from data.settings import Settings

__all__ = [
    "Convention",
    "Decoded",
    "Decoder",
    "DeviceInfo",
    "Kind",
    "Message",
    "Place",
    "Reading",
    "Request",
    "Value",
    "conventions",
]

MAX_READINGS = 5_000  # the birth of a large Sparkplug node
MAX_NAME = 255  # characters; far longer ones do not fit the store's index
MAX_TEXT = 1_024  # characters
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_CLOCK_TOLERANCE = timedelta(minutes=10)


def conventions(settings: Settings) -> list[Convention]:
    """Every convention, the most particular first.

    Raises:
        BadSettings: a topic template cannot be used.
    """
    announced: list[Convention] = [Zigbee2Mqtt(), Tasmota(), Shelly(), EspHome()]
    return [
        JsonTopics(settings.json_topics),
        SparkplugB(),
        ChirpStack(),
        TheThingsStack(),
        ThingsBoard(),
        AwsShadow(),
        HomeAssistant(announced),
        *announced,
        Homie(),
        Victron(),
        # Those from here on are known by their payload, on any topic.
        OpcUa(),
        Azure(),
        SenML(),
        PlainPath(),
    ]


class Decoder:
    """Asks conventions in order and vouches for what they answer; one a tenant, as conventions remember.

    Args:
        conventions: In the order in which they are asked.
        zone: Of device times that state none; None leaves them in `NO_ZONE`.
    """

    def __init__(self, conventions: Sequence[Convention], *, zone: ZoneInfo | None = None) -> None:
        self._conventions = conventions
        self._zone = zone
        self._by_topic: Memory[str, tuple[Convention, ...]] = Memory()

    def decode(self, message: Message) -> Decoded:
        """What a message says.

        Raises:
            DecodeError: it should give a reading and cannot; the sentence says why.
        """
        if len(message.payload) > MAX_BYTES:
            raise DecodeError(f"The payload is larger than {MAX_BYTES // 1024} KiB.")
        for convention in self._concerned(message.topic):
            decoded = convention.decode(message)
            if decoded is not None:
                if self._zone is not None:
                    decoded = _in_zone(decoded, self._zone, message.received_at)
                _check(decoded, message.received_at)
                return _presentable(decoded)
        raise DecodeError("No convention knows this topic.")

    def _concerned(self, topic: str) -> tuple[Convention, ...]:
        """The conventions that may know a topic; devices say much on few topics, so it is remembered."""
        found = self._by_topic.get(topic)
        if found is None:
            found = self._by_topic[topic] = tuple(one for one in self._conventions if _may_know(one, topic))
        return found


def _may_know(convention: Convention, topic: str) -> bool:
    return not isinstance(convention, ByTopic) or any(one.fullmatch(topic) for one in convention.topics)


def _in_zone(decoded: Decoded, zone: ZoneInfo, received_at: datetime) -> Decoded:
    """The readings with their times in a zone, where they state none."""
    if not any(reading.at is not None and reading.at.tzinfo is NO_ZONE for reading in decoded.readings):
        return decoded
    readings = (replace(reading, at=_zoned(reading.at, zone, received_at)) for reading in decoded.readings)
    return replace(decoded, readings=tuple(readings))


def _zoned(at: datetime | None, zone: ZoneInfo, received_at: datetime) -> datetime | None:
    if at is None or at.tzinfo is not NO_ZONE:
        return at
    told = at.replace(tzinfo=zone).astimezone(UTC)
    # Out of the future nothing comes: the device lives in another zone, and its arrival is the better time.
    return told if told <= received_at + _CLOCK_TOLERANCE else None


def _check(decoded: Decoded, received_at: datetime) -> None:
    if len(decoded.readings) > MAX_READINGS:
        raise DecodeError(f"The message holds more than {MAX_READINGS:,} values.")
    for reading in decoded.readings:
        _check_name(reading.device, "device")
        _check_name(reading.metric, "metric")
        if reading.unit is not None:
            _check_name(reading.unit, "unit")
        _check_value(reading.value)
        if reading.at is not None:
            _check_time(reading.at, received_at)


def _presentable(decoded: Decoded) -> Decoded:
    """Without words that cannot be shown: a bad label must not cost the readings."""
    if any(one.device_class is not None and not _is_name(one.device_class) for one in decoded.readings):
        readings = (replace(one, device_class=_kept(one.device_class)) for one in decoded.readings)
        decoded = replace(decoded, readings=tuple(readings))
    if decoded.devices:
        told = (_told(info) for info in decoded.devices[:MAX_READINGS] if _is_name(info.device))
        decoded = replace(decoded, devices=tuple(info for info in told if _says_anything(info)))
    return decoded


def _told(info: DeviceInfo) -> DeviceInfo:
    return replace(
        info, label=_kept(info.label), manufacturer=_kept(info.manufacturer), model=_kept(info.model),
        firmware=_kept(info.firmware), area=_kept(info.area),
    )  # fmt: skip


def _kept(word: str | None) -> str | None:
    stripped = word.strip() if word else ""
    return stripped if _is_name(stripped) else None


def _says_anything(info: DeviceInfo) -> bool:
    return (
        any((info.label, info.manufacturer, info.model, info.firmware, info.area)) or info.online is not None
    )


def _is_name(name: str) -> bool:
    # NUL and lone surrogates, which the store cannot hold, are not printable either.
    return 0 < len(name) <= MAX_NAME and name.isprintable()


def _check_name(name: str, what: str) -> None:
    if not _is_name(name):
        raise DecodeError(f"The {what}'s name is empty, longer than {MAX_NAME} characters or not printable.")


def _check_value(value: Value) -> None:
    if isinstance(value, str):
        if len(value) > MAX_TEXT or not value.isprintable():
            raise DecodeError(f"The text is longer than {MAX_TEXT:,} characters or not printable.")
    elif not math.isfinite(value):
        raise DecodeError("The number is too large.")


def _check_time(at: datetime, received_at: datetime) -> None:
    if not EARLIEST <= at < _LATEST:
        raise DecodeError("The message's time is not in the years 2001 to 2199.")
    if at > received_at + _CLOCK_TOLERANCE:
        raise DecodeError("The message's time is more than 10 minutes in the future.")
