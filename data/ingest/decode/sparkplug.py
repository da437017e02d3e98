"""Sparkplug B: births name the metrics, data refer to them by alias, deaths end them.

`spBv1.0/<group>/<type>/<node>[/<device>]`; the device is `<group>/<node>[/<device>]`. A birth says that it is
online, a death that it is not, and with a node all of its devices. When a message was missed, or a birth,
the answer asks the edge node for its births.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from msgspec import structs

from data.ingest.decode.describing import described
from data.ingest.decode.message import Decoded, DeviceInfo, Kind, Message, Reading, Request, Value
from data.ingest.decode.payload import believable_time
from data.ingest.decode.sparkplug_payload import Body, Metric, flat, parse, rebirth, value

_TOPIC = re.compile(
    r"spBv1\.0/(?P<group>[^/]+)/(?P<type>[ND](?:BIRTH|DEATH|DATA|CMD))/(?P<node>[^/]+)(?:/(?P<device>[^/]+))?"
)
_HOST_STATE = re.compile(r"(?P<root>spBv1\.0/)?STATE/[^/]+")
_OLD_STATES = (b"ONLINE", b"OFFLINE")  # before version 3 the host's topic had no root
_MAX_METRICS = 500_000  # remembered of all births together
_ASK_EVERY = timedelta(minutes=1)
_CONTROLS = ("bdSeq", "Node Control/", "Device Control/")
# Metrics of a birth that describe the device, by the last level of their names.
_DESCRIBING = {
    "hardwaremake": "manufacturer", "manufacturer": "manufacturer", "make": "manufacturer",
    "hardwaremodel": "model", "model": "model",
    "fw": "firmware", "fwversion": "firmware", "firmware": "firmware", "firmwareversion": "firmware",
}  # fmt: skip
_DESCRIBING_FOLDERS = frozenset(
    ("", "Properties", "Node Properties", "Device Properties", "Info", "Node Info", "Device Info")
)
_BAD_QUALITIES = frozenset((0, 500))  # bad, stale


@dataclass(slots=True)
class _Birth:
    """The metrics that a node or device was born with, without their values."""

    by_name: dict[str, Metric] = field(default_factory=dict)
    by_alias: dict[int, Metric] = field(default_factory=dict)

    @classmethod
    def of(cls, metrics: Iterable[Metric]) -> _Birth:
        birth = cls()
        for stated in metrics:
            for metric in (stated, *flat(stated)):
                kept = Metric(name=metric.name, datatype=metric.datatype, unit=metric.unit)
                birth.by_name[metric.name] = kept
                if metric.alias is not None:
                    birth.by_alias[metric.alias] = kept
        return birth

    def complete(self, metric: Metric) -> Metric:
        """The metric with the name, the data type and the unit that it was born with."""
        known = self.by_name.get(metric.name) if metric.name else self._aliased(metric.alias)
        if known is None:
            return metric
        datatype = known.datatype if metric.datatype is None else metric.datatype
        unit = metric.unit or known.unit
        if (metric.name, metric.datatype, metric.unit) == (known.name, datatype, unit):
            return metric
        return replace(metric, name=known.name, datatype=datatype, unit=unit)

    def _aliased(self, alias: int | None) -> Metric | None:
        return None if alias is None else self.by_alias.get(alias)


@dataclass(slots=True)
class _Node:
    """What is remembered of an edge node."""

    births: dict[str, _Birth] = field(default_factory=dict)  # by device; "" is the node itself
    size: int = 1
    session: int | None = None  # bdSeq of its birth
    sequence: int | None = None
    asked_at: datetime | None = None

    def bear(self, device: str, body: Body) -> None:
        """Take in a birth; a node's own ends those of its devices."""
        self.bury(device)
        if not device:
            self.session, self.sequence = _session(body), body.sequence
        birth = self.births[device] = _Birth.of(body.metrics)
        self.size += len(birth.by_name) + 1

    def bury(self, device: str) -> None:
        """Forget a device, or all of the node."""
        for name in [device] if device else list(self.births):
            birth = self.births.pop(name, None)
            self.size -= len(birth.by_name) + 1 if birth else 0
        if not device:
            self.session = self.sequence = None

    def misses(self, sequence: int | None) -> bool:
        """Whether messages are missing before this one; a repetition misses none."""
        last, self.sequence = self.sequence, self.sequence if sequence is None else sequence
        return last is not None and sequence is not None and sequence not in (last, (last + 1) % 256)


