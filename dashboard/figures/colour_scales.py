"""The colours of floor plans: data alone.

Every scale can be told apart by lightness alone or by blue against orange, so it is read with any
kind of colour vision. Between two stops colours are mixed evenly.
"""

from __future__ import annotations

Stops = tuple[tuple[float, str], ...]  # value in the quantity's unit, colour; ascending

# About comfort: calm in the middle, blue below and orange above.
TEMPERATURE: Stops = (
    (16, "#2f5d9b"), (18, "#6b9cc9"), (20, "#b3d2e0"), (22, "#e8ebc0"),
    (24, "#f3c88b"), (26, "#e28a53"), (28, "#b24a2e"),
)  # fmt: skip

# Steps at what guidelines call good, moderate and bad air.
CO2: Stops = ((400, "#c9ead6"), (800, "#f0da8e"), (1_000, "#ecb05c"), (1_400, "#cd683e"), (2_000, "#7c2a35"))

HUMIDITY: Stops = ((20, "#f3ead0"), (35, "#c8e0cf"), (50, "#86bfc4"), (65, "#4d8fb5"), (80, "#2c4f8a"))

# Dark is dark: cividis, closer at the low end as eyes are.
ILLUMINANCE: Stops = (
    (0, "#1d2f52"), (100, "#4a5672"), (250, "#7c7b78"), (500, "#b3a970"), (1_000, "#f5e36a"),
)  # fmt: skip

# Viridis from its light end, over 0 to 1.
ANY: Stops = ((0, "#e9efc0"), (0.25, "#a8d8a6"), (0.5, "#4fb0a0"), (0.75, "#327f93"), (1, "#3d3f78"))

OCCUPANCY: Stops = ((0, "#d9e4ea"), (1, "#3f6fa8"))

# Minutes since the last reading: fresh, quiet, silent.
FRESHNESS: Stops = ((0, "#a9d8cd"), (15, "#ecc879"), (1_440, "#b9584a"))

# Points of health: the darker, the worse.
HEALTH: Stops = ((0, "#6d2420"), (50, "#c4603c"), (65, "#e59b5c"), (85, "#e6d287"), (100, "#d3eee4"))

INK_DARK, INK_LIGHT = "#0b0e11", "#ffffff"

# What a plan is drawn with: the lines of the building and rooms that tell nothing.
PLAN = {
    "light": {
        "wall": "#3a424a", "opening": "#ffffff", "edge": "#aab2ba", "glass": "#9cc3da",
        "room": "#eef0f3", "hatch": "#b9c1c9", "faint": "#5c6670",
        "odd": "#a3249b",
    },
    "dark": {
        "wall": "#aeb7bf", "opening": "#1d2125", "edge": "#59636c", "glass": "#5f8ba6",
        "room": "#2a3035", "hatch": "#56606a", "faint": "#a3adb6",
        "odd": "#f29be6",
    },
}  # fmt: skip

# A building in 3D: what stands on the ground is told from it, and rooms that tell nothing from their slab.
SOLID = {
    "light": {"ground": "#eceff2", "plate": "#949fa9", "none": "#d3dae0", "old": "#a9b3bc"},
    "dark": {"ground": "#262b30", "plate": "#3c444b", "none": "#59636d", "old": "#7b8791"},
}
