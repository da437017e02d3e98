"""What the simulator remembers between runs: how far it is, what is missing, where its counters stood."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from data.demo.sensing import Ledger
from data.demo.simulation.clock import midnight
from data.errors import BadInput

HISTORY = timedelta(days=30)
_DAY = timedelta(days=1)


@dataclass(slots=True, kw_only=True)
class Gap:
    """A time that nothing was published of yet; half-open."""

    since: datetime
    until: datetime


@dataclass(slots=True, kw_only=True)
class Progress:
    """How far the simulator is."""

    origin: date  # the first day; counters begin there
    published_until: datetime | None = None
    gaps: list[Gap] = field(default_factory=list)
    ledger: Ledger = field(default_factory=dict)

    def resume(self, now: datetime) -> None:
        """Note what is missing up to now: the last 30 days at first, later what a stop has left out."""
        since = max(self.published_until or midnight(self.origin), now - HISTORY)
        if since < now:
            self.gaps.append(Gap(since=since, until=now))
        self.published_until = now

    def newest_gap(self) -> tuple[datetime, datetime] | None:
        """The newest stretch, within one UTC day, that is missing."""
        if not self.gaps:
            return None
        gap = max(self.gaps, key=lambda gap: gap.until)
        begin = midnight((gap.until - timedelta(microseconds=1)).date())
        return max(gap.since, begin), gap.until

    def filled(self, since: datetime, until: datetime) -> None:
        """Note that this stretch, the end of a gap, is no longer missing."""
        for gap in self.gaps:
            if gap.until == until:
                gap.until = since
        self.gaps = [gap for gap in self.gaps if gap.since < gap.until]

    def missing_days(self) -> Iterator[date]:
        """Every UTC day that something is missing of."""
        for gap in self.gaps:
            day = midnight(gap.since.date())
            while day < gap.until:
                yield day.date()
                day += _DAY


def begin(now: datetime) -> Progress:
    """Nothing done yet."""
    return Progress(origin=(now - HISTORY).astimezone(UTC).date())


def load(path: Path) -> Progress | None:
    """What was saved; None when nothing was.

    Raises:
        BadInput: the file is damaged.
    """
    if not path.exists():
        return None
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        until = said["published_until"]
        return Progress(
            origin=date.fromisoformat(said["origin"]),
            published_until=None if until is None else datetime.fromisoformat(until),
            gaps=[_gap(*stretch) for stretch in said["gaps"]],
            ledger={date.fromisoformat(day): counts for day, counts in said["ledger"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{path} is damaged; remove it and the demo begins anew.") from error


def _gap(since: str, until: str) -> Gap:
    return Gap(since=datetime.fromisoformat(since), until=datetime.fromisoformat(until))


def save(path: Path, progress: Progress) -> None:
    """Keep it; a reader never sees half of it."""
    said = {
        "origin": progress.origin.isoformat(),
        "published_until": progress.published_until and progress.published_until.isoformat(),
        "gaps": [[gap.since.isoformat(), gap.until.isoformat()] for gap in progress.gaps],
        "ledger": {day.isoformat(): counts for day, counts in progress.ledger.items()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}")
    draft.write_text(json.dumps(said), encoding="utf-8")
    draft.replace(path)
