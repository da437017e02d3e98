"""Lives of an asset from what people record of it: put into service, failed, retired without a failure.

The words are those of ISO 14224: a time to failure runs from when an item is put into service, or repaired,
to its failure; where it was retired before, or still runs, it is censored: known to have lasted so long at
least. What was repaired counts as new, as in a renewal process.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal, Protocol

import numpy as np
import pandas as pd

Kind = Literal["in service", "failed", "retired"]
End = Literal["failed", "retired", "running"]

_HOUR = pd.Timedelta(hours=1)
_LARGEST = 1e150  # nothing measured is larger, and the squares of what is could not be added up


class Said(Protocol):
    """One thing that was recorded."""

    @property
    def kind(self) -> Kind: ...  # noqa: D102
    @property
    def at(self) -> datetime: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A stretch of service, from its beginning until before its end."""

    begins: datetime  # aware, as all times here
    ends: datetime  # of one that runs: now
    end: End  # retired and running: censored
    stated: bool  # whether somebody recorded its beginning; else it begins when the asset was first heard


def lives(records: Iterable[Said], *, heard: datetime | None, now: datetime) -> tuple[Life, ...]:
    """The lives of one asset, oldest first; they never overlap.

    What was recorded in contradiction (see `contradiction`) or after `now` ends and begins nothing.

    Args:
        records: In any order.
        heard: When its readings begin; None: there are none. Without a record, the first life begins there.
        now: The time.
    """
    found: list[Life] = []
    begins, stated = heard, False
    for one in _ordered(records):
        if one.at > now:
            break
        if one.kind == "in service":
            # What was measured before the first stated beginning was no service.
            if begins is None or not stated:
                begins, stated = one.at, True
            continue
        if begins is not None and begins < one.at:
            found.append(Life(begins=begins, ends=one.at, end=one.kind, stated=stated))
        begins = None
    if begins is not None and begins < now:
        found.append(Life(begins=begins, ends=now, end="running", stated=stated))
    return tuple(found)


def contradiction(records: Iterable[Said], *, heard: datetime | None, now: datetime) -> str | None:
    """What in the records of one asset cannot be, in a sentence that says what to do; None: nothing.

    Arguments as of `lives`.
    """
    ordered = _ordered(records)
    if ordered and ordered[-1].at > now:
        return "That lies in the future; record what has happened."
    if ordered and ordered[0].kind != "in service" and (heard is None or ordered[0].at <= heard):
        since = "it was never heard" if heard is None else f"it was first heard on {_written(heard)}"
        return f"That is before its service began: {since}; record first when it was put into service."
    for before, one in pairwise(ordered):
        if before.kind == one.kind == "in service":
            return (
                f"It is in service since {_written(before.at)}, and again from {_written(one.at)} on; "
                "between the two, record that it failed or was retired."
            )
        if "in service" not in (before.kind, one.kind):
            return (
                f"It {_ENDED[before.kind]} on {_written(before.at)} and would end again on "
                f"{_written(one.at)}; between the two, record that it was repaired or put into service."
            )
    return None


def means_by_age(hours: pd.DataFrame, life: Life, *, step: pd.Timedelta) -> pd.DataFrame:
    """The means of each step of a life, by age.

    Args:
        hours: Hourly means, one column a sensor; DatetimeIndex of the beginnings of hours, NaN where it was
            silent; a value whose square cannot be added up counts as none.
        life: Whose hours are taken: those that lie wholly in it.
        step: Length of a row, at least an hour; steps are counted from the beginning of the life.

    Returns:
        One row a step, from the first with a value to the one in which the life ends; NaN where all was
        silent. Index `age` [steps]: the age at the end of the row, at the last one that of the life's end.
    """
    begins, ends = pd.Timestamp(life.begins), pd.Timestamp(life.ends)
    at = pd.DatetimeIndex(hours.index)
    within = hours[(at >= begins) & (at <= ends - _HOUR)]
    within = within.where(within.abs() < _LARGEST).dropna(how="all")
    means = within.groupby((pd.DatetimeIndex(within.index) - begins) // step).mean()
    lasted = (ends - begins) / step
    rows = np.arange(means.index[0], np.ceil(lasted)) if len(means) else np.empty(0)
    return means.reindex(rows).set_axis(pd.Index(np.minimum(rows + 1, lasted), name="age"), axis=0)


_ENDED = {"failed": "failed", "retired": "was retired"}


def _ordered(records: Iterable[Said]) -> Sequence[Said]:
    """Oldest first; what ends at the moment in which something begins has ended before it."""
    return sorted(records, key=lambda one: (one.at, one.kind == "in service"))


def _written(at: datetime) -> str:
    return f"{pd.Timestamp(at).tz_convert('UTC'):%Y-%m-%d %H:%M} UTC"
