"""Devices wait to be placed, are placed, set aside and found again; every tenant's its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import psycopg
import pytest

from data.settings import Settings
from data.store import Store, buildings, devices, inbox
from data.store.batch import Batch
from data.store.inbox import DeviceRow, Move, Wanted
from data.store.ingestion import Writer
from tests.store.conftest import NOON, TENANTS, hours, sample
from tests.store.test_buildings import MODEL

Owner = psycopg.Connection[tuple[object, ...]]
HOUSE = "inbox house"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One tenant's devices as somebody puts them in order."""

    web: Store
    owner: Owner
    writer: Writer
    tenant: int
    name: str
    prefix: str  # of this test's devices

    def hears(self, *devices: str, **said: object) -> None:
        """Devices say a temperature, and of themselves what is named."""
        for device in devices:
            self.writer.write(Batch(samples=[sample(21.5, tenant=self.name, device=self.prefix + device)]))
            for column, value in said.items():
                self.owner.execute(
                    f"UPDATE device SET {column} = %s WHERE tenant_id = %s AND name = %s",
                    (value, self.tenant, self.prefix + device),
                )

    def state(self, device: str, column: str, value: object) -> None:
        self.owner.execute(
            f"UPDATE device_state SET {column} = %s WHERE device_id = %s",
            (value, self.id(device)),
        )

    def flag(self, device: str, flag: str, count: int = 1) -> None:
        self.owner.execute(
            "INSERT INTO series_flag (series_id, tenant_id, flag, count, first_at, last_at, detail)"
            ' SELECT id, tenant_id, %s, %s, now(), now(), \'{"from": "°C", "to": "°F"}\' FROM series'
            " WHERE device_id = %s",
            (flag, count, self.id(device)),
        )

    def find(self, *, search: str = "", page: dict[str, Any] | None = None, **wanted: Any) -> list[str]:
        """The names that a filter leaves, in their order."""
        rows = inbox.find(
            self.web,
            tenant=self.tenant,
            wanted=Wanted(search=f"{self.prefix} {search}", **wanted),
            **page or {},
        )
        return [row.name.removeprefix(self.prefix) for row in rows]

    def row(self, device: str) -> DeviceRow:
        (row,) = inbox.find(self.web, tenant=self.tenant, wanted=Wanted(ids=(self.id(device),)))
        return row

    def id(self, device: str) -> int:
        found = self.owner.execute(
            "SELECT id FROM device WHERE tenant_id = %s AND name = %s", (self.tenant, self.prefix + device)
        ).fetchone()
        assert found is not None
        return int(str(found[0]))

    def room(self, name: str) -> int:
        (found,) = [
            room.id
            for room in inbox.rooms(self.web, tenant=self.tenant)
            if (room.building, room.name) == (HOUSE, name)
        ]
        return found

    def place(self, device: str, room: str | None, *, seen_in: str | None = None) -> set[int]:
        move = Move(
            device_id=self.id(device),
            from_id=self.room(seen_in) if seen_in else None,
            to_id=self.room(room) if room else None,
        )
        return inbox.place(self.web, tenant=self.tenant, moves=[move], actor="Ada")

    def set_aside(self, device: str, *, aside: bool = True) -> set[int]:
        return inbox.set_aside(self.web, tenant=self.tenant, ids=[self.id(device)], aside=aside, actor="Ada")


@pytest.fixture
def worker(migrated: Settings) -> Iterator[Store]:
    store = Store.open(migrated, role="worker")
    yield store
    store.close()


@pytest.fixture
def desks(
    web: Store,
    worker: Store,
    owner: Owner,
    writer: Writer,
    tenant_ids: dict[str, int],
    request: pytest.FixtureRequest,
) -> dict[str, Desk]:
    """A desk a tenant; both have a building of the same name."""
    for tenant in tenant_ids.values():
        buildings.save(worker, tenant=tenant, model=MODEL, name=HOUSE)
    prefix = f"{request.node.name}/"
    return {
        name: Desk(web=web, owner=owner, writer=writer, tenant=tenant_ids[name], name=name, prefix=prefix)
        for name in TENANTS
    }


@pytest.fixture
def desk(desks: dict[str, Desk]) -> Desk:
    return desks["acme"]


