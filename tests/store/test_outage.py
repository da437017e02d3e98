"""A database that goes away is said to be away, and used again when it is back."""

import contextlib

import psycopg
import pytest

from data.errors import StoreUnavailable
from data.settings import Settings
from data.store import Store, address, devices
from tests.servers import StoreServer


def test_a_killed_connection_is_replaced(web: Store, migrated: Settings, tenant_ids: dict[str, int]) -> None:
    devices.version(web, tenant=tenant_ids["main"])
    with psycopg.connect(address.owner(migrated), autocommit=True) as owner:
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'clerestory_web'"
        )
    assert devices.version(web, tenant=tenant_ids["main"]) >= 0


def test_a_database_that_is_away_is_said_so_and_used_again(
    store_server: StoreServer, web: Store, tenant_ids: dict[str, int], owner: psycopg.Connection[object]
) -> None:
    name = owner.info.dbname
    with psycopg.connect(store_server.admin_url, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        try:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s AND pid <> pg_backend_pid()",
                (name,),
            )
            with pytest.raises(StoreUnavailable):
                devices.version(web, tenant=tenant_ids["main"])
        finally:
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    for _ in range(10):  # each attempt waits up to the pool's own limit
        with contextlib.suppress(StoreUnavailable):
            assert devices.version(web, tenant=tenant_ids["main"]) >= 0
            return
    pytest.fail("the store was not used again")
