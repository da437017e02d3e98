"""How long equipment is meant to last is read from its property sets, however they say it."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.building.lifetime import Lifetime, lifetime
from data.building.model import Properties


@pytest.mark.parametrize(
    ("said", "years"),
    [("P15Y", 15), ("P1Y6M", 1.5), ("P0Y18M", 1.5), ("PT0S", None), ("15 years", 15), ("18 months", 1.5),
     ("12,5 a", 12.5), (15, 15), (473_364_000, 15), ("16", 16), ("long", None), (True, None), (None, None),
     (-3, None), ("P900Y", None)],
)  # fmt: skip
def test_a_service_life_is_read_in_years(said: Any, years: float | None) -> None:
    found = lifetime({"Pset_ServiceLife": {"ServiceLifeDuration": said}}).service_life_years
    assert found == (years if years is None else pytest.approx(years, rel=1e-3))


def test_a_warranty_ends_at_its_date() -> None:
    sets = {"Pset_Warranty": {"WarrantyStartDate": "2024-01-31", "WarrantyEndDate": "2026-01-30"}}
    assert lifetime(sets) == Lifetime(
        begins=date(2024, 1, 31), service_life_years=None, warranty_until=date(2026, 1, 30)
    )


def test_a_warranty_ends_a_period_after_it_began() -> None:
    sets = {"Pset_Warranty": {"WarrantyStartDate": "2024-08-31", "WarrantyPeriod": "P18M"}}
    assert lifetime(sets).warranty_until == date(2026, 2, 28)


def test_cobie_counts_a_warranty_from_the_installation() -> None:
    sets: Properties = {
        "COBie_Component": {"InstallationDate": "2020-05-04T00:00:00"},
        "COBie_Warranty": {"WarrantyDurationParts": 24, "WarrantyDurationUnit": "month"},
    }
    assert lifetime(sets).warranty_until == date(2022, 5, 4)


def test_an_installation_is_believed_before_a_purchase() -> None:
    sets = {"A": {"AcquisitionDate": "2019-01-01"}, "B": {"Installation Date": "2020-01-01"}}
    assert lifetime(sets).begins == date(2020, 1, 1)


names = st.sampled_from(
    ["ServiceLifeDuration", "WarrantyPeriod", "WarrantyStartDate", "WarrantyEndDate", "InstallationDate"]
)
values = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text())


@given(st.dictionaries(st.text(), st.dictionaries(names | st.text(), values)))
def test_whatever_the_sets_hold_is_read_or_left(sets: dict[str, dict[str, Any]]) -> None:
    found = lifetime(sets)
    assert found.service_life_years is None or 0 < found.service_life_years <= 200
