"""What is older than its setting is dropped, on plain tables and by chunks; the rest stays as it is."""

import threading
from dataclasses import dataclass
from datetime import timedelta

import psycopg
import pytest

from data.errors import BadInput
from data.settings import Settings
from data.store import Store, address, corrections, retention
from data.store.batch import Batch, DeadLetter
from data.store.corrections import Stretch
from data.store.ingestion import Writer
from data.store.migrate import migrate
from tests.servers import StoreServer
from tests.store.conftest import NOON, hours, sample
from tests.store.test_corrections import assert_all_is_as_counted_anew, readings_of, series_of

Owner = psycopg.Connection[tuple[object, ...]]

DAYS = 400  # of readings before NOON, one every five days
LATEST = "SELECT * FROM latest ORDER BY series_id"
NOW = NOON + hours(1)
LIMITS = {"keep_readings_days": 30, "keep_rollups_days": 100, "keep_hourly_days": 300}
# A day of margin, and on a hypertable up to a chunk more.
LONGEST_CHUNK = {"reading": 7, "rollup_5min": 30, "rollup_1hour": 180}


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """A store after a run."""

    settings: Settings
    latest: list[tuple[object, ...]]  # as they were before
    kept: retention.Kept


@pytest.fixture(scope="module")
def after(migrated: Settings) -> After:
    settings = fill(migrated)
    latest = query(settings, LATEST)
    return After(settings=settings, latest=latest, kept=retention.keep(settings, now=NOW))


@pytest.fixture
def filled(fresh_database: Settings) -> Settings:
    migrate(fresh_database)
    return fill(fresh_database)


def fill(settings: Settings) -> Settings:
    store = Store.open(settings, role="ingest")
    samples = [sample(float(day), at=NOON - timedelta(days=day)) for day in range(0, DAYS, 5)]
    samples += [sample("open", at=NOON - timedelta(days=day), device="door") for day in (0, 200)]
    silent = [sample(1.0, at=NOON - timedelta(days=200), device="silent")]
    letters = [
        DeadLetter(tenant="main", topic="a", payload=b"{", received_at=NOON - timedelta(days=day), reason="?")
        for day in (0, 80, 120)
    ]
    Writer(store).write(Batch(samples=samples + silent, dead_letters=letters))
    store.close()
    return settings.model_copy(update=LIMITS)


def query(settings: Settings, text: str) -> list[tuple[object, ...]]:
    with psycopg.connect(address.owner(settings)) as connection:
        return connection.execute(text).fetchall()


def oldest_days(settings: Settings, table: str, column: str = "at") -> int:
    ((at,),) = query(settings, f"SELECT min({column}) FROM {table}")
    return (NOON - at).days  # type: ignore[operator,no-any-return]


@pytest.mark.parametrize(("relation", "days"), [("reading", 30), ("rollup_5min", 100), ("rollup_1hour", 300)])
def test_each_table_keeps_its_days_and_little_more(
    after: After, store_server: StoreServer, relation: str, days: int
) -> None:
    more = LONGEST_CHUNK[relation] if store_server.kind == "real" else 0
    assert days <= oldest_days(after.settings, relation) <= days + 1 + more


def test_events_go_with_the_readings_and_refused_messages_after_their_own_time(after: After) -> None:
    assert query(after.settings, "SELECT count(*) FROM event") == [(1,)]
    assert query(after.settings, "SELECT count(*) FROM dead_letter") == [(2,)]


def test_latest_values_stay(after: After) -> None:
    assert query(after.settings, LATEST) == after.latest


def test_a_second_run_finds_nothing_left_to_do(after: After) -> None:
    assert retention.keep(after.settings, now=NOW) == retention.Kept(dropped=(), converted=0)


def test_every_table_that_lost_something_has_one_row_in_the_audit(after: After) -> None:
    audited = query(
        after.settings,
        "SELECT subject, (after ->> 'rows')::int, (after ->> 'chunks')::int FROM audit WHERE action = 'drop'",
    )
    lost = [(one.relation, one.rows, one.chunks) for one in after.kept.dropped]
    assert sorted(audited, key=str) == sorted(lost, key=str)
    assert {one.relation for one in after.kept.dropped} >= {*LONGEST_CHUNK, "event", "dead_letter"}


def test_no_reading_that_may_be_stored_lies_where_readings_were_dropped(after: After) -> None:
    store = Store.open(after.settings, role="ingest")
    dropped, oldest = retention.dropped_before(store), retention.earliest(after.settings, NOW)
    store.close()
    assert dropped is not None
    assert oldest is not None
    assert dropped <= oldest


def test_readings_that_are_no_longer_kept_cannot_be_corrected(after: After) -> None:
    with pytest.raises(BadInput, match="no longer kept"):
        correct(after.settings, days_ago=60)


def test_without_a_limit_nothing_is_dropped(filled: Settings) -> None:
    unlimited = filled.model_copy(update=dict.fromkeys(LIMITS))
    kept = retention.keep(unlimited, now=NOW)
    assert [one.relation for one in kept.dropped] == ["dead_letter"]
    assert oldest_days(filled, "reading") == DAYS - 5


def test_what_is_young_enough_to_be_stored_is_not_dropped(filled: Settings) -> None:
    oldest = retention.earliest(filled, NOW)
    assert oldest is not None
    store = Store.open(filled, role="ingest")
    Writer(store).write(Batch(samples=[sample(5.0, at=oldest, device="late")]))
    retention.keep(filled, now=NOW + hours(23))
    store.close()
    with psycopg.connect(address.owner(filled)) as owner:
        assert len(readings_of(owner, series_of(owner, "late"))) == 1


