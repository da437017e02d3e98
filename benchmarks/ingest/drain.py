"""Draining a queued backlog: the consumer was away, and finds all that was sent meanwhile."""

from __future__ import annotations

import subprocess
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import psutil

from benchmarks.ingest import contenders, load, node_red
from benchmarks.ingest.contenders import Contender
from benchmarks.ingest.processes import Watch, processor_s
from benchmarks.ingest.stand import CHUNK, Database, Run, Stand, store_processes
from benchmarks.ingest.visibility import Reader

_PATIENCE_S = 600.0
_LATE_S = 10.0  # after the last message's rows, for those of other connections
_LOOK_EVERY_S = 0.01
_COPY_ROWS = 5_000
_COPY = "COPY reading (series_id, at, value) FROM STDIN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """How one backlog was drained. The rate counts from the connection to the broker on."""

    contender: str
    messages: int
    rows: int
    missing_rows: int
    total_s: float  # from the start of the process until all rows were visible
    messages_per_s: float
    resident_mb: tuple[float, float, float] | None = None  # with 10, 50 and 100 % of the rows there
    peak_mb: float | None = None
    processor_s: float | None = None  # of the contender itself, from its connection on
    store_processor_s: float | None = None
    broker_processor_s: float | None = None

    @property
    def rows_per_s(self) -> float:
        """Rows that became visible in a second."""
        return self.messages_per_s * self.rows / self.messages


def drain(stand: Stand, contender: Contender, backlog: int) -> Drained:
    """Queue a backlog, start the contender, and wait until its rows are there."""
    count = max(CHUNK, round(backlog * contender.backlog_share))
    with stand.run() as run, run.connect() as connection:
        now_us = time.time_ns() // 1_000
        expected = run.send(load.backlog(run.prefix, count, now_us))
        reader, broker = Reader(connection), stand.broker_process()
        broker_before_s, begin = processor_s([broker]), time.time()
        with contenders.running(contender, run) as child:
            watch = Watch(psutil.Process(child.pid))
            connected_at, before_s = _follow(run, contender, reader, watch, now_us, child)
            stored = _settled(connection, expected)
            reader.look()
            spent_s = processor_s([watch.process]) - before_s, processor_s(store_processes(connection))
        curve = reader.rows_over_time()
        whole = curve[-1][0]
        return Drained(
            contender=contender.name,
            messages=count,
            rows=expected,
            missing_rows=expected - stored,
            total_s=whole - begin,
            messages_per_s=count / (whole - connected_at),
            resident_mb=(
                watch.resident_mb(_when(curve, 0.1)),
                watch.resident_mb(_when(curve, 0.5)),
                watch.resident_mb(whole),
            ),
            peak_mb=watch.peak_mb(),
            processor_s=spent_s[0],
            store_processor_s=spent_s[1],
            broker_processor_s=processor_s([broker]) - broker_before_s,
        )


def _follow(
    run: Run, contender: Contender, reader: Reader, watch: Watch, last_us: int, child: subprocess.Popen[bytes]
) -> tuple[float, float]:
    """Look on until the last message is stored, or the contender has ended.

    Returns:
        When it had connected to the broker, and the seconds of processor it had used until then.
    """
    device, metric = f"{run.prefix}/{load.LAST}", load.METRICS[0]
    connected_at, before_s, series = 0.0, 0.0, None
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end and child.poll() is None:
        reader.look()
        watch.sample()
        if not connected_at and _is_connected(watch.process, run.ingest.port):
            connected_at, before_s = time.time(), processor_s([watch.process])
        series = series or contender.series(run, reader.connection, device, metric)
        if series is not None and _is_stored(reader.connection, series, last_us):
            break
        time.sleep(_LOOK_EVERY_S)
    return connected_at, before_s


def _is_connected(process: psutil.Process, port: int) -> bool:
    """Whether the process has a connection to the broker."""
    try:
        connections = process.net_connections("tcp")
    except psutil.Error:
        return False
    return any(one.status == psutil.CONN_ESTABLISHED and one.raddr.port == port for one in connections)


def _is_stored(connection: Database, series: int, sent_us: int) -> bool:
    found = connection.execute(
        "SELECT FROM reading WHERE series_id = %s AND at = %s", (series, load.instant(sent_us))
    )
    return found.fetchone() is not None


def _settled(connection: Database, expected: int) -> int:
    """How many rows there are, as soon as they are all there or no more are to be hoped for."""
    end = time.monotonic() + _LATE_S
    while (stored := _count(connection)) < expected and time.monotonic() < end:
        time.sleep(0.2)
    return stored


def _count(connection: Database) -> int:
    row = connection.execute("SELECT count(*) FROM reading").fetchone()
    return int(str(row[0])) if row else 0


def _when(curve: list[tuple[float, int]], share: float) -> float:
    place = bisect_left(curve, share * curve[-1][1], key=lambda point: point[1])
    return curve[place][0]


def mosquitto_sub(stand: Stand, backlog: int) -> Drained:
    """The limit of the broker: its own subscriber, which stores nothing."""
    with stand.run() as run:
        run.send(load.backlog(run.prefix, backlog, time.time_ns() // 1_000))
        broker = stand.broker_process()
        before_s = processor_s([broker])
        took_s = _timed(lambda: _wait_for(contenders.start_mosquitto_sub(run, backlog + 1)))
        return Drained(
            contender="mosquitto_sub",
            messages=backlog,
            rows=0,
            missing_rows=0,
            total_s=took_s,
            messages_per_s=backlog / took_s,
            broker_processor_s=processor_s([broker]) - before_s,
        )


def _wait_for(child: subprocess.Popen[bytes]) -> None:
    child.wait(_PATIENCE_S)


def copy(stand: Stand, backlog: int) -> Drained:
    """The limit of the store: the same rows by COPY from one connection, nothing decoded or merged."""
    with stand.run() as run, run.connect() as connection:
        rows = list(_rows_of(run.prefix, backlog))
        took_s = _timed(lambda: _copy(connection, rows))
        return Drained(
            contender="COPY",
            messages=backlog,
            rows=len(rows),
            missing_rows=len(rows) - _count(connection),
            total_s=took_s,
            messages_per_s=backlog / took_s,
            store_processor_s=processor_s([psutil.Process(connection.info.backend_pid)]),
        )


def _rows_of(prefix: str, backlog: int) -> Iterator[tuple[int, datetime, float]]:
    ids = node_red.series_ids(prefix)
    for said in load.backlog(prefix, backlog, time.time_ns() // 1_000):
        at = load.instant(said.sent_us)
        yield from ((ids[series], at, value) for series, value in said.values)


def _copy(connection: Database, rows: list[tuple[int, datetime, float]]) -> None:
    for begin in range(0, len(rows), _COPY_ROWS):
        with connection.cursor().copy(_COPY) as copying:
            for row in rows[begin : begin + _COPY_ROWS]:
                copying.write_row(row)


def _timed(action: Callable[[], None]) -> float:
    begin = time.monotonic()
    action()
    return time.monotonic() - begin
