"""Ingest writes every reading once, keeps rollups exact and never mixes tenants."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.errors import StoreRefused
from data.store import Store, devices, readings
from data.store.batch import Batch, DeadLetter, Position, Written
from data.store.ingestion import Writer
from tests.store.conftest import NOON, TENANTS, hours, sample

Owner = psycopg.Connection[tuple[object, ...]]

RECOUNT = """
SELECT date_bin(%(step)s, at, 'epoch') AS bucket, count(*), min(value), max(value),
    (array_agg(value ORDER BY at))[1], min(at), (array_agg(value ORDER BY at DESC))[1], max(at)
FROM reading WHERE series_id = %(series)s GROUP BY bucket ORDER BY bucket
"""


def only_series(owner: Owner, device: str) -> int:
    row = owner.execute(
        "SELECT series.id FROM series JOIN device ON device.id = device_id"
        " JOIN tenant ON tenant.id = device.tenant_id WHERE device.name = %s AND tenant.name = 'main'",
        (device,),
    ).fetchone()
    assert row is not None
    return int(str(row[0]))


def test_a_batch_delivered_again_adds_nothing(writer: Writer, owner: Owner) -> None:
    batch = Batch(samples=[sample(20.0 + i, at=NOON + hours(i), device="again") for i in range(10)])
    assert writer.write(batch) == Written(fresh=10, repeated=0, conflicts=0)
    assert writer.write(batch) == Written(fresh=0, repeated=10, conflicts=0)
    count = owner.execute(
        "SELECT sum(count) FROM rollup_5min WHERE series_id = %s", (only_series(owner, "again"),)
    ).fetchone()
    assert count == (10,)


def test_the_first_value_of_a_time_is_kept_and_another_one_counted(writer: Writer, owner: Owner) -> None:
    same_time = [sample(value, device="conflict") for value in (1.0, 2.0, 1.0)]
    assert writer.write(Batch(samples=same_time)) == Written(fresh=1, repeated=2, conflicts=1)
    kept = owner.execute("SELECT value FROM reading WHERE series_id = %s", (only_series(owner, "conflict"),))
    assert kept.fetchall() == [(1.0,)]


deliveries = st.lists(
    st.lists(
        st.tuples(st.integers(0, 4 * 3600), st.floats(-1e6, 1e6, allow_nan=False, width=32)),
        min_size=1,
        max_size=30,
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries=deliveries)
@pytest.mark.parametrize(("rollup", "step"), [("rollup_5min", "5 minutes"), ("rollup_1hour", "1 hour")])
def test_rollups_equal_a_recount_however_late_and_often_readings_come(
    writer: Writer, owner: Owner, rollup: str, step: str, deliveries: list[list[tuple[int, float]]]
) -> None:
    device = f"recount {datetime.now(UTC).timestamp()}"
    for delivery in deliveries:
        batch = [
            sample(value, at=NOON + timedelta(seconds=offset), device=device) for offset, value in delivery
        ]
        writer.write(Batch(samples=batch))
        writer.write(Batch(samples=batch[::-1]))
    series = only_series(owner, device)
    kept = owner.execute(
        f"SELECT at, count, min, max, first, first_at, last, last_at FROM {rollup}"
        " WHERE series_id = %s ORDER BY at",
        (series,),
    ).fetchall()
    assert kept == owner.execute(RECOUNT, {"series": series, "step": step}).fetchall()
    sums = owner.execute(
        f"SELECT (SELECT sum(sum) FROM {rollup} WHERE series_id = %(series)s),"
        " (SELECT sum(value) FROM reading WHERE series_id = %(series)s)",
        {"series": series},
    ).fetchone()
    assert sums is not None
    assert sums[0] == pytest.approx(sums[1], rel=1e-9, abs=1e-6)


def test_the_latest_value_never_goes_back_in_time(
    writer: Writer, web: Store, tenant_ids: dict[str, int]
) -> None:
    writer.write(Batch(samples=[sample(21.0, at=NOON, device="late")]))
    writer.write(Batch(samples=[sample(19.0, at=NOON - hours(1), device="late")]))
    (row,) = [row for row in devices.overview(web, tenant=tenant_ids["main"]) if row.device == "late"]
    assert (row.at, row.value) == (NOON, 21.0)


def test_a_text_is_an_event_and_the_latest_value(
    writer: Writer, web: Store, tenant_ids: dict[str, int]
) -> None:
    said = [
        sample(text, at=NOON + hours(i), device="door", metric="state")
        for i, text in enumerate(("open", "shut"))
    ]
    writer.write(Batch(samples=said))
    (row,) = [row for row in devices.overview(web, tenant=tenant_ids["main"]) if row.device == "door"]
    assert (row.kind, row.value, row.text) == ("text", None, "shut")
    kept = readings.events(
        web, tenant=tenant_ids["main"], series=row.series_id, since=NOON, until=NOON + hours(2)
    )
    assert [text for _, text in kept] == ["shut", "open"]


def test_two_tenants_in_one_batch_keep_to_themselves(
    writer: Writer, web: Store, tenant_ids: dict[str, int]
) -> None:
    writer.write(
        Batch(
            samples=[
                sample(value, tenant=name, device="twin") for name, value in zip(TENANTS, (1, 2), strict=True)
            ]
        )
    )
    latest = {
        name: [row.value for row in devices.overview(web, tenant=tenant_ids[name]) if row.device == "twin"]
        for name in TENANTS
    }
    assert latest == {"main": [1.0], "acme": [2.0]}


@pytest.mark.parametrize(
    ("value", "at"),
    [
        (float("nan"), NOON),
        (float("inf"), NOON),
        (1.0, datetime(1990, 1, 1, tzinfo=UTC)),
        (1.0, datetime(9000, 1, 1, tzinfo=UTC)),
        ("a\0b", NOON),
        ("text " * 300, NOON),
    ],
    ids=["nan", "infinite", "too early", "too late", "nul", "too long"],
)
def test_what_the_store_refuses_is_refused_whole_and_forgotten(
    writer: Writer, owner: Owner, request: pytest.FixtureRequest, value: float | str, at: datetime
) -> None:
    device = request.node.name
    good, bad = sample(1.0, device=device), sample(value, at=at, device=device, metric="bad")
    with pytest.raises(StoreRefused):
        writer.write(Batch(samples=[good, bad]))
    assert owner.execute("SELECT count(*) FROM device WHERE name = %s", (device,)).fetchone() == (0,)
    assert writer.write(Batch(samples=[good])).fresh == 1


def test_a_name_that_no_index_can_hold_is_refused(writer: Writer) -> None:
    name = "".join(chr(0x4E00 + 7919 * number % 20_000) for number in range(5_000))  # it does not compress
    with pytest.raises(StoreRefused):
        writer.write(Batch(samples=[sample(1.0, device=name)]))


def test_a_dead_letter_is_kept_with_its_reason(
    writer: Writer, web: Store, tenant_ids: dict[str, int]
) -> None:
    letter = DeadLetter(tenant="acme", topic="a/b", payload=b"\xff\0", received_at=NOON, reason="not UTF-8")
    writer.write(Batch(dead_letters=[letter]))
    (refusal,) = devices.refused(web, tenant=tenant_ids["acme"], since=NOON)
    assert (refusal.reason, refusal.count, refusal.topic) == ("not UTF-8", 1, "a/b")
    assert devices.refused(web, tenant=tenant_ids["main"], since=NOON) == []


def test_every_committed_change_grows_the_tenants_own_version(
    writer: Writer, web: Store, tenant_ids: dict[str, int]
) -> None:
    before = {name: devices.version(web, tenant=tenant_ids[name]) for name in TENANTS}
    writer.write(Batch(samples=[sample(1.0, tenant="acme", device="version")]))
    after = {name: devices.version(web, tenant=tenant_ids[name]) for name in TENANTS}
    assert (after["main"], after["acme"]) == (before["main"], before["acme"] + 1)


def test_nearby_devices_are_those_of_the_same_tenant_within_the_radius(
    writer: Writer, web: Store, tenant_ids: dict[str, int]
) -> None:
    places = {"here": (13.0, 52.0), "near": (13.001, 52.0), "far": (13.1, 52.0)}
    for tenant in TENANTS:
        writer.write(
            Batch(
                samples=[sample(1.0, tenant=tenant, device=name) for name in places],
                positions=[
                    Position(tenant=tenant, device=name, longitude=longitude, latitude=latitude)
                    for name, (longitude, latitude) in places.items()
                ],
            )
        )
    (here,) = [row for row in devices.overview(web, tenant=tenant_ids["acme"]) if row.device == "here"]
    (near,) = devices.nearby(web, tenant=tenant_ids["acme"], device=here.device_id)
    assert near.device == "near"
    assert near.distance_m == pytest.approx(68.5, abs=0.1)
    assert devices.nearby(web, tenant=tenant_ids["main"], device=here.device_id) == []


def test_what_is_always_in_the_way_of_a_unique_key_is_refused(ingest_writer: Writer, owner: Owner) -> None:
    owner.execute(
        "CREATE FUNCTION taken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE unique_violation USING MESSAGE = 'it is taken'; END $$"
    )
    owner.execute(
        "CREATE TRIGGER taken BEFORE INSERT ON device FOR EACH ROW"
        " WHEN (NEW.name = 'always taken') EXECUTE FUNCTION taken()"
    )
    try:
        with pytest.raises(StoreRefused, match="it is taken"):
            ingest_writer.write(Batch(samples=[sample(1.0, device="always taken")]))
    finally:
        owner.execute("DROP FUNCTION taken CASCADE")
