"""The step of a trend fits the range."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from data.store.readings import step_for


@given(st.timedeltas(timedelta(seconds=1), timedelta(days=3000)), st.integers(100, 2000))
def test_a_trend_has_at_most_the_wanted_points(span: timedelta, points: int) -> None:
    assert span / step_for(span, points=points) <= points or step_for(span, points=points) == timedelta(
        days=7
    )


def test_an_hour_is_shown_in_seconds_and_a_year_in_hours() -> None:
    assert step_for(timedelta(hours=1), points=750) == timedelta(seconds=5)
    assert step_for(timedelta(days=365), points=750) == timedelta(hours=12)
