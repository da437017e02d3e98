"""`python -m benchmarks.analysis [DEVICES …]`: prints how the health of devices grows with their number.

Each device has one series with 30 days of 5-minute rollups in an embedded store. The whole job is measured:
what is due is planned, read, judged, added up to rooms and building, and written. Seconds are of processor
time, of this process and of the server, which uses one process for a query here.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import psutil
import psycopg

from data.jobs.analysis.anomalies import ANOMALIES
from data.jobs.analysis.forecasts import FORECASTS
from data.jobs.analysis.health import HEALTH
from data.jobs.analysis.past_health import PAST_HEALTH
from data.jobs.batched import Batched
from data.settings import Settings
from data.store import Store, address
from data.store.migrate import migrate
from tests.servers import embedded_store

DEVICES = (100, 300, 1_000)
ROOM = 10  # devices in a room

_FILL = (
    "INSERT INTO building (tenant_id, name) VALUES (1, 'measured')",
    """INSERT INTO space (tenant_id, building_id, name)
    SELECT 1, building.id, 'room ' || n FROM building, generate_series(1, %(rooms)s) AS n""",
    """INSERT INTO device (tenant_id, name, convention, building_id, space_id)
    SELECT 1, 'device ' || n, 'json', space.building_id, space.id
    FROM generate_series(1, %(devices)s) AS n JOIN space ON space.name = 'room ' || (1 + n / %(room)s)""",
    "INSERT INTO device_state (device_id, tenant_id, last_seen) SELECT id, 1, now() FROM device",
    """INSERT INTO series (tenant_id, device_id, metric, kind, quantity, unit)
    SELECT 1, id, 'temperature', 'number', 'temperature', '°C' FROM device""",
    "INSERT INTO latest (series_id, tenant_id, at, value) SELECT id, 1, now(), 21 FROM series",
    """INSERT INTO rollup_5min (series_id, at, count, sum, min, max, first, first_at, last, last_at)
    SELECT series.id, at, 5, 5 * v, v - 0.1, v + 0.1, v, at, v, at
    FROM series
    CROSS JOIN generate_series(
        date_bin('5 minutes', now() - interval '30 days', 'epoch'), now(), '5 minutes') AS at
    CROSS JOIN LATERAL (
        SELECT 21 + 0.3 * random() + 2 * sin(extract(epoch FROM at)::float8 / 13751 + series.id) AS v
    ) AS said""",
    """INSERT INTO rollup_1hour (series_id, at, count, sum, min, max, first, first_at, last, last_at)
    SELECT series_id, date_bin('1 hour', at, 'epoch') AS hour, sum(count), sum(sum), min(min), max(max),
        min(first), min(first_at), min(last), max(last_at)
    FROM rollup_5min GROUP BY series_id, hour""",
)


def main(arguments: list[str]) -> int:
    """Measure each number of devices in a store of its own."""
    print(f"{'devices':>8} {'job':>11} {'seconds':>8} {'of it here':>10} {'server':>8} {'a device':>9}")
    for devices in [int(one) for one in arguments] or DEVICES:
        with (
            embedded_store() as server,
            tempfile.TemporaryDirectory() as home,
            server.fresh_database(Path(home)) as settings,
        ):
            migrate(settings)
            fill(settings, devices)
            for one in (HEALTH, PAST_HEALTH, ANOMALIES, FORECASTS):
                report(settings, one, devices)
    return 0


def fill(settings: Settings, devices: int) -> None:
    """Devices, their rooms and 30 days of rollups."""
    wanted = {"devices": devices, "rooms": devices // ROOM + 1, "room": ROOM}
    with psycopg.connect(address.owner(settings), autocommit=True) as owner:
        for statement in _FILL:
            owner.execute(statement, wanted if "%(" in statement else None)
        owner.execute("VACUUM ANALYZE")
        # Processes that help with a query are gone before their time can be read.
        owner.execute("ALTER ROLE clerestory_worker SET max_parallel_workers_per_gather = 0")


def report(settings: Settings, one: Batched, devices: int) -> None:
    """Plan and do all that is due, and print what it took in seconds of processor time."""
    store = Store.open(settings, role="worker", connections=1)
    try:
        own, server = processor_s(), _measured(lambda: _all(store, one), settings)
    finally:
        store.close()
    here = processor_s() - own
    total = here + server
    each = f"{total / devices * 1e3:.0f} ms"
    print(f"{devices:>8} {one.name:>11} {total:>8.1f} {here:>10.1f} {server:>8.1f} {each:>9}", flush=True)


def processor_s() -> float:
    """Processor time of this process so far."""
    return time.process_time()


def _all(store: Store, one: Batched) -> None:
    for batch in one.plan(store):
        one.do(store, batch, Event())


def _measured(work: Callable[[], None], settings: Settings) -> float:
    """Processor time of the server's processes while something is done."""
    before = _servers(settings)
    work()
    return sum(used - before.get(pid, 0.0) for pid, used in _servers(settings).items())


def _servers(settings: Settings) -> dict[int, float]:
    with psycopg.connect(address.owner(settings)) as owner:
        postmaster = psutil.Process(owner.info.backend_pid).parent()
    found = {}
    for process in postmaster.children(recursive=True) if postmaster else ():
        try:
            found[process.pid] = process.cpu_times().user + process.cpu_times().system
        except psutil.NoSuchProcess:
            continue
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
