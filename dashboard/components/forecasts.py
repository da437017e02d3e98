"""Rows of the list of forecasts; all of a row leads to its device."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.icon import icon
from dashboard.views.forecasts import Row

HEADS = ("Series", "Method", "Error", "Backtest", "Since then")

_NONE = {"withheld": "Withheld", "lacking": "No forecast"}


def row(value: Row) -> dcc.Link:
    """One series."""
    return dcc.Link(
        [_series(value), *(_forecast(value) if value.reason is None else _reason(value))],
        href=f"/device/{value.device_id}?series={value.series_id}",
        className="forecast-row",
        title=value.computed,
    )


def _series(value: Row) -> html.Span:
    metric = html.Code(value.metric) if value.metric else None
    return html.Span(
        [
            html.Span([html.Strong(value.label), metric], className="forecast-what"),
            html.Span(" · ".join(filter(None, (value.device, value.place))), className="soft"),
        ],
        className="forecast-series",
    )


def _forecast(value: Row) -> list[Any]:
    sign = icon("alert-triangle") if value.off else None
    return [
        html.Span(value.method, className="forecast-method"),
        html.Span(value.error, className="forecast-error"),
        html.Span(value.backtest, className="forecast-backtest"),
        html.Span([sign, value.kept], className="forecast-kept off" if value.off else "forecast-kept"),
    ]


def _reason(value: Row) -> list[Any]:
    # What it would have been by is told where it was tried at all.
    tried = f"Tried: {value.method}, error {value.error}, {value.backtest}." if value.method else None
    return [
        html.Span(
            [
                html.Span(_NONE[value.state], className="forecast-state"),
                html.Span([value.reason, " ", html.Span(tried, className="soft")]),
            ],
            className="forecast-reason",
        )
    ]
