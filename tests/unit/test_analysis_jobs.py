"""What workers make of readings, without a store."""

from datetime import UTC, date, datetime, timedelta
from threading import Event
from typing import Any

import numpy as np
import pandas as pd
import pytest
import structlog.testing

from analytics.forecast import forecast_many
from analytics.regular import is_meter
from data.building.lifetime import Lifetime
from data.errors import StoreUnavailable
from data.jobs.analysis import anomalies, failures, forecasts, odd_rooms, past_health, patterns, rooms
from data.jobs.analysis.each import Judged, TooLittle, each, too_short
from data.jobs.analysis.health import Read, of_device
from data.jobs.analysis.places_health import of_places
from data.jobs.batched import blocks
from data.store.analysis_input import BuildingSeries, Equipment, RoomSeries, SeriesInfo
from data.store.analysis_results import HealthResult, LastRun, PastForecast
from data.store.health_input import BuildingHealth, DeviceHealth, JudgedDevice

NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)


def course(days: float, *, step: str = "1h", seed: int = 1, noise: float = 0.2) -> pd.Series:
    """A temperature that follows the day, up to now."""
    count = int(pd.Timedelta(days=days) / pd.Timedelta(step))
    index = pd.date_range(end=NOW, periods=count, freq=step)
    hours = np.arange(count) * (pd.Timedelta(step) / pd.Timedelta(hours=1))
    values = 21 + 2 * np.sin(2 * np.pi * hours / 24) + np.random.default_rng(seed).normal(0, noise, count)
    return pd.Series(values, index=index)


def info(number: int, quantity: str = "temperature") -> SeriesInfo:
    return SeriesInfo(
        series_id=number, device_id=1, device="one", metric=f"metric {number}", kind="number",
        quantity=quantity, unit=None, space_id=1, building_id=1, timezone="Europe/Berlin", last_seen=NOW,
    )  # fmt: skip


# Sharing out ----------------------------------------------------------------------------------------


def test_an_id_is_always_of_the_same_block() -> None:
    alone = list(blocks({1: [250]}, size=200))
    among = list(blocks({1: [3, 199, 200, 250, 400]}, size=200))
    assert [one.block for one in alone] == [1]
    assert [(one.block, one.ids) for one in among] == [(0, (3, 199)), (1, (200, 250)), (2, (400,))]


def poisoned(number: int, said: pd.Series) -> float:
    if number == 2:
        raise ZeroDivisionError
    if number == 3:
        raise TooLittle("Needs 7 days of readings; has 1.0.")
    return float(said.mean())


def judged(last: dict[int, LastRun]) -> Judged[float]:
    said = pd.Series([20.0], index=pd.DatetimeIndex([NOW]))
    return each(
        "test", dict.fromkeys((1, 2, 3, 4), said), poisoned, last=last, until=pd.Timestamp(NOW), stop=Event()
    )


def test_a_series_that_raises_does_not_stop_the_others() -> None:
    found = judged({})
    assert found.results == {1: 20.0, 4: 20.0}
    assert {run.id: (run.lacking, run.failed) for run in found.runs} == {
        1: (None, None), 2: (None, "ZeroDivisionError"), 3: ("Needs 7 days of readings; has 1.0.", None),
        4: (None, None),
    }  # fmt: skip


def test_a_series_that_goes_on_raising_is_logged_once_with_its_id() -> None:
    with structlog.testing.capture_logs() as first:
        judged({})
    with structlog.testing.capture_logs() as second:
        judged({2: LastRun(until=NOW, failed="ZeroDivisionError")})
    assert [said["id"] for said in first] == [2]
    assert second == []


def test_an_outage_while_judging_is_no_fault_of_the_series() -> None:
    def away(number: int, said: pd.Series) -> float:
        raise StoreUnavailable

    with pytest.raises(StoreUnavailable):
        each("test", {1: course(1)}, away, last={}, until=pd.Timestamp(NOW), stop=Event())


def test_what_is_told_to_stop_leaves_the_rest_without_a_run() -> None:
    stop = Event()
    stop.set()
    found = each("test", {1: course(1)}, poisoned, last={}, until=pd.Timestamp(NOW), stop=stop)
    assert found.runs == []


def test_too_little_is_said_in_days() -> None:
    assert too_short(course(3), days=7) == "Needs 7 days of readings; has 3.0."
    assert too_short(course(7), days=7) is None
    assert too_short(course(0), days=7) == "Needs 7 days of readings; has 0.0."


