"""Jobs as a list, each with its bar and a button that cancels it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard.components import live
from dashboard.components.icon import named
from dashboard.views.jobs import Row

JOBS = "job"  # name of the live list
CANCEL = "job-cancel"  # name of the buttons


def key(row: Row) -> int:
    """A job's key in the list; another one once it has no button, so that the list is drawn anew."""
    return row.id if row.cancellable else -row.id


def jobs(rows: Sequence[Row]) -> Any:
    """The whole list."""
    if not rows:
        return html.P("No job was asked for in the last 30 days.", className="nothing")
    return html.Ul([_item(row) for row in rows])


def inside(row: Row) -> list[Any]:
    """What changes of a job while it is looked at."""
    return [
        html.Span(row.name, className="job-name"),
        html.Span(row.state, className=f"job-state {row.tone}"),
        html.Span(row.when, className="job-when"),
        _bar(row),
        html.Span(_detail(row), className="job-text"),
    ]


def _item(row: Row) -> html.Li:
    button = dmc.Button(
        "Cancel",
        id=live.slot(CANCEL, row.id),
        variant="default",
        size="compact-sm",
        **named(f"Cancel {row.name}, job {row.id}"),
    )
    return html.Li(
        [live.filled(JOBS, key(row), inside(row), class_name="job"), button if row.cancellable else None]
    )


def _bar(row: Row) -> html.Progress | None:
    if not row.bar:
        return None
    known: dict[str, Any] = (
        {} if row.percent is None else {"value": str(row.percent)}
    )  # without one it moves to and fro
    return html.Progress(max="100", className="job-bar", **known, **named(row.text or row.state))


def _detail(row: Row) -> str:
    return f"{row.text} · {row.percent}\u00a0%" if row.bar and row.percent is not None else row.text
