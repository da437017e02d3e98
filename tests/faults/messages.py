"""What the devices of the campaign say, and what has to become of it."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

TENANTS = ("north", "south")
# Values tell whose they are: the sequence number, and this times the tenant's place in TENANTS.
TENANT_STEP = 10_000_000
STEP = timedelta(seconds=1)  # between a device's own times: a load of minutes fills hours of rollups
TIMED, UNTIMED = "step", "tick"  # names of the metrics that carry their time, and of those that do not

Shape = Literal["endless", "thrice", "shuffled", "malformed", "one-each"]
Fate = Literal["reading", "dead letter", "nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message and its fate; the store's names are None where it gives no reading."""

    tenant: str
    topic: str
    payload: bytes
    fate: Fate = "reading"
    device: str | None = None
    metric: str | None = None
    value: int | None = None
    at: datetime | None = None  # aware; None: it is stamped on arrival

    @property
    def sender(self) -> str:
        """Whose connection it is sent on: devices of one name in two tenants are two."""
        return f"{self.tenant}/{self.device}" if self.device else self.tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one process of devices says."""

    fault: str  # begins the names of its devices
    shape: Shape
    part: int  # which of `parts` processes this one is
    parts: int
    seed: int
    begin: datetime  # the first of the devices' own times
    rate: float  # messages a second of this process; a burst where the shape has an end
    devices: int  # of this process and each tenant
    count: int  # readings of each device, or devices where each says one; endless: not used


def messages(plan: Plan) -> Iterator[Said]:
    """All that the devices of a plan say, in order."""
    dice = random.Random(f"{plan.seed} {plan.fault} {plan.part}")
    match plan.shape:
        case "endless":
            yield from _alternating(plan, itertools.count())
        case "thrice":
            yield from _shuffled(3 * _timed_only(plan), dice)
        case "shuffled":
            yield from _shuffled(_timed_only(plan), dice)
        case "malformed":
            yield from _with_malformed(plan, dice)
        case "one-each":
            for number in range(plan.part, plan.count, plan.parts):
                yield (_timed if number % 2 else _untimed)(plan, TENANTS[0], f"{number:05}", 0)


def _alternating(plan: Plan, sequences: Iterator[int]) -> Iterator[Said]:
    for sequence in sequences:
        for tenant, name in _devices(plan):
            yield _timed(plan, tenant, name, sequence)
            yield _untimed(plan, tenant, name, sequence)


def _timed_only(plan: Plan) -> list[Said]:
    return [
        _timed(plan, tenant, name, sequence)
        for sequence in range(plan.count)
        for tenant, name in _devices(plan)
    ]


def _shuffled(said: list[Said], dice: random.Random) -> list[Said]:
    dice.shuffle(said)
    return said


def _with_malformed(plan: Plan, dice: random.Random) -> Iterator[Said]:
    kinds = itertools.cycle(_MALFORMED.items())
    for number, said in enumerate(_alternating(plan, iter(range(plan.count)))):
        yield said
        if dice.random() < 0.05:
            kind, payload = next(kinds)
            # A topic of its own, so that its dead letter can be told from any other.
            topic = f"{said.tenant}/{plan.fault}/bad-{plan.part}/{kind}-{number}"
            fate: Fate = "nothing" if kind in _NO_VALUE else "dead letter"
            yield Said(tenant=said.tenant, topic=topic, payload=payload, fate=fate)


def _devices(plan: Plan) -> list[tuple[str, str]]:
    names = [f"d{plan.part}-{number}" for number in range(plan.devices)]
    return list(itertools.product(TENANTS, names))


def _timed(plan: Plan, tenant: str, name: str, sequence: int) -> Said:
    at, value = plan.begin + sequence * STEP, _value(tenant, sequence)
    # NaN is no JSON, but devices send it; the number beside it must be kept.
    payload = {"ts": round(at.timestamp() * 1000), TIMED: value} | (
        {} if sequence % 50 else {"t": float("nan")}
    )
    return Said(
        tenant=tenant, topic=f"{tenant}/{plan.fault}/{name}", payload=json.dumps(payload).encode(),
        device=f"{plan.fault}/{name}", metric=TIMED, value=value, at=at,
    )  # fmt: skip


def _untimed(plan: Plan, tenant: str, name: str, sequence: int) -> Said:
    value = _value(tenant, sequence)
    return Said(
        tenant=tenant, topic=f"{tenant}/{plan.fault}/{name}/{UNTIMED}", payload=str(value).encode(),
        device=f"{plan.fault}/{name}", metric=UNTIMED, value=value,
    )  # fmt: skip


def _value(tenant: str, sequence: int) -> int:
    return TENANTS.index(tenant) * TENANT_STEP + sequence


def begin() -> datetime:
    """A whole second of the past, far enough back for the longest fault."""
    return datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)


OVERSIZED = b"9" * 5_000_000  # more than the broker takes, so it is never acknowledged
_NO_VALUE = ("nan", "nan-json")  # how devices say that they have no value
_MALFORMED = {
    "nul": b"\x00\x00",
    "nan": b"NaN",
    "nan-json": b'{"t": NaN}',
    "beyond-float": b"1e400",
    "beyond-float-json": b'{"t": 1e400}',
    "deep": b"[" * 100_000,
    "deep-object": b'{"a":' * 500 + b"1" + b"}" * 500,
    "no-utf-8": b"\xff\xfe21.5",
    "cut-off": b'{"t": 21.',
    "large": b"9" * 900_000,  # the broker takes it, a decoder does not
    "future": b'{"t": 1, "ts": 4000000000}',
}
