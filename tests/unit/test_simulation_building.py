"""The simulated building behaves as a building does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from data.demo.office.plan import Use, rooms
from data.demo.simulation.building import Day, simulate
from data.demo.simulation.calendar import holidays, is_working_day
from data.demo.simulation.clock import Array
from data.demo.simulation.faults import Fault

pytestmark = pytest.mark.slow

WINTER, SUMMER = date(2026, 1, 12), date(2026, 7, 6)  # Mondays
HEATED = [room.number for room in rooms() if room.use in (Use.OFFICE, Use.OPEN_PLAN, Use.MEETING)]


@pytest.fixture(scope="module")
def winter() -> list[Day]:
    return simulate(WINTER + timedelta(days=ahead) for ahead in range(28))


@pytest.fixture(scope="module")
def summer() -> list[Day]:
    return simulate(SUMMER + timedelta(days=ahead) for ahead in range(28))


def values(day: Day, place: str, quantity: str) -> Array:
    return day.values[place, quantity]


def at_hour(day: Day, place: str, quantity: str, hour_utc: float) -> float:
    return float(values(day, place, quantity)[round(hour_utc * 12)])


def test_a_day_alone_is_the_day_in_a_month(winter: list[Day]) -> None:
    [alone] = simulate([winter[9].date])
    for key, value in alone.values.items():
        np.testing.assert_allclose(value, winter[9].values[key], rtol=1e-9, atol=1e-9)


def test_another_seed_is_another_weather(winter: list[Day]) -> None:
    [other] = simulate([winter[0].date], seed=2)
    assert not np.allclose(
        values(other, "weather", "temperature"), values(winter[0], "weather", "temperature")
    )


def test_days_join_without_a_visible_step(winter: list[Day], summer: list[Day]) -> None:
    for month in (winter, summer):
        for before, after in pairwise(month):
            for number in HEATED:
                ends, begins = (
                    values(before, number, "temperature")[-1],
                    values(after, number, "temperature")[0],
                )
                assert abs(ends - begins) < 0.3


def test_rooms_stay_believable_in_winter_and_in_summer(winter: list[Day], summer: list[Day]) -> None:
    for day in (*winter, *summer):
        for room in rooms():
            assert values(day, room.number, "temperature").min() > 13
            assert values(day, room.number, "temperature").max() < 33
            assert values(day, room.number, "humidity").min() > 5
            assert values(day, room.number, "co2").min() > 420
            assert values(day, room.number, "co2").max() < 2_000


def test_winter_is_colder_and_darker_than_summer(winter: list[Day], summer: list[Day]) -> None:
    def mean(month: list[Day], quantity: str) -> float:
        return float(np.mean([values(day, "weather", quantity) for day in month]))

    assert mean(winter, "temperature") < 5 < 15 < mean(summer, "temperature")
    assert mean(winter, "irradiance") < 0.4 * mean(summer, "irradiance")


def test_the_sun_is_down_at_midnight(summer: list[Day]) -> None:
    assert all(at_hour(day, "weather", "irradiance", 23.0) == 0 for day in summer)


def test_offices_are_warm_on_a_working_day_and_set_back_at_night(winter: list[Day]) -> None:
    tuesday = winter[1]
    for number in HEATED:
        assert at_hour(tuesday, number, "temperature", 10) > 19.5
        assert at_hour(tuesday, number, "setpoint", 2) == at_hour(tuesday, number, "setpoint", 10) - 4
    night = np.mean([at_hour(tuesday, number, "temperature", 3) for number in HEATED])
    assert night < np.mean([at_hour(tuesday, number, "temperature", 12) for number in HEATED]) - 1


def test_nothing_is_heated_in_july(summer: list[Day]) -> None:
    assert all(values(day, "heat-main", "power").max() == 0 for day in summer if _mean_out(day) > 15)


def test_people_raise_co2_and_it_decays_to_outdoors(winter: list[Day]) -> None:
    tuesday = winter[1]
    busy = max(HEATED, key=lambda number: values(tuesday, number, "people").sum())
    assert values(tuesday, busy, "co2").max() > 650
    sunday = winter[6]
    assert values(sunday, busy, "co2")[-1] < 480


def test_nobody_meets_on_sunday_or_a_holiday(winter: list[Day]) -> None:
    [holiday] = simulate([date(2026, 5, 1)])
    meeting = [room.number for room in rooms() if room.use is Use.MEETING]
    assert all(values(day, number, "people").max() == 0 for day in (winter[6], holiday) for number in meeting)


@pytest.mark.parametrize(
    "day", [date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 14), date(2026, 5, 25), date(2027, 3, 26)]
)
def test_holidays_move_with_easter(day: date) -> None:
    assert day in holidays(day.year)
    assert not is_working_day(day)


def test_counters_never_fall(winter: list[Day]) -> None:
    for day in winter:
        for (_, quantity), value in day.values.items():
            if quantity == "energy":
                assert (np.diff(value) >= 0).all()


def test_the_main_meter_counts_what_all_rooms_and_the_fans_use(winter: list[Day]) -> None:
    day = winter[1]
    parts = sum(values(day, room.number, "energy")[-1] for room in rooms())
    parts += values(day, "electricity-ventilation", "energy")[-1]
    main = values(day, "electricity-main", "energy")[-1]
    assert parts < main < parts + 50  # lift and network, and the server room's cooler


def test_the_power_is_the_slope_of_the_counter(winter: list[Day]) -> None:
    power, energy = (values(winter[1], "heat-main", name) for name in ("power", "energy"))
    np.testing.assert_allclose(np.diff(energy), power[:-1] / 12_000, atol=1e-9)


def test_air_is_warmed_between_mixing_and_supply_in_winter(winter: list[Day]) -> None:
    tuesday = winter[1]
    mixed, supply, returned = (
        at_hour(tuesday, "AHU-1", f"{name}_temp", 9) for name in ("mixed", "supply", "return")
    )
    assert at_hour(tuesday, "weather", "temperature", 9) < mixed < supply <= returned + 1


def test_an_open_window_cools_its_room_and_not_the_building(winter: list[Day]) -> None:
    [day] = _with("open-window", "2.07", winter[1])
    cooled = at_hour(winter[1], "2.07", "temperature", 12) - at_hour(day, "2.07", "temperature", 12)
    far = at_hour(winter[1], "0.01", "temperature", 12) - at_hour(day, "0.01", "temperature", 12)
    assert cooled > 1.5
    assert abs(far) < 0.2


def test_a_fault_changes_nothing_before_it_begins(winter: list[Day]) -> None:
    [day] = _with("open-window", "2.07", winter[1])
    before = slice(0, 8 * 12 + 1)
    np.testing.assert_array_equal(
        values(day, "2.07", "temperature")[before], values(winter[1], "2.07", "temperature")[before]
    )


def test_a_failed_fan_moves_no_air_and_co2_rises(winter: list[Day]) -> None:
    [day] = _with("failed-fan", "AHU-2", winter[1])
    assert at_hour(day, "AHU-2", "air_flow_m3h", 9) == 0
    assert at_hour(day, "AHU-2", "filter_dp_pa", 9) == 0
    assert at_hour(day, "AHU-2", "fan_speed", 9) == 100
    assert values(day, "1.17", "co2").max() > values(winter[1], "1.17", "co2").max() + 200


def test_a_clogging_filter_raises_the_pressure_and_chokes_the_flow(winter: list[Day]) -> None:
    [day] = _with("clogging-filter", "AHU-1", winter[4], since=winter[0].date)
    assert at_hour(day, "AHU-1", "filter_dp_pa", 9) > at_hour(winter[4], "AHU-1", "filter_dp_pa", 9) + 30
    assert at_hour(day, "AHU-1", "air_flow_m3h", 9) < at_hour(winter[4], "AHU-1", "air_flow_m3h", 9)


def test_a_valve_stuck_open_overheats_its_room(winter: list[Day]) -> None:
    [day] = _with("stuck-valve", "2.04", winter[1])
    assert at_hour(day, "2.04", "valve", 12) == 100
    assert at_hour(day, "2.04", "temperature", 12) > at_hour(winter[1], "2.04", "temperature", 12) + 1


def test_a_stuck_coil_valve_shows_in_the_supply_air(winter: list[Day]) -> None:
    [day] = _with("stuck-valve", "AHU-1", winter[1])
    assert at_hour(day, "AHU-1", "supply_temp", 10) > at_hour(winter[1], "AHU-1", "supply_temp", 10) + 5


def _with(name: str, target: str, day: Day, *, since: date | None = None) -> list[Day]:
    begin = since or day.date
    at = datetime(begin.year, begin.month, begin.day, 8, tzinfo=UTC)
    return simulate([day.date], [Fault(name=name, target=target, at=at)])


def _mean_out(day: Day) -> float:
    return float(values(day, "weather", "temperature").mean())
