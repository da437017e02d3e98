"""Colours and type: what Mantine and the figures are given; `assets/clerestory.css` uses the same.

One accent: the green of patinated copper roofs. States have a colour and always a sign and a word too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Scheme = Literal["light", "dark"]

FONT = "Inter, system-ui, -apple-system, 'Segoe UI', sans-serif"

_ACCENT = [
    "#e8f7f4", "#d3ece7", "#a5d9cf", "#74c5b5", "#4cb4a0",
    "#33a992", "#1f9c86", "#0f7f6d", "#08705f", "#00584a",
]  # fmt: skip
_DARK = [
    "#e6e9ec", "#c3cad0", "#9aa5af", "#6d7780", "#3d454c",
    "#2d3338", "#1d2125", "#14171a", "#101315", "#0b0d0e",
]  # fmt: skip

MANTINE: dict[str, Any] = {
    "fontFamily": FONT,
    "headings": {"fontFamily": FONT, "fontWeight": "620"},
    "primaryColor": "accent",
    "primaryShade": {"light": 7, "dark": 4},
    "autoContrast": True,
    "defaultRadius": "md",
    "cursorType": "pointer",
    "focusRing": "auto",
    "colors": {"accent": _ACCENT, "dark": _DARK},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """What a figure is drawn with."""

    text: str
    muted: str
    grid: str
    line: str
    band: str
    tip: str  # behind the text that follows the pointer
    strange: str  # over a time in which something was unlike before


COLOURS: dict[Scheme, Colours] = {
    "light": Colours(
        text="#1c2126", muted="#5c6670", grid="#e9ecef", line=_ACCENT[7],
        band="rgba(15,127,109,0.16)", tip="#ffffff",
        strange="rgba(190,125,0,0.20)",
    ),
    "dark": Colours(
        text=_DARK[0], muted=_DARK[2], grid="#2a3035", line=_ACCENT[4],
        band="rgba(76,180,160,0.20)", tip="#272c31",
        strange="rgba(227,176,75,0.24)",
    ),
}  # fmt: skip

# Of what is told apart and has no order; `assets/patterns.css` has the same.
KINDS: dict[Scheme, tuple[str, ...]] = {
    "light": (_ACCENT[7], "#c2571a", "#3b6fb6", "#9b4f96", "#8a6d00", "#5c6670"),
    "dark": (_ACCENT[4], "#f0965a", "#7aa8e8", "#cf8ec9", "#d9b84a", "#9aa5af"),
}


def scheme_of(said: object) -> Scheme:
    """The scheme a browser names; light when it names none."""
    return "dark" if said == "dark" else "light"
