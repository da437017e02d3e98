"""What a correction would change, and the list of those that were made."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard.components.icon import icon
from dashboard.views.corrections import Made, Outlook

UNDO = "correction-undo"  # type of the buttons' ids; their key is the correction's id


def outlook(shown: Outlook) -> list[Any]:
    """What would change, in words and numbers."""
    return [
        html.P(shown.sentence),
        html.Dl(
            [
                html.Div([html.Dt(name), html.Dd(before if after is None else f"{before} → {after}")])
                for name, before, after in shown.figures
            ],
            className="extremes",
        ),
    ]


def history(corrections: list[Made]) -> Any:
    """Corrections, the newest first."""
    if not corrections:
        return html.P("No reading of this series was ever corrected.", className="nothing")
    return html.Ul([_made(one) for one in corrections], className="made")


def _made(one: Made) -> html.Li:
    words = [
        html.Strong(one.what),
        html.Span(one.range),
        html.P(one.reason),
        html.Span(one.who, className="soft"),
        html.Span(one.undone, className="soft") if one.undone else None,
    ]
    undo = dmc.Button(
        "Undo",
        id={"type": UNDO, "key": one.id},
        variant="default",
        size="compact-sm",
        leftSection=icon("history"),
    )
    return html.Li(
        [html.Div(words), None if one.undone else undo], className="undone" if one.undone else "stands"
    )
