"""How long devices will last, each day: learned from the recorded lives of all devices of a type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from threading import Event
from zlib import crc32

import numpy as np
import pandas as pd

from analytics.failure import Life, RemainingLife, means_by_age
from data.building.lifetime import lifetime
from data.errors import StoreError
from data.jobs.analysis.each import TooLittle, each
from data.jobs.batched import Batch, Batched
from data.store import Store, analysis_input, analysis_results, life_records
from data.store.analysis_results import FailureResult
from data.store.analysis_rows import Basis
from data.store.life_records import DeviceLives

KIND = "remaining life"
EVERY = timedelta(days=1)
# The largest error of nine lives is exceeded by that of a tenth one with a probability of 1 in 10: with fewer
# failures no interval can promise nine in ten, whatever the model (Vovk et al. 2005).
FEWEST = 9
LEAST_COVERAGE = 0.8  # of intervals that promise 0.9, in cross-validation; below it nothing is said
HOUR, DAY = pd.Timedelta(hours=1), pd.Timedelta(days=1)
# Ages are days where a usual life has as many of them as the longest mean the model takes, else hours.
DAILY_FROM = 60 * DAY
SOON = 30  # ages that the model's probability speaks of
FAR = 0.95  # of the model's ceiling, from which a prediction means "that long or longer"
MOST_SENSORS = 20
MOST_ROWS = 100_000  # learned from: of 20 sensors they take 230 MB and 45 s on one core

# The hourly means of a device's sensors in one of its lives, as columns; None: it lacks one of them.
Read = Callable[[int, Life, tuple[str, ...]], pd.DataFrame | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A model of a type, and what it was learned from."""

    model: RemainingLife
    sensors: tuple[str, ...]
    step: pd.Timedelta  # of an age
    basis: Basis


def plan(store: Store) -> Iterable[Batch]:
    """The devices of each type whose records changed, or that was learned from a day ago."""
    for tenant in analysis_input.tenants(store):
        for one in life_records.due_types(store, tenant=tenant, kind=KIND, every=EVERY):
            yield Batch(tenant=tenant, block=crc32(one.type.encode()), ids=one.devices)


def do(store: Store, batch: Batch, stop: Event) -> None:
    """Learn from the lives of a type, and say what those of its devices that run have left."""
    now = datetime.now(UTC)
    with store.transaction(tenant=batch.tenant) as connection:
        known = life_records.of_devices(connection, batch.ids)
        sensors = life_records.number_series(connection, batch.ids)
        sets = life_records.equipment(connection, batch.ids)
        last = analysis_results.last_runs(connection, KIND, "device", batch.ids)
    read = _reader(store, batch.tenant, sensors)
    learned = _attempt(known, sensors, read)

    def judge(device: int, _said: pd.Series) -> FailureResult:
        if isinstance(learned, Exception):
            raise learned
        until = lifetime(sets.get(device, {})).warranty_until
        left = left_of(known[device], learned, read)
        return result_of(left, learned, device, now=now, warranty_until=until)

    nothing = pd.Series(dtype=float, index=pd.DatetimeIndex([], tz=UTC))
    found = each(KIND, dict.fromkeys(known, nothing), judge, last=last, until=pd.Timestamp(now), stop=stop)
    with store.transaction(tenant=batch.tenant) as connection:
        told = [run.id for run in found.runs if run.failed is None]
        analysis_results.save_failures(connection, found.results.values(), learned=told, computed_at=now)
        analysis_results.save_runs(connection, KIND, "device", found.runs, computed_at=now)
        analysis_results.tell(connection)


REMAINING_LIFE = Batched(name="remaining life", cron="*/5 * * * *", plan=plan, do=do, behind=2)


def learn(known: Mapping[int, DeviceLives], sensors: Mapping[int, Mapping[str, int]], read: Read) -> Learned:
    """Learn from the lives of devices of one type.

    Args:
        known: Their lives.
        sensors: By device, what it measures.
        read: Gives hourly means.

    Raises:
        TooLittle: there are too few failures, or nothing that all that failed measured, or what was learned
            does not hold for lives it was not learned from.
    """
    lives = [(one, life) for one in known.values() for life in one.lives]
    failures = [(one, life) for one, life in lives if life.end == "failed"]
    _enough(len(failures), "is recorded", "are recorded")
    shared = sorted(set.intersection(*(set(sensors.get(one.device_id, ())) for one, _ in failures)))
    if not shared:
        raise TooLittle(
            "Those of its type that failed measured nothing in common that could be learned from."
        )
    usual = pd.Timedelta(np.median([life.ends - life.begins for _, life in failures]))
    step, taken = DAY if usual >= DAILY_FROM else HOUR, tuple(shared[:MOST_SENSORS])
    runs = _runs(lives, taken, step, read)
    ended = runs.groupby("life")["ended"].first()
    _enough(int(ended.sum()), "has readings", "have readings")
    model = RemainingLife.fit(runs, unit="life", age="age", sensors=_columns(taken), ended="ended")
    type_ = next(iter(known.values())).type
    source = f"{'daily' if step == DAY else 'hourly'} means of lives of {type_}"
    found = Basis(readings=len(runs), source=source, lives=len(ended), failures=int(ended.sum()))
    return Learned(model=model, sensors=taken, step=step, basis=_validated(found, model, step))


