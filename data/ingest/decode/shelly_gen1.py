"""Shelly's first generation: one value a topic, `shellies/<id>/<component>/<channel>`.

Its own topics say what a device is (`announce`, `info`) and whether it is there (`online`).

Source: https://shelly-api-docs.shelly.cloud/gen1/#mqtt-support
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from data.ingest.decode.message import Decoded, DeviceInfo, Kind, Message, Reading, Value
from data.ingest.decode.payload import Json, is_json, parse_json, parse_state, text, time_of, values
from data.ingest.decode.presence import described, is_present, says_something

FIRST_GENERATION = re.compile(r"/*shellies/.*", re.DOTALL)

_NAME = "shelly"
_COMMANDS = frozenset(("command", "set"))
_KINDS: dict[str, Kind] = {"settings": "metadata", "act_reasons": "metadata", "log": "log"}
_TEXTS = frozenset(("state", "mode", "event", "direction"))

# What an object holds that is no value: the device's own state, settings, names and clocks.
_NO_VALUES = frozenset(
    (
        "hwID", "timestamp", "unixtime", "time", "serial", "mac", "ip", "id", "transition", "schedule",
        "schedule_profile", "uptime", "ram_total", "ram_free", "fs_size", "fs_free", "cfg_changed_cnt",
        "wifi_sta", "cloud", "mqtt", "update", "actions_stats", "has_update", "has_timer", "timer_started",
        "timer_duration", "timer_remaining", "tF", "units",
    )
)  # fmt: skip

# What a sensor that cannot be read states as a temperature.
_NO_PROBE = 999.0

# A contact says `close`, and no more than these two.
_CONTACT = {"open": True, "close": False}


def decode_first_generation(message: Message) -> Decoded | None:
    """What the message says; None when it is not below `shellies`.

    Raises:
        DecodeError: the payload is broken.
    """
    root, *levels = [level for level in message.topic.split("/") if level] or [""]
    if root != "shellies" or not levels:
        return None
    device, *parts = levels
    if not parts and device == "announce":
        return _about(None, "announce", text(message.payload))
    if _COMMANDS & {device, *parts}:
        return Decoded(convention=_NAME, kind="command")
    if not parts:
        said = text(message.payload)
        return _object(device, "", said, "telemetry") if is_json(said) else None
    if parts[0] in ("announce", "info"):
        return _about(device, parts[0], text(message.payload))
    if parts == ["online"]:
        online = is_present(text(message.payload))
        told = () if online is None else (DeviceInfo(device=device, online=online),)
        return Decoded(convention=_NAME, kind="status", devices=told)
    if parts[-1] in _KINDS:
        return Decoded(convention=_NAME, kind=_KINDS[parts[-1]])
    return _values(device, "/".join(parts), text(message.payload))


def _values(device: str, metric: str, said: str) -> Decoded:
    kind: Kind = "event" if metric.startswith(("input_event", "longpush")) else "telemetry"
    if is_json(said):
        return _object(device, f"{metric}/", said, kind)
    if metric == "sensor/state" and said in _CONTACT:
        return _one(device, metric, _CONTACT[said], None, kind)
    value, unit = parse_state(said)
    if value is None or (value == _NO_PROBE and "temperature" in metric):
        return Decoded(convention=_NAME, kind="invalid-value" if said else "empty")
    return _one(device, metric, value, unit, kind)


def _object(device: str, begin: str, said: str, kind: Kind) -> Decoded:
    """All that an object says; on the device's own topic it may be late, and states its time."""
    stated = parse_json(said)
    at = time_of(stated) if isinstance(stated, dict) and not begin else None
    readings = tuple(
        Reading(device=device, metric=f"{begin}{path}", value=value, at=at)
        for path, value in values(stated, texts=_TEXTS, leave=_NO_VALUES)
    )
    return Decoded(convention=_NAME, kind=kind if readings else "metadata", readings=readings)


def _one(device: str, metric: str, value: Value, unit: str | None, kind: Kind) -> Decoded:
    reading = Reading(device=device, metric=metric, value=value, unit=unit)
    return Decoded(convention=_NAME, kind=kind, readings=(reading,))


def _about(device: str | None, topic: str, said: str) -> Decoded:
    """What a device announces when it starts, or its whole state, which names its firmware."""
    stated = parse_json(said) if is_json(said) else None
    if not isinstance(stated, dict):
        return Decoded(convention=_NAME, kind="metadata")
    name = device or described(stated.get("id"))
    update = stated.get("update")
    running = update.get("old_version") if isinstance(update, dict) else None
    told = info_of(name or "", stated, running)
    kind: Kind = "discovery" if topic == "announce" else "metadata"
    return Decoded(convention=_NAME, kind=kind, devices=(told,) if name and says_something(told) else ())


def info_of(device: str, stated: Mapping[str, Json], *firmware: Json) -> DeviceInfo:
    """What an announcement of any generation says."""
    return DeviceInfo(
        device=device, label=described(stated.get("name")), model=described(stated.get("model")),
        firmware=described(stated.get("ver"), stated.get("fw_ver"), stated.get("fw_id"), *firmware),
    )  # fmt: skip
