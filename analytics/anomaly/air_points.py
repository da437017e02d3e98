"""The points of an air-handling unit, found by the words of their names and brought to one kind of unit.

Temperatures come out in °C and signals as shares from 0 to 1, whatever a building automation system calls and
scales them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_MEANS = {
    "discharge": "supply", "outside": "outdoor", "ambient": "outdoor", "oa": "outdoor", "ra": "return",
    "ma": "mixed", "sa": "supply", "da": "supply", "oat": "outdoor temperature", "rat": "return temperature",
    "mat": "mixed temperature", "sat": "supply temperature", "dat": "supply temperature",
    "temp": "temperature", "tmp": "temperature", "setpoint": "set", "setpt": "set", "stpt": "set",
    "sp": "set", "clg": "cooling", "cool": "cooling", "chw": "cooling", "htg": "heating", "heat": "heating",
    "hw": "heating", "vlv": "valve", "dmpr": "damper", "dpr": "damper", "press": "pressure",
    "occ": "occupancy", "occupied": "occupancy", "spd": "speed", "vfd": "speed", "sf": "supply fan",
    "rf": "return fan",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Point:
    name: str
    words: str  # all of them are in the column's name
    without: str = ""  # and none of these


_TEMPERATURES = (
    _Point("supply", "supply temperature", "set"),
    _Point("target", "supply temperature set", "heating cooling"),
    _Point("heat_to", "supply temperature heating set"),
    _Point("cool_to", "supply temperature cooling set"),
    _Point("outdoor", "outdoor temperature", "set"),
    _Point("mixed", "mixed temperature", "set"),
    _Point("returned", "return temperature", "set"),
)
_SIGNALS = (
    _Point("fan", "supply fan speed"),
    _Point("return_fan", "return fan speed"),
    _Point("running", "supply fan status"),
    _Point("damper", "outdoor damper"),
    _Point("cooling", "cooling valve"),
    _Point("heating", "heating valve"),
    _Point("occupied", "occupancy"),
)
_OTHERS = (_Point("pressure", "static pressure", "set"), _Point("pressure_target", "static pressure set"))
ALL = tuple(one.name for one in (*_TEMPERATURES, *_SIGNALS, *_OTHERS))

# No air returns from a room at 45 °C, nor at 200 °F.
_FAHRENHEIT, _KELVIN = 45.0, 200.0
_PER_CENT = 1.5  # a signal above it is in per cent


def points(frame: pd.DataFrame) -> pd.DataFrame:
    """The known points of a unit.

    Args:
        frame: One column a point, named by people; what is no number is taken for a gap.

    Returns:
        Same index; the columns `ALL`, NaN throughout where the unit has no such point. Of several columns for
        one point the one with the shortest name is it.
    """
    words = [_words(str(column)) for column in frame.columns]
    found = {one.name: _column(frame, words, one) for one in (*_TEMPERATURES, *_SIGNALS, *_OTHERS)}
    return pd.DataFrame(
        found
        | _celsius({one.name: found[one.name] for one in _TEMPERATURES})
        | {one.name: _share(found[one.name]) for one in _SIGNALS},
        index=frame.index,
    )


def _words(name: str) -> set[str]:
    each = (word.lower() for word in _WORD.findall(name))
    return {meant for word in each for meant in _MEANS.get(word, word).split()}


def _column(frame: pd.DataFrame, words: list[set[str]], point: _Point) -> pd.Series:
    fitting = [
        position
        for position, found in enumerate(words)
        if set(point.words.split()) <= found and not set(point.without.split()) & found
    ]
    if not fitting:
        return pd.Series(np.nan, index=frame.index)
    nearest = min(fitting, key=lambda position: len(words[position]))
    values = pd.to_numeric(frame.iloc[:, nearest], errors="coerce").astype(float)
    return values.mask(np.isinf(values))


def _celsius(temperatures: dict[str, pd.Series]) -> dict[str, pd.Series]:
    """All by one scale: that of their median."""
    middle = _median(temperatures.values())
    if middle > _KELVIN:
        return {name: values - 273.15 for name, values in temperatures.items()}
    if middle > _FAHRENHEIT:
        return {name: (values - 32) / 1.8 for name, values in temperatures.items()}
    return temperatures


def _median(columns: Iterable[pd.Series]) -> float:
    return float(pd.concat(list(columns)).median())


def _share(values: pd.Series) -> pd.Series:
    return values / 100 if values.max() > _PER_CENT else values