def test_a_meter_only_grows_but_for_a_reset() -> None:
    grown = course(7).abs().cumsum()
    grown.iloc[100:] -= grown.iloc[100]
    assert is_meter(grown.to_numpy())
    assert not is_meter(course(7).to_numpy())
    assert not is_meter(grown.to_numpy() * 0)


# Forecasts ------------------------------------------------------------------------------------------


def past(since: datetime, low: list[float], high: list[float]) -> PastForecast:
    ats = tuple(since + timedelta(hours=lead) for lead in range(len(low)))
    return PastForecast(ats=ats, low=tuple(low), high=tuple(high))


def test_a_forecast_is_judged_by_the_hours_that_came() -> None:
    said = pd.Series([1.0, 2.0, 3.0], index=pd.date_range(NOW, periods=3, freq="1h"))
    forecast = past(NOW, [0, 3, 2, 0], [2, 4, 3, 9])  # the last hour has not come yet
    assert forecasts.right(said, [forecast]) == (2, 3, NOW)


def test_what_was_said_more_than_a_day_ahead_is_not_judged() -> None:
    said = pd.Series(1.0, index=pd.date_range(NOW, periods=48, freq="1h"))
    assert forecasts.right(said, [past(NOW, [0.0] * 48, [2.0] * 48)])[:2] == (24, 24)


def test_without_a_past_nothing_is_judged() -> None:
    assert forecasts.right(course(1), []) == (0, 0, None)


def forecast_of(**columns: pd.Series) -> Judged[Any]:
    frame = pd.DataFrame({int(name[1:]): values for name, values in columns.items()})
    return forecasts.forecasts_of(frame, {}, last={}, until=pd.Timestamp(NOW), stop=Event())


def test_series_that_are_worth_it_are_forecast_and_the_others_say_why_not() -> None:
    short, still = course(30), course(30) * 0 + 21
    short.iloc[: 27 * 24] = np.nan
    found = forecast_of(s1=course(30), s2=short, s3=still, s4=course(30).abs().cumsum())
    assert list(found.results) == [1]
    assert [run.lacking for run in found.runs] == [
        None,
        "Needs 7 days of readings; has 3.0.",
        "It has too few different values to be forecast.",
        "It only grows, as a meter does; its readings are not forecast.",
    ]
    made = found.results[1]
    assert len(made.ats) == forecasts.AHEAD
    assert made.ats[0] == NOW + timedelta(hours=1)
    assert all(low <= high for low, high in zip(made.quantiles[0.1], made.quantiles[0.9], strict=True))


def test_a_series_that_breaks_the_others_forecast_is_found_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def choosy(frame: pd.DataFrame, *, horizon: int) -> Any:
        if 2 in frame.columns:
            raise ValueError("poison")
        return forecast_many(frame, horizon=horizon)

    monkeypatch.setattr(forecasts, "forecast_many", choosy)
    found = forecast_of(s1=course(30), s2=course(30, seed=2))
    assert list(found.results) == [1]
    assert [run.failed for run in found.runs] == [None, "ValueError"]


# Patterns -------------------------------------------------------------------------------------------


def test_patterns_are_plain_json_with_what_they_are_made_of() -> None:
    found = {one.kind: one for one in patterns.patterns_of(5, course(28), timezone="Europe/Berlin", now=NOW)}
    assert set(found) == set(patterns.KINDS)
    days = found["daily profiles"].result
    assert {one["cluster"] for one in days["days"]} == {int(name) for name in days["profiles"]}
    assert len(days["profiles"]["0"]) == 24
    segments = found["change points"].result["segments"]
    assert segments[0]["since"] == found["schedule"].basis.since.isoformat()  # type: ignore[union-attr]


def room_series(number: int, quantity: str, room: int | None = 7) -> RoomSeries:
    return RoomSeries(
        series_id=number,
        device_id=1,
        space_id=room,
        storey_id=1,
        metric=quantity,
        kind="number",
        quantity=quantity,
    )


def test_what_follows_in_a_room_is_said_with_its_lag() -> None:
    index = pd.date_range(end=NOW, periods=4000, freq="5min")
    cause = np.random.default_rng(2).normal(0, 1, len(index)).cumsum()
    frame = pd.DataFrame({1: cause, 2: np.roll(cause, 6)}, index=index).iloc[10:]
    (pair,) = rooms.together([room_series(1, "temperature"), room_series(2, "co2")], frame)["pairs"]
    assert (pair["a"], pair["b"], pair["lag_s"]) == (1, 2, 1800.0)
    assert pair["r"] > 0.9


