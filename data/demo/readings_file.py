"""Readings in a CSV or Parquet file: which column is the time, which the device, which are metrics."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pandas as pd

from data.errors import BadInput

_TIMES = ("time", "timestamp", "datetime", "date_time", "date", "ts", "at", "index", "_time", "utc")
_DEVICES = (
    "device", "device_id", "dev", "dev_id", "sensor", "sensor_id", "room", "room_id", "space", "zone",
    "meter", "meter_id", "asset", "equipment", "equipment_id", "node", "building", "building_id", "file",
    "unit_id", "location",
)  # fmt: skip
_METRICS = (
    "metric",
    "quantity",
    "variable",
    "measurement",
    "measure",
    "parameter",
    "property",
    "field",
    "type",
)
_VALUES = ("value", "val", "reading", "_value")
_ROW_NUMBER = re.compile(r"unnamed: \d+|level_\d+|rownames|index|")
_HAS_DATE = r"\d{4}|\d[/.-]\d"  # else "12:30" would be read as half past twelve today
_USABLE = 0.5  # share of a column's cells that must be what the column is taken for


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingsFile:
    """What a file holds, in the order of time.

    `frame` has the columns `at` (UTC, unique within a device) and `device` (text; empty when the file
    names none), then one of numbers for each metric (NaN: no value).
    """

    frame: pd.DataFrame
    notes: tuple[str, ...] = ()  # a sentence for each thing that had to be guessed or left out


@dataclass(slots=True)
class _Table:
    """A table while it is being understood: columns are taken out as they are recognised."""

    frame: pd.DataFrame
    notes: list[str] = field(default_factory=list)

    def column(self, names: tuple[str, ...]) -> list[str]:
        """Its columns of these names, in the order of the names."""
        by_name = {str(name).strip().lower(): str(name) for name in reversed(self.frame.columns)}
        return [by_name[name] for name in names if name in by_name]

    def texts(self) -> list[str]:
        """Its columns of text."""
        return [name for name in self.frame.columns if _is_text(self.frame[name])]

    def take(self, name: str) -> pd.Series:
        """Take a column out."""
        taken = self.frame[name]
        self.frame = self.frame.drop(columns=name)
        return taken

    def note_repeated(self, repeated: pd.Series) -> None:
        """Say how many rows are left out because an earlier one has their time and device."""
        if repeated.any():
            count = int(repeated.sum())
            self.notes.append(f"{count:,} rows repeat a time of the same device; the first of each is used.")


def load(path: Path) -> ReadingsFile:
    """Read a file and recognise its columns.

    Raises:
        BadInput: it cannot be read, or holds no time or no values.
    """
    table = _Table(_read(path))
    if table.frame.empty:
        raise BadInput(f"{path.name} holds no rows.")
    at = _take_time(table, path)
    device = _take_device(table, at)
    metric = _take_metric(table)
    values = _numbers(table, path)
    frame = pd.concat([at.rename("at"), device.rename("device"), values], axis=1)
    frame = frame.loc[:, ~frame.columns.duplicated()]
    if metric is not None:
        frame = _wide(table, frame.assign(metric=metric.astype(str)).dropna(subset=values.columns))
    return ReadingsFile(frame=_in_order(frame, table), notes=tuple(table.notes))


def _read(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise BadInput(f"{path} is not a file.")
    try:
        frame = pd.read_parquet(path) if path.suffix.lower() in (".parquet", ".pq") else _read_csv(path)
    except UnicodeDecodeError as error:
        raise BadInput(f"{path.name} is neither Parquet (.parquet) nor CSV in UTF-8.") from error
    except (OSError, ValueError, pd.errors.ParserError) as error:
        reason = " ".join(str(error).split())[:200]
        raise BadInput(f"{path.name} cannot be read: {reason}") from error
    if not isinstance(frame.index, pd.RangeIndex):
        frame = frame.reset_index()
    frame.columns = [str(name) for name in frame.columns]
    return frame.loc[:, ~frame.columns.duplicated()]


def _read_csv(path: Path) -> pd.DataFrame:
    with path.open(encoding="utf-8-sig") as file:
        head = file.read(65_536)
    try:
        separator = csv.Sniffer().sniff(head, ",;\t|").delimiter
    except csv.Error:  # a single column, or nothing at all
        separator = ","
    decimal = "," if separator == ";" and re.search(r"\d,\d", head) else "."
    return pd.read_csv(path, sep=separator, decimal=decimal, encoding="utf-8-sig")


def _take_time(table: _Table, path: Path) -> pd.Series:
    for names in _time_candidates(table):
        first, *others = (table.frame[name] for name in names)
        column = first if not others else first.astype(str) + " " + others[0].astype(str)
        times, notes = _times(column, believable_epochs=names[0] in table.column(_TIMES))
        if times.notna().mean() >= _USABLE:
            table.frame = table.frame.drop(columns=names)
            return _keep_timed(table, times, notes)
    raise BadInput(
        f"{path.name} has no column of times; name one 'time' and write ISO 8601, such as 2025-01-31T08:00Z."
    )


def _time_candidates(table: _Table) -> Iterator[list[str]]:
    """The columns that may be the time, the likeliest first; two when date and time of day stand apart."""
    typed = [name for name in table.frame.columns if pd.api.types.is_datetime64_any_dtype(table.frame[name])]
    named = table.column(_TIMES)
    for name in [*(name for name in named if name in typed), *typed]:
        yield [name]
    halves = table.column(("date", "time"))
    if len(halves) == 2:
        yield halves
    for name in [*named, *table.texts()]:
        yield [name]


def _keep_timed(table: _Table, times: pd.Series, notes: list[str]) -> pd.Series:
    table.notes += notes
    missing = int(times.isna().sum())
    if missing:
        table.notes.append(f"{missing:,} rows have no usable time and are left out.")
        table.frame = table.frame[times.notna()]
    return times.dropna()


def _times(column: pd.Series, *, believable_epochs: bool) -> tuple[pd.Series, list[str]]:
    """The column as times in UTC (NaT where a cell is none), and what had to be assumed."""
    if pd.api.types.is_datetime64_any_dtype(column):
        zoneless = column.dt.tz is None
        times = column.dt.tz_localize("UTC") if zoneless else column.dt.tz_convert("UTC")
        return times, ["Its times state no zone and are taken as UTC."] if zoneless else []
    if pd.api.types.is_numeric_dtype(column):
        return (
            _epochs(column)
            if believable_epochs
            else pd.Series(pd.NaT, column.index, dtype="datetime64[ns, UTC]")
        ), []
    said = column.astype(str).where(column.notna() & column.astype(str).str.contains(_HAS_DATE))
    guesses = [
        pd.to_datetime(said, errors="coerce", utc=True, format="ISO8601"),
        pd.to_datetime(said, errors="coerce", utc=True, format="mixed"),
        pd.to_datetime(said, errors="coerce", utc=True, format="mixed", dayfirst=True),
    ]
    times = max(guesses, key=lambda guess: int(guess.notna().sum()))
    return times, _zone_notes(said[times.notna()])


def _epochs(column: pd.Series) -> pd.Series:
    """Epochs in s, ms, µs or ns by their size; NaT for what would lie before 2000 or after 2199."""
    size = float(column.abs().median())
    unit: Literal["s", "ms", "us", "ns"] = (
        "s" if size < 1e11 else "ms" if size < 1e14 else "us" if size < 1e17 else "ns"
    )
    times = pd.to_datetime(column, unit=unit, errors="coerce", utc=True)
    return times.where((times >= pd.Timestamp("2000", tz="UTC")) & (times < pd.Timestamp("2200", tz="UTC")))


def _zone_notes(said: pd.Series) -> list[str]:
    zones = said.str.extract(r":\d\d(?:[.,]\d+)?\s*(Z|[+-]\d\d:?\d\d|[+-]\d\d)$", flags=re.IGNORECASE)[0]
    if zones.isna().all():
        return ["Its times state no zone and are taken as UTC."] if len(said) else []
    notes = []
    if zones.isna().any():
        notes.append(f"{int(zones.isna().sum()):,} of its times state no zone and are taken as UTC.")
    if zones.nunique() > 1:
        notes.append("Its times are of several zones; each is taken as it says.")
    return notes


def _take_device(table: _Table, at: pd.Series) -> pd.Series:
    """The column that names devices: by its name, or because times repeat without it and not with it."""
    for name in table.column(_DEVICES):
        if _is_text(table.frame[name]) or pd.api.types.is_integer_dtype(table.frame[name]):
            return table.take(name).fillna("").astype(str)
    if at.duplicated().any() and not table.column(_METRICS):
        for name in table.texts():
            if not pd.concat([at, table.frame[name]], axis=1).duplicated().any():
                return table.take(name).fillna("").astype(str)
    return pd.Series("", at.index)


def _take_metric(table: _Table) -> pd.Series | None:
    """The column that names the metric of each row, in a file that has one value a row."""
    names, values = table.column(_METRICS), table.column(_VALUES)
    if not names or not values or not _is_text(table.frame[names[0]]):
        return None
    metric = table.take(names[0])
    table.frame = table.frame[[values[0]]]
    return metric


def _numbers(table: _Table, path: Path) -> pd.DataFrame:
    """The columns that hold numbers or booleans; texts that are not mostly numbers are left out."""
    kept = {}
    for name in table.frame.columns:
        column = table.frame[name]
        numbers = pd.to_numeric(column, errors="coerce").astype(float)
        numbers = numbers.mask(numbers.abs() == float("inf"))
        if _ROW_NUMBER.fullmatch(name.strip().lower()) or numbers.count() < max(1, _USABLE * column.count()):
            continue
        if numbers.count() < column.count():
            table.notes.append(
                f"{column.count() - numbers.count():,} cells of {name!r} are no numbers and are left out."
            )
        kept[name] = numbers
    if not kept:
        raise BadInput(f"{path.name} has no column of numbers.")
    return pd.DataFrame(kept)


def _wide(table: _Table, rows: pd.DataFrame) -> pd.DataFrame:
    """One row a time and device from rows of at, device, a value and its metric."""
    key = ["at", "device", "metric"]
    table.note_repeated(rows.duplicated(key))
    value = next(name for name in rows.columns if name not in key)
    wide = rows.pivot_table(index=key[:2], columns="metric", values=value, aggfunc="first", sort=False)
    wide.columns.name = None
    return wide.reset_index()


def _in_order(frame: pd.DataFrame, table: _Table) -> pd.DataFrame:
    if not frame.groupby("device", sort=False)["at"].is_monotonic_increasing.all():
        table.notes.append("Its rows are not in the order of time; they are put into it.")
    repeated = frame.duplicated(["device", "at"])
    table.note_repeated(repeated)
    return frame[~repeated].sort_values("at", kind="stable", ignore_index=True)


def _is_text(column: pd.Series) -> bool:
    return pd.api.types.is_string_dtype(column) or isinstance(column.dtype, pd.CategoricalDtype)
