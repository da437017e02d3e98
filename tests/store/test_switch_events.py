"""A state that is on or off is an event when it changes, in whatever order its readings come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.store.batch import Batch
from data.store.ingestion import Writer
from tests.store.conftest import NOON, sample

Owner = psycopg.Connection[tuple[object, ...]]

EVENTS = """
SELECT event.at, event.value
FROM event
JOIN series ON series.id = event.series_id
JOIN device ON device.id = series.device_id
JOIN tenant ON tenant.id = device.tenant_id
WHERE device.name = %s AND tenant.name = 'main'
ORDER BY event.at
"""


def write(writer: Writer, device: str, *states: tuple[int, bool]) -> None:
    said = [sample(on, device=device, metric="switch", at=NOON + timedelta(minutes=at)) for at, on in states]
    writer.write(Batch(samples=said))


def events(owner: Owner, device: str) -> list[tuple[int, str]]:
    found = owner.execute(EVENTS, (device,)).fetchall()
    return [(int((at - NOON) / timedelta(minutes=1)), str(value)) for at, value in found]  # type: ignore[operator]


def test_only_changes_are_events(writer: Writer, owner: Owner) -> None:
    write(writer, "lamp", (0, False), (1, True), (2, True), (3, False))
    assert events(owner, "lamp") == [(0, "off"), (1, "on"), (3, "off")]


def test_the_state_before_the_batch_counts(writer: Writer, owner: Owner) -> None:
    write(writer, "fan", (0, True))
    write(writer, "fan", (1, True), (2, False))
    assert events(owner, "fan") == [(0, "on"), (2, "off")]


def test_a_state_that_comes_late_moves_the_change(writer: Writer, owner: Owner) -> None:
    write(writer, "pump", (0, False), (10, True))
    write(writer, "pump", (5, True))
    assert events(owner, "pump") == [(0, "off"), (5, "on")]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(
        st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=8), min_size=1, max_size=6
    )
)
def test_events_equal_the_changes_among_all_readings(
    writer: Writer, owner: Owner, batches: list[list[tuple[int, bool]]]
) -> None:
    device = f"switch {datetime.now(UTC).timestamp()}"
    kept: dict[int, bool] = {}
    for states in batches:
        write(writer, device, *states)
        for at, on in states:
            kept.setdefault(at, on)
    changes, before = [], None
    for at, on in sorted(kept.items()):
        if on is not before:
            changes.append((at, "on" if on else "off"))
        before = on
    assert events(owner, device) == changes
