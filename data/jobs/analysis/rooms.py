"""Patterns of each room, each day: what moves together in it, and when somebody is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pandas as pd
import structlog

from analytics.patterns import correlations, occupancy
from data.jobs.analysis.each import WINDOW, TooLittle, too_short
from data.jobs.batched import Batch, Batched, blocks
from data.store import Store, analysis_input, analysis_results
from data.store.analysis_input import RoomSeries
from data.store.analysis_results import RunDone
from data.store.analysis_rows import Basis, Pattern

log = structlog.get_logger(__name__)

KIND = "rooms"
KINDS = ("correlations", "occupancy")
EVERY = timedelta(days=1)
_LEAST_DAYS = 3
_SHOWN = timedelta(days=7)  # of presence, hour by hour
_MOST_SERIES = 12  # of a room that are correlated: the number of pairs grows with its square
_CHANCE = 0.01  # correlations that are likelier than this without any relation are left out
_TELLS = {"co2": "co2", "humidity": "humidity", "temperature": "temperature", "illuminance": "light"}


def plan(store: Store) -> Iterable[Batch]:
    """The buildings whose rooms are due, each a batch of its own."""
    due = {
        tenant: analysis_input.due_buildings(store, tenant=tenant, kind=KIND, every=EVERY, window=WINDOW)
        for tenant in analysis_input.tenants(store)
    }
    return blocks(due, size=1)


def do(store: Store, batch: Batch, stop: Event) -> None:
    """Find the patterns of all rooms of a building."""
    for building in batch.ids:
        _do(store, batch.tenant, building, stop)


ROOMS = Batched(name="rooms", cron="*/5 * * * *", plan=plan, do=do, behind=2)


def _do(store: Store, tenant: int, building: int, stop: Event) -> None:
    now = datetime.now(UTC)
    with store.transaction(tenant=tenant) as connection:
        known = analysis_input.of_building(connection, building)
        ids = [one.series_id for one in known.series]
        frame = analysis_input.means(connection, ids=ids, step="5min", since=now - WINDOW, until=now)
        last = analysis_results.last_runs(connection, KIND, "building", [building])
    rooms: dict[int, list[RoomSeries]] = defaultdict(list)
    for one in known.series:
        if one.space_id is not None:
            rooms[one.space_id].append(one)
    weather = [one for one in known.series if one.quantity == "outdoor_temperature"][:1]
    found: list[Pattern] = []
    failed = None
    for room, series in rooms.items():
        if stop.is_set():
            return
        try:
            found += patterns_of(room, [*series, *weather], frame, timezone=known.timezone, now=now)
        except Exception as error:
            failed = type(error).__name__
            if building not in last or last[building].failed != failed:
                log.exception("analysis", kind=KIND, id=room)
    first = frame.index[0].to_pydatetime() if len(frame) else None
    lacking = None if rooms else "Nothing is measured in its rooms yet."
    run = RunDone(id=building, first_at=first, until=now, lacking=lacking, failed=failed)
    with store.transaction(tenant=tenant) as connection:
        analysis_results.save_patterns(connection, found, kinds=KINDS, spaces=list(rooms))
        analysis_results.save_runs(connection, KIND, "building", [run], computed_at=now)
        analysis_results.tell(connection)


def patterns_of(
    room: int, series: Sequence[RoomSeries], frame: pd.DataFrame, *, timezone: str, now: datetime
) -> list[Pattern]:
    """The patterns of a room, one of each kind, as `together` and `presence` give them.

    One that there is too little for says so: {lacking: a sentence}.

    Args:
        room: Its id.
        series: Those in it, and the building's weather.
        frame: Means of 5 minutes, in UTC; more columns than those of the series may be there.
        timezone: Whose weeks are meant.
        now: When it is computed.
    """
    own = frame[[one.series_id for one in series]].dropna(how="all")
    basis = Basis(
        since=own.index[0].to_pydatetime() if len(own) else None,
        until=now,
        readings=int(own.count().sum()),
        source="means of 5 minutes",
    )
    results = {
        "correlations": _or_lacking(lambda: together(series, own)),
        "occupancy": _or_lacking(lambda: presence(series, own, timezone)),
    }
    return [
        Pattern(kind=kind, series_id=None, space_id=room, result=result, computed_at=now, basis=basis)  # type: ignore[arg-type]
        for kind, result in results.items()
    ]


def _or_lacking(find: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return find()
    except TooLittle as error:
        return {"lacking": str(error)}


def _enough(said: pd.DataFrame) -> None:
    if lack := too_short(said.dropna(how="all"), days=_LEAST_DAYS):
        raise TooLittle(lack)


def together(series: Sequence[RoomSeries], frame: pd.DataFrame) -> dict[str, Any]:
    """What of a room moves together, the strongest first: {pairs: [{a, b, lag_s, r, p, n}]}, by series.

    A lag above zero: `b` follows `a`.

    Raises:
        TooLittle: there are too few days, or too few series that change.
    """
    ids = [one.series_id for one in series if one.kind == "number"]
    _enough(frame[[one.series_id for one in series if one.space_id is not None and one.series_id in ids]])
    changing = [number for number in ids if frame[number].nunique() > 1][:_MOST_SERIES]
    if len(changing) < 2:
        raise TooLittle(f"Needs 2 series of numbers that change; has {len(changing)}.")
    found = correlations(frame[changing])
    likely = found[found["p"] <= _CHANCE]
    return {
        "pairs": [
            {
                "a": int(row["a"]),
                "b": int(row["b"]),
                "lag_s": row["lag"].total_seconds(),
                "r": float(row["r"]),
                "p": float(row["p"]),
                "n": int(row["n"]),
            }
            for row in likely.to_dict("records")
        ]
    }


def presence(series: Sequence[RoomSeries], frame: pd.DataFrame, timezone: str) -> dict[str, Any]:
    """How likely somebody is in a room: {ats, share, week}.

    `share` is the mean of each hour of the last days at `ats`, `week` the mean of each of the 168 hours of a
    week in the building's zone, from Monday.

    Raises:
        TooLittle: nothing tells of people, or not for enough days.
    """
    tells = {
        _TELLS[one.quantity]: one.series_id
        for one in reversed(series)
        if one.space_id is not None and one.quantity in _TELLS
    }
    if not {"co2", "humidity", "light"} & tells.keys():
        raise TooLittle("Needs CO₂, humidity or light: nothing that is measured here tells of people.")
    air = pd.DataFrame({word: frame[number] for word, number in tells.items()})
    _enough(air.drop(columns="temperature", errors="ignore"))
    hourly = occupancy(air).resample("1h").mean()
    local = pd.DatetimeIndex(hourly.index).tz_convert(timezone)
    week = hourly.groupby(local.day_of_week * 24 + local.hour).mean().reindex(range(168))
    shown = hourly[hourly.index >= hourly.index[-1] - pd.Timedelta(_SHOWN)]
    return {
        "ats": [at.isoformat() for at in shown.index],
        "share": _numbers(shown),
        "week": _numbers(week),
        "told_by": sorted(tells),
    }


def _numbers(values: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else round(float(value), 3) for value in values]
