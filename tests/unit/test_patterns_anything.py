"""Whatever a device sent, patterns are looked for without an error, and nothing given is changed."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics import patterns

_VALUES = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True, width=32),
    st.sampled_from([0.0, 21.5, 21.5, 327.67, -1e12]),
)
_STAMPS = st.one_of(
    st.integers(0, 40).map(lambda k: k * 900),
    st.integers(0, 4_000_000),
    st.integers(0, 300).map(lambda k: k * 86_400),
)


@st.composite
def anything(draw: st.DrawFn) -> pd.Series:
    """Unsorted, doubled, irregular, constant, empty; aware or naive."""
    rows = draw(st.lists(st.tuples(_STAMPS, _VALUES), max_size=40))
    zone = draw(st.sampled_from([None, "UTC", "Europe/Berlin"]))
    index = pd.to_datetime([1_700_000_000 + at for at, _ in rows], unit="s", utc=True)
    return pd.Series([value for _, value in rows], index.tz_convert(zone), dtype=float)


_few = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@_few
@given(anything())
def test_anything_has_its_change_points_profiles_and_schedule(values: pd.Series) -> None:
    before = values.copy()
    found = patterns.change_points(values)
    assert all(0 < at < len(values) for at in found)
    assert list(patterns.daily_profiles(values).columns) == ["date", "cluster"]
    patterns.schedule(values)
    pd.testing.assert_series_equal(values, before)


@_few
@given(anything(), anything())
def test_anything_is_correlated_and_breathed(one: pd.Series, other: pd.Series) -> None:
    frame = pd.DataFrame({"co2": one.to_numpy(), "Humidity": one.to_numpy() / 2}, one.index)
    likely = patterns.occupancy(frame)
    assert likely.index.equals(frame.index)
    assert likely.dropna().between(0, 1).all()
    table = patterns.correlations(frame)
    assert table["r"].abs().le(1).all()
    assert table["p"].between(0, 1).all()


@pytest.mark.parametrize("n", [0, 1, 2])
def test_hardly_any_values_have_no_pattern(n: int) -> None:
    values = pd.Series([20.0] * n, pd.date_range("2024-01-01", periods=n, freq="h"))
    assert patterns.change_points(values) == []
    assert patterns.schedule(values).intervals == ()
    assert patterns.correlations(pd.DataFrame({"a": values, "b": values})).empty
