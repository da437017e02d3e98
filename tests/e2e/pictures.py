"""What a canvas in the browser shows."""

from __future__ import annotations

import base64
from collections.abc import Callable

from playwright.sync_api import Locator

from tests.local_run import eventually

# The browser that drew the picture also reads it.
_COUNT = """async ([png, within]) => {
    const image = new Image();
    image.src = 'data:image/png;base64,' + png;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.width; canvas.height = image.height;
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    if (within) context.clearRect(within, within, image.width - 2 * within, image.height - 2 * within);
    const bytes = context.getImageData(0, 0, image.width, image.height).data;
    const counts = {};
    for (let at = 0; at < bytes.length; at += 4) {
        if (!bytes[at + 3]) continue;
        const colour = bytes[at] + ',' + bytes[at + 1] + ',' + bytes[at + 2];
        counts[colour] = (counts[colour] || 0) + 1;
    }
    return counts;
}"""


def colours(place: Locator, *, edge: int = 0) -> dict[tuple[int, int, int], int]:
    """How many pixels of a place on the page have each colour (red, green, blue).

    Args:
        place: On the page.
        edge: How wide an edge of it is looked at [pixels]; 0: all of it.
    """
    picture = base64.b64encode(place.screenshot()).decode()
    found: dict[str, int] = place.page.evaluate(_COUNT, [picture, edge])
    return {_rgb(name): count for name, count in found.items()}


def coloured(place: Locator) -> int:
    """How many pixels are clearly of a colour rather than of the page's greys."""
    return sum(count for rgb, count in colours(place).items() if max(rgb) - min(rgb) > 40)


def settled(place: Locator, condition: Callable[[int], bool]) -> int:
    """The number of coloured pixels, as soon as a condition holds for it or the patience ends."""
    seen = 0

    def holds() -> bool:
        nonlocal seen
        seen = coloured(place)
        return condition(seen)

    eventually(holds)
    return seen


def _rgb(name: str) -> tuple[int, int, int]:
    red, green, blue = (int(part) for part in name.split(","))
    return red, green, blue
