"""What workers write of what analytics found. Each function writes within the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from psycopg.types.json import Jsonb

from data.store import statements
from data.store.analysis_rows import Band, Basis, Pattern, Reason, Subject, Verdict
from data.store.pool import Connection

_SQL = statements.load("analysis_results")

Judged = Literal["series", "device", "building"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDone:
    """One thing's part in a run of a kind of analysis."""

    id: int  # of a series, a device or a building
    first_at: datetime | None = None  # of the readings in its window; None: due once there are some
    until: datetime | None = None  # it has seen what was said before
    lacking: str | None = None  # one sentence: what was too little
    failed: str | None = None  # the name of an error that is in the log


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """How the last run of a kind over one thing went."""

    first_at: datetime | None = None  # of the readings in its window
    until: datetime | None
    failed: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthResult:
    """How a subject is."""

    subject: Subject
    subject_id: int
    score: float | None
    reasons: tuple[Reason, ...]
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastResult:
    """A forecast, and how right those before it were."""

    series_id: int
    method: str
    ats: tuple[datetime, ...]
    quantiles: Mapping[float, tuple[float | None, ...]]
    mase: float | None
    coverage: float | None
    backtests: int
    backtest_since: datetime | None
    withheld: str | None
    right_count: int
    judged_count: int
    judged_since: datetime | None
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class PastForecast:
    """The band of 80 % that was forecast on a day."""

    ats: tuple[datetime, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureResult:
    """What is likely to fail; one of device and equipment."""

    kind: Literal["limit", "service life", "warranty", "learned"]
    sentence: str  # without its full stop: who shows it adds the date, in the reader's zone
    basis: Basis
    device_id: int | None = None
    equipment_id: int | None = None
    series_id: int | None = None
    fails_at: datetime | None = None
    low_at: datetime | None = None
    high_at: datetime | None = None
    probability: float | None = None
    service_life_years: float | None = None
    warranty_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OddRoomResult:
    """A room judged against those around it."""

    space_id: int
    quantity: str
    score: float
    verdict: Verdict | None
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityResult:
    """Readings of a series that cannot be right; `finding` is what a repair needs to know, as plain JSON."""

    kind: str
    began_at: datetime
    ended_at: datetime  # included
    count: int
    detail: str
    flag: int
    repair: str | None
    finding: Mapping[str, Any]
    basis: Basis


def save_runs(
    connection: Connection, kind: str, of: Judged, runs: Iterable[RunDone], *, computed_at: datetime
) -> None:
    """Note when a kind of analysis was done for series, devices or buildings."""
    nobody = dict.fromkeys(("series_id", "device_id", "building_id"))
    _each(
        connection,
        "run",
        [
            asdict(one) | nobody | {f"{of}_id": one.id, "kind": kind, "computed_at": computed_at}
            for one in sorted(runs, key=lambda one: one.id)
        ],
    )


def last_runs(connection: Connection, kind: str, of: Judged, ids: Sequence[int]) -> dict[int, LastRun]:
    """How the last run over each went; those of none are left out."""
    found = connection.execute(_SQL["runs_of"], {"kind": kind, "subject": of, "ids": list(ids)})
    return {
        number: LastRun(first_at=first_at, until=until, failed=failed)
        for number, first_at, until, failed in found
    }


def save_health(connection: Connection, results: Iterable[HealthResult], *, computed_at: datetime) -> None:
    """Say how subjects are; all but series get a point of their trend, too."""
    rows = [
        {
            "subject": one.subject,
            "subject_id": one.subject_id,
            "computed_at": computed_at,
            "score": one.score,
            "reasons": Jsonb([_said(reason) for reason in one.reasons]),
            "basis": Jsonb(one.basis.kept()),
        }
        for one in sorted(results, key=lambda one: (one.subject, one.subject_id))
    ]
    _each(connection, "health", rows)
    kept = [row for row in rows if row["subject"] != "series" and row["score"] is not None]
    _each(connection, "health_history", kept)


def forget_health(connection: Connection, subject: Subject, ids: Sequence[int]) -> None:
    """Forget the health of what cannot be judged any more."""
    connection.execute(_SQL["forget_health"], {"subject": subject, "ids": list(ids)})


def thin_health_history(connection: Connection, *, now: datetime, after: timedelta) -> int:
    """Keep one score a day of what is older; gives how many were written."""
    limit = (now - after).replace(hour=0, minute=0, second=0, microsecond=0)
    return connection.execute(_SQL["thin_health_history"], {"before": limit}).rowcount


def save_bands(connection: Connection, bands: Mapping[int, tuple[datetime, Sequence[Band]]]) -> None:
    """By series: from when on its bands are said anew, and what they are."""
    _each(connection, "forget_bands", [{"series_id": one, "since": bands[one][0]} for one in sorted(bands)])
    _each(
        connection,
        "band",
        [asdict(band) | _jsonb(band.basis) for one in sorted(bands) for band in bands[one][1]],
    )


def save_forecasts(
    connection: Connection,
    results: Sequence[ForecastResult],
    *,
    none_of: Sequence[int],
    computed_at: datetime,
) -> None:
    """Write the newest forecasts and forget those of `none_of`; the first of a day is kept to be judged."""
    connection.execute(_SQL["forget_forecasts"], {"ids": list(none_of)})
    ordered = sorted(results, key=lambda one: one.series_id)
    rows = [
        asdict(one)
        | _jsonb(one.basis)
        | {
            "computed_at": computed_at,
            "ats": list(one.ats),
            "quantiles": Jsonb({str(level): list(values) for level, values in one.quantiles.items()}),
        }
        for one in ordered
    ]
    _each(connection, "forecast", rows)
    _each(
        connection,
        "forecast_day",
        [
            {
                "series_id": one.series_id,
                "computed_at": computed_at,
                "ats": list(one.ats),
                "low": list(one.quantiles[0.1]),
                "high": list(one.quantiles[0.9]),
            }
            for one in ordered
            if one.withheld is None
        ],
    )


def forecast_days(
    connection: Connection, ids: Sequence[int], *, since: datetime
) -> dict[int, list[PastForecast]]:
    """What was forecast since a time, by series; older ones are forgotten."""
    connection.execute(_SQL["forget_forecast_days"], {"ids": list(ids), "before": since})
    found: dict[int, list[PastForecast]] = {}
    for number, ats, low, high in connection.execute(
        _SQL["forecast_days"], {"ids": list(ids), "since": since}
    ):
        past = PastForecast(ats=tuple(ats), low=tuple(low), high=tuple(high))
        found.setdefault(number, []).append(past)
    return found


def save_failures(
    connection: Connection,
    results: Iterable[FailureResult],
    *,
    series: Sequence[int] = (),
    equipment: Sequence[int] = (),
    learned: Sequence[int] = (),
    computed_at: datetime,
) -> None:
    """Write what is likely to fail, in place of what was told before.

    Args:
        connection: In the caller's transaction.
        results: What is written.
        series: Whose trends are told anew.
        equipment: Whose stated lifetimes are.
        learned: Devices of which what is learned from recorded lives is.
        computed_at: When it was computed.
    """
    again = {"series": list(series), "equipment": list(equipment), "learned": list(learned)}
    connection.execute(_SQL["forget_failures"], again)
    _each(
        connection,
        "failure",
        [asdict(one) | _jsonb(one.basis) | {"computed_at": computed_at} for one in results],
    )


def save_patterns(
    connection: Connection,
    results: Iterable[Pattern],
    *,
    kinds: Sequence[str],
    series: Sequence[int] = (),
    spaces: Sequence[int] = (),
) -> None:
    """Write the patterns of some kinds of some series and rooms, in place of what they were."""
    wanted = {"kinds": list(kinds), "series": list(series), "spaces": list(spaces)}
    connection.execute(_SQL["forget_patterns"], wanted)
    _each(
        connection,
        "pattern",
        [asdict(one) | _jsonb(one.basis) | {"result": Jsonb(one.result)} for one in results],
    )


def save_odd_rooms(
    connection: Connection, building: int, results: Iterable[OddRoomResult], *, computed_at: datetime
) -> None:
    """Write how odd each room of a building is, in place of what it was."""
    connection.execute(_SQL["forget_odd_rooms"], {"building_id": building})
    _each(
        connection,
        "odd_room",
        [asdict(one) | _jsonb(one.basis) | {"computed_at": computed_at} for one in results],
    )


def save_quality(
    connection: Connection,
    found: Mapping[int, Sequence[QualityResult]],
    *,
    since: datetime,
    computed_at: datetime,
) -> None:
    """By series: all that is found since a time; what people decided on stays."""
    for series in sorted(found):
        again = {
            "kinds": [one.kind for one in found[series]],
            "began": [one.began_at for one in found[series]],
        }
        connection.execute(_SQL["forget_quality"], again | {"series_id": series, "since": since})
    _each(
        connection,
        "quality",
        [
            asdict(one)
            | _jsonb(one.basis)
            | {"series_id": series, "computed_at": computed_at, "finding": Jsonb(one.finding)}
            for series in sorted(found)
            for one in found[series]
        ],
    )


def tell(connection: Connection) -> None:
    """Let the pages know that there is something new. Last in a transaction: others wait for it."""
    connection.execute(_SQL["version_grow"])


def _each(connection: Connection, statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.cursor().executemany(_SQL[statement], rows)


def _jsonb(basis: Basis) -> dict[str, Jsonb]:
    return {"basis": Jsonb(basis.kept())}


def _said(reason: Reason) -> dict[str, Any]:
    return {name: value for name, value in asdict(reason).items() if value is not None}
