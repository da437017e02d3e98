"""What was found in a file, and what is doubtful of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from analytics.units import UnitSystem
from dashboard.components import model_cards
from dashboard.views import models as views

_KINDS_SHOWN = 8


def report(found: Mapping[str, Any], *, units: UnitSystem) -> list[Any]:
    """The report of a version."""
    return [
        html.H2("Found"),
        model_cards.facts(views.counted(found, units=units)),
        *_kinds(views.kinds(found)),
        html.H2("Place"),
        html.P(views.where(found), className="report-place"),
        html.H2("Doubtful"),
        _doubts(views.doubts(found)),
    ]


def _kinds(kinds: Sequence[tuple[str, str]]) -> list[Any]:
    if not kinds:
        return []
    table = [dmc.Table(data={"head": ["Equipment", "Count"], "body": [list(one) for one in kinds]})]
    if len(kinds) <= _KINDS_SHOWN:
        return [html.Div(table, className="table plain kinds")]
    return [
        html.Details(
            [
                html.Summary(f"Equipment of {len(kinds)} kinds"),
                html.Div(table, className="table plain kinds"),
            ],
            className="doubts",
        )
    ]


def _doubts(said: Sequence[str]) -> Any:
    if not said:
        return html.P("Nothing in this file is doubtful.", className="nothing")
    return html.Ul([html.Li(one) for one in said], className="report-doubts")
