"""A store whose database is away."""

from __future__ import annotations

from psycopg_pool import ConnectionPool

from data.store import Store


def store() -> Store:
    """Never opened, so that it refuses at once instead of waiting for a server that is not there."""
    return Store(ConnectionPool("host=127.0.0.1 port=1", min_size=0, max_size=1, open=False))