def test_a_run_that_is_told_to_stop_drops_nothing_more(filled: Settings) -> None:
    stop = threading.Event()
    stop.set()
    assert retention.keep(filled, now=NOW, stop=stop) == retention.Kept(dropped=(), converted=0)
    assert oldest_days(filled, "reading") == DAYS - 5


def test_slices_come_to_the_same(filled: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_SLICE_ROWS", 7)
    monkeypatch.setattr(retention, "_SLICE_SERIES", 1)
    retention.keep(filled, now=NOW)
    assert query(filled, "SELECT count(*) FROM event") == [(1,)]
    assert oldest_days(filled, "reading") <= 30 + 1 + LONGEST_CHUNK["reading"]


def test_two_runs_at_once_do_not_meet(filled: Settings) -> None:
    with psycopg.connect(address.owner(filled)) as other:
        other.execute("SELECT pg_advisory_lock(hashtext('clerestory retention'))")
        assert retention.keep(filled, now=NOW) == retention.Kept(dropped=(), converted=0)


# Beside corrections ----------------------------------------------------------------------------------


def correct(settings: Settings, *, days_ago: int, length: timedelta = timedelta(days=1)) -> int:
    """Delete a day's reading of room-1; the correction's id."""
    store = Store.open(settings, role="web")
    with psycopg.connect(address.owner(settings)) as owner:
        series = series_of(owner, "room-1")
    since = NOON - timedelta(days=days_ago)
    try:
        return corrections.delete(
            store,
            Stretch(series=series, since=since, until=since + length),
            reason="a spike",
            tenant=1,
            actor="account 1",
        ).id
    finally:
        store.close()


def test_a_correction_is_not_undone_when_its_readings_are_no_longer_kept(filled: Settings) -> None:
    made = correct(filled, days_ago=60)
    retention.keep(filled, now=NOW)
    store = Store.open(filled, role="web")
    before = query(filled, "SELECT * FROM rollup_1hour ORDER BY series_id, at")
    with pytest.raises(BadInput, match="no longer kept"):
        corrections.undo(store, made, tenant=1, actor="account 1")
    store.close()
    assert query(filled, "SELECT * FROM rollup_1hour ORDER BY series_id, at") == before
    assert query(filled, "SELECT count(*) FROM corrected_reading") == [(0,)]


def test_rollups_that_outlive_their_readings_outlive_a_correction_too(filled: Settings) -> None:
    retention.keep(filled.model_copy(update={"keep_rollups_days": None}), now=NOW)
    before = query(filled, "SELECT * FROM rollup_5min ORDER BY series_id, at")
    correct(filled, days_ago=10)
    after = query(filled, "SELECT * FROM rollup_5min ORDER BY series_id, at")
    (gone,) = set(before) - set(after)
    assert gone[1] == NOON - timedelta(days=10)
    assert set(after) < set(before)


def test_rollups_that_are_no_longer_kept_do_not_come_back_with_a_correction(filled: Settings) -> None:
    short = filled.model_copy(update={"keep_readings_days": None, "keep_rollups_days": 30})
    retention.keep(short, now=NOW)
    before = query(filled, "SELECT count(*) FROM rollup_5min")
    correct(filled, days_ago=100, length=hours(1))
    assert query(filled, "SELECT count(*) FROM rollup_5min") == before


# The columnstore -------------------------------------------------------------------------------------


def has_columnstore(settings: Settings) -> bool:
    return query(settings, "SELECT current_setting('timescaledb.license', true)") == [("timescale",)]


def in_columnstore(settings: Settings) -> list[tuple[object, ...]]:
    if not has_columnstore(settings):
        return []
    return query(
        settings,
        "SELECT hypertable_name, max(range_end) FROM timescaledb_information.chunks WHERE is_compressed"
        " GROUP BY 1 ORDER BY 1",
    )


def test_old_chunks_go_into_the_columnstore_where_the_edition_has_it(filled: Settings) -> None:
    unlimited = filled.model_copy(update=dict.fromkeys(LIMITS))
    kept = retention.keep(unlimited, now=NOW)
    assert (kept.converted > 0) == has_columnstore(filled)
    for _, end in in_columnstore(filled):
        assert NOW - end >= timedelta(days=30)  # type: ignore[operator]


def test_late_readings_and_corrections_are_exact_after_the_conversion(filled: Settings) -> None:
    retention.keep(filled.model_copy(update=dict.fromkeys(LIMITS)), now=NOW)
    store = Store.open(filled, role="ingest")
    late = [sample(7.0, at=NOON - timedelta(days=day, minutes=1)) for day in range(100, 200)]
    again = [sample(float(day), at=NOON - timedelta(days=day)) for day in range(100, 200, 5)]
    written = Writer(store).write(Batch(samples=late + again))
    store.close()
    assert (written.fresh, written.repeated) == (100, 20)
    made = correct(filled, days_ago=150, length=timedelta(days=40))
    with psycopg.connect(address.owner(filled)) as owner:
        assert_all_is_as_counted_anew(owner, series_of(owner, "room-1"))
        store = Store.open(filled, role="web")
        corrections.undo(store, made, tenant=1, actor="account 1")
        store.close()
        assert_all_is_as_counted_anew(owner, series_of(owner, "room-1"))
    assert query(filled, "SELECT count(*) FROM reading") == [(DAYS // 5 + 100 + 1,)]
