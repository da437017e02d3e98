"""Health of days on which nobody judged it: which are missing, and writing what is made up for them.

Days are those of UTC, named by their beginnings. Each function works within the caller's transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.store import statements
from data.store.analysis_rows import Subject
from data.store.pool import Connection, Store

_SQL = statements.load("past_health")

DAY = timedelta(days=1)
_LAST = timedelta(hours=23)  # of a day's scores: this one stands for its end


@dataclass(frozen=True, slots=True, kw_only=True)
class PastScore:
    """How a subject was at the end of a day."""

    subject: Subject
    subject_id: int
    day: datetime
    score: float


def due(store: Store, *, tenant: int, since: datetime, until: datetime, limit: int) -> list[int]:
    """Devices that lack the score of a day of [since, until), or whose past has to be judged anew.

    It has to be where readings came in that are a day or more earlier than those it was judged by.
    """
    wanted = {"since": since, "until": until, "limit": limit}
    with store.transaction(tenant=tenant) as connection:
        return [int(row[0]) for row in connection.execute(_SQL["due"], wanted)]


def missing(
    connection: Connection, ids: Sequence[int], *, since: datetime, until: datetime
) -> dict[int, list[datetime]]:
    """By device, the days of [since, until) to judge, oldest first; those to judge anew are forgotten."""
    wanted = {"ids": list(ids), "since": since, "until": until}
    connection.execute(_SQL["forget"], wanted)
    return dict(connection.execute(_SQL["missing"], wanted).fetchall())


def save(connection: Connection, found: Iterable[PastScore], *, computed_at: datetime) -> None:
    """Write scores of days that are over; a day on which somebody judged keeps what was said then."""
    rows = [
        {
            "subject": one.subject,
            "subject_id": one.subject_id,
            "at": one.day + _LAST,
            "score": one.score,
            "computed_at": computed_at,
        }
        for one in sorted(found, key=lambda one: (one.subject, one.subject_id, one.day))
    ]
    if rows:
        connection.cursor().executemany(_SQL["save"], rows)


def scores(
    connection: Connection, building: int, *, since: datetime, until: datetime
) -> dict[datetime, dict[int, float]]:
    """By day of [since, until), the last score of each device of a building that has one."""
    wanted = {"building_id": building, "since": since, "until": until}
    found: dict[datetime, dict[int, float]] = defaultdict(dict)
    for day, device, score in connection.execute(_SQL["scores"], wanted):
        found[day][device] = score
    return found