def test_presence_is_only_told_where_something_tells_of_people() -> None:
    said = course(5, step="5min").to_frame(1)
    with pytest.raises(TooLittle, match="CO₂, humidity or light"):
        rooms.presence([room_series(1, "temperature")], said, "UTC")
    told = rooms.presence([room_series(1, "co2")], said * 30, "UTC")
    assert told["told_by"] == ["co2"]
    assert len(told["week"]) == 168


def test_a_room_says_of_each_kind_what_it_lacks() -> None:
    weather = RoomSeries(
        series_id=9, device_id=9, space_id=None, storey_id=None, metric="outdoor",
        kind="number", quantity="outdoor_temperature",
    )  # fmt: skip
    frame = pd.DataFrame({1: course(0.5, step="5min"), 9: course(30, step="5min")})
    found = rooms.patterns_of(4, [room_series(1, "co2"), weather], frame, timezone="UTC", now=NOW)
    lack = {"lacking": "Needs 3 days of readings; has 0.5."}
    assert {one.kind: one.result for one in found} == {"correlations": lack, "occupancy": lack}


def test_bands_are_judged_anew_where_earlier_readings_came_in() -> None:
    last = LastRun(first_at=NOW - timedelta(days=5), until=NOW - timedelta(hours=1), failed=None)
    assert anomalies._anew(last, course(5), NOW) == NOW - timedelta(hours=25)
    assert anomalies._anew(last, course(9), NOW) == NOW - timedelta(days=30)


# Odd rooms ------------------------------------------------------------------------------------------


def test_of_several_systems_the_one_of_the_fewest_rooms_tells_the_plant() -> None:
    known = BuildingSeries(timezone="UTC", series=(), systems=((1, 10), (1, 11), (1, 12), (2, 11), (2, 12)))
    assert odd_rooms.plants(known) == {10: 1, 11: 2, 12: 2}


def test_a_sensor_that_stands_still_among_rooms_that_move_is_odd() -> None:
    index = pd.date_range(end=NOW, periods=14 * 288, freq="5min")
    day = 2 * np.sin(2 * np.pi * np.arange(len(index)) / 288)
    rng = np.random.default_rng(4)
    readings = pd.DataFrame(
        {room: 21 + day + rng.normal(0, 0.1, len(index)) for room in range(6)}, index=index
    )
    readings.loc[readings.index[-4 * 288 :], 3] = 29.0
    beside = [(room, room + 1) for room in range(5)]
    found = {one.space_id: one for one in odd_rooms.judged(readings, beside, {}, now=NOW)}
    assert found[3].verdict == "sensor"
    assert [found[room].verdict for room in (0, 1, 5)] == [None, None, None]


# Failures -------------------------------------------------------------------------------------------

NOTHING = Lifetime(begins=None, service_life_years=None, warranty_until=None)


def test_a_battery_that_runs_down_is_empty_on_a_day_with_an_interval() -> None:
    said = course(60, noise=0.1) * 0 + np.linspace(80, 50, 60 * 24) + course(60).to_numpy() * 0.01
    found = failures.trend_of(info(1, "battery"), said, NOTHING, now=NOW)
    assert found is not None
    assert found.fails_at is not None
    assert abs(found.fails_at - (NOW + timedelta(days=100))) < timedelta(days=10)
    assert found.low_at is not None
    assert found.high_at is not None
    assert found.low_at <= found.fails_at <= found.high_at


def test_a_failure_knows_until_when_the_warranty_is() -> None:
    said = course(60) * 0 + np.linspace(80, 50, 60 * 24)
    stated = Lifetime(begins=None, service_life_years=None, warranty_until=date(2027, 1, 1))
    found = failures.trend_of(info(1, "battery"), said, stated, now=NOW)
    assert found is not None
    assert found.fails_at is not None
    assert found.fails_at.date() < date(2027, 1, 1) == found.warranty_until


def test_a_battery_that_lasts_is_no_finding() -> None:
    said = course(60) * 0 + 80 + np.random.default_rng(1).normal(0, 0.5, 60 * 24)
    assert failures.trend_of(info(1, "battery"), said, NOTHING, now=NOW) is None


