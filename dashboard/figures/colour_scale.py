"""From a value to a colour, and to text that can be read on it."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass

from dashboard.figures import colour_scales as tables
from dashboard.figures.colour_scales import Stops


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The colours of one quantity."""

    stops: Stops
    ticks: tuple[tuple[float, str], ...]  # where the colour bar has a word, and which
    stepped: bool = False  # one colour from each stop to the next, not a mix

    @property
    def low(self) -> float:
        """The value at the beginning of the colour bar."""
        return self.stops[0][0]

    @property
    def high(self) -> float:
        """The value at its end; beyond it the colour stays."""
        return self.stops[-1][0]

    def colour(self, value: float) -> str:
        """The colour of a value as `#rrggbb`."""
        above = bisect_right(self.stops, value, key=lambda stop: stop[0])
        if above == 0 or above == len(self.stops) or self.stepped:
            return self.stops[max(0, above - 1)][1]
        (start, first), (end, second) = self.stops[above - 1], self.stops[above]
        part = (value - start) / (end - start)
        mixed = (round(a + (b - a) * part) for a, b in zip(_rgb(first), _rgb(second), strict=True))
        return "#" + "".join(f"{channel:02x}" for channel in mixed)

    def position(self, value: float) -> float:
        """Where on the colour bar a value lies, from 0 to 1."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))


def _ticks(*values: float) -> tuple[tuple[float, str], ...]:
    return tuple((value, f"{value:g}") for value in values)


_FIXED: dict[str, Scale] = {
    "temperature": Scale(stops=tables.TEMPERATURE, ticks=_ticks(16, 18, 20, 22, 24, 26, 28)),
    "co2": Scale(stops=tables.CO2, ticks=_ticks(400, 800, 1000, 1400, 2000)),
    "humidity": Scale(stops=tables.HUMIDITY, ticks=_ticks(20, 35, 50, 65, 80)),
    "illuminance": Scale(stops=tables.ILLUMINANCE, ticks=_ticks(0, 250, 500, 1000)),
    "health": Scale(stops=tables.HEALTH, ticks=_ticks(0, 50, 65, 85, 100)),
    "occupancy": Scale(stops=tables.OCCUPANCY, ticks=((0, "free"), (1, "occupied")), stepped=True),
    "freshness": Scale(
        stops=tables.FRESHNESS,
        ticks=((0, "under 15 min"), (15, "under 24 h"), (1_440, "older")),
        stepped=True,
    ),
}


def has_own(quantity: str) -> bool:
    """Whether a quantity has a scale of its own, whatever its values."""
    return quantity in _FIXED


def of(quantity: str, *, lowest: float | None = None, highest: float | None = None) -> Scale:
    """The scale of a quantity; of one without its own, between round numbers around its values.

    Args:
        quantity: By name.
        lowest: The lowest value that is shown; None: 0.
        highest: The highest one.
    """
    if quantity in _FIXED:
        return _FIXED[quantity]
    top = highest or 0.0
    low, high = _ends(min(0.0, top) if lowest is None else lowest, top)
    stops = tuple((low + (high - low) * part, colour) for part, colour in tables.ANY)
    return Scale(stops=stops, ticks=_ticks(low, (low + high) / 2, high))


def _ends(lowest: float, highest: float) -> tuple[float, float]:
    """Where a colour bar begins and ends: at 0 unless its values lie far from it, close together."""
    if 0 <= lowest <= highest / 2:
        return 0.0, _round_above(highest or 1.0)
    if highest <= 0 and highest >= lowest / 2:
        return -_round_above(-lowest or 1.0), 0.0
    step = _round_above((highest - lowest) / 2 or max(abs(highest) / 100, 1e-3))
    begin = math.floor(lowest / step) * step
    return begin, begin + step * max(2, math.ceil((highest - begin) / step))


def ink(background: str) -> str:
    """Dark or light, whichever stands out more from a background."""
    return max((tables.INK_DARK, tables.INK_LIGHT), key=lambda colour: contrast(colour, background))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21, as WCAG 2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in _rgb(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _round_above(value: float) -> float:
    """The next 1, 2 or 5 with zeros."""
    size = 10.0 ** math.floor(math.log10(value))
    return next(size * step for step in (1, 2, 5, 10) if size * step >= value)
