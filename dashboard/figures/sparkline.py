"""The course of a series as small as a word."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from urllib.parse import quote

WIDTH, HEIGHT = 96, 28
_EDGE = 2


def image(values: Sequence[float | None], *, within: tuple[float, float] | None = None) -> str | None:
    """A line as an image address that carries the image itself; broken where a value is missing.

    It reaches from the lowest to the highest value, or over what it is drawn `within`.

    The line is black on nothing, to be used as a mask in any colour. None: there are fewer than two
    values, which is no course.
    """
    there = [value for value in values if value is not None]
    if len(there) < 2:
        return None
    low, high = within or (min(there), max(there))
    span = high - low
    across, up = (WIDTH - 2 * _EDGE) / (len(values) - 1), HEIGHT - 2 * _EDGE
    points = [
        None
        if value is None
        else f"{_EDGE + n * across:.1f} {_EDGE + up * (1 - (value - low) / span if span else 0.5):.1f}"
        for n, value in enumerate(values)
    ]
    parts = (list(part) for there_, part in groupby(points, key=lambda point: point is not None) if there_)
    # A value alone becomes a dot: the round end of a line of no length.
    path = "".join(f"M{part[0]}L{' '.join(str(point) for point in part)}" for part in parts)
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"><path d="{path}" '
        'fill="none" stroke="#000" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )
    return f"data:image/svg+xml,{quote(drawn)}"
