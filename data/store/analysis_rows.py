"""What analytics found, as pages read it. Times are aware; results say when they were made and from what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

Subject = Literal["series", "device", "space", "system", "storey", "building"]
Verdict = Literal["sensor", "room", "weather"]
FindingState = Literal["open", "repaired", "dismissed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a result was made from."""

    since: datetime | None = None
    until: datetime | None = None
    readings: int | None = None  # how many, or how many buckets of `source`
    children: int | None = None  # of a result that is made of others
    source: str | None = None  # such as `readings of 5 minutes`
    lives: int | None = None  # that were learned from
    failures: int | None = None  # of these lives
    coverage: float | None = None  # share of intervals of 90 % that held in cross-validation by life
    error_s: float | None = None  # mean error in it

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Basis:
        """As the store keeps it."""
        return cls(
            since=_time(kept.get("since")),
            until=_time(kept.get("until")),
            readings=kept.get("readings"),
            children=kept.get("children"),
            source=kept.get("source"),
            lives=kept.get("lives"),
            failures=kept.get("failures"),
            coverage=kept.get("coverage"),
            error_s=kept.get("error_s"),
        )

    def kept(self) -> dict[str, Any]:
        """As the store keeps it; what is not known is left out."""
        said = {
            "since": self.since and self.since.isoformat(),
            "until": self.until and self.until.isoformat(),
            "readings": self.readings,
            "children": self.children,
            "source": self.source,
            "lives": self.lives,
            "failures": self.failures,
            "coverage": self.coverage,
            "error_s": self.error_s,
        }
        return {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a subject has lost points of its health, and through which of its parts."""

    reason: str  # of `analytics.health.weights`
    points: float
    detail: str
    subject: Subject | None = None  # the part it comes from; None: the subject itself
    subject_id: int | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a subject is: 100 is well; None: there is nothing to judge by."""

    subject: Subject
    subject_id: int
    name: str
    score: float | None
    reasons: tuple[Reason, ...]  # the costliest first
    computed_at: datetime
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A stretch in which a series behaved as it had not before."""

    series_id: int
    began_at: datetime
    ended_at: datetime | None  # None: it still does
    peak: float  # the highest score in it, 0 to 1
    computed_at: datetime
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The newest forecast of a series, in its unit, and how right those before it were."""

    series_id: int
    device_id: int
    device: str
    metric: str
    quantity: str | None
    unit: str | None
    space: str | None
    method: str
    ats: tuple[datetime, ...]
    quantiles: Mapping[float, tuple[float | None, ...]]  # 0.1 … 0.9, each at `ats`
    mase: float | None  # of the rolling backtest: below 1 it beats the seasonal-naive one; None: not tried
    coverage: float | None  # of the 80 % band in the backtest
    backtests: int
    backtest_since: datetime | None  # the first hour that was tried
    withheld: str | None  # why it is not to be shown
    right_count: int  # hours that fell into their 80 % band, of those forecast and come since `judged_since`
    judged_count: int
    judged_since: datetime | None
    computed_at: datetime
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What is likely to fail, and when; the interval is one of 90 %."""

    id: int
    kind: Literal["limit", "service life", "warranty", "learned"]
    device_id: int | None  # one of device and equipment
    equipment_id: int | None
    name: str
    series_id: int | None  # whose trend it is
    fails_at: datetime | None
    low_at: datetime | None
    high_at: datetime | None  # None: no end can be said
    probability: float | None  # of what the sentence says
    service_life_years: float | None
    warranty_until: date | None
    sentence: str  # without a full stop its date is still to be added
    computed_at: datetime
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """How a series, or the series of a room, go; `result` is what `data.jobs.patterns` says of the kind."""

    kind: Literal["change points", "daily profiles", "schedule", "correlations", "occupancy"]
    series_id: int | None  # one of series and room
    space_id: int | None
    result: Mapping[str, Any]
    computed_at: datetime
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class OddRoom:
    """A room judged against those around it; without a verdict it is not odd."""

    space_id: int
    space: str
    storey_id: int | None
    quantity: str
    score: float
    verdict: Verdict | None
    computed_at: datetime
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityFinding:
    """Readings that cannot be right, and what became of it."""

    id: int
    series_id: int
    device_id: int
    device: str
    metric: str
    unit: str | None
    kind: str
    began_at: datetime
    ended_at: datetime  # included
    count: int  # readings it is about; of a gap, those that are missing
    text: str  # a sentence, with {} for each of the numbers
    numbers: tuple[float, ...]  # as they are kept
    flag: int
    repair: str | None  # what is offered first
    state: FindingState
    correction_id: int | None  # that repaired it
    decided_by: str | None
    computed_at: datetime
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """When a kind of analysis was done last, and what it lacked."""

    kind: str
    series_id: int | None  # one of the three
    device_id: int | None
    building_id: int | None
    computed_at: datetime
    first_at: datetime | None  # of the readings in its window; None: there were none
    lacking: str | None  # one sentence; None: nothing
    failed: str | None  # the name of an error that is in the log


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAnalysis:
    """All that a device's page shows of it."""

    health: Health | None  # None: not computed yet
    series: tuple[Health, ...]
    forecasts: tuple[Forecast, ...]
    failures: tuple[Failure, ...]
    quality: tuple[QualityFinding, ...]
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceAnalysis:
    """All that a room's drawer shows of it."""

    health: Health | None
    devices: tuple[Health, ...]
    odd: tuple[OddRoom, ...]
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingAnalysis:
    """A building's health and that of all in it, and its odd rooms."""

    health: Health | None
    storeys: tuple[Health, ...]
    systems: tuple[Health, ...]
    rooms: tuple[Health, ...]
    odd: tuple[OddRoom, ...]  # all that were judged, those with a verdict first
    failures: tuple[Failure, ...]
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint:
    """A score of the past: the last of an hour, or the mean of a day."""

    at: datetime
    score: float
    computed_at: datetime | None = None  # later, from the readings up to then; None: at that time


def _time(said: str | None) -> datetime | None:
    return None if said is None else datetime.fromisoformat(said)
