"""The shapes of what is on its way."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc


def blocks(count: int, *, height: int) -> list[Any]:
    """So many grey blocks of a height in pixels."""
    return [dmc.Skeleton(height=height, radius="md") for _ in range(count)]
