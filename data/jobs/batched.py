"""What is done again and again for many things, shared out over all workers by batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Event

from data.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some things of one tenant, by their ids, that are done by one worker.

    `block` is what no two batches in hand share: ids of one block are never done twice at once.
    """

    tenant: int
    block: int
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batched:
    """Something done again and again, batch by batch.

    Attributes:
        name: Never changed: by it the queue knows when it was planned last.
        cron: When it is planned, in UTC.
        plan: What is due now. Cheap: batches that wait or are done already are left out afterwards.
        do: Does one batch, and comes to the same when it is done again; returns early when the event is set.
            What it raises is tried again with back-off.
        behind: Of two that wait, the batch with the lower number is done first; what people ask for is at 0.
    """

    name: str
    cron: str
    plan: Callable[[Store], Iterable[Batch]]
    do: Callable[[Store, Batch, Event], None]
    behind: int = 1

    def lock(self, batch: Batch) -> str:
        """What two batches that must not be done at once have in common."""
        return f"{self.name} {batch.tenant} {batch.block}"


def blocks(due: Mapping[int, Sequence[int]], *, size: int) -> Iterable[Batch]:
    """Batches of the ids that are due, by tenant; those of a block are consecutive numbers.

    An id is always of the same block, however many others are due with it.
    """
    for tenant, ids in due.items():
        found: dict[int, list[int]] = defaultdict(list)
        for one in ids:
            found[one // size].append(one)
        yield from (
            Batch(tenant=tenant, block=block, ids=tuple(members)) for block, members in sorted(found.items())
        )
