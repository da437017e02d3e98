"""What every method is asked: forecasts from several moments, having learned before the first of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.forecast.grid import Values

Places = npt.NDArray[np.int64]  # positions on the grid


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Forecasts to make of several series on one grid."""

    values: Values  # (series, steps), no gaps
    horizon: int  # steps ahead
    day: int  # steps a day where the series repeat daily, else 0
    week: int  # steps a week where they repeat daily or weekly, else 0
    origins: Places  # forecasts are made from the values before these positions
    known: int  # what is learned is learned from the values before this position: the first origin

    @property
    def season(self) -> int:
        """The shortest season, or 1 where there is none."""
        return self.day or self.week or 1

    def histories(self, steps: int) -> Values:
        """The last values before every origin: (series, origins, steps)."""
        return self.values[:, self.origins[:, None] + np.arange(-steps, 0)]


Method = Callable[[Task], Values]  # -> (series, origins, horizon)
