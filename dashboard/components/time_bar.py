"""The slider under a floor plan that chooses when: its controls."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard.components.icon import icon, named
from dashboard.views import past

BAR = "time-bar"
LIVE = "time-live"
PLAY = "time-play"
BACK = "time-back"
ON = "time-on"
SLIDER = "time-slider"
TOLD = "time-told"
PERIOD = "time-period"
DAYS = "time-days"
PICKED = "time-picked"  # what holds the days
STEP = "time-step"
SPEED = "time-speed"


def bar(held: list[Any]) -> html.Section:
    """The slider with its controls.

    Args:
        held: What the page keeps beside them, which is not seen.
    """
    return html.Section(
        [
            *held,
            html.Div(
                [
                    _button(BACK, "player-skip-back", "One step back"),
                    _button(PLAY, "player-play", "Play"),
                    _button(ON, "player-skip-forward", "One step on"),
                ],
                className="time-buttons",
            ),
            dmc.Slider(
                id=SLIDER,
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
                    html.Span(id=TOLD, className="time-told"),
                    html.Button([html.Span(className="live-dot"), "Live"], id=LIVE, className="time-live"),
                ],
                className="time-now",
            ),
            html.Div(_choices(), className="time-choices"),
        ],
        id=BAR,
        className="time-bar",
        **named("Time"),
    )


def _choices() -> list[Any]:
    return [
        _select(PERIOD, "Period", past.PERIODS, "24h"),
        html.Div(
            dmc.DatePickerInput(
                id=DAYS,
                type="range",
                allowSingleDateInRange=True,
                placeholder="First and last day",
                valueFormat="D MMM YYYY",
                size="xs",
                **named("Days"),
            ),
            id=PICKED,
            hidden=True,
            className="time-days",
        ),
        _select(STEP, "Step", past.STEPS, 5),
        _select(SPEED, "Speed", past.SPEEDS, 2),
    ]


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