def test_a_new_device_waits_for_a_room(desk: Desk) -> None:
    before = inbox.counts(desk.web, tenant=desk.tenant)
    desk.hears("a", "b")
    after = inbox.counts(desk.web, tenant=desk.tenant)
    assert desk.find(standing="waiting") == ["b", "a"]
    assert (after.waiting, after.aside) == (before.waiting + 2, before.aside)


def test_a_device_tells_what_it_says_of_itself_and_measures(desk: Desk) -> None:
    desk.hears("a", label="Window", manufacturer="Aqara", model="T1", firmware="1.2", area="101")
    row = desk.row("a")
    assert (row.label, row.manufacturer, row.model, row.firmware, row.area) == (
        "Window", "Aqara", "T1", "1.2", "101",
    )  # fmt: skip
    assert [(one.metric, one.quantity, one.value, one.total) for one in row.series] == [
        ("temperature", "temperature", 21.5, 1)
    ]


def test_of_many_series_the_most_telling_are_told_with_how_many_there_are(desk: Desk) -> None:
    desk.hears("a")
    samples = [
        sample(1.0, tenant="acme", device=desk.prefix + "a", metric=f"x{number}") for number in range(20)
    ]
    desk.writer.write(Batch(samples=samples))
    row = desk.row("a")
    assert (len(row.series), row.series[0].metric, row.series[0].total) == (6, "temperature", 21)


def test_an_announced_device_that_was_never_heard_waits_too(desk: Desk) -> None:
    desk.owner.execute(
        "WITH made AS (INSERT INTO device (tenant_id, name, convention) VALUES (%s, %s, 'homeassistant')"
        " RETURNING id, tenant_id)"
        " INSERT INTO device_state (device_id, tenant_id, online, online_at) SELECT id, tenant_id, true,"
        " now() FROM made",
        (desk.tenant, desk.prefix + "announced"),
    )
    row = desk.row("announced")
    assert (row.last_seen, row.online, row.series) == (None, True, ())
    assert desk.find(standing="waiting", online="online") == ["announced"]


def test_a_placed_device_stands_in_its_room_and_waits_no_more(desk: Desk) -> None:
    desk.hears("a")
    assert desk.place("a", "101") == {desk.id("a")}
    row = desk.row("a")
    assert (row.standing, row.space, row.storey, row.building) == ("placed", "101", "Ground", HOUSE)
    assert desk.find(standing="waiting") == []
    assert [one.space for one in devices.overview(desk.web, tenant=desk.tenant, device=row.id)] == ["101"]


def test_a_placed_device_is_taken_out_again(desk: Desk) -> None:
    desk.hears("a")
    desk.place("a", "101")
    assert desk.place("a", None, seen_in="101") == {desk.id("a")}
    assert desk.row("a").standing == "waiting"


def test_a_device_that_somebody_moved_meanwhile_stays_there(desk: Desk) -> None:
    desk.hears("a")
    desk.place("a", "101")
    assert desk.place("a", "102") == set()
    assert desk.place("a", None, seen_in="102") == set()
    assert desk.row("a").space == "101"


def test_many_devices_are_placed_at_once(desk: Desk) -> None:
    desk.hears("a", "b", "c")
    desk.place("b", "102")
    moves = [Move(device_id=desk.id(one), from_id=None, to_id=desk.room("101")) for one in "abc"]
    moved = inbox.place(desk.web, tenant=desk.tenant, moves=moves, actor="Ada")
    assert moved == {desk.id("a"), desk.id("c")}
    assert [desk.row(one).space for one in "abc"] == ["101", "102", "101"]


def test_a_room_that_the_newest_model_no_longer_has_takes_no_device_and_holds_none(
    desk: Desk, worker: Store
) -> None:
    desk.hears("a", "b")
    gone = desk.room("102")
    desk.place("a", "102")
    smaller = replace(
        MODEL, sha256="smaller", spaces=MODEL.spaces[:1], doors=(), equipment=(), systems=(), links=()
    )
    buildings.save(worker, tenant=desk.tenant, model=smaller, name=HOUSE)
    move = Move(device_id=desk.id("b"), from_id=None, to_id=gone)
    assert inbox.place(desk.web, tenant=desk.tenant, moves=[move], actor="Ada") == set()
    assert desk.find(standing="waiting") == ["b", "a"]
    assert desk.place("a", "101") == {desk.id("a")}
    buildings.save(worker, tenant=desk.tenant, model=replace(MODEL, sha256="again"), name=HOUSE)


