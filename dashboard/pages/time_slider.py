"""The time slider under a floor plan: it plays a period that is over, and returns to what is live.

The moment that a page shows is in `AT`; all its callbacks that show values have that as an input. One
callback settles it, whoever chose it: buttons, slider or the address. The play's own beat has another: an
answer to one that is still on its way is thrown away when the same callback is asked again, and a pause
must not be lost to the next beat.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from dashboard import format
from dashboard.components.icon import icon, named
from dashboard.pages.room_drawer import AT, BUILDING, PAINTED, Reader
from dashboard.server import identity
from dashboard.shell import MARK
from dashboard.views import past
from dashboard.views.past import Moment, Player

WISH = "time-wish"  # dcc.Store: the moment that the address names; None: live
TICK = "time-tick"  # disabled while nothing is played

_BAR = "time-bar"
_LIVE = "time-live"
_PLAY = "time-play"
_BACK = "time-back"
_ON = "time-on"
_SLIDER = "time-slider"
_TOLD = "time-told"
_PERIOD = "time-period"
_DAYS = "time-days"
_PICKED = "time-picked"  # what holds the days
_STEP = "time-step"
_SPEED = "time-speed"


def bar(at: str | None) -> html.Section:
    """The slider with its controls.

    Args:
        at: The moment that the address names, if any.
    """
    return html.Section(
        [
            dcc.Store(id=AT),
            dcc.Store(id=WISH, data=at),
            dcc.Interval(id=TICK, interval=1_000, disabled=True),
            html.Div(
                [
                    _button(_BACK, "player-skip-back", "One step back"),
                    _button(_PLAY, "player-play", "Play"),
                    _button(_ON, "player-skip-forward", "One step on"),
                ],
                className="time-buttons",
            ),
            dmc.Slider(
                id=_SLIDER,
                min=0,
                max=1,
                value=1,
                label=None,
                updatemode="drag",
                size="sm",
                thumbLabel="Moment",
                className="time-slider",
            ),
            html.Div(
                [
                    html.Span(id=_TOLD, className="time-told"),
                    html.Button([html.Span(className="live-dot"), "Live"], id=_LIVE, className="time-live"),
                ],
                className="time-now",
            ),
            html.Div(_choices(), className="time-choices"),
        ],
        id=_BAR,
        className="time-bar",
        **named("Time"),
    )


def _choices() -> list[Any]:
    return [
        _select(_PERIOD, "Period", past.PERIODS, "24h"),
        html.Div(
            dmc.DatePickerInput(
                id=_DAYS,
                type="range",
                allowSingleDateInRange=True,
                placeholder="First and last day",
                valueFormat="D MMM YYYY",
                size="xs",
                **named("Days"),
            ),
            id=_PICKED,
            hidden=True,
            className="time-days",
        ),
        _select(_STEP, "Step", past.STEPS, 5),
        _select(_SPEED, "Speed", past.SPEEDS, 2),
    ]


def register(app: Dash, reader: Reader) -> None:
    """The slider's callbacks."""
    _register_controls(app, reader)
    _register_beat(app, reader)


