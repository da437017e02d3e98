"""The time slider under a floor plan: it plays a period that is over, and returns to what is live.

The moment that a page shows is in `AT`; all its callbacks that show values have that as an input. One
callback settles it, whoever chose it: buttons, slider or the address. What goes on by itself, a play and
the live clock, has callbacks of its own: an answer that is still on its way is thrown away when the same
callback is asked again, and no click may be lost to a beat.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from dash import Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from dashboard import format
from dashboard.components import time_bar as parts
from dashboard.components.icon import icon
from dashboard.pages.reader import Reader
from dashboard.pages.room_drawer import AT, BUILDING, PAINTED
from dashboard.server import identity
from dashboard.shell import MARK
from dashboard.views import past
from dashboard.views.past import Moment, Player

WISH = "time-wish"  # dcc.Store: the moment that the address names; None: live
TICK = "time-tick"  # disabled while nothing is played


def bar(at: str | None) -> html.Section:
    """The slider with its controls.

    Args:
        at: The moment that the address names, if any.
    """
    beat = dcc.Interval(id=TICK, interval=1_000, disabled=True)
    return parts.bar([dcc.Store(id=AT), dcc.Store(id=WISH, data=at), beat])


def register(app: Dash, reader: Reader) -> None:
    """The slider's callbacks."""
    _register_controls(app, reader)
    _register_beat(app, reader)
    _register_clock(app, reader)


def _register_controls(app: Dash, reader: Reader) -> None:
    """What a person does."""

    @app.callback(
        Output(AT, "data"),
        Output(TICK, "disabled"),
        Output(TICK, "interval"),
        Output(parts.SLIDER, "value"),
        Output(parts.PLAY, "children"),
        Output(parts.PLAY, "aria-label"),
        Output(parts.BAR, "className"),
        Output(parts.PERIOD, "value"),
        Output(parts.STEP, "value"),
        Output(parts.DAYS, "value"),
        Output(parts.PICKED, "hidden"),
        Output(parts.DAYS, "maxDate"),
        Input(WISH, "data"),
        Input(parts.LIVE, "n_clicks"),
        Input(parts.PLAY, "n_clicks"),
        Input(parts.BACK, "n_clicks"),
        Input(parts.ON, "n_clicks"),
        Input(parts.SLIDER, "value"),
        Input(parts.PERIOD, "value"),
        Input(parts.STEP, "value"),
        Input(parts.DAYS, "value"),
        Input(parts.SPEED, "value"),
        State(AT, "data"),
        State(TICK, "disabled"),
        State(BUILDING, "data"),
    )
    @identity.needs("viewer")
    def settle(
        wish: str | None,
        _live: Any,
        _play: Any,
        _back: Any,
        _on: Any,
        number: int,
        period: str,
        step: str,
        days: list[str | None] | None,
        speed: str,
        at: Any,
        still: bool,
        building: int,
    ) -> tuple[Any, ...]:
        found = reader.building(building)
        if found is None:
            raise PreventUpdate
        trigger, now, zone = ctx.triggered_id, datetime.now(UTC), format.zone(found.row.timezone)
        before = _player(period, days, int(step), moment=Moment.of(at), playing=not still)
        if trigger == parts.SLIDER and before.at and before.range(now=now, zone=zone).at(number) == before.at:
            raise PreventUpdate  # the beat moved it
        player = _acted(trigger, before, wish=wish, number=number, days=days, now=now, zone=zone)
        return _shown(player, speed, at, drags=trigger == parts.SLIDER, now=now, zone=zone)


def _register_beat(app: Dash, reader: Reader) -> None:
    """What is played goes on by itself."""

    @app.callback(
        Output(AT, "data", allow_duplicate=True),
        Output(parts.SLIDER, "value", allow_duplicate=True),
        Output(TICK, "disabled", allow_duplicate=True),
        Output(parts.PLAY, "children", allow_duplicate=True),
        Output(parts.PLAY, "aria-label", allow_duplicate=True),
        Output(parts.BAR, "className", allow_duplicate=True),
        Input(TICK, "n_intervals"),
        State(TICK, "disabled"),
        State(AT, "data"),
        State(PAINTED, "data"),
        State(parts.PERIOD, "value"),
        State(parts.DAYS, "value"),
        State(BUILDING, "data"),
        prevent_initial_call=True,
    )
    @identity.needs("viewer")
    def go_on(
        _beats: int,
        still: bool,
        at: Any,
        painted: dict[str, Any] | None,
        period: str,
        days: list[str | None] | None,
        building: int,
    ) -> tuple[Any, ...]:
        moment, found = Moment.of(at), reader.building(building)
        # A step that is not yet drawn is not overtaken.
        if still or moment is None or found is None or painted is None or painted["at"] != at:
            raise PreventUpdate
        now, zone = datetime.now(UTC), format.zone(found.row.timezone)
        before = _player(period, days, moment.step_min, moment=moment, playing=True)
        player = before.moved(1, now=now, zone=zone)
        if player.at is None:
            raise PreventUpdate
        shown = (
            Moment(at=player.at, step_min=player.step_min).kept,
            player.range(now=now, zone=zone).number(player.at),
        )
        return *shown, *([no_update] * 4 if player.playing else [True, *_state(player)])


