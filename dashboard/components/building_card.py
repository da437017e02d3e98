"""A building's heading."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components.icon import icon
from dashboard.views.building import Building


def heading(building: Building) -> list[Any]:
    """The building's name, the model its plans are from and what is doubtful in it."""
    row = building.row
    schema, warnings = row.model.get("schema"), row.model.get("warnings") or []
    facts = [
        html.Span([icon("clock"), row.timezone], className="fact", title="Time zone"),
        html.Span([icon("layout-dashboard"), f"{schema} model"], className="fact")
        if schema
        else html.Span("without a model", className="fact"),
    ]
    return [
        html.H1(row.name),
        html.Div(facts, className="facts"),
        html.Details(
            [html.Summary(_count(len(warnings))), html.Ul([html.Li(str(one)) for one in warnings])],
            className="doubts",
        )
        if warnings
        else None,
    ]


def _count(doubts: int) -> str:
    return "1 remark on the model" if doubts == 1 else f"{doubts} remarks on the model"
