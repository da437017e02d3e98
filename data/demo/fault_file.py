"""The faults that were asked for, in a JSON-lines file that the running simulator follows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from data.demo.devices import Device, devices
from data.demo.office.plan import rooms
from data.demo.simulation.enclosure import AHUS, office
from data.demo.simulation.faults import KINDS, Fault
from data.errors import BadInput

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|h|d)")
_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}


def make(
    name: str, target: str, *, at: str | None, lasts: str | None, size: float | None, now: datetime
) -> Fault:
    """The fault that a person asked for.

    Raises:
        BadInput: there is no such fault, target, time, duration or size.
    """
    if name not in KINDS:
        raise BadInput(f"There is no fault {name!r}; there are {', '.join(sorted(KINDS))}.")
    begin = now if at is None else _time(at)
    until = None if lasts is None else begin + _span(lasts)
    if size is not None and KINDS[name].size is None:
        raise BadInput(f"The fault {name} has no size.")
    if name == "stuck-valve" and size is not None and not 0 <= size <= 1:
        raise BadInput("The size of stuck-valve is how far it is open, from 0 to 1.")
    return Fault(name=name, target=_target(name, target), at=begin, until=until, size=size)


def append(path: Path, fault: Fault, *, now: datetime) -> None:
    """Write a fault down.

    Raises:
        BadInput: the file cannot be written.
    """
    line = {
        "name": fault.name,
        "target": fault.target,
        "at": fault.at.isoformat(),
        "until": fault.until and fault.until.isoformat(),
        "size": fault.size,
        "written_at": now.isoformat(),
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}.") from error


def load(path: Path) -> tuple[Fault, ...]:
    """The faults of the file; none when there is no file.

    Raises:
        BadInput: a line of it is no fault.
    """
    if not path.exists():
        return ()
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(_parse(path, number, line) for number, line in enumerate(lines, start=1) if line.strip())


def _parse(path: Path, number: int, line: str) -> Fault:
    try:
        said = json.loads(line)
        until = said.get("until")
        fault = Fault(
            name=said["name"], target=said["target"], at=_time(said["at"]),
            until=None if until is None else _time(until), size=said.get("size"),
        )  # fmt: skip
        _target(fault.name, fault.target)
        float(fault.strength)
    except (BadInput, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput(f"{path}, line {number} is no fault; correct or remove it ({error}).") from error
    return fault


def _time(said: str) -> datetime:
    try:
        at = datetime.fromisoformat(said)
    except ValueError as error:
        raise BadInput(f"{said!r} is no time; write it like 2026-01-31T14:00+01:00.") from error
    # A person's clock shows local time.
    return at.astimezone(UTC)


def _span(said: str) -> timedelta:
    match = _SPAN.fullmatch(said.strip())
    if not match or float(match[1]) == 0:
        raise BadInput(f"{said!r} is no duration; write a number and s, min, h or d, like 90min.")
    return timedelta(seconds=float(match[1]) * _SECONDS[match[2]])


def _target(name: str, said: str) -> str:
    """The target as the simulation calls it."""
    wanted = said.strip()
    known = _targets(name)
    found = known.get(wanted.lower()) or known.get(f"room-{wanted.lower()}")
    if found is None:
        some = ", ".join(list(known)[:12]) + (", ..." if len(known) > 12 else "")
        raise BadInput(f"{name} cannot act on {said!r} but on {KINDS[name].target}: {some}.")
    return found


def _targets(name: str) -> dict[str, str]:
    """What a kind of fault can act on: the words for it, and what the simulation calls it."""
    if name in ("stuck-sensor", "drift"):
        return _measuring(devices(), whole=name == "stuck-sensor")
    if name == "gateway-outage":
        gateways = sorted({device.gateway for device in devices()})
        return {word: word for word in (*gateways, *(device.name for device in devices()))}
    if name == "counter-reset":
        return {device.name: device.name for device in devices() if "energy" in device.metrics}
    units = {unit.lower(): unit for unit in AHUS}
    if name in ("failed-fan", "clogging-filter"):
        return units
    if name == "stuck-valve":
        valves = [device for device in devices() if "valve" in device.metrics]
        return units | {word: d.place for d in valves for word in (f"room-{d.place}", d.name)}
    windows = office().window_m2.sum(axis=1)
    airy = [room.number for room, m2 in zip(rooms(), windows, strict=True) if m2 > 0]
    return {f"room-{number}": number for number in airy}


def _measuring(known: Iterable[Device], *, whole: bool) -> dict[str, str]:
    """Devices and their metrics; a device alone is all of it, or the first of its metrics."""
    found = {}
    for device in known:
        found[device.name] = device.name if whole else f"{device.name}/{device.metrics[0]}"
        found |= {f"{device.name}/{metric}": f"{device.name}/{metric}" for metric in device.metrics}
    return {word.lower(): target for word, target in found.items()}