def left_of(one: DeviceLives, learned: Learned, read: Read) -> pd.Series:
    """What the life that a device is in has left, as `RemainingLife.predict` says it [ages].

    Raises:
        TooLittle: it is in none, or nothing was measured in it.
    """
    if not one.lives or one.lives[-1].end != "running":
        raise TooLittle("It is out of service; record when it was repaired or put into service again.")
    hours = read(one.device_id, one.lives[-1], learned.sensors)
    if hours is None:
        raise TooLittle(f"It does not measure all that was learned from: {', '.join(learned.sensors)}.")
    course = means_by_age(hours, one.lives[-1], step=learned.step)
    if course.empty:
        raise TooLittle("Nothing was measured since it was put into service.")
    said: pd.Series = learned.model.predict(course.reset_index().assign(life=0)).iloc[0]
    return said


def result_of(
    left: pd.Series, learned: Learned, device: int, *, now: datetime, warranty_until: date | None
) -> FailureResult:
    """A prediction as it is kept: in times, and in a sentence that says the rest."""
    model, step = learned.model, learned.step
    when, low, high = (_later(now, float(left[name]) * step) for name in ("rul", "low", "high"))
    soon = float(left["p_fail_30"])
    unit = "days" if step == DAY else "hours"
    in_sight = left["rul"] < FAR * model.ceiling
    warned = in_sight and warranty_until is not None and when.date() <= warranty_until
    whole = round(float(left["rul"]))
    expected = (
        f"It has about {whole} {unit if whole != 1 else unit[:-1]} left, going by the lives of its type"
    )
    return FailureResult(
        kind="learned",
        device_id=device,
        fails_at=when if in_sight else None,
        low_at=low,
        high_at=high if left["high"] < model.ceiling else None,
        probability=soon,
        warranty_until=warranty_until,
        sentence=(expected if in_sight else "No failure is in sight")
        + (", so that it is likely to fail before its warranty ends." if warned else ".")
        + f" The probability that it fails within {SOON} {unit} is {_percent(soon)}.",
        basis=learned.basis,
    )


def _attempt(
    known: Mapping[int, DeviceLives], sensors: Mapping[int, Mapping[str, int]], read: Read
) -> Learned | Exception:
    """What was learned, or why not: that is then said of each device."""
    try:
        return learn(known, sensors, read)
    except StoreError:
        raise
    except Exception as error:
        return error


def _enough(failures: int, one: str, several: str) -> None:
    if failures < FEWEST:
        said = (
            f"1 failure of its type {one}" if failures == 1 else f"{failures} failures of its type {several}"
        )
        raise TooLittle(f"{said}; {FEWEST} are needed.")


def _validated(found: Basis, model: RemainingLife, step: pd.Timedelta) -> Basis:
    """The basis with how good the model was on lives it had not seen; refuses one whose intervals fail."""
    tried = model.validation
    assert tried is not None  # enough lives ended
    if tried.coverage < LEAST_COVERAGE:
        raise TooLittle(
            f"{found.failures} failures of its type are recorded, but what they teach does not hold: on "
            f"lives it had not seen, it was right {tried.coverage * 100:.0f} times in 100 instead of 90."
        )
    return replace(found, coverage=tried.coverage, error_s=tried.error * step.total_seconds())


def _runs(
    lives: Iterable[tuple[DeviceLives, Life]], sensors: tuple[str, ...], step: pd.Timedelta, read: Read
) -> pd.DataFrame:
    """The courses of lives under one another, as many as may be: those that failed first, then the newest."""
    frames: list[pd.DataFrame] = []
    rows = 0
    for one, life in sorted(lives, key=lambda of: (of[1].end != "failed", -of[1].ends.timestamp())):
        hours = read(one.device_id, life, sensors)
        if hours is None:
            continue
        course = means_by_age(hours, life, step=step).reset_index()
        rows += len(course)
        if rows > MOST_ROWS:
            break
        if len(course):
            frames.append(course.assign(life=len(frames), ended=life.end == "failed"))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["life", "ended"])


def _reader(store: Store, tenant: int, known: Mapping[int, Mapping[str, int]]) -> Read:
    """Reads one life at a time: never more than its hours are in memory."""

    def read(device: int, life: Life, sensors: tuple[str, ...]) -> pd.DataFrame | None:
        own = known.get(device, {})
        if not set(sensors) <= set(own):
            return None
        with store.transaction(tenant=tenant) as connection:
            hours = analysis_input.means(
                connection,
                ids=[own[one] for one in sensors],
                step="1hour",
                since=life.begins,
                until=life.ends,
            )
        return hours.set_axis(_columns(sensors), axis=1)

    return read


def _columns(sensors: tuple[str, ...]) -> list[str]:
    """Names that no column beside them has, whatever a device calls what it measures."""
    return [f"sensor {number}" for number in range(len(sensors))]


def _later(now: datetime, left: pd.Timedelta) -> datetime:
    at: datetime = (pd.Timestamp(now) + left).to_pydatetime(warn=False)
    return at


def _percent(share: float) -> str:
    if not 0.01 <= share <= 0.99:
        return "less than 1\u00a0%" if share < 0.01 else "more than 99\u00a0%"
    return f"{share * 100:.0f}\u00a0%"