def test_rooms_have_another_revision_after_an_import(desk: Desk, worker: Store) -> None:
    before = inbox.rooms_revision(desk.web, tenant=desk.tenant)
    assert inbox.rooms_revision(desk.web, tenant=desk.tenant) == before
    buildings.save(worker, tenant=desk.tenant, model=replace(MODEL, sha256="newer"), name=HOUSE)
    assert inbox.rooms_revision(desk.web, tenant=desk.tenant) != before


def test_a_device_is_set_aside_and_brought_back(desk: Desk) -> None:
    desk.hears("a")
    desk.set_aside("a")
    assert (desk.find(standing="waiting"), desk.find(standing="aside")) == ([], ["a"])
    desk.set_aside("a", aside=False)
    assert (desk.find(standing="waiting"), desk.find(standing="aside")) == (["a"], [])


def test_a_device_in_a_room_is_not_set_aside(desk: Desk) -> None:
    desk.hears("a")
    desk.place("a", "101")
    assert desk.set_aside("a") == set()


def test_a_device_set_aside_is_no_longer_once_it_has_a_room(desk: Desk) -> None:
    desk.hears("a")
    desk.set_aside("a")
    desk.place("a", "101")
    assert desk.row("a").ignored_at is None


@pytest.mark.parametrize("change", ["place", "set_aside"])
def test_other_pages_follow_a_change(desk: Desk, change: str) -> None:
    desk.hears("a")
    before = devices.version(desk.web, tenant=desk.tenant)
    changed = desk.place("a", "101") if change == "place" else desk.set_aside("a")
    assert changed
    assert devices.version(desk.web, tenant=desk.tenant) > before


def test_what_changes_nothing_wakes_no_page(desk: Desk) -> None:
    desk.hears("a")
    before = devices.version(desk.web, tenant=desk.tenant)
    desk.place("a", "102", seen_in="101")
    desk.set_aside("a", aside=False)
    assert devices.version(desk.web, tenant=desk.tenant) == before


@pytest.mark.parametrize("change", ["place", "set_aside"])
def test_a_change_is_audited_with_who_made_it(desk: Desk, change: str) -> None:
    desk.hears("a")
    _ = desk.place("a", "101") if change == "place" else desk.set_aside("a")
    row = desk.owner.execute(
        "SELECT tenant_id, actor, action FROM audit WHERE subject = %s ORDER BY id DESC LIMIT 1",
        (f"device {desk.id('a')}",),
    ).fetchone()
    assert row == (desk.tenant, "Ada", "update")


def test_another_tenants_device_is_not_seen(desks: dict[str, Desk]) -> None:
    for one in desks.values():
        one.hears("a")
    theirs = desks["main"].id("a")
    assert inbox.find(desks["acme"].web, tenant=desks["acme"].tenant, wanted=Wanted(ids=(theirs,))) == []
    assert len(desks["acme"].find()) == 1


def test_another_tenants_device_is_neither_placed_nor_set_aside(desks: dict[str, Desk]) -> None:
    for one in desks.values():
        one.hears("a")
    ours, theirs = desks["acme"], desks["main"]
    move = Move(device_id=theirs.id("a"), from_id=None, to_id=ours.room("101"))
    assert inbox.place(ours.web, tenant=ours.tenant, moves=[move], actor="Ada") == set()
    assert (
        inbox.set_aside(ours.web, tenant=ours.tenant, ids=[theirs.id("a")], aside=True, actor="Ada") == set()
    )
    assert theirs.row("a").standing == "waiting"


def test_a_device_is_not_placed_in_another_tenants_room(desks: dict[str, Desk]) -> None:
    for one in desks.values():
        one.hears("a")
    ours, theirs = desks["acme"], desks["main"]
    move = Move(device_id=ours.id("a"), from_id=None, to_id=theirs.room("101"))
    assert inbox.place(ours.web, tenant=ours.tenant, moves=[move], actor="Ada") == set()


def test_another_tenants_rooms_makers_and_counts_are_not_told(desks: dict[str, Desk]) -> None:
    ours, theirs = desks["acme"], desks["main"]
    theirs.hears("a", manufacturer="Only theirs")
    ours.hears("a")
    assert "Only theirs" not in inbox.choices(ours.web, tenant=ours.tenant).manufacturers
    assert "Only theirs" in inbox.choices(theirs.web, tenant=theirs.tenant).manufacturers
    assert theirs.room("101") not in {room.id for room in inbox.rooms(ours.web, tenant=ours.tenant)}


