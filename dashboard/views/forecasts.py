"""Forecasts against their backtests, and against what came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from analytics.quantities import QUANTITIES
from dashboard import format
from dashboard.views.building import is_id
from dashboard.views.health import made
from dashboard.views.overview import Kpi
from data.store.forecast_list import Counts, ForecastRow, Sort, State, Wanted

STATES: dict[State, str] = {"shown": "Shown", "withheld": "Withheld", "lacking": "Too little"}
SORTS: dict[Sort, str] = {
    "best": "Smallest error first",
    "worst": "Largest error first",
    "promise": "Promise least kept first",
    "name": "Name, A to Z",
}
PROMISED = 0.8  # of the hours are to fall into the band
_LEAST_JUDGED = 24  # hours; of fewer, a share says little
_OFF = 0.1  # further from what was promised than this is said to be off
_GAP = "\u00a0"  # a share never parts from what it is of
_PARTS = 2  # of a blend that are named

_MOST_SEARCHED = 200  # letters of an address that are looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person looks at."""

    wanted: Wanted
    sort: Sort

    @classmethod
    def of(cls, said: Mapping[str, object]) -> Choice:
        """What controls or an address say; a choice that there is not says nothing."""
        building = str(said.get("building") or "")
        return cls(
            wanted=Wanted(
                state=next((one for one in STATES if one == said.get("state")), None),
                building_id=int(building) if is_id(building) else None,
                quantity=next((one for one in QUANTITIES if one == said.get("quantity")), None),
                search=str(said.get("search") or "")[:_MOST_SEARCHED],
            ),
            sort=next((one for one in SORTS if one == said.get("sort")), "best"),
        )

    @classmethod
    def parse(cls, search: str) -> Choice:
        """The choice that the query of an address says."""
        return cls.of(dict(parse_qsl(search.removeprefix("?"))))

    @property
    def search(self) -> str:
        """The query of an address that says this choice; empty where it is what nobody has to ask for."""
        wanted = self.wanted
        parts = {
            "state": wanted.state,
            "building": wanted.building_id,
            "quantity": wanted.quantity,
            "search": wanted.search or None,
            "sort": None if self.sort == "best" else self.sort,
        }
        query = urlencode({name: value for name, value in parts.items() if value is not None})
        return f"?{query}" if query else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One series and how its forecast does, as it is written."""

    series_id: int
    device_id: int
    device: str
    place: str
    label: str
    metric: str
    state: State
    method: str
    reason: str | None
    error: str  # of the backtest, scaled
    backtest: str
    kept: str  # how often it was right
    off: bool  # clearly more or less often than it says
    computed: str


def row(one: ForecastRow) -> Row:
    """A series as the list shows it."""
    zone = format.zone(one.timezone)
    known = QUANTITIES.get(one.quantity or "")
    return Row(
        series_id=one.series_id,
        device_id=one.device_id,
        device=one.device,
        place=" · ".join(filter(None, (one.building, one.space))),
        label=known.label if known else one.metric,
        metric=one.metric if known else "",
        state=one.state,
        method=method(one.method or ""),
        reason=one.reason,
        error=format.NOTHING if one.mase is None else format.number(one.mase, digits=2),
        backtest=_backtest(one),
        kept=_kept(one),
        off=_is_off(one),
        computed=made(one.computed_at, one.basis, zone=zone),
    )


def method(said: str) -> str:
    """A method's name; of a blend, its greatest parts."""
    parts = said.removeprefix("blend of ").split(", ")
    if len(parts) == 1:
        return said[:1].upper() + said[1:]
    shown = [_GAP.join(part.rsplit(" ", 1)) for part in parts[:_PARTS]]
    more = f" and {len(parts) - _PARTS} more" if len(parts) > _PARTS else ""
    return f"Blend of {', '.join(shown)}{more}"


def kpis(found: Counts, *, now: datetime) -> tuple[Kpi, ...]:
    """How forecasting goes as a whole."""
    tried = found.shown + found.withheld
    newest = format.age(found.computed_at, now=now)
    return (
        Kpi(
            label="Forecasts shown",
            value=format.number(found.shown, digits=0),
            note=f"of {format.number(tried, digits=0)} series; newest {newest}" if tried else "none made yet",
        ),
        Kpi(
            label="Withheld",
            value=format.number(found.withheld, digits=0),
            note=f"{format.number(found.lacking, digits=0)} more had too little to be forecast",
        ),
        Kpi(
            label="Typical error",
            value=format.NOTHING if found.mase is None else format.number(found.mase, digits=2),
            note="median of those shown, scaled (MASE)",
        ),
        _right(found),
    )


def _right(found: Counts) -> Kpi:
    """How often bands were right: as they were shown, or in the backtest until enough hours have come."""
    zone = format.zone(None)
    if found.judged_count >= _LEAST_JUDGED and found.judged_since is not None:
        hours, since = format.number(found.judged_count, digits=0), format.day(found.judged_since, zone=zone)
        return Kpi(
            label="Right",
            value=tenths(found.right_count / found.judged_count),
            note=f"{hours} hours since {since}; 8 in 10 are promised",
        )
    if found.coverage is None or found.backtest_since is None:
        return Kpi(
            label="Right",
            value=format.NOTHING,
            note="known once the first hours that were forecast have come",
        )
    tries = format.number(found.backtests, digits=0)
    return Kpi(
        label="Right in the backtest",
        value=tenths(found.coverage),
        note=f"{tries} tries since {format.day(found.backtest_since, zone=zone)}; "
        "what is shown is counted as its hours come",
    )


def tenths(share: float) -> str:
    """A share as people count: `8.1 in 10`; without a fraction where it is none."""
    return f"{format.number(10 * share, digits=1).removesuffix('.0')} in 10"


def _backtest(one: ForecastRow) -> str:
    if one.coverage is None or not one.backtests:
        return "not tried"
    over = ""
    if one.backtest_since is not None:
        over = f" over {format.span(one.computed_at - one.backtest_since)}"
    return f"right {tenths(one.coverage)}{over}"


def _kept(one: ForecastRow) -> str:
    if one.state != "shown":
        return format.NOTHING
    if not one.judged_count:
        return "Its first hours are still to come"
    if one.judged_count < _LEAST_JUDGED or one.judged_since is None:
        return f"{format.number(one.judged_count, digits=0)} hours have come; {_LEAST_JUDGED} are needed"
    since = format.day(one.judged_since, zone=format.zone(one.timezone))
    hours = format.number(one.judged_count, digits=0)
    return f"Right {tenths(one.right_count / one.judged_count)}, {hours} hours since {since}"


def _is_off(one: ForecastRow) -> bool:
    return (
        one.state == "shown"
        and one.judged_count >= _LEAST_JUDGED
        and abs(one.right_count / one.judged_count - PROMISED) > _OFF
    )
