"""Pages and places with nothing to show: what is so, and what can be done."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.icon import icon


def notice(sign: str, title: str, *body: Any) -> html.Div:
    """A calm sentence in the middle of an empty place."""
    return html.Div([icon(sign), html.H2(title), *body], className="notice")


def no_devices() -> html.Div:
    """Nothing has spoken yet: how the first device gets here."""
    return notice(
        "broadcast",
        "Waiting for the first device",
        html.P(
            "Publish a reading to the MQTT broker and its device appears here by itself, "
            "with a series for every value it sends. For example:"
        ),
        html.Pre("topic    office/desk-lamp/temperature\npayload  21.5"),
        html.P(
            "“Connect a device” in the README says which address and account devices use, "
            "and which kinds of message are understood."
        ),
    )


def no_match() -> html.Div:
    """No device has all the words that are searched for."""
    return notice(
        "search", "No device matches", html.P("Try fewer words: a name, a room or what it measures.")
    )


def not_found() -> html.Div:
    """What the address names is not there, or not this tenant's, which nobody is told apart."""
    return notice(
        "map-pin",
        "There is nothing at this address",
        html.P("It may have been renamed or removed, or the address has a typing mistake."),
        dcc.Link("Go to the Overview", href="/", className="button"),
    )


def away(problem: str) -> html.Div:
    """What is wrong while the page keeps what it shows."""
    return html.Div([icon("database-off"), problem], className="banner")


def not_allowed(whom: str = "managers and administrators") -> html.Div:
    """The page is for others."""
    return notice(
        "door",
        f"This page is for {whom}",
        html.P("An administrator can give your account the role it needs."),
        dcc.Link("Go to the Overview", href="/", className="button"),
    )
