"""Models on their way in, models that were decided on, and buildings with the one they have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.components import live, matches
from dashboard.components.icon import named
from dashboard.views.models import Action, Card, Past, Place, Standing

VERSIONS = "version"  # name of the live list
ACTIONS: dict[Action, str] = {"cancel": "Cancel", "again": "Read again", "discard": "Discard"}
AGAIN = "Make current again"
_ACTION = "version-action"


def key(row: Standing) -> str:
    """A version's key in the list; another one when it has other buttons, so that the list is drawn anew."""
    return f"{row.id} {' '.join(row.actions)} {'review' if row.reviewable else ''}"


def action(name: Any, version: Any) -> dict[str, Any]:
    """The id of a version's button."""
    return {"type": _ACTION, "do": name, "key": version}


def review_path(version: int) -> str:
    """Where a version is looked at."""
    return f"/admin/models/{version}"


def place_path(building: int) -> str:
    """Where a building is placed by hand."""
    return f"/admin/buildings/{building}/place"


def standing(rows: Sequence[Standing]) -> Any:
    """The whole list of what is under way."""
    if not rows:
        return html.P("Nothing waits.", className="nothing")
    return html.Ul([_item(row) for row in rows], className="versions-list")


def inside(row: Standing) -> list[Any]:
    """What changes of a version while it is looked at."""
    return [
        html.Span(row.file, className="job-name"),
        html.Span(row.state, className=f"job-state {row.tone}"),
        html.Span(row.about, className="job-when"),
        bar(row),
        html.Span(detail(row), className="job-text"),
    ]


def bar(row: Standing) -> html.Progress | None:
    """How far a version's job is; without a share it moves to and fro."""
    if not row.bar:
        return None
    known: dict[str, Any] = {} if row.percent is None else {"value": str(row.percent)}
    return html.Progress(max="100", className="job-bar", **known, **named(row.text or row.state))


def detail(row: Standing) -> str:
    """The stage with its share, or the sentence."""
    return f"{row.text} · {row.percent}\u00a0%" if row.bar and row.percent is not None else row.text


def buttons(row: Standing) -> list[Any]:
    """What can be done with a version."""
    return [
        dmc.Button(
            ACTIONS[name],
            id=action(name, row.id),
            variant="default",
            size="compact-sm",
            **named(f"{ACTIONS[name]}: {row.file}"),
        )
        for name in row.actions
    ]


def _item(row: Standing) -> html.Li:
    review = dcc.Link(
        "Review", href=review_path(row.id), className="button compact", **_named(f"Review {row.file}")
    )
    return html.Li(
        [
            live.filled(VERSIONS, key(row), inside(row), class_name="job"),
            html.Div([*buttons(row), review if row.reviewable else None], className="version-actions"),
        ]
    )


def _named(label: str) -> dict[str, Any]:
    return {"title": label}  # a dcc.Link takes no aria-label


def buildings(rows: Sequence[Card]) -> Any:
    """The buildings, each with its model and place."""
    if not rows:
        return html.P("There is no building yet. Its model makes it.", className="nothing")
    return [_building(row) for row in rows]


def _building(row: Card) -> html.Section:
    return html.Section(
        [
            html.H3(dcc.Link(row.name, href=f"/building/{row.id}")),
            matches.invitation(row.id),
            facts(row.facts),
            html.Div(
                [
                    place(row.place),
                    dcc.Link("Place by hand", href=place_path(row.id), className="place-link"),
                ],
                className="building-place",
            ),
        ],
        className="panel model-building",
    )


def place(row: Place) -> html.P:
    """Where a building is, with who says so or why it is doubted."""
    return html.P(
        [html.Span(row.text, className="place-text"), html.Span(row.note, className="place-note")],
        className="place doubtful" if row.doubtful else "place",
    )


def facts(pairs: Sequence[tuple[str, str]]) -> html.Dl:
    """Labels and values."""
    return html.Dl(
        [html.Div([html.Dt(label), html.Dd(value)]) for label, value in pairs], className="system-facts"
    )


def past(rows: Sequence[Past]) -> Any:
    """What became of the others."""
    if not rows:
        return html.P("No model was decided on yet.", className="nothing")
    head = dmc.TableTr([dmc.TableTh(word) for word in ("File", "Building", "State", "When", None)])
    return dmc.Table([dmc.TableThead(head), dmc.TableTbody([_decided(row) for row in rows])])


def _decided(row: Past) -> dmc.TableTr:
    back = _back(row) if row.returnable else None
    said = (row.file, row.building, row.state, f"{row.when}, by {row.by}", back)
    return dmc.TableTr([dmc.TableTd(one) for one in said])


def _back(row: Past) -> dcc.Link:
    label = f"{AGAIN}: {row.file}"
    return dcc.Link(AGAIN, href=review_path(row.id), className="place-link", **_named(label))
