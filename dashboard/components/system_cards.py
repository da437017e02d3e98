"""What the system page is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard.components import live
from dashboard.components.icon import icon, named
from dashboard.views.quarantine import Message, Reason
from dashboard.views.system import Fact, Process, Source, Verdict
from data.store.system import AppliedMigration

REASONS = "quarantine-reason"  # name of the live list
MESSAGES = "quarantine-messages"  # name of the slots below its items

_SIGNS = {"well": "circle-check", "warns": "alert-triangle", "bad": "alert-triangle"}


def verdict(value: Verdict) -> html.Div:
    """How the ingest is: a colour, a sign and words."""
    return html.Div(
        [icon(_SIGNS[value.level]), html.H3(value.title, role="status"), html.P(value.text)],
        className=f"verdict {value.level}",
    )


def facts(values: Sequence[Fact]) -> list[html.Div]:
    """Names and values, for a description list."""
    return [html.Div([html.Dt(fact.label), html.Dd(fact.value)]) for fact in values]


def noisiest(sources: Sequence[Source]) -> Any:
    """The sources with most messages; nothing without any."""
    if not sources:
        return None
    rows = [html.Li([html.Span(one.name, title=one.name), html.Span(one.messages)]) for one in sources]
    return [
        html.H3("Noisiest sources"),
        html.P("Messages in the last minute.", className="small"),
        html.Ul(rows),
    ]


def processes(values: Sequence[Process]) -> Any:
    """The ingests that report."""
    if not values:
        return html.P("No ingest reported within a day.", className="nothing")
    rows = [[one.name, one.state, one.report, one.since] for one in values]
    return dmc.Table(data={"head": ["Ingest", "State", "Reported", "Started"], "body": rows})


def migrations(values: Sequence[AppliedMigration], *, times: Sequence[str]) -> dmc.Table:
    """What the database had, with its times in words."""
    rows = [[one.name, at] for one, at in zip(values, times, strict=True)]
    return dmc.Table(data={"head": ["Migration", "Applied"], "body": rows})


def reason(value: Reason, shown: Sequence[Message]) -> dmc.AccordionItem:
    """One reason; when it is open, with messages that were set aside for it."""
    return dmc.AccordionItem(
        [
            dmc.AccordionControl(live.filled(REASONS, value.id, reason_inside(value), class_name="reason")),
            dmc.AccordionPanel(live.filled(MESSAGES, value.id, messages(shown), class_name="letters")),
        ],
        value=str(value.id),
    )


def reason_inside(value: Reason) -> list[Any]:
    """Why, how often, when, and on which topics."""
    return [
        html.Span(value.text, className="reason-text"),
        html.Span(value.count, className="reason-count"),
        html.Code(value.topics),
        html.Span(value.when, className="reason-when"),
    ]


def messages(values: Sequence[Message]) -> list[html.Article]:
    """Messages with their payloads as plain text."""
    return [_message(one) for one in values]


def _message(value: Message) -> html.Article:
    return html.Article(
        [
            html.Div(
                [
                    html.Code(value.topic),
                    html.Span(f"{value.at} · {value.size}"),
                    html.A(
                        [icon("download"), "Download"],
                        href=f"/system/payload/{value.id}",
                        download="",  # the server names the file
                    ),
                ],
                className="letter-head",
            ),
            # Focusable, so that a keyboard can scroll it.
            html.Pre(
                value.payload or "(empty)",
                tabIndex=0,
                className="text" if value.is_text else "",
                **named(f"Payload on {value.topic}"),
            ),
            html.Span(value.rest, className="small"),
        ],
        className="letter",
    )