def test_every_word_of_a_search_must_be_found_somewhere(desk: Desk) -> None:
    desk.hears("a", label="North window", manufacturer="Aqara")
    desk.hears("b", label="South window")
    assert desk.find(search="WINDOW aqara") == ["a"]
    assert desk.find(search="window") == ["b", "a"]


def test_signs_of_a_pattern_are_searched_for_as_they_are(desk: Desk) -> None:
    desk.hears("a", label="100% sure")
    desk.hears("b", label="1000 sure")
    assert desk.find(search="0%") == ["a"]
    assert desk.find(search="_") == desk.find()  # the prefix has one
    assert desk.find(search="e_u") == []


def test_devices_are_found_by_what_they_are(desk: Desk, owner: Owner) -> None:
    desk.hears("a", manufacturer="Aqara", convention="zigbee2mqtt")
    desk.hears("b")
    desk.place("a", "101")
    (building,) = [
        one.id for one in buildings.list_buildings(desk.web, tenant=desk.tenant) if one.name == HOUSE
    ]
    for wanted in (
        {"manufacturer": "Aqara"},
        {"convention": "zigbee2mqtt"},
        {"standing": "placed"},
        {"building_id": building},
    ):
        assert desk.find(**wanted) == ["a"]


@pytest.mark.parametrize(
    ("online", "found"),
    [("online", ["on"]), ("offline", ["off"]), ("unsaid", ["mute"]), (None, ["mute", "off", "on"])],
)
def test_devices_are_found_by_availability(desk: Desk, online: str | None, found: list[str]) -> None:
    desk.hears("on", "off", "mute")
    desk.state("on", "online", True)
    desk.state("off", "online", False)
    assert desk.find(online=online) == found


@pytest.mark.parametrize("flag", ["conflict", "unit", "kind"])
def test_devices_are_found_by_what_is_odd_about_their_series(desk: Desk, flag: str) -> None:
    desk.hears("a", "b")
    desk.flag("a", flag, 12)
    assert desk.find(flag=flag) == ["a"]
    assert [(one.flag, one.count) for one in desk.row("a").flags] == [(flag, 12)]


def test_devices_are_found_by_a_clock_that_is_off(desk: Desk) -> None:
    desk.hears("ahead", "behind", "late", "mute")
    desk.state("ahead", "clock_ahead_s", 180.0)
    desk.state("behind", "clock_ahead_s", -7200.0)
    desk.state("late", "clock_ahead_s", -900.0)
    assert desk.find(flag="clock") == ["behind", "ahead"]
    assert [desk.row(one).clock_is_off for one in ("ahead", "behind", "late", "mute")] == [
        True, True, False, False,
    ]  # fmt: skip


def test_devices_are_sorted_as_people_read_numbers(desk: Desk) -> None:
    desk.hears("room 10", "room 9", "room 100")
    assert desk.find(page={"sort": "name", "descending": False}) == ["room 9", "room 10", "room 100"]
    assert desk.find(page={"sort": "name", "descending": True}) == ["room 100", "room 10", "room 9"]


def test_devices_that_lack_what_is_sorted_by_come_last(desk: Desk) -> None:
    desk.hears("a", "b", "c")
    desk.place("b", "101")
    desk.state("c", "last_seen", NOON + hours(1))
    desk.state("a", "last_seen", None)
    assert desk.find(page={"sort": "room", "descending": False})[0] == "b"
    assert desk.find(page={"sort": "room", "descending": True})[0] == "b"
    assert desk.find(page={"sort": "heard", "descending": True}) == ["c", "b", "a"]
    assert desk.find(page={"sort": "heard", "descending": False}) == ["b", "c", "a"]


def test_devices_come_in_pages_with_how_many_there_are(desk: Desk) -> None:
    desk.hears(*"abcde")
    assert desk.find(page={"offset": 2, "limit": 2}) == ["c", "b"]
    rows = inbox.find(desk.web, tenant=desk.tenant, wanted=Wanted(search=desk.prefix), limit=2)
    assert {row.total for row in rows} == {5}
