"""How values and times are written; the only place that decides it."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from analytics import unit_table
from analytics.quantities import QUANTITIES

NOTHING = "–"
_GAP = "\u00a0"  # a number never parts from its unit
_THIN = "\u202f"  # nor its thousands from the rest
_SIGNIFICANT = 4  # digits of a number whose quantity is not known


class Latest(Protocol):
    """What is written of a series: its latest number or text, or neither."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def quantity(self) -> str | None: ...  # noqa: D102
    @property
    def unit(self) -> str | None: ...  # noqa: D102
    @property
    def value(self) -> float | None: ...  # noqa: D102
    @property
    def text(self) -> str | None: ...  # noqa: D102


def value(series: Latest) -> str:
    """The latest value of a series with its unit: `21.4 °C`, `on`, `open`, or a dash."""
    if series.text is not None:
        return series.text
    if series.value is None:
        return NOTHING
    if series.kind == "boolean":
        return "on" if series.value else "off"
    return measured(series.value, quantity=series.quantity, unit=series.unit)


def measured(number_: float, *, quantity: str | None, unit: str | None) -> str:
    """A number with its unit, in the digits that its quantity deserves."""
    shown = unit_of(quantity=quantity, unit=unit)
    known = QUANTITIES.get(quantity or "")
    digits = known.digits if known and shown == known.unit else None
    return f"{number(number_, digits=digits)}{_GAP}{shown}".rstrip(_GAP)


def unit_of(*, quantity: str | None, unit: str | None) -> str:
    """The unit to show: the stated one in its usual spelling, else the quantity's own, else none."""
    if unit is None:
        known = QUANTITIES.get(quantity or "")
        return known.unit if known else ""
    stated = unit_table.unit(unit)
    return stated.name if stated else unit


def number(number_: float, *, digits: int | None = None) -> str:
    """A number with so many digits after the point; without, with as many as tell something."""
    if digits is None:
        if number_ and not 1e-4 <= abs(number_) < 1e12:
            return f"{number_:.3g}".replace("-", "−")
        before = math.floor(math.log10(abs(number_))) + 1 if number_ else 1
        text = f"{number_:,.{max(0, _SIGNIFICANT - before)}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        text = f"{number_:,.{digits}f}"
    if not text.strip("-0.,"):
        text = text.removeprefix("-")
    # Four digits are read at a glance; a gap only helps from five on.
    return text.replace(",", _THIN if abs(number_) >= 10_000 else "").replace("-", "−")


def share(part: int, whole: int) -> str:
    """A part of a whole in percent; a dash of nothing. Only all is 100 %, only none is 0 %."""
    if not whole:
        return NOTHING
    percent = 100 * part / whole
    rounded = round(percent) if percent in (0, 100) else min(99, max(1, round(percent)))
    return f"{rounded}{_GAP}%"


def span(length: timedelta) -> str:
    """A length of time in its one fitting unit: `14 s`, `3 min`, `5 h`, `9 days`."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return f"{seconds}{_GAP}s"
    if seconds < 3_600:
        return f"{seconds // 60}{_GAP}min"
    if seconds < 48 * 3_600:
        return f"{seconds // 3_600}{_GAP}h"
    return f"{seconds // 86_400}{_GAP}days"


def age(at: datetime | None, *, now: datetime) -> str:
    """How long ago something was; a device's clock that runs ahead says `just now` too."""
    if at is None:
        return "never"
    return "just now" if now - at < timedelta(seconds=2) else f"{span(now - at)} ago"


def size(bytes_: int) -> str:
    """An amount of data: `312 B`, `4.1 KiB`, `2.3 GiB`."""
    if bytes_ < 1024:
        return f"{bytes_}{_GAP}B"
    amount, units = bytes_ / 1024, iter(("KiB", "MiB", "GiB", "TiB"))
    unit = next(units)
    while amount >= 999.5 and unit != "TiB":
        amount, unit = amount / 1024, next(units)
    return f"{number(amount, digits=1 if amount < 99.95 else 0)}{_GAP}{unit}"


def distance(metres: float) -> str:
    """A way along the ground: `35 m`, `1.2 km`."""
    return f"{metres:.0f}{_GAP}m" if metres < 1_000 else f"{number(metres / 1_000, digits=1)}{_GAP}km"


def moment(at: datetime, *, zone: tzinfo) -> str:
    """A time of day with its date and zone: `22 Nov 2026, 14:03:20 CET`."""
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M:%S} {local:%Z}"


def zone(name: str | None) -> ZoneInfo:
    """The time zone of a building; UTC when it has none that is known."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