def test_equipment_past_its_service_life_is_likely_to_fail_under_warranty() -> None:
    piece = Equipment(
        id=4,
        name="pump",
        properties={
            "Pset_ServiceLife": {"ServiceLifeDuration": "P2Y"},
            "Pset_Warranty": {"WarrantyStartDate": "2024-01-01", "WarrantyEndDate": "2029-01-01"},
        },
    )
    kinds = {one.kind: one for one in failures.lifetimes_of(piece, today=NOW.date())}
    assert set(kinds) == {"service life", "warranty"}
    assert (kinds["warranty"].probability or 0) > 0.5
    assert kinds["service life"].service_life_years == 2


def test_equipment_whose_model_states_nothing_is_no_finding() -> None:
    assert failures.lifetimes_of(Equipment(id=4, name="pump", properties={}), today=NOW.date()) == []


# Health ---------------------------------------------------------------------------------------------


def device_health(frame: pd.DataFrame, **rest: Any) -> dict[tuple[str, int], HealthResult]:
    series = [int(name) for name in frame.columns]
    device = JudgedDevice(
        device_id=1, building_id=1, space_id=1, name="one", equipment=rest.get("equipment"), series=series
    )
    given = Read(
        devices={1: device},
        known={number: info(number, rest.get("quantity", "temperature")) for number in series},
        frame=frame,
        beside=rest.get("beside", {}),
    )
    return {(one.subject, one.subject_id): one for one in of_device(device, given, now=NOW)}


def test_a_device_that_speaks_as_ever_is_well() -> None:
    found = device_health(course(30, step="5min").to_frame(1))
    assert (found["device", 1].score or 0) > 90


def test_a_device_that_fell_silent_says_since_when() -> None:
    said = course(30, step="5min").to_frame(1)
    said.loc[said.index > NOW - timedelta(hours=5), 1] = np.nan
    reason = device_health(said)["device", 1].reasons[0]
    assert (reason.reason, reason.detail) == ("silence", "The newest reading is 5 h old.")
    assert (reason.subject, reason.subject_id) == ("series", 1)


def test_a_device_without_readings_has_no_score() -> None:
    assert (
        device_health(pd.DataFrame(columns=[1], index=course(0).index, dtype=float))["device", 1].score
        is None
    )


def test_a_meter_is_judged_by_what_it_counts() -> None:
    counted = course(30, step="5min").abs().cumsum().to_frame(1)
    assert (device_health(counted)["device", 1].score or 0) > 90


def test_a_meter_that_is_read_more_often_has_not_drifted() -> None:
    index = pd.date_range(end=NOW, periods=30 * 288, freq="5min")
    counted = pd.Series(np.arange(len(index)) / 6.0, index=index)
    fine = index >= index[-1] - pd.Timedelta(days=3)
    scattered = counted + np.random.default_rng(1).normal(0, 0.01, len(index))
    table = scattered.where(fine | (np.arange(len(index)) % 3 == 0)).to_frame(1)
    assert (device_health(table)["device", 1].score or 0) > 95


def test_a_battery_that_falls_is_well() -> None:
    falling = pd.Series(np.linspace(60, 56, 30 * 288).round(), index=course(30, step="5min").index).to_frame(
        1
    )
    found = device_health(falling, quantity="battery")["device", 1]
    assert (found.score or 0) > 95


def test_a_light_that_is_lit_for_a_moment_is_well() -> None:
    index = course(30, step="5min").index
    hours = pd.DatetimeIndex(index).hour
    lit = pd.Series(np.where((hours >= 8) & (hours < 17), 480.0, 0.0), index=index)
    lit += np.abs(np.random.default_rng(1).normal(0, 2, len(index)))
    lit.iloc[50::200] = 470.0
    assert (device_health(lit.to_frame(1), quantity="illuminance")["device", 1].score or 0) > 95


def test_what_first_spoke_later_was_not_silent_on_a_day_before() -> None:
    said, day = course(20, step="5min").to_frame(1), NOW.replace(hour=0) - timedelta(days=8)
    said[2] = said[1].where(said.index >= pd.Timestamp(NOW - timedelta(days=2)))
    device = JudgedDevice(device_id=1, building_id=1, space_id=1, name="one", equipment=None, series=[1, 2])
    given = Read(devices={1: device}, known={1: info(1), 2: info(2)}, frame=said, beside={})
    assert [round(one.score, 6) for one in past_health.of_days(device, given, [day])] == past_scores(
        said[[1]], day
    )


