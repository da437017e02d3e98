"""Deny by default: what a role may not have, the database itself refuses."""

import psycopg
import pytest

from data.settings import Settings
from data.store import Store, devices, readings
from data.store.batch import Batch
from data.store.ingestion import Writer
from tests.store.conftest import NOON, hours, sample

Owner = psycopg.Connection[tuple[object, ...]]

# Tables that hold no tenant's data, and those that only views reach.
NOT_A_TENANTS = {"schema_migration", "ingest_state", "retention"}
THROUGH_VIEWS = {"reading", "rollup_5min", "rollup_1hour"}


def our_tables(owner: Owner) -> set[str]:
    found = owner.execute(
        """
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
        """
    )
    return {str(name) for (name,) in found}


def test_every_table_of_a_tenant_has_row_level_security(owner: Owner) -> None:
    secured = owner.execute("SELECT relname FROM pg_class WHERE relrowsecurity").fetchall()
    assert {str(name) for (name,) in secured} == our_tables(owner) - NOT_A_TENANTS - THROUGH_VIEWS


@pytest.mark.parametrize("role", ["clerestory_web", "clerestory_worker"])
def test_readings_and_their_chunks_are_granted_to_ingest_alone(
    owner: Owner, writer: Writer, role: str
) -> None:
    writer.write(
        Batch(samples=[sample(1.0, at=NOON + hours(24 * day), device="granted") for day in range(30)])
    )
    readable = owner.execute(
        """
        SELECT oid::regclass::text FROM pg_class
        WHERE relkind IN ('r', 'p') AND (relname = ANY (%s) OR relname LIKE '%%hyper%%chunk')
            AND has_table_privilege(%s, oid, 'SELECT, INSERT, UPDATE, DELETE')
        """,
        (list(THROUGH_VIEWS), role),
    )
    assert readable.fetchall() == []


@pytest.mark.parametrize(
    "table",
    ["tenant_reading", "tenant_rollup_5min", "tenant_rollup_1hour", "device", "latest", "audit", "account"],
)
def test_without_a_tenant_there_are_no_rows(web: Store, writer: Writer, table: str) -> None:
    writer.write(Batch(samples=[sample(1.0, device="nobody's")]))
    with web.transaction() as connection:
        assert connection.execute(f"SELECT * FROM {table}").fetchall() == []


def test_another_tenants_series_has_no_trend(web: Store, writer: Writer, tenant_ids: dict[str, int]) -> None:
    for tenant in ("main", "acme"):
        writer.write(Batch(samples=[sample(7.0, tenant=tenant, device="private")]))
    (own,) = [row for row in devices.overview(web, tenant=tenant_ids["acme"]) if row.device == "private"]
    rows = {
        tenant: len(
            readings.trend(web, tenant=number, series=own.series_id, since=NOON, until=NOON + hours(1))
        )
        for tenant, number in tenant_ids.items()
    }
    assert rows == {"main": 0, "acme": 1}


def test_a_tenant_is_not_carried_to_the_next_user_of_a_connection(
    migrated: Settings, tenant_ids: dict[str, int]
) -> None:
    store = Store.open(migrated, role="web", connections=1)
    with store.transaction(tenant=tenant_ids["acme"]) as connection:
        backend = connection.info.backend_pid
    with store.transaction() as connection:
        assert connection.info.backend_pid == backend
        assert connection.execute("SELECT app_tenant()").fetchone() == (None,)
    store.close()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM reading",
        "SELECT * FROM signin_link",
        "INSERT INTO signin_link VALUES ('x', 1, 1, now())",
        "INSERT INTO audit (actor, action, subject) VALUES ('a', 'b', 'c')",
        "SELECT audit_write(1, 'a', 'b', NULL, NULL)",
        "DELETE FROM audit",
        "UPDATE account SET role = 'administrator'",
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
    ],
)
def test_the_web_role_is_refused(web: Store, tenant_ids: dict[str, int], statement: str) -> None:
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        web.transaction(tenant=tenant_ids["main"]) as connection,
    ):
        connection.execute(statement)


@pytest.mark.parametrize("statement", ["DELETE FROM audit", "UPDATE audit SET actor = 'x'", "TRUNCATE audit"])
def test_even_the_owner_cannot_rewrite_the_audit(owner: Owner, statement: str) -> None:
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        owner.execute(statement)


def test_a_new_device_is_audited_with_the_role_that_made_it(owner: Owner, writer: Writer) -> None:
    writer.write(Batch(samples=[sample(1.0, tenant="acme", device="audited")]))
    row = owner.execute(
        "SELECT tenant.name, actor, action FROM audit JOIN tenant ON tenant.id = audit.tenant_id"
        " WHERE after ->> 'name' = 'audited'"
    ).fetchone()
    assert row == ("acme", "clerestory_ingest", "insert")


def test_a_reference_cannot_cross_tenants(owner: Owner, tenant_ids: dict[str, int]) -> None:
    building = owner.execute(
        "INSERT INTO building (tenant_id, name) VALUES (%s, 'theirs') RETURNING id", (tenant_ids["acme"],)
    ).fetchone()
    assert building is not None
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        owner.execute(
            "INSERT INTO storey (tenant_id, building_id, name) VALUES (%s, %s, 'ours')",
            (tenant_ids["main"], building[0]),
        )
