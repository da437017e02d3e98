"""The odd room out: which room does not do what its neighbours do, and why."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.regular import Floats
from analytics.spatial.cause import LAGS_H, Verdict, following, lag, verdict
from analytics.spatial.oddness import LIMIT, Oddness, oddness
from analytics.spatial.plan import Neighbours, Plan, Rooms, plan

_FEWEST_ROOMS = 4
_LEAST = pd.Timedelta(days=2)
_MOST_ODD = 1 / 3  # of the rooms by themselves: where more are, no one is the odd one


def odd_room_out(rooms: Rooms, neighbours: Neighbours, readings: pd.DataFrame) -> pd.DataFrame:
    """Each room judged against its neighbours, the rooms on its plant, and the weather.

    The oddest room is judged first and left out of what the others are judged by, together with what its
    neighbours felt of it, until no odd room is left.

    Args:
        rooms: Ids; or objects with `id` and, where known, `plant`; or a table of them, ids in a column
            `id`, `room` or `name` or in its index, plants in a column `plant`, `system`, `ahu` or `zone`.
        neighbours: Pairs of ids that share a wall or a pipe; or a table whose first two columns are pairs;
            or a mapping of an id to its neighbours.
        readings: Time × room, of one quantity, temperature at best; or columns of two levels with a
            quantity, of which the temperature is taken. A column named for outdoors or weather is what the
            weather is told by. Any steps, gaps and NaN; two days at least.

    Returns:
        One row a room, in the order of `rooms`: `room`; `score`, 0 … 1, odd from 0.5 on; `verdict`, why it
        is odd: `sensor` (stuck, shifted, drifting or noisy; nobody felt it), `room` (neighbours felt it with
        a lag: an open window, a heater that failed), `weather` (it goes with the outdoor temperature), or
        "" where it is not odd or there is too little to judge by.
    """
    known = plan(rooms, neighbours, readings)
    if len(known.rooms) < _FEWEST_ROOMS or len(known.index) < 2 or known.index[-1] - known.index[0] < _LEAST:
        return _table(known, np.zeros(len(known.rooms)), {})
    values = known.values.copy()
    found: dict[int, Verdict] = {}
    worst = np.zeros(len(known.rooms))
    while True:
        odd = oddness(known, values)
        left = np.array([room not in found for room in range(len(worst))])
        worst[left] = odd.worst[left]
        room = int(np.argmax(np.where(left, odd.worst, -np.inf)))
        faults = sum(why != "weather" for why in found.values())
        if not odd.worst[room] >= LIMIT or faults >= max(1, int(_MOST_ODD * len(worst))):
            return _table(known, worst, found)
        found[room] = verdict(known, values, odd, room)
        values = _without(known, values, odd, room, felt=found[room] != "sensor")


def _without(known: Plan, values: Floats, odd: Oddness, room: int, *, felt: bool) -> Floats:
    """Readings less the room itself and what its neighbours felt of it."""
    rest = values.copy()
    if felt:
        deviation = np.nan_to_num(odd.smooth[:, room] - np.nanmedian(odd.smooth[:, room]))
        gains = following(known, values, deviation, room)
        for near in np.flatnonzero(known.beside[room] & np.isfinite(gains).any(axis=0)):
            k = int(np.nanargmax(gains[:, near]))
            rest[:, near] -= max(0.0, gains[k, near]) * lag(deviation, known.step, LAGS_H[k])
    rest[:, room] = np.nan
    return rest


def _table(known: Plan, worst: Floats, found: dict[int, Verdict]) -> pd.DataFrame:
    scores = 1 - np.exp2(-np.maximum(worst, 0) / LIMIT)
    # Where too many are odd, what is above the limit and has no verdict is not said to be odd.
    scores = np.where([room in found for room in range(len(scores))], scores, np.minimum(scores, 0.49))
    verdicts = [found.get(room, "") for room in range(len(scores))]
    return pd.DataFrame(
        {
            "room": pd.Series(list(known.rooms), dtype=object),
            "score": pd.Series(scores, dtype=float),
            "verdict": pd.Series(verdicts, dtype=object),
        }
    )
