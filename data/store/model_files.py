"""Which files of models in file storage are wanted, over all tenants; as the owner of the tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from data.building.model import GEOJSON
from data.errors import StoreError, StoreUnavailable
from data.settings import Settings
from data.store import address, statements
from data.store.model_jobs import SHELL
from data.store.pool import Connection, is_outage

_SQL = statements.load("model_files")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A version that a building is drawn from."""

    tenant: int
    version: int
    sha256: str


def let_go(settings: Settings, *, before: datetime) -> list[str]:
    """SHA-256 of each file that was refused or discarded before a time and that nothing refers to.

    Raises:
        StoreUnavailable: the database is away.
        StoreError: the database refuses.
    """
    with _owner(settings) as connection:
        return [sha256 for (sha256,) in connection.execute(_SQL["let_go"], {"before": before})]


def drawn_from(settings: Settings, *, asked_since: datetime) -> list[Drawn]:
    """The versions with bodies that buildings are drawn from, and whose shells nobody asked for since a time.

    Raises what `let_go` does.
    """
    wanted = {"drawn": GEOJSON, "kind": SHELL, "asked_since": asked_since}
    with _owner(settings) as connection:
        return connection.cursor(row_factory=class_row(Drawn)).execute(_SQL["drawn_from"], wanted).fetchall()


@contextmanager
def _owner(settings: Settings) -> Iterator[Connection]:
    try:
        with psycopg.connect(address.owner(settings), application_name="clerestory files") as connection:
            yield connection
    except psycopg.Error as error:
        first_line = str(error).partition("\n")[0]
        if is_outage(error):
            raise StoreUnavailable(f"The database cannot be reached: {first_line}") from error
        raise StoreError(f"The database refused to say which files are wanted: {first_line}") from error
