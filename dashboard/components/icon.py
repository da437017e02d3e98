"""Icons: pictures from `assets/icons` in the colour of the text around them, and names for controls."""

from __future__ import annotations

from typing import Any

from dash import html

# Of a quantity; any other one has that of its kind.
_QUANTITY = {
    "temperature": "temperature",
    "humidity": "droplet",
    "co2": "cloud",
    "illuminance": "bulb",
    "occupancy": "walk",
    "pressure": "gauge",
    "power": "bolt",
    "energy": "plug",
    "voltage": "wave-sine",
    "current": "wave-sine",
    "load": "cpu",
    "share": "chart-pie",
    "battery": "battery-2",
}
_KIND = {"number": "activity", "boolean": "toggle-left", "text": "abc"}


def icon(name: str) -> html.Span:
    """A picture beside words that say the same; an empty element, so it is read out to nobody."""
    return html.Span(className=f"icon icon-{name}")


def of_series(*, quantity: str | None, kind: str) -> str:
    """The class of the picture of what a series measures, which an element draws before its text."""
    return f"icon-{_QUANTITY.get(quantity or '') or _KIND.get(kind, 'activity')}"


def named(label: str) -> dict[str, Any]:
    """What gives a control without words its name for screen readers."""
    return {"aria-label": label}