class SparkplugB:
    """Remembers the births of edge nodes; of too many, those longest silent are forgotten."""

    name = "sparkplug-b"
    topics = (_TOPIC, _HOST_STATE)

    def __init__(self) -> None:
        self._nodes: dict[str, _Node] = {}  # the one heard last at the end
        self._size = 0

    def decode(self, message: Message) -> Decoded | None:
        """What the message says; None when its topic is not Sparkplug's.

        Raises:
            DecodeError: the payload is broken.
        """
        host = _HOST_STATE.fullmatch(message.topic)
        if host and (host["root"] or message.payload in _OLD_STATES):
            return Decoded(convention=self.name, kind="status")
        match = _TOPIC.fullmatch(message.topic)
        if match is None:
            return None
        group, kind, name, device = match.group("group", "type", "node", "device")
        if kind.endswith("CMD"):
            return Decoded(convention=self.name, kind="command")
        body = parse(message.payload)
        node = self._take(f"{group}/{name}")
        if kind == "NDEATH":
            decoded = _die(node, f"{group}/{name}", body)
        else:
            decoded, incomplete = _hear(node, kind, f"{group}/{name}", device or "", body)
            if incomplete and _may_ask(node, message.received_at):
                payload = rebirth(int(message.received_at.timestamp() * 1_000))
                request = Request(topic=f"spBv1.0/{group}/NCMD/{name}", payload=payload)
                decoded = structs.replace(decoded, request=request)
        self._keep(f"{group}/{name}", node)
        return decoded

    def _take(self, key: str) -> _Node:
        node = self._nodes.pop(key, None)
        self._size -= node.size if node else 0
        return node or _Node()

    def _keep(self, key: str, node: _Node) -> None:
        self._nodes[key] = node
        self._size += node.size
        while self._size > _MAX_METRICS:
            silent = next(iter(self._nodes))
            self._size -= self._nodes.pop(silent).size


def _may_ask(node: _Node, now: datetime) -> bool:
    if node.asked_at is not None and now - node.asked_at < _ASK_EVERY:
        return False
    node.asked_at = now
    return True


def _die(node: _Node, path: str, body: Body) -> Decoded:
    # The will of an earlier connection can come after the birth of the next one.
    if node.session is not None and _session(body) not in (None, node.session):
        return Decoded(convention=SparkplugB.name, kind="status")
    node.bury("")
    gone = DeviceInfo(device=path, online=False, with_parts=True)
    return Decoded(convention=SparkplugB.name, kind="status", devices=(gone,))


def _hear(node: _Node, kind: str, path: str, device: str, body: Body) -> tuple[Decoded, bool]:
    """What a birth, data or a device's death says, and whether something must have been missed."""
    whole = f"{path}/{device}" if device else path
    missed = kind != "NBIRTH" and node.misses(body.sequence)
    if kind == "DDEATH":
        node.bury(device)
        gone = DeviceInfo(device=whole, online=False)
        return Decoded(convention=SparkplugB.name, kind="status", devices=(gone,)), missed
    is_birth = kind.endswith("BIRTH")
    if is_birth:
        node.bear(device, body)
    birth = node.births.get(device)
    known = birth or _Birth()
    metrics = [known.complete(metric) for metric in body.metrics]
    nameless = sum(not metric.name for metric in metrics)
    told = _told(known, metrics)
    found = tuple(_readings(whole, told, body.time_ms))
    result: Kind = "sequence-gap" if missed else "unresolvable" if nameless and not found else "telemetry"
    decoded = Decoded(
        convention=SparkplugB.name, kind=result, readings=found,
        devices=(described(whole, _named(told), _DESCRIBING, online=True),) if is_birth else (),
        reason=_reason(nameless, sum(_is_unusable(metric) for metric in told)),
    )  # fmt: skip
    return decoded, missed or birth is None or nameless > 0


def _told(birth: _Birth, metrics: Iterable[Metric]) -> list[Metric]:
    """The metrics that have something to say; of a template its members, as they were born."""
    flattened = (birth.complete(one) for metric in metrics if metric.name for one in flat(metric))
    return [metric for metric in flattened if _is_told(metric)]


def _named(metrics: Iterable[Metric]) -> Iterator[tuple[str, Value | None]]:
    """The metrics that may describe the device, by the last level of their names."""
    for metric in metrics:
        folder, _, last = metric.name.rpartition("/")
        if folder in _DESCRIBING_FOLDERS:
            yield last.replace(" ", "").replace("_", "").lower(), metric.raw


def _is_told(metric: Metric) -> bool:
    return not metric.name.startswith(_CONTROLS) and not metric.null


def _is_unusable(metric: Metric) -> bool:
    return metric.unread or metric.quality in _BAD_QUALITIES


def _readings(device: str, metrics: Iterable[Metric], time_ms: int | None) -> Iterator[Reading]:
    for metric in metrics:
        meant = None if _is_unusable(metric) else value(metric.raw, metric.datatype)
        if meant is None:
            continue
        at = believable_time(time_ms if metric.time_ms is None else metric.time_ms)
        yield Reading(device=device, metric=metric.name, value=meant, unit=metric.unit, at=at)


def _reason(nameless: int, unusable: int) -> str | None:
    said = []
    if nameless:
        said.append(f"{nameless} metrics have an alias that no birth has named.")
    if unusable:
        said.append(f"{unusable} metrics are of bad quality, or data sets or bytes.")
    return " ".join(said) or None


def _session(body: Body) -> int | None:
    for metric in body.metrics:
        if metric.name == "bdSeq" and isinstance(metric.raw, int):
            return metric.raw
    return None
