"""What is known of a building's rooms, in whatever form it is said, as arrays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics import regular
from analytics.regular import Floats

Bools = npt.NDArray[np.bool_]
Rooms: TypeAlias = "pd.DataFrame | Sequence[Any]"
Neighbours: TypeAlias = "pd.DataFrame | Mapping[Any, Iterable[Any]] | Iterable[Sequence[Any]]"

_MOST_STEPS = 3_000
_OUTDOOR = re.compile(r"out(door|side)|ambient|weather|oat", re.IGNORECASE)
_TEMPERATURE = re.compile(r"temp|(?<![a-z])t(?![a-z])|°c", re.IGNORECASE)
_ID_COLUMNS = ("id", "room", "name", "room_id", "guid")
_PLANT_COLUMNS = ("plant", "system", "ahu", "zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Rooms, who is beside whom, who shares a plant, and their readings on even steps."""

    rooms: tuple[Any, ...]
    beside: Bools  # shape (rooms, rooms)
    same_plant: Bools  # shape (rooms, rooms)
    values: Floats  # shape (steps, rooms); NaN where nothing was measured
    outdoor: Floats | None  # shape (steps,)
    index: pd.DatetimeIndex
    step: pd.Timedelta


def plan(rooms: Rooms, neighbours: Neighbours, readings: pd.DataFrame) -> Plan:
    """See `odd_room_out` for what is understood."""
    table = _rooms(rooms)
    ids = tuple(table.index)
    wide = _wide(readings)
    inside = wide[[column for column in wide.columns if column in set(ids)]]
    outside = [one for one in wide.columns if one not in set(ids) and _OUTDOOR.search(str(one))]
    index, step = _steps(inside)
    evened = {room: _evened(inside[room], index, step) for room in ids if room in inside}
    values = np.full((len(index), len(ids)), np.nan)
    for i, room in enumerate(ids):
        if room in evened:
            values[:, i] = evened[room]
    return Plan(
        rooms=ids,
        beside=_beside(ids, neighbours),
        same_plant=_same_plant(table),
        values=values,
        outdoor=_evened(wide[outside[0]], index, step) if outside else None,
        index=index,
        step=step,
    )


def _rooms(rooms: Rooms) -> pd.DataFrame:
    """A table whose index holds the rooms, each once."""
    if isinstance(rooms, pd.DataFrame):
        named = next((one for one in _ID_COLUMNS if one in rooms.columns), None)
        table = rooms.set_index(named) if named else rooms
    elif all(isinstance(one, Mapping) for one in rooms) and len(rooms):
        return _rooms(pd.DataFrame(list(rooms)))
    else:
        rows = [(one.id, getattr(one, "plant", None)) if hasattr(one, "id") else (one, None) for one in rooms]
        table = pd.DataFrame(
            {"plant": [plant for _, plant in rows]}, pd.Index([one for one, _ in rows], dtype=object)
        )
    return table[~table.index.duplicated()]


def _wide(readings: pd.DataFrame) -> pd.DataFrame:
    """One column a room; of several quantities the temperature."""
    if not isinstance(readings.columns, pd.MultiIndex):
        return readings
    for level in range(readings.columns.nlevels):
        names = readings.columns.get_level_values(level)
        warm = [bool(_TEMPERATURE.search(str(one))) for one in names]
        if any(warm):
            kept = readings.loc[:, warm].droplevel(level, axis=1)
            return kept.loc[:, ~kept.columns.duplicated()]
    kept = readings.droplevel(-1, axis=1)
    return kept.loc[:, ~kept.columns.duplicated()]


def _steps(readings: pd.DataFrame) -> tuple[pd.DatetimeIndex, pd.Timedelta]:
    stamps = pd.DatetimeIndex(readings.index)
    stamps = stamps[stamps.notna() & readings.notna().any(axis=1).to_numpy(bool)].unique().sort_values()
    usual = regular.step_of(stamps)
    if usual is None:
        return stamps, pd.Timedelta(minutes=5)
    step = max(usual, (stamps[-1] - stamps[0]) / _MOST_STEPS)
    return pd.date_range(stamps[0].floor("s"), stamps[-1], freq=step), step


def _evened(values: pd.Series, index: pd.DatetimeIndex, step: pd.Timedelta) -> Floats:
    """Means over the steps, gaps of up to an hour bridged."""
    clean = regular.cleaned(values)
    if not len(index) or clean.empty:
        return np.full(len(index), np.nan)
    slots = ((pd.DatetimeIndex(clean.index) - index[0]) / step).astype(int)
    kept = (slots >= 0) & (slots < len(index))
    means = clean[kept].groupby(np.asarray(slots)[kept]).mean().reindex(range(len(index)))
    limit = max(1, int(pd.Timedelta(hours=1) / step))
    found: Floats = means.interpolate(limit=limit, limit_area="inside").to_numpy(float)
    return found


def _beside(ids: Sequence[Any], neighbours: Neighbours) -> Bools:
    place = {room: i for i, room in enumerate(ids)}
    beside = np.zeros((len(ids), len(ids)), dtype=bool)
    for one, other in _pairs(neighbours):
        if one in place and other in place and one != other:
            beside[place[one], place[other]] = beside[place[other], place[one]] = True
    return beside


def _pairs(neighbours: Neighbours) -> Iterable[tuple[Any, Any]]:
    if isinstance(neighbours, pd.DataFrame):
        return list(zip(neighbours.iloc[:, 0], neighbours.iloc[:, 1], strict=True))
    if isinstance(neighbours, Mapping):
        return [(one, other) for one, others in neighbours.items() for other in others]
    return [(pair[0], pair[1]) for pair in neighbours]


def _same_plant(table: pd.DataFrame) -> Bools:
    column = next((one for one in _PLANT_COLUMNS if one in table.columns), None)
    if column is None:
        return np.zeros((len(table), len(table)), dtype=bool)
    plants = table[column].to_numpy(object)
    known = table[column].notna().to_numpy(bool)
    same: Bools = (plants[:, None] == plants[None, :]) & known[:, None] & known[None, :]
    same = same.astype(bool)
    np.fill_diagonal(same, False)
    return same
