"""What a Home Assistant discovery message announces: the device, its topics, and where the values are.

Source: https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from data.ingest.decode.availability import Availability, availability
from data.ingest.decode.message import DeviceInfo, Value
from data.ingest.decode.payload import Json
from data.ingest.decode.presence import described
from data.ingest.decode.template import Path, read_template

_MOST = 200  # of anything in one announcement; a device has some dozens

# The abbreviations of what is used here.
_LONG = {
    "act": "action", "avty": "availability", "avty_mode": "availability_mode", "bat_lev": "battery_level",
    "bri": "brightness", "chrg": "charging", "clr_temp": "color_temp", "clrm": "color_mode",
    "cmps": "components", "curr_hum": "current_humidity", "curr_temp": "current_temperature",
    "dev": "device", "dev_cla": "device_class", "dir": "direction", "fanspd": "fan_speed", "fx": "effect",
    "hum": "target_humidity", "ids": "identifiers", "img": "image", "json_attr": "json_attributes",
    "l_ver": "latest_version", "mdl": "model", "mdl_id": "model_id", "mf": "manufacturer",
    "obj_id": "object_id", "osc": "oscillation", "p": "platform", "pct": "percentage",
    "pl_avail": "payload_available", "pl_home": "payload_home", "pl_not_avail": "payload_not_available",
    "pl_not_home": "payload_not_home", "pl_off": "payload_off", "pl_on": "payload_on",
    "pl_osc_off": "payload_oscillation_off", "pl_osc_on": "payload_oscillation_on", "pos": "position",
    "pow": "power", "pr_mode": "preset_mode", "sa": "suggested_area", "spd": "speed", "stat": "state",
    "stat_clsd": "state_closed", "stat_off": "state_off", "stat_on": "state_on", "sw": "sw_version",
    "temp": "temperature", "temp_hi": "temperature_high", "temp_lo": "temperature_low",
    "temp_unit": "temperature_unit", "unit_of_meas": "unit_of_measurement", "uniq_id": "unique_id",
    "val": "value", "whit_val": "white_value",
    "stat_closing": "state_closing", "stat_jammed": "state_jammed", "stat_locked": "state_locked",
    "stat_locking": "state_locking", "stat_open": "state_open", "stat_opening": "state_opening",
    "stat_stopped": "state_stopped", "stat_unlocked": "state_unlocked",
    "stat_unlocking": "state_unlocking",
}  # fmt: skip
_ENDS = (("_stat_t", "_state_topic"), ("_stat_tpl", "_state_template"), ("_state_tpl", "_state_template"),
         ("_val_tpl", "_value_template"), ("_cmd_t", "_command_topic"), ("_t", "_topic"),
         ("_tpl", "_template"))  # fmt: skip

_COMMANDS = re.compile(r".*command|set_.*")
_NO_STATES = frozenset(("latest_version", "image", "url", "entity_picture", "last_reset"))

# Components whose topic is called just that.
_TRIGGERS = frozenset(("device_automation", "tag"))
_PICTURES = frozenset(("camera", "image"))
_CLASSED = frozenset(("sensor", "binary_sensor", "number", "event", "update"))

# Components whose state is one of words, were it `off` or digits.
_WORDED = frozenset(("select", "text", "alarm_control_panel"))
_OWN_WORDS = {
    f"state_{word}": word
    for word in ("open", "opening", "closed", "closing", "stopped", "locked", "locking", "unlocked",
                 "unlocking", "jammed")
} | {"payload_home": "home", "payload_not_home": "not_home"}  # fmt: skip

# What is set, where a topic's name says only what it is of.
_SET = {
    "temperature": "target_temperature", "temperature_high": "target_temperature_high",
    "temperature_low": "target_temperature_low",
}  # fmt: skip

# Names that say nothing of what they carry.
_VAGUE = frozenset(("state", "value", "val", "status", "data", "sensor", "json"))

Role = Literal["state", "event", "attributes", "version", "command", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """What will be said on a topic."""

    topic: str  # may hold the wildcards of a subscription
    device: str  # what the topic names; the announcement may have a better name
    metric: str  # of attributes: what their names begin with
    object_id: str
    role: Role = "state"
    path: Path | None = ()  # into the JSON; (): the whole payload; None: by a template that is not read
    is_object: bool = False  # the payload is a JSON object, or a list
    unit: str | None = None
    device_class: str | None = None
    is_word: bool = False  # the value stays the text that it is
    words: tuple[tuple[str, Value], ...] = ()  # what it calls its states, in lower case, and what they are


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """All that one discovery message says."""

    entities: tuple[Entity, ...]
    availability: tuple[Availability, ...]
    device_id: str | None
    about: DeviceInfo  # of a device called by its name, which may be empty


def announced(component: str, object_id: str, said: Mapping[str, Json]) -> Announced:
    """What a discovery message announces; `component` may be `device`, which announces many."""
    config = _long(said)
    parts = tuple(islice(_parts(component, object_id, config, said.get("~")), _MOST))
    found = (entity for kind, name, part in parts for entity in _entities(kind, name, part))
    block = config.get("device")
    device = block if isinstance(block, dict) else {}
    ids = device.get("identifiers") or device.get("connections")
    return Announced(
        entities=tuple(dict.fromkeys(islice(found, _MOST))),
        availability=tuple(dict.fromkeys(one for *_, part in parts if (one := availability(part)))),
        device_id=_identity(ids), about=_about(device),
    )  # fmt: skip


def _parts(
    component: str, object_id: str, config: dict[str, Json], base: Json
) -> Iterator[tuple[str, str, dict[str, Json]]]:
    """Component, name and configuration of all that is announced."""
    if component != "device":
        yield component, object_id, config
        return
    parts = config.pop("components", None)
    shared = dict(islice(config.items(), _MOST))  # what all components share stands outside them
    for name, part in islice(parts.items(), _MOST) if isinstance(parts, dict) else ():
        own = _long({"~": base} | part) if isinstance(part, dict) else {}
        if own.keys() - {"platform"}:  # a platform alone takes the component back
            yield described(own.get("platform")) or "", name, shared | own


def _identity(ids: Json) -> str | None:
    while isinstance(ids, list):  # connections are lists of kind and address
        ids = ids[-1] if ids else None
    return described(ids)


def _about(device: Mapping[str, Json]) -> DeviceInfo:
    name, model, model_id = (described(device.get(key)) for key in ("name", "model", "model_id"))
    if model and model_id and model_id not in model:
        model = f"{model} ({model_id})"
    return DeviceInfo(
        device=name or "", label=name, manufacturer=described(device.get("manufacturer")),
        model=model or model_id, firmware=described(device.get("sw_version")),
        area=described(device.get("suggested_area")),
    )  # fmt: skip


def _long(said: Mapping[str, Json]) -> dict[str, Json]:
    base = said.get("~")
    return {_long_key(key): _whole(key, item, base) for key, item in said.items() if key != "~"}


def _long_key(key: str) -> str:
    for short, long in _ENDS:
        if key.endswith(short) or key == short[1:]:
            stem = key.removesuffix(short) if key.endswith(short) else ""
            return f"{_LONG.get(stem, stem)}{long}".lstrip("_")
    return _LONG.get(key, key)


def _whole(key: str, item: Json, base: Json) -> Json:
    """A member with `~` put in and its own members named in full."""
    if isinstance(item, dict) and key not in ("components", "cmps"):
        return {_long_key(name): _whole(name, one, base) for name, one in item.items()}
    if isinstance(item, list):
        return [_whole(key, one, base) for one in item]
    if isinstance(item, str) and isinstance(base, str) and _long_key(key).endswith("topic"):
        return re.sub(r"^~|~$", lambda _: base, item)
    return item


def _entities(component: str, object_id: str, config: Mapping[str, Json]) -> Iterator[Entity]:
    for key, topic in config.items():
        stem = key.removesuffix("_topic") if key != "topic" else ""
        role = _role(component, stem) if stem != key else None
        if role is not None and isinstance(topic, str) and topic:
            yield _entity(component, object_id, config, stem, role, topic)


def _entity(
    component: str, object_id: str, config: Mapping[str, Json], stem: str, role: Role, topic: str
) -> Entity:
    part = "" if stem in ("", "state") else stem.removesuffix("_state")
    path = _path(component, config, stem, part)
    is_object = path != () or role in ("attributes", "version", "event") or config.get("schema") == "json"
    kind = described(config.get("device_class")) if component in _CLASSED and not part else None
    metric = _SET.get(part, part) or _metric(topic, path, kind, object_id)
    return Entity(
        topic=topic, device=device_of_topic(topic, whole=not is_object), object_id=object_id, role=role,
        metric="" if role == "attributes" else metric, path=path, is_object=is_object,
        unit=_unit(component, config, part), device_class=kind,
        is_word=(component in _WORDED and not part) or kind == "enum", words=_words(config, part),
    )  # fmt: skip


def _role(component: str, stem: str) -> Role | None:
    """What is said on a topic of an announcement; None when it is said elsewhere too."""
    if stem == "json_attributes":
        return "attributes"
    if _COMMANDS.fullmatch(stem):
        return "command"
    if stem == "availability":
        return None
    if component in _PICTURES or stem in _NO_STATES:
        return "other"
    if component == "update":
        return "version"
    if component == "event" or component in _TRIGGERS:
        return "event"
    return "state" if stem else None


def _path(component: str, config: Mapping[str, Json], stem: str, part: str) -> Path | None:
    if stem == "json_attributes":
        names: tuple[str, ...] = ("json_attributes_template",)
    elif part:
        names = (f"{stem}_template", f"{part}_template", f"{part}_value_template")
        if component in ("climate", "water_heater"):  # there it is for every topic without its own
            names = (*names, "value_template")
    else:
        names = ("value_template", "state_value_template", "state_template")
    for name in names:
        template = config.get(name)
        if isinstance(template, str) and template.strip():
            return read_template(template)
    return ()


def _metric(topic: str, path: Path | None, kind: str | None, object_id: str) -> str:
    if path and path[-1].lower() not in _VAGUE:
        return "/".join(path)
    if kind:
        return kind
    last = topic.rsplit("/", 1)[-1]
    return last if last and last.lower() not in _VAGUE and last not in ("#", "+") else object_id


def _unit(component: str, config: Mapping[str, Json], part: str) -> str | None:
    if component in ("climate", "water_heater"):
        return described(config.get("temperature_unit")) if "temperature" in part else None
    return described(config.get("unit_of_measurement")) if not part else None


def _words(config: Mapping[str, Json], part: str) -> tuple[tuple[str, Value], ...]:
    """What the entity calls on and off, and its other states where they are not called by their names."""
    words = {str(config[key]).lower(): word for key, word in _OWN_WORDS.items() if key in config}
    name, default = ("oscillation_", "oscillate_{}") if part == "oscillation" else ("", "{}")
    on, off = (_word(config, f"{name}{side}", default.format(side)) for side in ("on", "off"))
    return (*words.items(), (on.lower(), True), (off.lower(), False))


def _word(config: Mapping[str, Json], side: str, default: str) -> str:
    word = config.get(f"state_{side}", config.get(f"payload_{side}"))
    return str(word) if isinstance(word, (str, int, float)) else default


def device_of_topic(topic: str, *, whole: bool) -> str:
    """The device that a state topic names.

    Args:
        topic: The state topic.
        whole: It carries one value, which its last level names.
    """
    levels = [level for level in topic.split("/") if level]
    levels = [level for level in levels if level not in ("#", "+")] or levels
    if levels[0:1] == ["homeassistant"] and len(levels) > 3:
        levels = levels[2:]
    if len(levels) > 1 and (whole or levels[-1].lower() in _VAGUE):
        levels.pop()
    return "/".join(levels) or topic