def test_equipment_past_its_service_life_costs_its_device_points() -> None:
    sets = {"A": {"InstallationDate": "1990-01-01", "ServiceLifeDuration": "P15Y"}}
    found = device_health(course(30, step="5min").to_frame(1), equipment=sets)
    assert "service life" in [reason.reason for reason in found["device", 1].reasons]


def past_scores(frame: pd.DataFrame, *days: datetime) -> list[float]:
    device = JudgedDevice(device_id=1, building_id=1, space_id=1, name="one", equipment=None, series=[1])
    given = Read(devices={1: device}, known={1: info(1)}, frame=frame, beside={})
    return [round(one.score, 6) for one in past_health.of_days(device, given, days)]


def test_a_day_that_is_over_is_judged_by_what_was_said_until_its_end() -> None:
    said, day = course(40, step="5min").to_frame(1), NOW.replace(hour=0) - timedelta(days=8)
    impossible = said[1].where(said.index < pd.Timestamp(day + timedelta(days=1)), -400.0).to_frame()
    assert past_scores(impossible, day) == past_scores(said, day)
    assert past_scores(impossible, day + timedelta(days=1)) < past_scores(said, day + timedelta(days=1))


def test_a_day_before_the_first_reading_has_no_score() -> None:
    assert past_scores(course(3, step="5min").to_frame(1), NOW.replace(hour=0) - timedelta(days=8)) == []


def dead(number: int, room: int | None, storey: int | None = 1, score: float | None = 0.0) -> DeviceHealth:
    lost = [] if score is None else [{"reason": "silence", "points": 100 - score, "detail": "Silent"}]
    return DeviceHealth(
        device_id=number, name=f"device {number}", space_id=room, storey_id=storey, score=score, reasons=lost
    )


def added(*devices: DeviceHealth, **systems: list[int]) -> dict[tuple[str, int], HealthResult]:
    rooms_there = tuple({one.space_id for one in devices if one.space_id is not None} | {99})
    known = BuildingHealth(
        devices=devices, systems={int(name[1:]): at for name, at in systems.items()}, spaces=rooms_there,
        storeys=(1,),
    )  # fmt: skip
    return {(one.subject, one.subject_id): one for one in of_places(5, known).results}


def test_one_dead_sensor_neither_hides_in_a_building_nor_dominates_it() -> None:
    found = added(dead(0, 0), *(dead(number, number, score=100.0) for number in range(1, 25)))
    assert 75 < (found["building", 5].score or 0) < 90
    assert found["space", 0].score == 0


def test_a_reason_of_a_building_leads_to_the_device() -> None:
    found = added(dead(0, 0), dead(1, 1, score=100.0))["building", 5]
    assert [(one.subject, one.subject_id, one.name, one.detail) for one in found.reasons] == [
        ("device", 0, "device 0", "Silent")
    ]
    assert sum(one.points for one in found.reasons) == pytest.approx(100 - (found.score or 0))


def test_of_many_troubles_the_costliest_keep_their_devices_and_the_last_row_adds_up_the_others() -> None:
    rooms = [dead(number, number % 10, score=100.0 - number % 7 - 1) for number in range(1, 81)]
    found = added(dead(0, 0), *rooms)["building", 5]
    assert found.reasons[0].name == "device 0"
    assert [one.reason for one in found.reasons if one.subject is None] == ["others"]
    assert found.reasons[-1].reason == "others"
    assert sum(one.points for one in found.reasons) == pytest.approx(100 - (found.score or 0))


def test_devices_in_no_room_count_for_their_building_alone() -> None:
    found = added(dead(0, None, None), dead(1, 1, score=100.0))
    assert found["storey", 1].score == 100
    assert (found["building", 5].score or 0) < 50


def test_a_system_is_as_well_as_the_devices_at_its_equipment() -> None:
    found = added(dead(0, 0), dead(1, 1, score=100.0), s8=[0], s9=[1], s10=[])
    assert (found["system", 8].score, found["system", 9].score) == (0, 100)
    assert ("system", 10) not in found


def test_what_cannot_be_judged_counts_for_nothing() -> None:
    found = added(dead(0, 0, score=None), dead(1, 0, score=80.0))
    assert found["space", 0].score == pytest.approx(80.0)
    known = BuildingHealth(devices=(dead(0, 0),), systems={}, spaces=(0, 99), storeys=(1, 2))
    assert of_places(5, known).none == {"space": [99], "storey": [2], "system": [], "building": []}
