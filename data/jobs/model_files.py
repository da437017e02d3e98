"""What is done again and again for the files of models: what nobody wants goes, what is missing is made."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from threading import Event

import structlog

from data.building import shell_library
from data.files import Files
from data.settings import Settings
from data.store import Store, model_files, model_jobs

log = structlog.get_logger(__name__)

_AGAIN = timedelta(days=1)  # after which a shell that could not be made is tried anew


def prune(settings: Settings, stop: Event, *, now: datetime | None = None) -> int:
    """Drop files that were refused or discarded long ago, and what was made from them; gives how many.

    A file stays while any tenant's version, building or import that can be taken back refers to it.

    Args:
        settings: How long they are kept, and where they are.
        stop: Ends it after the file in hand when it is set.
        now: Taken for the present; aware.

    Raises:
        StoreUnavailable: the database is away.
        OSError: file storage cannot be written to.
    """
    before = (now or datetime.now(UTC)) - timedelta(days=settings.keep_discarded_days)
    files, gone = Files.of(settings), 0
    for sha256 in model_files.let_go(settings, before=before):
        if stop.is_set():
            break
        gone += files.forget(sha256, before=before)
    if gone:
        log.info("files of refused and discarded models", dropped=gone)
    return gone


def make_missing_shells(settings: Settings, stop: Event) -> None:
    """Ask for the shells of current models that have none: a new release makes them in another way.

    Raises:
        StoreUnavailable: the database is away.
    """
    files = Files.of(settings)
    found = model_files.drawn_from(settings, asked_since=datetime.now(UTC) - _AGAIN)
    missing = [one for one in found if shell_library.known(files, one.sha256) is None]
    if not missing:
        return
    with closing(Store.open(settings, role="worker", connections=1)) as store:
        for one in missing:
            if not stop.is_set():
                model_jobs.make_shell(store, tenant=one.tenant, version=one.version, actor="worker")
