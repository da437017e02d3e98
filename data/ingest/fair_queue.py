"""What waits between the link and the pipeline: when it is too much for a batch, sources take turns."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter

from data.ingest.delivery import Delivery

_SPARKPLUG = "spBv1.0/"
_NUMBER = attrgetter("number")


@lru_cache(maxsize=50_000)  # devices say much on few topics
def source_of(topic: str) -> str:
    """Whose messages stay in order among themselves: a device's, about; all of a Sparkplug node's."""
    _, sparkplug, path = topic.partition(_SPARKPLUG)
    if sparkplug:
        levels = path.split("/", 3)  # group, type of message, node, device
        return sparkplug + "/".join(levels[0:1] + levels[2:3])
    return topic.rpartition("/")[0] or topic


class FairQueue:
    """Deliveries by source. Not thread-safe."""

    def __init__(self) -> None:
        self._sources: dict[str, deque[Delivery]] = {}
        self._count = 0
        self.size = 0  # bytes of payload

    def __len__(self) -> int:
        return self._count

    def put(self, delivery: Delivery) -> None:
        """Add one at the end of its source."""
        source = source_of(delivery.topic)
        waiting = self._sources.get(source)
        if waiting is None:
            self._sources[source] = deque((delivery,))
        else:
            waiting.append(delivery)
        self._count += 1
        self.size += len(delivery.payload)

    def take(self, at_most: int) -> list[Delivery]:
        """The next ones in the order of arrival; of more than that, as many of each source as of others."""
        taken: list[Delivery] = []
        while self._sources and len(taken) < at_most:
            share = math.ceil((at_most - len(taken)) / len(self._sources))
            for source in list(self._sources)[: at_most - len(taken)]:
                # Put back at the end: with more sources than places, others are first the next time.
                waiting = self._sources.pop(source)
                for _ in range(min(share, len(waiting), at_most - len(taken))):
                    taken.append(waiting.popleft())
                if waiting:
                    self._sources[source] = waiting
        self._count -= len(taken)
        self.size -= sum(len(delivery.payload) for delivery in taken)
        return sorted(taken, key=_NUMBER)

    def remove(self, unwanted: Callable[[Delivery], bool]) -> list[Delivery]:
        """Take out those that are unwanted."""
        everything = self.take(self._count)
        for delivery in everything:
            if not unwanted(delivery):
                self.put(delivery)
        return [delivery for delivery in everything if unwanted(delivery)]
