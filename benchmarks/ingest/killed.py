"""What a `kill -9` in the middle of a backlog costs; here no clock counts."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass

from benchmarks.ingest import contenders, load
from benchmarks.ingest.contenders import Contender
from benchmarks.ingest.stand import Database, Stand

_KILLS = 3
_PATIENCE_S = 60.0
_STILL_S = 10.0  # no new row for so long: what is missing then does not come any more

# Rows, and how many of them say something of their own: a series, and when its message was sent.
_STORED = """
    SELECT count(*), count(DISTINCT (series_id, CASE WHEN value > 1e9 THEN to_timestamp(value) ELSE at END))
    FROM reading
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Killed:
    """What was there in the end."""

    contender: str
    messages: int
    kills: int
    lost_rows: int
    repeated_rows: int  # of messages that state no time and came again, so were stamped again


def kill(stand: Stand, contender: Contender, backlog: int) -> Killed:
    """Drain a backlog with a contender that is killed and started again on the way."""
    count = round(backlog * contender.backlog_share)
    with stand.run() as run, run.connect() as connection:
        expected = run.send(load.backlog(run.prefix, count, time.time_ns() // 1_000))
        for share in range(1, _KILLS + 1):
            with contenders.running(contender, run) as child:
                _wait_for_rows(connection, expected * share // (2 * _KILLS), child)
                child.kill()
                child.wait()
        with contenders.running(contender, run):
            rows, distinct = _when_still(connection)
        return Killed(
            contender=contender.name,
            messages=count,
            kills=_KILLS,
            lost_rows=expected - distinct,
            repeated_rows=rows - distinct,
        )


def _wait_for_rows(connection: Database, rows: int, child: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _PATIENCE_S
    while _rows(connection) < rows and child.poll() is None and time.monotonic() < end:
        time.sleep(0.05)


def _when_still(connection: Database) -> tuple[int, int]:
    """Rows and distinct ones, once no more come."""
    stored, changed_at = _stored(connection), time.monotonic()
    while time.monotonic() - changed_at < _STILL_S:
        time.sleep(0.5)
        if (now := _stored(connection)) != stored:
            stored, changed_at = now, time.monotonic()
    return stored


def _rows(connection: Database) -> int:
    row = connection.execute("SELECT count(*) FROM reading").fetchone()
    return int(str(row[0])) if row else 0


def _stored(connection: Database) -> tuple[int, int]:
    row = connection.execute(_STORED).fetchone()
    return (int(str(row[0])), int(str(row[1]))) if row else (0, 0)
