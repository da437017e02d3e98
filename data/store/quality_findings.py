"""Findings of data quality: repaired by a correction, which can be undone, or dismissed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
from psycopg.rows import dict_row

from analytics.quality import Finding, Flag, Repair, repaired
from data.errors import BadInput
from data.store import analysis_input, corrections, statements
from data.store.corrections import Changes, Correction
from data.store.pool import Connection, Store

_SQL = statements.load("quality_findings")

AROUND = timedelta(days=1)  # read on both sides of a finding: what is interpolated lies between two readings
_DECIDED = "Somebody decided on this finding meanwhile; look at it again."


def kept(finding: Finding, values: pd.Series) -> dict[str, Any]:
    """What a repair, and who tells of it, need to know of a finding, as plain JSON.

    Args:
        finding: Of these values.
        values: Oldest first, without NaN.
    """
    stamps = values.index[list(finding.positions)]
    within = (values.index >= finding.start) & (values.index <= finding.end)
    return {
        "action": finding.repair.action,
        "factor": finding.repair.factor,
        "offset": finding.repair.offset,
        "by_s": finding.repair.by.total_seconds(),
        "text": finding.text,
        "numbers": list(finding.numbers),
        # All readings from its beginning to its end, or some.
        "ats_us": None
        if len(stamps) == within.sum()
        else pd.DatetimeIndex(stamps).as_unit("us").asi8.tolist(),
    }


def repair(
    store: Store,
    finding: int,
    *,
    action: corrections.Repair | None = None,
    tenant: int,
    actor: str,
) -> Correction:
    """Repair what a finding is about, as it proposes or in another way; it is repaired while that stands.

    Args:
        store: As the web or worker role.
        finding: Its id.
        action: None: as proposed. Mask, interpolate and delete are possible for any finding with readings.
        tenant: Whose it is.
        actor: Who does it.

    Raises:
        BadInput: there is no such finding, it was decided on, or it cannot be repaired in this way.
        StoreBusy: other writers are in the way.
        StoreUnavailable: the database is away.
    """
    with store.transaction(tenant=tenant) as connection:
        row = connection.cursor(row_factory=dict_row).execute(_SQL["find"], {"finding": finding}).fetchone()
        if row is None:
            raise BadInput("There is no such finding.")
        if not row["open"]:
            raise BadInput(_DECIDED)
        since, until = row["began_at"] - AROUND, row["ended_at"] + AROUND
        read = analysis_input.readings(connection, ids=[row["series_id"]], since=since, until=until)
    values = read.get(row["series_id"], pd.Series(dtype=float, index=pd.DatetimeIndex([], tz="UTC")))
    wanted = _as_wanted(row["finding"]["action"], action)
    changes = _changes(values, _finding(row, values, wanted), row["series_id"])

    def decide(connection: Connection, made: Correction) -> None:
        said = {"finding": finding, "correction": made.id, "actor": actor}
        if connection.execute(_SQL["repaired"], said).fetchone() is None:
            raise BadInput(_DECIDED)

    return corrections.repair(
        store, changes, action=wanted, reason=row["detail"], tenant=tenant, actor=actor, also=decide
    )


def dismiss(store: Store, finding: int, *, tenant: int, actor: str) -> None:
    """Say that nothing is wrong.

    Raises:
        BadInput: it was decided on already.
        StoreUnavailable: the database is away.
    """
    _decide(store, "dismiss", finding, tenant, actor)


def reopen(store: Store, finding: int, *, tenant: int, actor: str) -> None:
    """Take a dismissal back. Raises what `dismiss` does."""
    _decide(store, "reopen", finding, tenant, actor)


def _decide(store: Store, statement: str, finding: int, tenant: int, actor: str) -> None:
    with store.transaction(tenant=tenant, actor=actor) as connection:
        if connection.execute(_SQL[statement], {"finding": finding, "actor": actor}).fetchone() is None:
            raise BadInput(_DECIDED)


def _as_wanted(proposed: corrections.Repair, action: corrections.Repair | None) -> corrections.Repair:
    wanted = action or proposed
    if wanted in ("convert", "shift") and wanted != proposed:
        raise BadInput(
            "This finding proposes no other unit and no other time; mask, interpolate or delete it."
        )
    return wanted


def _finding(row: Mapping[str, Any], values: pd.Series, action: corrections.Repair) -> Finding:
    """The finding, about the readings that are there now."""
    said = row["finding"]
    start, end = pd.Timestamp(row["began_at"]), pd.Timestamp(row["ended_at"])
    flag = Flag(row["flag"])
    within = np.asarray((values.index >= start) & (values.index <= end))
    if flag == Flag.GAP:
        if action != "interpolate":
            raise BadInput("In a gap there is nothing to take away; it can be filled, or dismissed.")
        within[:] = False
    elif said["ats_us"] is not None:
        within &= np.isin(pd.DatetimeIndex(values.index).as_unit("us").asi8, said["ats_us"])
    return Finding(
        flag=flag,
        start=start,
        end=end,
        count=row["count"],
        text=row["detail"],
        repair=Repair(
            action=action,
            factor=said["factor"],
            offset=said["offset"],
            by=pd.Timedelta(seconds=said["by_s"]),
        ),
        positions=tuple(int(at) for at in np.flatnonzero(within)),
    )


def _changes(values: pd.Series, finding: Finding, series: int) -> Changes:
    """What becomes of which reading.

    Raises:
        BadInput: nothing does, or what would be interpolated has no reading on one side.
    """
    after = repaired(values, [finding])
    if finding.repair.action == "interpolate" and after.isna().any():
        raise BadInput("There is no reading on both sides to interpolate between; mask it instead.")
    after = after[~after.index.duplicated()]
    stamps = values.index.union(after.index)
    before, then = values.reindex(stamps), after.reindex(stamps)
    changed = ~((before == then) | (before.isna() & then.isna()))
    readings = [
        (at.to_pydatetime(), _value(was), _value(is_))
        for at, was, is_ in zip(stamps[changed], before[changed], then[changed], strict=True)
    ]
    if not readings:
        raise BadInput("There is nothing to repair any more; dismiss the finding.")
    return Changes(series=series, readings=readings)


def _value(said: float) -> float | None:
    return None if np.isnan(said) else float(said)
