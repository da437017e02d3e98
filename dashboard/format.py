"""How values and times are written; the only place that decides it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from analytics import unit_table
from analytics.quantities import QUANTITIES
from analytics.units import Conversion, UnitSystem, shown

NOTHING = "–"
_GAP = "\u00a0"  # a number never parts from its unit
_THIN = "\u202f"  # nor its thousands from the rest
_SIGNIFICANT = 4  # digits of a number whose quantity is not known
_FT_IN_M = 1 / 0.3048
_FT2_IN_M2 = _FT_IN_M**2


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


@dataclass(frozen=True, slots=True)
class Display:
    """How the values of a series are shown."""

    conversion: Conversion  # from what they are kept in
    digits: int | None = None  # after the point; None: as many as tell something


def value(series: Latest, *, units: UnitSystem = "metric") -> str:
    """The latest value of a series with its unit: `21.4 °C`, `on`, `open`, or a dash."""
    if series.text is not None:
        return series.text
    if series.value is None:
        return NOTHING
    if series.kind == "boolean":
        return "on" if series.value else "off"
    return measured(series.value, quantity=series.quantity, unit=series.unit, units=units)


def measured(number_: float, *, quantity: str | None, unit: str | None, units: UnitSystem = "metric") -> str:
    """A number with its unit, in the digits that its quantity deserves."""
    read = display(quantity=quantity, unit=unit, units=units)
    text = number(read.conversion.of(number_), digits=read.digits)
    return f"{text}{_GAP}{read.conversion.unit}".rstrip(_GAP)


def difference(number_: float, *, quantity: str, units: UnitSystem = "metric") -> str:
    """The size of a difference between two values of a quantity: `0.4 °C`, which are `0.7 °F`."""
    read = display(quantity=quantity, unit=None, units=units)
    text = number(abs(number_) * read.conversion.factor, digits=read.digits)
    return f"{text}{_GAP}{read.conversion.unit}".rstrip(_GAP)


def display(*, quantity: str | None, unit: str | None, units: UnitSystem = "metric") -> Display:
    """How values are shown: in the reader's unit of their quantity, else as they are.

    Args:
        quantity: By name; None: not known.
        unit: What they are kept in; None: the quantity's own unit.
        units: What the reader reads.
    """
    known, own = QUANTITIES.get(quantity or ""), unit_of(quantity=quantity, unit=unit)
    if known is None or own != known.unit:
        return Display(Conversion(own))
    found = shown(known, units)
    return Display(found.conversion, found.digits)


def unit_of(*, quantity: str | None, unit: str | None) -> str:
    """The unit of values as they are kept: the stated one in its usual spelling, else the quantity's own."""
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


def area(square_metres: float, *, units: UnitSystem = "metric", digits: int = 0) -> str:
    """A floor's or a building's area: `86 m²`, `926 ft²`."""
    if units == "us":
        return f"{number(square_metres * _FT2_IN_M2, digits=0)}{_GAP}ft²"
    return f"{number(square_metres, digits=digits)}{_GAP}m²"


def height(metres: float, *, units: UnitSystem = "metric") -> str:
    """How high a room is: `2.75 m`, `9.0 ft`."""
    if units == "us":
        return f"{number(metres * _FT_IN_M, digits=1)}{_GAP}ft"
    return f"{number(metres, digits=2)}{_GAP}m"


def distance(metres: float, *, units: UnitSystem = "metric") -> str:
    """A way along the ground: `35 m`, `1.2 km`, `115 ft`, `0.7 mi`."""
    if units == "us":
        feet, miles = metres * _FT_IN_M, metres * _FT_IN_M / 5_280
        return f"{feet:.0f}{_GAP}ft" if feet < 1_000 else f"{number(miles, digits=1)}{_GAP}mi"
    return f"{metres:.0f}{_GAP}m" if metres < 1_000 else f"{number(metres / 1_000, digits=1)}{_GAP}km"


def moment(at: datetime, *, zone: tzinfo) -> str:
    """A time of day with its date and zone: `22 Nov 2026, 14:03:20 CET`."""
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M:%S} {local:%Z}"


def day(at: datetime, *, zone: tzinfo) -> str:
    """The date of a time: `22 Nov 2026`."""
    return calendar_day(at.astimezone(zone).date())


def calendar_day(of: date) -> str:
    """A date: `22 Nov 2026`."""
    return f"{of.day} {of:%b %Y}"


def zone(name: str | None) -> ZoneInfo:
    """The time zone of a building; UTC when it has none that is known."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
