"""The public scores the benchmarks print, on cases small enough to work out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.quality.nab_score import FALSE_POSITIVE, Scored, nab_score, probation
from benchmarks.quality.vus import period, vus_pr


def spikes(rows: int, *at: int) -> NDArray[np.float64]:
    scores = np.zeros(rows)
    scores[list(at)] = 1.0
    return scores


def sigmoid(position: float) -> float:
    return 2 / (1 + math.exp(5 * position)) - 1


def test_a_detector_that_finds_the_first_row_of_each_window_scores_100() -> None:
    file = Scored(scores=spikes(1000, 300, 600), windows=[(300, 349), (600, 699)])

    assert nab_score([file])[0] == pytest.approx(100)


def test_a_detector_that_says_nothing_scores_0() -> None:
    assert nab_score([Scored(scores=np.zeros(1000), windows=[(300, 349)])])[0] == 0


def test_a_late_hit_earns_what_the_sigmoid_leaves() -> None:
    file = Scored(scores=spikes(1000, 349), windows=[(300, 349)])

    earned = sigmoid(-1 / 50) / sigmoid(-1.0)
    assert nab_score([file])[0] == pytest.approx(100 * (earned + 1) / 2)


def test_a_false_alarm_long_before_a_window_costs_its_whole_weight() -> None:
    file = Scored(scores=spikes(1000, 200, 300), windows=[(300, 349)])

    assert nab_score([file])[0] == pytest.approx(100 * (2 - FALSE_POSITIVE) / 2)


def test_a_false_alarm_just_behind_a_window_costs_less() -> None:
    file = Scored(scores=spikes(1000, 300, 359), windows=[(300, 349)])

    assert nab_score([file])[0] == pytest.approx(100 * (2 + FALSE_POSITIVE * sigmoid(10 / 49)) / 2)


def test_the_first_rows_are_not_scored() -> None:
    file = Scored(scores=spikes(1000, 10, 149, 300), windows=[(300, 349)])

    assert probation(1000) == 150
    assert probation(20_000) == 750
    assert nab_score([file])[0] == pytest.approx(100)


def test_the_threshold_is_one_for_all_files() -> None:
    found = Scored(scores=0.9 * spikes(1000, 300), windows=[(300, 349)])
    noisy = Scored(scores=spikes(1000, *range(400, 440)), windows=[(300, 349)])

    assert nab_score([found])[0] == pytest.approx(100)
    assert nab_score([found, noisy])[0] == 0  # 40 false alarms cost 4.4 and come first


def test_scores_that_equal_the_labels_have_the_whole_volume_at_width_0() -> None:
    labels = spikes(1000, *range(300, 400)).astype(bool)

    assert vus_pr(labels, labels.astype(float), window=0) == pytest.approx(1)


def test_a_constant_score_has_the_share_of_the_labels() -> None:
    labels = spikes(1000, *range(300, 400)).astype(bool)

    assert vus_pr(labels, np.zeros(1000), window=0) == pytest.approx(0.1)


def test_a_hit_beside_the_label_counts_by_its_distance() -> None:
    labels = spikes(11, 5).astype(bool)
    width = 4

    # Widened by 4, the rows at 1 and 2 weigh sqrt(3/4) and sqrt(1/2). Row 4 alone is flagged first.
    near, far = math.sqrt(3 / 4), math.sqrt(1 / 2)
    first = near / (1 + near / 2)
    whole = (1 + 2 * near + 2 * far) / 11
    at_width_4 = first * near + (1 - first) * whole
    at_width_0 = 1 / 11
    at_width_2_and_3 = {
        side: (weight / (1 + weight / 2)) * weight + (1 - weight / (1 + weight / 2)) * (1 + 2 * weight) / 11
        for side, weight in ((2, math.sqrt(1 / 2)), (3, math.sqrt(2 / 3)))
    }
    by_hand = [at_width_0, at_width_0, at_width_2_and_3[2], at_width_2_and_3[3], at_width_4]
    assert vus_pr(labels, spikes(11, 4), window=width) == pytest.approx(np.mean(by_hand))


def test_random_scores_have_about_the_share_of_the_labels() -> None:
    labels = spikes(5000, *range(1000, 1500)).astype(bool)

    assert vus_pr(labels, np.random.default_rng(0).random(5000), window=0) == pytest.approx(0.1, abs=0.02)


def test_the_window_of_the_volume_is_the_period_of_the_series() -> None:
    assert period(np.sin(np.arange(2000) * 2 * np.pi / 48)) in (48, 96, 144, 192, 240, 288)
    assert period(np.ones(100)) == 125
