"""Shelly's first generation: a plain value a topic, `shellies/<device>/sensor/<metric>`, without a time.

What is handed over later comes as one object with its time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from data.demo.payloads.said import Said, Spoken, iso


def messages(spoken: Spoken) -> Iterator[Said]:
    """A temperature and humidity sensor."""
    values = {metric: round(value, 1) for metric, value in spoken.values.items()}
    if spoken.late:
        late = {"time": iso(spoken.at), "sensor": values}
        yield Said(f"shellies/{spoken.name}", json.dumps(late))
        return
    for metric, value in values.items():
        yield Said(f"shellies/{spoken.name}/sensor/{metric}", str(value))
