"""What costs health, in words."""

from __future__ import annotations

from datetime import timedelta

_WORDS = {
    "silence": "Nothing has come for longer than usual",
    "gaps": "Readings are missing in between",
    "stuck": "The value stands still for longer than it ever did",
    "spikes": "Single readings leap away and back",
    "range": "Readings lie outside of what can be believed",
    "neighbours": "It differs from others in the room as it did not before",
    "drift": "It is far from what was normal for it",
    "alerts": "Alerts are open",
    "service life": "It nears or passes the service life that its model states",
    "others": "Smaller troubles of further parts",
}


def in_words(kind: str, severity: float, *, silent: timedelta | None = None) -> str:
    """One sentence on a reason for lost points.

    Args:
        kind: Of the reason.
        severity: 0 to 1; 0 where it says nothing.
        silent: How long ago the newest reading is.
    """
    if kind == "silence":
        return "It never said anything." if silent is None else f"The newest reading is {_span(silent)} old."
    grade = next((word for least, word in ((0.75, "severe"), (0.4, "marked")) if severity >= least), "slight")
    said = _WORDS.get(kind, kind.capitalize())
    return f"{said}: {grade}." if severity > 0 else f"{said}."


def _span(time: timedelta) -> str:
    minutes = max(int(time.total_seconds() // 60), 0)
    if minutes < 120:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"
