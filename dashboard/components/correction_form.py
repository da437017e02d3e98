"""The form that corrects readings: the ids of its controls, and how they stand together."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard.components.icon import named
from dashboard.views import corrections as views

OPEN = "correction-open"
SINCE = "correction-since"
UNTIL = "correction-until"
ACTION = "correction-action"
ADJUSTMENT = "correction-adjustment"
PRESET = "correction-preset"
FACTOR = "correction-factor"
OFFSET = "correction-offset"
OUTLOOK = "correction-outlook"
REASON = "correction-reason"
CONFIRM = "correction-confirm"
SAID = "correction-said"
HISTORY = "correction-history"
DONE = "correction-done"  # dcc.Store, which the page has: the correction that was made or undone last


def section() -> html.Section:
    """The section, closed."""
    body = dmc.AccordionItem(
        [
            dmc.AccordionControl(html.H2("Correct readings")),
            dmc.AccordionPanel([html.Div(_form(), className="correction"), html.Div(id=HISTORY)]),
        ],
        value="open",
    )
    return html.Section(
        dmc.Accordion(body, id=OPEN, chevronPosition="left"),
        className="panel corrections",
    )


def _form() -> list[Any]:
    return [
        html.P(
            "Of the series chosen above. Zoom into its trend to choose a range, or set it here.",
            className="soft",
        ),
        html.Div([_time(SINCE), _time(UNTIL)], className="fields"),
        dmc.SegmentedControl(
            id=ACTION,
            value="delete",
            data=[{"value": "delete", "label": "Delete"}, {"value": "adjust", "label": "Adjust"}],
            **named("What to do"),
        ),
        html.Div(_adjustment(), id=ADJUSTMENT, className="fields", hidden=True),
        html.Div(id=OUTLOOK, className="outlook", role="status"),
        html.Div(
            [
                dmc.TextInput(id=REASON, label="Why", placeholder="The sensor was being cleaned"),
                dmc.Button("Correct", id=CONFIRM, disabled=True),
            ],
            className="fields confirm",
        ),
        html.Div(id=SAID, className="correction-said", role="alert"),
    ]


def _time(name: str) -> dmc.DateTimePicker:
    return dmc.DateTimePicker(id=name, withSeconds=True, valueFormat="D MMM YYYY, HH:mm:ss", label=" ")


def _adjustment() -> list[Any]:
    presets = [{"value": key, "label": preset.label} for key, preset in views.PRESETS.items()]
    return [
        dmc.Select(
            id=PRESET, label="What is wrong", data=presets, value=views.DEFAULT_PRESET, allowDeselect=False
        ),
        dmc.NumberInput(id=FACTOR, label="Value × factor", value=1, hideControls=True, debounce=400),
        dmc.NumberInput(id=OFFSET, label="+ offset", value=0, hideControls=True, debounce=400),
    ]
