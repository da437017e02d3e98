"""A metric's values of one unit and one kind are one series; a change is flagged and nothing is mixed."""

from __future__ import annotations

import psycopg
import pytest

from data.store.batch import Batch
from data.store.ingestion import Writer
from tests.store.conftest import NOON, hours, sample

Owner = psycopg.Connection[tuple[object, ...]]

SERIES = """
SELECT series.kind, series.unit, series.stated_unit,
    (SELECT array_agg(round(value::numeric, 6)::float8 ORDER BY at) FROM reading WHERE series_id = series.id),
    (SELECT array_agg(value ORDER BY at) FROM event WHERE series_id = series.id AND series.kind = 'text')
FROM series
JOIN device ON device.id = series.device_id
JOIN tenant ON tenant.id = device.tenant_id
WHERE device.name = %s AND tenant.name = 'main'
ORDER BY series.id
"""
FLAGS = """
SELECT series_flag.flag, series_flag.count, series_flag.detail
FROM series_flag
JOIN series ON series.id = series_flag.series_id
JOIN device ON device.id = series.device_id
JOIN tenant ON tenant.id = device.tenant_id
WHERE device.name = %s AND tenant.name = 'main'
ORDER BY series_flag.flag
"""


def series(owner: Owner, device: str) -> list[tuple[object, ...]]:
    return owner.execute(SERIES, (device,)).fetchall()


def flags(owner: Owner, device: str) -> list[tuple[object, ...]]:
    return owner.execute(FLAGS, (device,)).fetchall()


def write(writer: Writer, device: str, *said: tuple[float | bool | str, str | None]) -> None:
    """Values with their units, one after the other, each in a batch of its own."""
    for number, (value, unit) in enumerate(said):
        one = sample(value, device=device, unit=unit, at=NOON + hours(number))
        writer.write(Batch(samples=[one]))


def test_values_are_kept_in_the_quantitys_own_unit(writer: Writer, owner: Owner) -> None:
    write(writer, "fahrenheit", (212.0, "°F"))
    assert series(owner, "fahrenheit") == [("number", "°C", "°F", [100.0], None)]


def test_a_unit_that_can_be_converted_may_change(writer: Writer, owner: Owner) -> None:
    write(writer, "both units", (20.0, "°C"), (68.0, "°F"), (21.0, "°C"))
    assert series(owner, "both units") == [("number", "°C", "°F", [20.0, 20.0, 21.0], None)]
    assert flags(owner, "both units") == [("unit", 1, {"from": "°C", "to": "°F"})]


def test_a_value_without_a_unit_is_in_the_one_stated_last(writer: Writer, owner: Owner) -> None:
    write(writer, "forgets", (212.0, "°F"), (32.0, None))
    assert series(owner, "forgets") == [("number", "°C", "°F", [100.0, 0.0], None)]


def test_the_unit_stated_last_is_remembered_by_the_next_process(
    writer: Writer, owner: Owner, ingest_writer: Writer
) -> None:
    write(writer, "restarted", (212.0, "°F"))
    ingest_writer.write(Batch(samples=[sample(32.0, device="restarted", at=NOON + hours(1))]))
    assert series(owner, "restarted") == [("number", "°C", "°F", [100.0, 0.0], None)]


def test_a_unit_that_is_named_at_last_is_taken_over(writer: Writer, owner: Owner) -> None:
    write(writer, "named", (20.0, None), (21.0, "°C"))
    assert series(owner, "named") == [("number", "°C", "°C", [20.0, 21.0], None)]
    assert flags(owner, "named") == []


def test_a_unit_that_is_named_at_last_and_means_other_numbers_is_another_series(
    writer: Writer, owner: Owner
) -> None:
    write(writer, "late name", (68.0, None), (68.0, "°F"))
    assert series(owner, "late name") == [
        ("number", None, None, [68.0], None),
        ("number", "°C", "°F", [20.0], None),
    ]
    assert flags(owner, "late name") == [("unit", 1, {"from": None, "to": "°F"})]


def test_a_unit_that_cannot_be_converted_is_another_series(writer: Writer, owner: Owner) -> None:
    write(writer, "impossible", (20.0, "°C"), (3.0, "furlong"), (21.0, "°C"))
    assert [row[1:4] for row in series(owner, "impossible")] == [
        ("°C", "°C", [20.0, 21.0]),
        ("furlong", "furlong", [3.0]),
    ]
    assert flags(owner, "impossible") == [("unit", 1, {"from": "°C", "to": "furlong"})]


@pytest.mark.parametrize(
    ("first", "second", "kinds"),
    [
        (20.5, "broken", ("number", "text")),
        (1.0, True, ("number", "boolean")),
        (True, "on", ("boolean", "text")),
    ],
)
def test_a_kind_that_changes_is_another_series(
    writer: Writer, owner: Owner, first: float | bool, second: bool | str, kinds: tuple[str, str]
) -> None:
    device = f"{kinds} of a kind"
    write(writer, device, (first, None), (second, None), (first, None))
    assert [row[0] for row in series(owner, device)] == list(kinds)
    assert flags(owner, device) == [("kind", 1, {"from": kinds[0], "to": kinds[1]})]


def test_all_of_it_may_happen_in_one_batch(writer: Writer, owner: Owner) -> None:
    values: list[tuple[float | str, str | None]] = [(20.0, None), (68.0, "°F"), (22.0, "°C"), ("off", None)]
    said = [
        sample(value, device="at once", unit=unit, at=NOON + hours(number))
        for number, (value, unit) in enumerate(values)
    ]
    writer.write(Batch(samples=said))
    assert series(owner, "at once") == [
        ("number", None, None, [20.0], None),
        ("number", "°C", "°C", [20.0, 22.0], None),
        ("text", None, None, None, ["off"]),
    ]


def test_a_conflict_is_flagged_with_both_values(writer: Writer, owner: Owner) -> None:
    writer.write(Batch(samples=[sample(1.0, device="two tongues"), sample(2.0, device="two tongues")]))
    writer.write(Batch(samples=[sample(3.0, device="two tongues")]))
    ((flag, count, detail),) = flags(owner, "two tongues")
    assert (flag, count) == ("conflict", 2)
    assert isinstance(detail, dict)
    assert (detail["kept"], detail["refused"]) == (1.0, 3.0)
