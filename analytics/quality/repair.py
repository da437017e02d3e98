"""Findings as marks on the readings, and as a series with what they propose done."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analytics import regular
from analytics.quality.finding import Finding, Flag
from analytics.regular import floats


def flags(values: pd.Series, findings: Sequence[Finding]) -> pd.Series:
    """The bits of `Flag` of every reading, 0 where nothing is wrong; same index, int.

    Args:
        values: The series that was judged; NaN within a gap is marked as the gap.
        findings: Its findings.
    """
    marks = np.zeros(len(values), dtype=np.int64)
    index = pd.DatetimeIndex(values.index)
    missing = ~np.isfinite(floats(values))
    for one in findings:
        marks[list(one.positions)] |= int(one.flag)
        if one.flag == Flag.GAP:
            marks[missing & np.asarray((index > one.start) & (index < one.end))] |= int(Flag.GAP)
    return pd.Series(marks, values.index, name="flags")


def repaired(values: pd.Series, findings: Sequence[Finding]) -> pd.Series:
    """The series with every proposed repair done; what is not found stays what it is.

    Args:
        values: The series that was judged; it is left as it is.
        findings: Those of its findings whose repair is wanted.

    Returns:
        In order of time. Masked readings are NaN, interpolated ones lie on the line between their neighbours,
        deleted ones are gone, short gaps are filled at the usual interval.
    """
    numbers = floats(values).copy()
    index = pd.DatetimeIndex(values.index)
    stamps = index.to_series().reset_index(drop=True)
    drawn, gone = np.zeros(len(numbers), dtype=bool), np.zeros(len(numbers), dtype=bool)
    for one in findings:
        at = list(one.positions)
        if one.repair.action == "convert":
            numbers[at] = numbers[at] * one.repair.factor + one.repair.offset
        elif one.repair.action == "shift":
            stamps.iloc[at] = stamps.iloc[at] + one.repair.by
    for one in findings:
        at = list(one.positions)
        if one.repair.action in ("mask", "interpolate"):
            numbers[at] = np.nan
        drawn[at] |= one.repair.action == "interpolate"
        gone[at] |= one.repair.action == "delete"
    whole = pd.DataFrame({"value": numbers, "drawn": drawn}, pd.DatetimeIndex(stamps))[~gone]
    whole = pd.concat([whole, *_fillings(whole, findings)]).sort_index(kind="stable")
    out: pd.Series = whole["value"].copy()
    known = out[np.isfinite(out.to_numpy(float)) & ~np.asarray(out.index.isna())]
    fill = np.asarray(whole["drawn"], dtype=bool) & ~np.asarray(out.index.isna())
    if fill.any() and len(known) > 1:
        at_known = regular.seconds_of(pd.DatetimeIndex(known.index))
        wanted = regular.seconds_of(pd.DatetimeIndex(out.index)[fill], since=known.index[0])
        out[fill] = np.interp(wanted, at_known, known.to_numpy(float), left=np.nan, right=np.nan)
    out.name = values.name
    out.index.name = values.index.name
    return out


def _fillings(whole: pd.DataFrame, findings: Sequence[Finding]) -> list[pd.DataFrame]:
    """Rows for the readings that short gaps lack."""
    index = pd.DatetimeIndex(whole.index)
    step = regular.step_of(index[index.notna()].sort_values())
    found = []
    for one in findings:
        if one.flag != Flag.GAP or one.repair.action != "interpolate" or step is None:
            continue
        wanted = pd.date_range(one.start, one.end, freq=step, inclusive="neither").difference(index)
        if len(wanted):
            found.append(pd.DataFrame({"value": np.nan, "drawn": True}, wanted))
        # Rows that are there without a value are filled, too.
        within = np.asarray((index > one.start) & (index < one.end)) & whole["value"].isna().to_numpy(bool)
        whole.loc[within, "drawn"] = True
    return found
