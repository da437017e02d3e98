"""Try dead letters again: after a decoder was put right, a topic was mapped, or a device was announced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from data.errors import StoreRefused
from data.ingest.understanding import Interpreter
from data.store import dead_letters
from data.store.batch import Batch
from data.store.dead_letters import Kept
from data.store.ingestion import Writer
from data.store.pool import Store


@dataclass(frozen=True, slots=True)
class Redriven:
    """What became of the dead letters."""

    tried: int = 0
    made_good: int = 0  # understood and no longer dead letters
    samples: int = 0  # that they held; those that are there already are not stored again

    def __add__(self, other: Redriven) -> Redriven:
        return Redriven(
            self.tried + other.tried, self.made_good + other.made_good, self.samples + other.samples
        )


def redrive(
    store: Store,
    interpreter: Interpreter,
    *,
    tenant: str | None = None,
    reason: str | None = None,
    progress: Callable[[Redriven], None] = lambda so_far: None,
) -> Redriven:
    """Understand dead letters anew, in the order in which they came, as of the time when they came.

    What is understood is written, and the letter removed, in one transaction; what is not stays, with
    the reason of today. It can be stopped and run again at any time.

    Args:
        store: The store, as the ingest role.
        interpreter: Understands them; it may have been told what devices announce.
        tenant: Whose; None: everybody's.
        reason: Only those with this text in their reason.
        progress: Told after each page.

    Raises:
        StoreUnavailable: the database is away.
    """
    writer, done = Writer(store), Redriven()
    for page in dead_letters.pages(store, tenant=tenant, reason=reason):
        made_good: Counter[str] = Counter()
        done += _redrive_page(store, writer, interpreter, page, made_good)
        for name, count in made_good.items():
            dead_letters.note(store, tenant=name, made_good=count)
        progress(done)
    return done


def _redrive_page(
    store: Store, writer: Writer, interpreter: Interpreter, page: Sequence[Kept], made_good: Counter[str]
) -> Redriven:
    batches, reasons = [], {}
    for letter in page:
        understood = interpreter.understand(
            letter.topic, letter.payload, retain=letter.retained, received_at=letter.received_at
        )
        if understood.dead_letter is None:
            batch = Batch(
                samples=list(understood.samples),
                positions=[understood.position] if understood.position else [],
                announcements=list(understood.announcements),
                redriven=[letter.id],
            )
            batches.append((letter, batch))
        elif understood.dead_letter.reason != letter.reason:
            reasons[letter.id] = understood.dead_letter.reason
    samples = 0
    for letter, batch in batches:
        try:
            writer.write(batch)
        except StoreRefused as error:
            reasons[letter.id] = f"The store refuses it: {error}"
        else:
            made_good[letter.tenant] += 1
            samples += len(batch.samples)
    dead_letters.tell(store, reasons)
    return Redriven(len(page), made_good.total(), samples)