def _register_controls(app: Dash, reader: Reader) -> None:
    """What a person does."""

    @app.callback(
        Output(AT, "data"),
        Output(TICK, "disabled"),
        Output(TICK, "interval"),
        Output(_SLIDER, "max"),
        Output(_SLIDER, "value"),
        Output(_SLIDER, "marks"),
        Output(_TOLD, "children"),
        Output(_PLAY, "children"),
        Output(_PLAY, "aria-label"),
        Output(_BAR, "className"),
        Output(_PERIOD, "value"),
        Output(_STEP, "value"),
        Output(_DAYS, "value"),
        Output(_PICKED, "hidden"),
        Output(_DAYS, "maxDate"),
        Input(MARK, "data"),
        Input(WISH, "data"),
        Input(_LIVE, "n_clicks"),
        Input(_PLAY, "n_clicks"),
        Input(_BACK, "n_clicks"),
        Input(_ON, "n_clicks"),
        Input(_SLIDER, "value"),
        Input(_PERIOD, "value"),
        Input(_STEP, "value"),
        Input(_DAYS, "value"),
        Input(_SPEED, "value"),
        State(AT, "data"),
        State(TICK, "disabled"),
        State(BUILDING, "data"),
    )
    @identity.needs("viewer")
    def settle(
        _mark: Any,
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
        if trigger == _SLIDER and before.at and before.range(now=now, zone=zone).at(number) == before.at:
            raise PreventUpdate  # the beat moved it
        player = _acted(trigger, before, wish=wish, number=number, days=days, now=now, zone=zone)
        if trigger == MARK and player.at is not None:
            raise PreventUpdate
        return _shown(player, speed, at, drags=trigger == _SLIDER, now=now, zone=zone)


def _register_beat(app: Dash, reader: Reader) -> None:
    """What is played goes on by itself."""

    @app.callback(
        Output(AT, "data", allow_duplicate=True),
        Output(_SLIDER, "value", allow_duplicate=True),
        Output(_TOLD, "children", allow_duplicate=True),
        Output(TICK, "disabled", allow_duplicate=True),
        Output(_PLAY, "children", allow_duplicate=True),
        Output(_PLAY, "aria-label", allow_duplicate=True),
        Output(_BAR, "className", allow_duplicate=True),
        Input(TICK, "n_intervals"),
        State(TICK, "disabled"),
        State(AT, "data"),
        State(PAINTED, "data"),
        State(_PERIOD, "value"),
        State(_DAYS, "value"),
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
            past.told(player.at, zone=zone),
        )
        return *shown, *([no_update] * 4 if player.playing else [True, *_state(player)])


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
    trigger: Any, player: Player, *, wish: str | None, number: int, days: Any, now: datetime, zone: Any
) -> Player:
    """What a control makes of the player."""
    moments = player.range(now=now, zone=zone)
    if trigger == WISH:
        return player.opened(past.parse(wish), now=now, zone=zone)
    if trigger == _LIVE:
        return replace(player, at=None, playing=False)
    if trigger == _PLAY:
        return replace(player, playing=False) if player.playing else player.started(now=now, zone=zone)
    if trigger in (_BACK, _ON):
        moved = player.moved(-1 if trigger == _BACK else 1, now=now, zone=zone)
        return replace(moved, playing=False)
    if trigger == _SLIDER:
        return replace(player, at=moments.at(number), playing=False)
    if trigger == _PERIOD or (trigger == _DAYS and _days(days)):
        return player.over(player.period, player.days, now=now, zone=zone)
    if trigger == _STEP:
        return player.by(player.step_min)
    return player


def _shown(player: Player, speed: str, at: Any, *, drags: bool, now: datetime, zone: Any) -> tuple[Any, ...]:
    """The player as its controls show it."""
    moments = player.range(now=now, zone=zone)
    chosen = Moment(at=player.at, step_min=player.step_min).kept if player.at else None
    number = moments.steps if player.at is None else moments.number(player.at)
    days = player.days if player.period == "days" else None
    return (
        no_update if chosen == at else chosen,
        not player.playing,
        1_000 // max(1, int(speed)),
        max(1, moments.steps),
        no_update if drags else number,
        [{"value": value, "label": label} for value, label in past.marks(moments, zone=zone)],
        past.told(player.at or now, zone=zone),
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


def _button(id_: str, picture: str, label: str) -> html.Button:
    return html.Button(icon(picture), id=id_, className="time-button", title=label, **named(label))


def _select(id_: str, label: str, choices: Any, value: Any) -> dmc.Select:
    return dmc.Select(
        id=id_,
        data=[{"value": str(key), "label": word} for key, word in choices.items()],
        value=str(value),
        allowDeselect=False,
        size="xs",
        **named(label),
    )
