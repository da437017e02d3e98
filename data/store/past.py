"""What the series in a building's rooms had said by any moment of a period that is over."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from data.store import statements
from data.store.devices import SeriesRow
from data.store.places import PlacedSeries
from data.store.pool import Store

_SQL = statements.load("past")
_HOUR = timedelta(hours=1)

Series = TypeVar("Series", PlacedSeries, SeriesRow)
Pick = Callable[[Iterable[float]], float]
_Said = tuple[Sequence[float], Sequence[float]]  # times [s since 1970], ascending, and values
_Told = tuple[Sequence[float], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A period in equal steps; known is what was said by the end of each of them."""

    since: datetime
    until: datetime
    step: timedelta
    numbers: Mapping[int, _Said]  # by series; the first may be from before the period
    texts: Mapping[int, _Told]

    def as_of(self, series: Iterable[Series], at: datetime) -> tuple[Series, ...]:
        """The series with the latest they had said before a moment; without a value where that is nothing.

        Args:
            series: With what they say now.
            at: `since` or the end of a step, aware.
        """
        return tuple(self._then(one, at.timestamp()) for one in series)

    def extremes(self, series: Iterable[Series], at: datetime, *, pick: Pick) -> tuple[Series, ...]:
        """The series with the highest or lowest number each has in the period, as if all were of one moment.

        Args:
            series: With what they say now; those without a number in the period are left out.
            at: The moment that they are given.
            pick: `max` or `min`.
        """
        numbers = ((one, self.numbers.get(one.series_id)) for one in series)
        return tuple(
            replace(one, at=at, value=pick(said[1]), text=None) for one, said in numbers if said is not None
        )

    def _then(self, one: Series, at_s: float) -> Series:
        number_s, number = _last(self.numbers.get(one.series_id), at_s)
        text_s, text = _last(self.texts.get(one.series_id), at_s)
        # A number and a text of one instant: the number, as ingest keeps it.
        said_s, text = (text_s, text) if text_s > number_s else (number_s, None)
        return replace(
            one,
            at=datetime.fromtimestamp(said_s, tz=UTC) if said_s >= 0 else None,
            value=None if text is not None else number,
            text=text,
        )


def read(
    store: Store, *, tenant: int, building: int, since: datetime, until: datetime, step: timedelta
) -> Window:
    """What was said in a building, from the rollup that fits the step; nothing of another tenant's.

    A value is carried into the period from any time before where it is still the last one of its series,
    and else from the week before.

    Args:
        store: The store, as the web or worker role.
        tenant: Whose building it is.
        building: Its id.
        since: Beginning, aware; a full hour.
        until: End, aware; a whole number of steps later.
        step: 5, 10, 15, 20, 30 or 60 minutes.

    Raises:
        StoreUnavailable: the database is away.
        StoreBusy: too many wait for it.
    """
    wanted = {"building_id": building, "since": since, "until": until, "step": step}
    rollup = "numbers_5min" if step % _HOUR else "numbers_1hour"
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(binary=True)
        numbers = cursor.execute(_SQL[rollup], wanted).fetchall()
        texts = cursor.execute(_SQL["texts"], wanted).fetchall()
    return Window(
        since=since,
        until=until,
        step=step,
        numbers={series: (ats, values) for series, ats, values in numbers},
        texts={series: (ats, values) for series, ats, values in texts},
    )


_Value = TypeVar("_Value", float, str)


def _last(
    course: tuple[Sequence[float], Sequence[_Value]] | None, at_s: float
) -> tuple[float, _Value | None]:
    """The newest before a moment with its time; without any, a time before all."""
    number = bisect_left(course[0], at_s) if course else 0
    return (course[0][number - 1], course[1][number - 1]) if course and number else (-1.0, None)
