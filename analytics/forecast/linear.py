"""The horizon as a linear map of the last days: one ridge regression for all steps at once.

Source: Zeng et al., Are Transformers Effective for Time Series Forecasting? (AAAI 2023), with the window's
own mean taken off before and put back after (Kim et al., RevIN, ICLR 2022), solved in closed form.
"""

from __future__ import annotations

import numpy as np

from analytics.forecast.grid import Values
from analytics.forecast.task import Task

MOST_WINDOWS = 6_000
_BLOCKS_A_DAY = 24
_LEAST_WINDOWS = 8


def window(task: Task, longest: int) -> tuple[int, int]:
    """How many steps back it looks and how many of them are averaged into one input; (0, 0): too short."""
    block = max(1, task.day // _BLOCKS_A_DAY)
    room = (task.known - task.horizon) // 2
    unit = task.season if task.season > 1 else 1
    steps = min(longest or 64, room) // unit * unit
    return (steps // block * block, block) if steps >= 4 * block else (0, 0)


def linear_map(task: Task, longest: int, penalty: float) -> Values:
    """Learned from the windows of all the series together, each in its own units.

    `longest` is the most steps to look back; `penalty` is that of the weights, in units of the mean square
    of the windows. NaN where there are too few windows to learn from.
    """
    steps, block = window(task, longest)
    starts = np.arange(0, task.known - steps - task.horizon + 1)
    if not steps or len(starts) < _LEAST_WINDOWS:
        return np.full((len(task.values), len(task.origins), task.horizon), np.nan)
    starts = starts[::-1][:: _stride(len(starts) * len(task.values), block)]
    scale = task.values[:, : task.known].std(axis=1)[:, None, None]
    scale = np.where(scale > 0, scale, 1.0)
    views = np.lib.stride_tricks.sliding_window_view(task.values, steps + task.horizon, axis=1)[:, starts]
    level = views[:, :, :steps].mean(axis=2, keepdims=True)
    inputs = _blocks((views[:, :, :steps] - level) / scale, block).reshape(-1, steps // block)
    targets = ((views[:, :, steps:] - level) / scale).reshape(-1, task.horizon)
    weights = _ridge(inputs, targets, penalty)
    asked = task.histories(steps)
    level = asked.mean(axis=2, keepdims=True)
    known = _with_constant(_blocks((asked - level) / scale, block))
    return np.asarray(level + scale * (known @ weights))


def _stride(windows: int, block: int) -> int:
    """How far windows start apart: they overlap, so most of them say nothing new.

    Odd and no multiple of seven: every hour and day is still met.
    """
    stride = max(1, block, -(-windows // MOST_WINDOWS))
    while stride > 1 and any(stride % prime == 0 for prime in (2, 3, 7)):
        stride += 1
    return stride


def _blocks(windows: Values, block: int) -> Values:
    if block == 1:
        return windows
    return np.asarray(windows.reshape(*windows.shape[:-1], -1, block).mean(axis=-1))


def _with_constant(inputs: Values) -> Values:
    return np.concatenate([inputs, np.ones((*inputs.shape[:-1], 1))], axis=-1)


def _ridge(inputs: Values, targets: Values, penalty: float) -> Values:
    known = _with_constant(inputs)
    gram = known.T @ known
    weight = penalty * max(float(np.mean(inputs**2)), 1e-9) * len(inputs)
    return np.asarray(np.linalg.solve(gram + weight * np.eye(len(gram)), known.T @ targets))
