"""A database is brought up to date: twice at once, after a kill, and when the server gains an upgrade."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest

from data.errors import StoreError, StoreUnavailable
from data.settings import Settings
from data.store import Store, address, migrate, move
from data.store.batch import Batch
from data.store.ingestion import Writer
from tests.store.conftest import NOON, hours, sample


def tables(settings: Settings) -> set[str]:
    with psycopg.connect(address.owner(settings)) as owner:
        found = owner.execute(
            """
            SELECT relname FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
                AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
            """
        )
        return {str(name) for (name,) in found}


def test_four_processes_may_migrate_at_once(fresh_database: Settings) -> None:
    with ThreadPoolExecutor(4) as four:
        list(four.map(migrate.migrate, [fresh_database] * 4))
    with psycopg.connect(address.owner(fresh_database)) as owner:
        assert owner.execute("SELECT count(*) FROM tenant").fetchone() == (1,)


def test_a_killed_migration_leaves_nothing_and_runs_again(
    fresh_database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = migrate.migrations()
    killing = replace(whole[-1], text=whole[-1].text + "; SELECT pg_terminate_backend(pg_backend_pid())")
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "migrations", lambda: [*whole[:-1], killing])
        with pytest.raises(StoreUnavailable):
            migrate.migrate(fresh_database)
    migrate.migrate(fresh_database)
    assert "reading" in tables(fresh_database)


def test_an_applied_migration_that_was_edited_is_refused(
    migrated: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = replace(migrate.migrations()[0], text="-- something else")
    monkeypatch.setattr(migrate, "migrations", lambda: [edited])
    with pytest.raises(StoreError, match="was changed after this database had it"):
        migrate.migrate(migrated)


def test_a_server_that_gains_the_extensions_keeps_its_readings(
    fresh_database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "_offered", lambda connection, extension: False)
        migrate.migrate(fresh_database)
    store = Store.open(fresh_database, role="ingest")
    batch = Batch(samples=[sample(1.0, at=NOON + hours(24 * day)) for day in range(60)])
    Writer(store).write(batch)
    migrate.migrate(fresh_database)
    again = Writer(store).write(batch)
    store.close()
    assert (again.fresh, again.repeated) == (0, 60)


def test_a_database_that_is_away_is_said_to_be(fresh_database: Settings) -> None:
    away = fresh_database.model_copy(update={"database_url": None})
    with pytest.raises(StoreUnavailable):
        migrate.migrate(away)


def test_the_list_of_moved_tables_is_complete(migrated: Settings) -> None:
    assert tables(migrated) == {*move.TABLES, *move.NOT_MOVED}
