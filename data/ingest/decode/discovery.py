"""What a Home Assistant discovery message announces: state topics, units, and where the values are.

Templates are read, never evaluated: a path into `value_json` or `value`, through filters that leave the
value what it is. Any other template is one whose value is not known here.

Source: https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from data.ingest.decode.payload import Json

Path = tuple[str, ...]

_MOST = 200  # of anything in one announcement; a device has some dozens

# The abbreviations of what is used here.
_LONG = {
    "act": "action", "avty": "availability", "bri": "brightness", "clr_temp": "color_temp",
    "cmps": "components", "curr_hum": "current_humidity", "curr_temp": "current_temperature",
    "dev": "device", "dev_cla": "device_class", "fx": "effect", "hum": "humidity", "ids": "identifiers",
    "json_attr": "json_attributes", "obj_id": "object_id", "osc": "oscillation", "p": "platform",
    "pct": "percentage", "pl_off": "payload_off", "pl_on": "payload_on", "pos": "position",
    "pr_mode": "preset_mode", "stat": "state", "stat_off": "state_off", "stat_on": "state_on",
    "swing_mode": "swing_mode", "temp": "temperature", "temp_hi": "temperature_high",
    "temp_lo": "temperature_low", "temp_unit": "temperature_unit", "unit_of_meas": "unit_of_measurement",
    "uniq_id": "unique_id", "val": "value",
}  # fmt: skip
_ENDS = (("_stat_t", "_state_topic"), ("_stat_tpl", "_state_template"), ("_state_tpl", "_state_template"),
         ("_val_tpl", "_value_template"), ("_cmd_t", "_command_topic"), ("_t", "_topic"),
         ("_tpl", "_template"))  # fmt: skip

# Topics of an announcement that carry no state.
_NO_STATES = re.compile(
    r".*command|set_.*|availability|json_attributes|latest_version|image|url|entity_picture"
)

_TEMPLATE = re.compile(
    r"\{\{-?\s*(?P<root>value_json|value)"
    r"(?P<path>(?:\.\w+|\[\d+\]|\['[^'\]]+'\]|\[\"[^\"\]]+\"\])*)"
    r"\s*(?P<filters>(?:\|\s*\w+(?:\([^()|{}]*\))?\s*)*)-?\}\}"
)
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]|\['([^'\]]+)'\]|\[\"([^\"\]]+)\"\]")
_FILTER = re.compile(r"\|\s*(\w+)")
_HARMLESS = frozenset(
    ("float", "int", "round", "default", "string", "is_defined", "upper", "lower", "title", "trim", "tojson")
)

# Names that say nothing of what they carry.
_VAGUE = frozenset(("state", "value", "val", "status", "data", "sensor", "json"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One value that will be said on a topic."""

    topic: str
    device: str  # what the topic names; the announcement may have a better name
    metric: str
    object_id: str
    path: Path | None = ()  # into the JSON; (): the whole payload; None: by a template that is not read
    unit: str | None = None
    on: str = "ON"
    off: str = "OFF"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """All that one discovery message says."""

    entities: tuple[Entity, ...]
    availability: tuple[str, ...]  # topics
    device_id: str | None
    device_name: str | None


def announced(component: str, object_id: str, said: Mapping[str, Json]) -> Announced:
    """What a discovery message announces; `component` may be `device`, which announces many."""
    config = _long(said)
    entities = islice(_of_all(component, object_id, config, said.get("~")), _MOST)
    described = config.get("device")
    device = described if isinstance(described, dict) else {}
    ids = device.get("identifiers")
    return Announced(
        entities=tuple(dict.fromkeys(entities)), availability=tuple(islice(_availability(config), _MOST)),
        device_id=_text(ids[0] if isinstance(ids, list) and ids else ids),
        device_name=_text(device.get("name")),
    )  # fmt: skip


def _of_all(component: str, object_id: str, config: dict[str, Json], base: Json) -> Iterator[Entity]:
    if component != "device":
        yield from _entities(object_id, config)
        return
    parts = config.pop("components", None)
    shared = dict(islice(config.items(), _MOST))  # what all components share stands outside them
    for name, part in islice(parts.items(), _MOST) if isinstance(parts, dict) else ():
        if isinstance(part, dict):
            yield from _entities(name, shared | _long({"~": base} | part))


def read_template(template: str) -> Path | None:
    """The path that a template reads, () for the whole payload, None when it does more than that."""
    match = _TEMPLATE.fullmatch(template.strip())
    if match is None or (match["root"] == "value" and match["path"]):
        return None
    if not _HARMLESS.issuperset(_FILTER.findall(match["filters"])):
        return None
    return tuple("".join(step) for step in _STEP.findall(match["path"]))


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


def _availability(config: Mapping[str, Json]) -> Iterator[str]:
    several = config.get("availability")
    for stated in (config, *(several if isinstance(several, list) else [several])):
        topic = stated.get("availability_topic", stated.get("topic")) if isinstance(stated, Mapping) else None
        if isinstance(topic, str) and topic:
            yield topic


def _entities(object_id: str, config: Mapping[str, Json]) -> Iterator[Entity]:
    for key, topic in config.items():
        stem = key.removesuffix("_topic")
        if stem == key or _NO_STATES.fullmatch(stem) or not isinstance(topic, str) or not topic:
            continue
        part = stem.removesuffix("_state") if stem != "state" else ""
        path = _path(config, stem, part)
        yield Entity(
            topic=topic, device=device_of_topic(topic, whole=not path), object_id=object_id,
            metric=part or _metric(config, topic, path, object_id), path=path,
            unit=_unit(config, part), on=_word(config, "on"), off=_word(config, "off"),
        )  # fmt: skip


def _path(config: Mapping[str, Json], stem: str, part: str) -> Path | None:
    own = (
        (f"{stem}_template", f"{part}_value_template") if part else ("value_template", "state_value_template")
    )
    for name in (*own, "state_template"):
        template = config.get(name)
        if isinstance(template, str) and template.strip() and (name in own or not part):
            return read_template(template)
    return ()


def _metric(config: Mapping[str, Json], topic: str, path: Path | None, object_id: str) -> str:
    if path and path[-1].lower() not in _VAGUE:
        return "/".join(path)
    kind = config.get("device_class")
    if isinstance(kind, str) and kind:
        return kind
    last = topic.rsplit("/", 1)[-1]
    return last if last and last.lower() not in _VAGUE else object_id


def _unit(config: Mapping[str, Json], part: str) -> str | None:
    unit = config.get("temperature_unit" if "temperature" in part else "unit_of_measurement")
    return unit if isinstance(unit, str) and unit and (not part or "temperature" in part) else None


def _word(config: Mapping[str, Json], side: str) -> str:
    word = config.get(f"state_{side}", config.get(f"payload_{side}"))
    return str(word) if isinstance(word, (str, int, float)) else side.upper()


def _text(stated: Json) -> str | None:
    return stated if isinstance(stated, str) and stated else None


def device_of_topic(topic: str, *, whole: bool) -> str:
    """The device that a state topic names.

    Args:
        topic: The state topic.
        whole: It carries one value, which its last level names.
    """
    levels = [level for level in topic.split("/") if level]
    if levels[0:1] == ["homeassistant"] and len(levels) > 3:
        levels = levels[2:]
    if len(levels) > 1 and (whole or levels[-1].lower() in _VAGUE):
        levels.pop()
    return "/".join(levels) or topic
