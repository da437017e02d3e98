"""The service of a device: how long it will last, its lives, what was recorded, and the form that records."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard.components.icon import icon
from dashboard.views.lives import KINDS, Lived, Recorded, Remaining, Service

OPEN = "lives-open"
KIND = "lives-kind"
AT = "lives-at"
NOTE = "lives-note"
RECORD = "lives-record"
SAID = "lives-said"
DONE = "lives-done"  # dcc.Store: the record that was made or undone last
UNDO = "lives-undo"  # type of the buttons' ids; their key is the record's id


def lives(shown: Service) -> list[Any]:
    """How long it will last, and its lives."""
    return [
        _remaining(shown.remaining),
        html.H3("Lives"),
        html.Ul([_lived(one) for one in shown.lives], className="findings")
        if shown.lives
        else html.P(
            "It was never heard, and nobody recorded when it was put into service.", className="soft"
        ),
    ]


def records(shown: Service, *, undoes: bool) -> list[Any]:
    """What was recorded; with buttons for those who may take it back."""
    return [
        html.H3("Recorded"),
        html.Ul([_recorded(one, undoes) for one in shown.records], className="made")
        if shown.records
        else html.P("Nothing happened to it, as far as was recorded.", className="soft"),
    ]


def form() -> dmc.Accordion:
    """The form, closed."""
    kinds = [{"value": kind, "label": label} for kind, label in KINDS.items()]
    inside = [
        html.Div(
            [
                dmc.Select(id=KIND, label="What happened", data=kinds, value="failed", allowDeselect=False),
                dmc.DateTimePicker(id=AT, label="When", valueFormat="D MMM YYYY, HH:mm"),
            ],
            className="fields",
        ),
        html.Div(
            [
                dmc.TextInput(
                    id=NOTE,
                    label="In short; of a failure, its mode and cause",
                    placeholder="Bearing seized, no grease",
                ),
                dmc.Button("Record", id=RECORD),
            ],
            className="fields confirm",
        ),
        html.Div(id=SAID, className="lives-said", role="alert"),
    ]
    item = dmc.AccordionItem(
        [
            dmc.AccordionControl("Record a failure, a repair or a replacement"),
            dmc.AccordionPanel(html.Div(inside, className="correction")),
        ],
        value="open",
    )
    return dmc.Accordion(item, id=OPEN, chevronPosition="left")


def _remaining(one: Remaining) -> html.Div:
    if one.basis is None:
        return html.Div(html.P(one.sentence, className="soft"), className="remaining")
    return html.Div(
        [
            html.Strong(one.sentence),
            html.Span(f"{one.interval}.") if one.interval else None,
            html.Span(one.basis, className="small"),
        ],
        className="remaining",
    )


def _lived(one: Lived) -> html.Li:
    return html.Li(html.Div([html.Strong(one.what), html.Span(one.range)]))


def _recorded(one: Recorded, undoes: bool) -> html.Li:
    words = [
        html.Strong(one.what),
        html.Span(one.at),
        html.P(one.note) if one.note else None,
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
        [html.Div(words), undo if undoes and not one.undone else None],
        className="undone" if one.undone else "stands",
    )
