"""Live: devices send at a steady rate, and a reader waits for the rows."""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe

import psutil

from benchmarks.ingest import contenders, load
from benchmarks.ingest.contenders import Contender
from benchmarks.ingest.figures import percentile
from benchmarks.ingest.processes import processor_s
from benchmarks.ingest.stand import Run, Stand, store_processes
from benchmarks.ingest.visibility import Reader
from benchmarks.ingest.wire import Connection
from data.mqtt import Address

_TICK_S = 0.004
_LOOK_EVERY_S = 0.002
_AFTER_S = 1.0  # a contender that keeps up has its rows there so long after the last message
_KEPT_UP = 0.995  # of its rows
_READY_S = 60.0
_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Paced:
    """What the sender did."""

    begin: float  # s since 1970
    end: float
    messages: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """How one rate went. Delays [ms] are from just before the message was sent to its visible row."""

    contender: str
    rate: int  # messages a second, asked for
    sent_per_s: float  # and sent
    rows: int
    missing_rows: int
    kept_up: bool
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    processor_share: float  # of one core, the contender itself
    store_processor_share: float


def live(stand: Stand, contender: Contender, rates: list[int], seconds: float) -> list[Lived]:
    """One rate after another on one running contender, until it falls behind."""
    lived: list[Lived] = []
    with stand.run() as run, run.connect() as connection:
        reader = Reader(connection)
        with contenders.running(contender, run) as child:
            _wait_until_ready(run, reader)
            for rate in rates:
                lived.append(_one(run, contender, reader, psutil.Process(child.pid), rate, seconds))
                if not lived[-1].kept_up:
                    break
    return lived


def _wait_until_ready(run: Run, reader: Reader) -> None:
    """Send until every series is known and stored: meeting new devices is not what is measured."""
    now_us = time.time_ns() // 1_000
    rows = run.send(load.message(run.prefix, number, now_us) for number in range(load.DEVICES))
    end = time.monotonic() + _READY_S
    while _rows(reader) < rows:
        if time.monotonic() > end:
            raise TimeoutError("The contender did not store its first messages.")
        time.sleep(0.2)


def _one(
    run: Run, contender: Contender, reader: Reader, process: psutil.Process, rate: int, seconds: float
) -> Lived:
    before, store = _rows(reader), store_processes(reader.connection)
    reader.snapshots.clear()
    spent_s = processor_s([process]), processor_s(store)
    paced = _send(run, reader, rate, seconds)
    stored = _caught_up(reader, before + paced.rows) - before
    took_s = time.time() - paced.begin
    seen = reader.sent_and_seen(since=paced.begin)
    delays_ms = [1_000 * (visible - sent) for sent, visible in seen]
    in_time = sum(visible <= paced.end + _AFTER_S for _, visible in seen)
    return Lived(
        contender=contender.name,
        rate=rate,
        sent_per_s=paced.messages / (paced.end - paced.begin),
        rows=paced.rows,
        missing_rows=paced.rows - stored,
        kept_up=in_time >= _KEPT_UP * paced.rows,
        p50_ms=percentile(delays_ms, 50),
        p95_ms=percentile(delays_ms, 95),
        p99_ms=percentile(delays_ms, 99),
        max_ms=percentile(delays_ms, 100),
        processor_share=(processor_s([process]) - spent_s[0]) / took_s,
        store_processor_share=(processor_s(store) - spent_s[1]) / took_s,
    )


def _send(run: Run, reader: Reader, rate: int, seconds: float) -> Paced:
    """Have another process send at a rate, and look on; it would otherwise wait for what looks on."""
    ours, theirs = multiprocessing.Pipe()
    sender = multiprocessing.get_context("spawn").Process(
        target=_pace, args=(theirs, run.device, run.prefix, rate, round(rate * seconds))
    )
    sender.start()
    theirs.close()
    try:
        while not ours.poll():
            reader.look()
            time.sleep(_LOOK_EVERY_S)
        paced = ours.recv()
        assert isinstance(paced, Paced)
        return paced
    finally:
        sender.join()
        ours.close()


def _pace(answer: Pipe, address: Address, prefix: str, rate: int, count: int) -> None:
    sent = rows = 0
    with Connection(address, f"{prefix}-device") as connection:
        begin, begin_us = time.monotonic(), time.time_ns() // 1_000
        while sent < count:
            due = min(count, int((time.monotonic() - begin) * rate) + 1)
            now_us = time.time_ns() // 1_000
            # A microsecond apart, so that a device's times differ.
            batch = [load.message(prefix, number, now_us + number - sent) for number in range(sent, due)]
            connection.publish([(said.topic, said.payload) for said in batch])
            sent, rows = due, rows + sum(len(said.values) for said in batch)
            time.sleep(_TICK_S)
        end = time.time()
        connection.settle()
    answer.send(Paced(begin=begin_us / 1e6, end=end, messages=count, rows=rows))


def _caught_up(reader: Reader, expected: int) -> int:
    """How many rows there are, as soon as all are there or no more are to be hoped for."""
    end, next_count = time.monotonic() + _PATIENCE_S, 0.0
    while True:
        reader.look()
        if time.monotonic() >= next_count:
            if (stored := _rows(reader)) >= expected or time.monotonic() > end:
                reader.look()
                return stored
            next_count = time.monotonic() + 0.25
        time.sleep(_LOOK_EVERY_S)


def _rows(reader: Reader) -> int:
    row = reader.connection.execute("SELECT count(*) FROM reading").fetchone()
    return int(str(row[0])) if row else 0
