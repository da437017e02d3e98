"""The store: PostgreSQL, with TimescaleDB and PostGIS where the server offers them.

One module a subject (`devices`, `readings`, `accounts`, `health` ...), each of functions that take
the `Store` and a tenant; their SQL stands in `sql/<subject>.sql`.
"""

from data.store.pool import Connection, Store

__all__ = ["Connection", "Store"]
