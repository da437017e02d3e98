"""The turbofan engines of C-MAPSS (Saxena & Goebel 2008): simulated runs to failure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

CAP = 125.0  # cycles up to which what is left is counted, as in the literature
SOON = 30.0  # cycles left from which a failure is near


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """Runs to failure to learn from, runs cut before it to judge on, and what those had left."""

    train: pd.DataFrame
    test: pd.DataFrame
    left: NDArray[np.float64]  # at the last row of each test unit, in order of unit

    @property
    def sensors(self) -> list[str]:
        """All columns but unit and cycle: operating settings and measurements."""
        return [column for column in self.train.columns if column not in ("unit", "cycle")]


def engines(data: Path, name: str = "FD001") -> Engines:
    """One of the sets, rows by unit and cycle."""
    folder = data / "cmapss"
    train, test = (pd.read_parquet(folder / f"{part}_{name}.parquet") for part in ("train", "test"))
    left = pd.read_csv(folder / f"RUL_{name}.csv")["RUL"].to_numpy(dtype=np.float64)
    by = ["unit", "cycle"]
    return Engines(train=train.sort_values(by), test=test.sort_values(by), left=left)


def cycles_left(runs: pd.DataFrame) -> NDArray[np.float64]:
    """Of each row of runs to failure."""
    return (runs.groupby("unit")["cycle"].transform("max") - runs["cycle"]).to_numpy(dtype=np.float64)