def _register_clock(app: Dash, reader: Reader) -> None:
    """The time that is shown, and the ends of the slider, which move while the page is live."""

    @app.callback(
        Output(parts.SLIDER, "max"),
        Output(parts.SLIDER, "marks"),
        Output(parts.TOLD, "children"),
        Input(MARK, "data"),
        Input(AT, "data"),
        Input(parts.PERIOD, "value"),
        Input(parts.STEP, "value"),
        Input(parts.DAYS, "value"),
        State(BUILDING, "data"),
    )
    @identity.needs("viewer")
    def tell(
        _mark: Any, at: Any, period: str, step: str, days: list[str | None] | None, building: int
    ) -> tuple[Any, ...]:
        found = reader.building(building)
        if found is None:
            raise PreventUpdate
        now, zone = datetime.now(UTC), format.zone(found.row.timezone)
        player = _player(period, days, int(step), moment=Moment.of(at), playing=False)
        moments = player.range(now=now, zone=zone)
        marks = [{"value": value, "label": label} for value, label in past.marks(moments, zone=zone)]
        return max(1, moments.steps), marks, past.told(player.at or now, zone=zone)


def _player(
    period: str, days: list[str | None] | None, step_min: int, *, moment: Moment | None, playing: bool
) -> Player:
    return Player(
        period=period if period in past.PERIODS else "24h",
        days=_days(days),
        step_min=step_min,
        at=moment.at if moment else None,
        playing=playing,
    )


def _acted(
    trigger: Any, player: Player, *, wish: str | None, number: int, days: Any, now: datetime, zone: ZoneInfo
) -> Player:
    """What a control makes of the player."""
    moments = player.range(now=now, zone=zone)
    if trigger == WISH:
        return player.opened(past.parse(wish), now=now, zone=zone)
    if trigger == parts.LIVE:
        return replace(player, at=None, playing=False)
    if trigger == parts.PLAY:
        return replace(player, playing=False) if player.playing else player.started(now=now, zone=zone)
    if trigger in (parts.BACK, parts.ON):
        moved = player.moved(-1 if trigger == parts.BACK else 1, now=now, zone=zone)
        return replace(moved, playing=False)
    if trigger == parts.SLIDER:
        return replace(player, at=moments.at(number), playing=False)
    if trigger == parts.PERIOD or (trigger == parts.DAYS and _days(days)):
        return player.over(player.period, player.days, now=now, zone=zone)
    if trigger == parts.STEP:
        return player.by(player.step_min)
    return player


def _shown(
    player: Player, speed: str, at: Any, *, drags: bool, now: datetime, zone: ZoneInfo
) -> tuple[Any, ...]:
    """The player as its controls show it."""
    moments = player.range(now=now, zone=zone)
    chosen = Moment(at=player.at, step_min=player.step_min).kept if player.at else None
    number = moments.steps if player.at is None else moments.number(player.at)
    days = player.days if player.period == "days" else None
    return (
        no_update if chosen == at else chosen,
        not player.playing,
        1_000 // max(1, int(speed)),
        no_update if drags else number,
        *_state(player),
        player.period,
        str(player.step_min),
        [one.isoformat() for one in days] if days else no_update,
        player.period != "days",
        now.astimezone(zone).date().isoformat(),
    )


def _state(player: Player) -> tuple[Any, str, str]:
    """The play button's picture and name, and the class of the bar."""
    state = "live" if player.at is None else "playing" if player.playing else "past"
    name = "Pause" if player.playing else "Play"
    return icon(f"player-{name.lower()}"), name, f"time-bar {state}"


def _days(said: list[str | None] | None) -> tuple[date, date] | None:
    """The days that were picked; None while the second is still to come."""
    try:
        first, last = (date.fromisoformat(str(one)[:10]) for one in said or ())
    except ValueError:
        return None
    return min(first, last), max(first, last)
