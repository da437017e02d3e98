"""Failures told from records without a course in time, and the metrics they are judged by."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.failure import FailureClasses
from benchmarks.quality.calibration import expected_calibration_error
from benchmarks.quality.remaining_life import nasa_score

pytestmark = pytest.mark.slow


def records(seed: int, rows: int = 600) -> tuple[pd.DataFrame, pd.Series]:
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(random.normal(0, 1, (rows, 3)), columns=list("abc"))
    return frame, (frame["a"] + frame["b"] > 1.8)


def test_it_tells_failures_it_has_not_seen() -> None:
    model = FailureClasses.fit(records(0)[0], failed=records(0)[1])
    frame, truth = records(1)
    found = model.predict(frame)["failed"]
    assert (found & truth).sum() / truth.sum() > 0.7
    assert (found & truth).sum() / found.sum() > 0.7


def test_without_failures_to_learn_from_all_have_the_share_there_was() -> None:
    frame, truth = records(0)
    found = FailureClasses.fit(frame, failed=truth & False).predict(frame.iloc[:3])
    assert found["probability"].tolist() == [0.0, 0.0, 0.0]
    assert not found["failed"].any()


def test_the_nasa_score_counts_late_predictions_more() -> None:
    assert nasa_score(np.array([10.0])) == pytest.approx(np.e - 1)
    assert nasa_score(np.array([-13.0])) == pytest.approx(np.e - 1)
    assert nasa_score(np.array([0.0, 0.0])) == 0.0


def test_calibration_error_is_the_distance_of_what_was_said_from_what_happened() -> None:
    said = np.array([0.25, 0.25, 0.25, 0.25])
    assert expected_calibration_error(said, np.array([True, False, False, False])) == 0.0
    assert expected_calibration_error(said, np.array([True, True, False, False])) == pytest.approx(0.25)
    assert expected_calibration_error(np.array([1.0, 0.0]), np.array([False, True])) == 1.0
