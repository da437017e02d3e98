"""What devices say of themselves is kept, the newest word on each matter."""

from __future__ import annotations

from datetime import datetime, timedelta

import psycopg
from msgspec.structs import replace

from data.store.batch import Announcement, Batch
from data.store.ingestion import Writer
from tests.store.conftest import NOON, sample

Owner = psycopg.Connection[tuple[object, ...]]


def says(device: str, *, at: datetime = NOON, tenant: str = "main", **told: str | bool) -> Announcement:
    return Announcement(tenant=tenant, device=device, convention="json", at=at, **told)  # type: ignore[arg-type]


def known(owner: Owner, device: str, columns: str, *, tenant: str = "main") -> tuple[object, ...] | None:
    return owner.execute(
        f"SELECT {columns} FROM device JOIN tenant ON tenant.id = device.tenant_id"
        " LEFT JOIN device_state ON device_state.device_id = device.id"
        " WHERE device.name = %s AND tenant.name = %s",
        (device, tenant),
    ).fetchone()


def test_a_device_that_only_announces_itself_is_there_and_was_never_heard(
    writer: Writer, owner: Owner
) -> None:
    writer.write(Batch(announcements=[says("herald", manufacturer="Acme", model="H1", area="Lobby")]))
    assert known(owner, "herald", "manufacturer, model, area, last_seen") == ("Acme", "H1", "Lobby", None)


def test_what_a_device_does_not_repeat_is_kept(writer: Writer, owner: Owner) -> None:
    writer.write(Batch(announcements=[says("terse", model="T1"), says("terse", firmware="2.0")]))
    writer.write(Batch(announcements=[says("terse", firmware="2.1")]))
    assert known(owner, "terse", "model, firmware") == ("T1", "2.1")


def test_what_is_said_again_is_not_audited_again(writer: Writer, owner: Owner) -> None:
    for _ in range(3):
        writer.write(Batch(announcements=[says("repeats", model="R1")]))
    found = owner.execute(
        "SELECT count(*) FROM audit WHERE action = 'update' AND after ->> 'name' = 'repeats'"
    ).fetchone()
    assert found == (1,)


def test_since_when_a_device_is_offline_is_known(writer: Writer, owner: Owner) -> None:
    for minutes, online in enumerate((True, False, False)):
        at = NOON + timedelta(minutes=minutes)
        writer.write(Batch(announcements=[says("lamp 7", at=at, online=online)]))
    assert known(owner, "lamp 7", "online, online_at") == (False, NOON + timedelta(minutes=1))


def test_a_node_takes_the_devices_below_it_along(writer: Writer, owner: Owner) -> None:
    born = [says(name, online=True) for name in ("plant/line", "plant/line/press", "plant/liner")]
    writer.write(Batch(announcements=born))
    writer.write(Batch(announcements=[says("plant/line", online=False, with_parts=True)]))
    online = [known(owner, said.device, "online") for said in born]
    assert online == [(False,), (False,), (True,)]


def test_a_death_between_two_births_of_one_batch_leaves_what_was_born_last(
    writer: Writer, owner: Owner
) -> None:
    said = [
        says("mill/a", online=True), says("mill/a/x", online=True), says("mill/a/y", online=True),
        says("mill/a", online=False, with_parts=True),
        says("mill/a", online=True), says("mill/a/x", online=True),
    ]  # fmt: skip
    writer.write(Batch(announcements=said))
    assert [known(owner, name, "online") for name in ("mill/a", "mill/a/x", "mill/a/y")] == [
        (True,),
        (True,),
        (False,),
    ]


def test_a_node_takes_nothing_of_another_tenant_along(writer: Writer, owner: Owner) -> None:
    writer.write(Batch(announcements=[says("hub/1", online=True, tenant=name) for name in ("main", "acme")]))
    writer.write(Batch(announcements=[says("hub", online=False, with_parts=True)]))
    assert known(owner, "hub/1", "online", tenant="acme") == (True,)


def test_how_far_a_clock_runs_ahead_is_known(writer: Writer, owner: Owner) -> None:
    said = sample(1.0, device="early bird", at=NOON + timedelta(minutes=3))
    writer.write(Batch(samples=[replace(said, received_at=NOON, by_own_clock=True)]))
    assert known(owner, "early bird", "clock_ahead_s") == (180.0,)


def test_readings_handed_over_later_say_nothing_of_the_clock(writer: Writer, owner: Owner) -> None:
    now = sample(1.0, device="historian", at=NOON)
    told = [replace(now, by_own_clock=True)]
    told += [
        replace(one, at=NOON - timedelta(days=day), by_own_clock=True) for day, one in enumerate([now] * 9)
    ]
    for one in told:
        writer.write(Batch(samples=[one]))
    assert known(owner, "historian", "clock_ahead_s") == (0.0,)
