"""How faults of machines and air-handling units are counted."""

import numpy as np
import pytest

from benchmarks.quality.air_handling_units import recall_at
from benchmarks.quality.machine_anomalies import counted

FAULTY = np.array([0, 0, 0, 0, 1, 1, 1, 1], dtype=bool)


def test_f1_and_false_alarms_are_of_rows() -> None:
    # 3 of 4 found, 1 of 4 wrong: precision 3/4, recall 3/4
    assert counted(FAULTY, np.array([1, 0, 0, 0, 1, 1, 1, 0], dtype=bool)) == (0.75, 0.25)


def test_no_alarm_at_all_has_no_merit() -> None:
    assert counted(FAULTY, np.zeros(8, dtype=bool)) == (0.0, 0.0)


def test_recall_allows_a_tenth_of_the_normal_days() -> None:
    normal = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 20.0]
    assert recall_at(normal, [5.0, 10.0, 30.0], false_days=0.1) == pytest.approx(2 / 3)


def test_recall_allows_none_of_few_normal_days() -> None:
    assert recall_at([1.0, 20.0], [10.0, 30.0], false_days=0.1) == 0.5
