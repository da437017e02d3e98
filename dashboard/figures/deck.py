"""What every deck.gl picture here is made of: colours as it wants them, and text that stays text.

deck.gl's JSON reads strings that begin with `@@` as code of its own, and a tooltip's template takes
`$` for a sign; a name from a model must be neither.
"""

from __future__ import annotations

from typing import Any

Spec = dict[str, Any]
Rgba = list[int]

_WORD_JOINER = "\u2060"  # shows nothing


def rgba(colour: str, alpha: int = 255) -> Rgba:
    """A colour `#rrggbb` as deck.gl's accessors take it."""
    return [int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16), alpha]


def text(said: str) -> str:
    """Text of a model or a device as deck.gl shows it letter by letter."""
    return f"{_WORD_JOINER}{said}" if said.startswith("@@") else said


def note(*lines: str) -> str:
    """Lines for a tooltip. A row has them under `note`, its last key: the template fills in one by one."""
    return text("\n".join(filter(None, lines)).replace("$", "$$"))


# Text alone: its HTML would be put in unescaped. The style sheet has the rest of how it looks.
TOOLTIP: Spec = {"text": "{note}", "style": {"color": "", "backgroundColor": "", "padding": ""}}

# Light from above and the left; a flat roof keeps nearly the colour that the colour bar shows.
LIGHT: list[Spec] = [
    {
        "@@type": "LightingEffect",
        "sky": {"@@type": "AmbientLight", "color": [255, 255, 255], "intensity": 1.0},
        "sun": {
            "@@type": "DirectionalLight", "color": [255, 255, 255], "intensity": 1.0,
            "direction": [1.2, 2.0, -3.2],
        },
    }
]  # fmt: skip
MATERIAL: Spec = {"ambient": 0.62, "diffuse": 0.46, "shininess": 8, "specularColor": [0, 0, 0]}


def parts(spec: Spec) -> dict[str, Any]:
    """The layers of a picture by their id, and where one looks from as `view`."""
    return {layer["id"]: layer for layer in spec["layers"]} | {"view": spec["framed"]}
