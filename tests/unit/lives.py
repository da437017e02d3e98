"""Made lives: machines that wear out, in one regime or several, in one way or another."""

from __future__ import annotations

import numpy as np
import pandas as pd

SENSORS = ("load", "a", "b", "c", "d", "fixed")


def lives(
    units: int, *, seed: int, regimes: int = 1, modes: int = 1, step: float = 1.0, shortest: int = 60
) -> pd.DataFrame:
    """Runs to failure: columns unit, age and SENSORS.

    Each sensor bends with wear by a direction of the unit's way to fail; `load` says which regime it is in,
    and a regime moves all of them far more than wear does.
    """
    random = np.random.default_rng(seed)
    directions = np.array([[1.0, -1.0, 0.5, 0.0], [1.0, 1.0, 0.0, -0.5]])
    return pd.concat(
        [_life(unit, random, directions[unit % modes], regimes, step, shortest) for unit in range(units)],
        ignore_index=True,
    )


def cut(runs: pd.DataFrame, *, seed: int) -> tuple[pd.DataFrame, pd.Series]:
    """Each unit up to a random moment of its second half, and what it had left then."""
    random = np.random.default_rng(seed)
    kept, left = [], {}
    for unit, life in runs.groupby("unit", sort=False):
        rows = int(len(life) * random.uniform(0.4, 0.95))
        kept.append(life.iloc[:rows])
        left[unit] = life["age"].iloc[-1] - life["age"].iloc[rows - 1]
    return pd.concat(kept, ignore_index=True), pd.Series(left)


def _life(
    unit: int, random: np.random.Generator, direction: np.ndarray, regimes: int, step: float, shortest: int
) -> pd.DataFrame:
    rows = int(shortest + random.gamma(4.0, 15.0))
    left = np.arange(rows)[::-1]
    wear = 5 * np.exp(-left / (0.4 * rows))
    load = random.integers(0, regimes, rows)
    values = wear[:, None] * direction + random.normal(0, 1, (rows, 4)) + random.normal(0, 0.3, 4)
    values = values * (1 + load[:, None]) + load[:, None] * np.array([200.0, -50.0, 90.0, 30.0])
    frame = pd.DataFrame(values, columns=list("abcd")).assign(
        unit=unit, age=np.arange(1, rows + 1) * step, load=load + random.normal(0, 0.001, rows), fixed=7.0
    )
    return frame[["unit", "age", *SENSORS]]
