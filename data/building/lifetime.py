"""How long a piece of equipment is meant to last, as the property sets of its model say."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from data.building.model import Properties

# In the order in which they are believed; Pset_ServiceLife, Pset_Warranty, Pset_Asset and COBie's own.
_BEGINS = ("installationdate", "commissioningdate", "assetplacedinservicedate", "warrantystartdate",
           "acquisitiondate", "manufacturedate", "productiondate")  # fmt: skip
_LASTS = ("servicelifeduration", "expectedlife", "expectedservicelife", "meantimebetweenfailure")
_WARRANTY = ("warrantyperiod", "warrantyduration", "warrantydurationparts")
_UNITS = {"warrantydurationparts": "warrantydurationunit", "expectedlife": "durationunit"}

_ISO = re.compile(
    r"P(?:(\d+(?:\.\d+)?)Y)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?", re.I
)
_WORDS = re.compile(r"(\d+(?:[.,]\d+)?)\s*(years?|yrs?|y|a|months?|mo|weeks?|w|days?|d)\b", re.I)
_YEAR_D = 365.25
_DAYS = {"y": _YEAR_D, "a": _YEAR_D, "m": _YEAR_D / 12, "w": 7.0, "d": 1.0}
_LONGEST_YEARS = 200.0
_YEAR_S = _YEAR_D * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """What a model says of a piece's age and end; None: nothing that can be read."""

    begins: date | None  # when it was installed, or else put into service, bought or made
    service_life_years: float | None
    warranty_until: date | None


def lifetime(properties: Properties) -> Lifetime:
    """Read the property sets of a piece of equipment, whatever the sets are called.

    A duration is ISO 8601 (`P15Y`), in words (`15 years`), a number of years, or a large number of seconds.
    """
    said = {
        re.sub(r"[\W_]+", "", name).lower(): value
        for one in properties.values()
        for name, value in one.items()
    }
    begins = next(_dates(said, _BEGINS), None)
    warranty = next(_dates(said, ("warrantyenddate",)), None)
    start = next(_dates(said, ("warrantystartdate", *_BEGINS)), None)
    period = next(_durations(said, _WARRANTY), None)
    if warranty is None and start is not None and period is not None:
        warranty = _after(start, period) if start.year + period < date.max.year else None
    return Lifetime(
        begins=begins, service_life_years=next(_durations(said, _LASTS), None), warranty_until=warranty
    )


def _dates(said: Mapping[str, Any], names: Iterable[str]) -> Iterator[date]:
    for name in names:
        try:
            yield date.fromisoformat(str(said[name])[:10])
        except (KeyError, ValueError):
            continue


def _durations(said: Mapping[str, Any], names: Iterable[str]) -> Iterator[float]:
    """Of these properties, in years."""
    for name in names:
        years = _years(said.get(name), unit=said.get(_UNITS.get(name, "")))
        if years is not None and 0 < years <= _LONGEST_YEARS:
            yield years


def _years(value: Any, *, unit: Any = None) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if unit:
            return _years(f"{value} {unit}")
        return value if value <= _LONGEST_YEARS else value / _YEAR_S
    text = str(value).strip()
    iso = _ISO.fullmatch(text.partition("T")[0])
    if iso and any(iso.groups()):
        numbers = [float(part or 0) for part in iso.groups()]
        return sum(n * _DAYS[u] for n, u in zip(numbers, "ymwd", strict=True)) / _YEAR_D
    words = _WORDS.fullmatch(text)
    if words:
        return float(words[1].replace(",", ".")) * _DAYS[words[2][0].lower()] / _YEAR_D
    try:
        return _years(float(text), unit=unit)
    except ValueError:
        return None


def _after(begins: date, years: float) -> date:
    months = begins.month - 1 + round(years * 12)
    year, month = begins.year + months // 12, months % 12 + 1
    return date(year, month, min(begins.day, calendar.monthrange(year, month)[1]))
