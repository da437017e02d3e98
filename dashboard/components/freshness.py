"""How long ago something was heard: a colour, a sign (both by the style sheet) and words."""

from __future__ import annotations

from dash import html

from dashboard.views.devices import Freshness


def freshness(value: Freshness) -> html.Span:
    """The age."""
    return html.Span(value.age, className=f"freshness {value.level}")
