"""A building's model is issued anew: devices follow their rooms, people decide the rest and take it back."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC

import psycopg
import pytest
from shapely import union_all
from shapely.geometry import shape

from dashboard.views import matches as views
from data.building.known import Thing
from data.building.model import Model
from data.errors import BadInput
from data.settings import Settings
from data.store import Store, address, buildings, devices, matches
from data.store.batch import Batch
from data.store.ingestion import Writer
from data.store.matches import MatchRow
from tests import reissues
from tests.reissues import Draft, office, reissue
from tests.store.conftest import sample

OFFICE = office(rooms=6, storeys=2)
TABLES = (
    "building", "storey", "space", "equipment", "door", "space_door", "system", "system_equipment",
    "system_serves", "equipment_serves", "equipment_link", "device", "series", "reading",
)  # fmt: skip
Owner = psycopg.Connection[tuple[object, ...]]
ACTOR = "account 1"


@pytest.fixture
def worker(migrated: Settings) -> Iterator[Store]:
    store = Store.open(migrated, role="worker")
    yield store
    store.close()


@pytest.fixture
def tenant(tenant_ids: dict[str, int]) -> int:
    return tenant_ids["main"]


@pytest.fixture
def name(worker: Store, writer: Writer, tenant_ids: dict[str, int], request: pytest.FixtureRequest) -> str:
    """A building of this test alone, in both tenants, with a device in its first room; all named alike."""
    name = str(request.node.name)
    for tenant_name, tenant in tenant_ids.items():
        saved = buildings.save(worker, tenant=tenant, model=OFFICE, name=name)
        writer.write(Batch(samples=[sample(21.5, tenant=tenant_name, device=name)]))
        rooms = buildings.spaces_by_global_id(worker, tenant=tenant, building=saved.building)
        device = device_of(worker, tenant, name)
        buildings.bind_device(worker, tenant=tenant, device=device, space=rooms["room-0.01"])
    return name


def device_of(store: Store, tenant: int, name: str) -> int:
    (device,) = {row.device_id for row in devices.overview(store, tenant=tenant) if row.device == name}
    return device


def building_of(store: Store, tenant: int, name: str) -> int:
    (row,) = [row for row in buildings.list_buildings(store, tenant=tenant) if row.name == name]
    return row.id


def rows(owner: Owner) -> dict[str, list[object]]:
    """Every row of every table that a re-issue or a decision may touch, but for the count of decisions."""
    return {
        table: [
            row for (row,) in owner.execute(f"SELECT to_jsonb(t) - 'decisions' FROM {table} AS t ORDER BY 1")
        ]
        for table in TABLES
    }


def split(draft: Draft) -> None:
    """The first room becomes two."""
    room = next(one for one in draft.spaces.values() if one.global_id == "room-0.01")
    draft.some = lambda most=3: [room]  # type: ignore[method-assign]
    reissues.rooms_split(draft)


def merge(draft: Draft) -> None:
    """The first room and a neighbour become one."""
    room = next(one for one in draft.spaces.values() if one.global_id == "room-0.01")
    draft.some = lambda most=3: [room]  # type: ignore[method-assign]
    reissues.rooms_merged(draft)
    draft.spaces[room.key] = replace(draft.spaces[room.key], global_id="merged", name="Merged")


def save(worker: Store, tenant: int, name: str, model: Model) -> buildings.Saved:
    return buildings.save(worker, tenant=tenant, model=model, name=name)


def questions(store: Store, tenant: int, name: str, thing: Thing = "space") -> list[MatchRow]:
    found = matches.of_building(store, tenant=tenant, building=building_of(store, tenant, name))
    return [one for one in found if one.state == "doubtful" and one.thing == thing]


def room_of_device(store: Store, tenant: int, name: str) -> str | None:
    (row,) = devices.overview(store, tenant=tenant, device=device_of(store, tenant, name))
    return row.space


def test_devices_follow_their_rooms_when_every_global_id_is_another(
    web: Store, worker: Store, tenant: int, name: str
) -> None:
    saved = save(worker, tenant, name, reissue(OFFICE, reissues.new_global_ids).model)
    assert (saved.added, saved.gone, saved.doubtful) == (0, 0, 0)
    assert room_of_device(web, tenant, name) == "0.01"


def test_a_room_bound_without_its_global_id_has_the_new_one_from_then_on(
    worker: Store, tenant: int, name: str
) -> None:
    newer = reissue(OFFICE, reissues.new_global_ids).model
    saved = save(worker, tenant, name, newer)
    known = buildings.spaces_by_global_id(worker, tenant=tenant, building=saved.building)
    assert set(known) == {room.global_id for room in newer.spaces}


def test_a_divided_room_is_asked_about_and_keeps_its_devices_until_then(
    web: Store, worker: Store, owner: Owner, tenant: int, name: str
) -> None:
    device = device_of(web, tenant, name)
    before = owner.execute("SELECT space_id FROM device WHERE id = %s", (device,)).fetchone()
    saved = save(worker, tenant, name, reissue(OFFICE, split).model)
    (question,) = questions(web, tenant, name)
    assert saved.doubtful == 1
    assert owner.execute("SELECT space_id FROM device WHERE id = %s", (device,)).fetchone() == before
    assert (question.old.gone, question.old.devices, len(question.candidates)) == (True, 1, 2)


def test_an_accepted_room_brings_its_devices_into_the_new_model(
    web: Store, worker: Store, tenant: int, name: str
) -> None:
    save(worker, tenant, name, reissue(OFFICE, split, reissues.new_global_ids).model)
    (question,) = questions(web, tenant, name)
    chosen = question.candidates[0]
    assert chosen.side is not None
    matches.accept(web, question.id, candidate=chosen.id, tenant=tenant, actor=ACTOR)
    assert room_of_device(web, tenant, name) == chosen.side.name
    space = buildings.space(web, tenant=tenant, space=question.old.id)
    assert space is not None
    assert (space.gone_at, space.footprint) == (None, chosen.side.footprint)


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("change", [split, merge])
def test_an_accepted_match_is_undone_exactly(
    web: Store, worker: Store, owner: Owner, tenant: int, name: str, change: reissues.Change, place: int
) -> None:
    save(worker, tenant, name, reissue(OFFICE, change).model)
    before = rows(owner)
    question = questions(web, tenant, name)[place if change is merge else 0]
    candidate = question.candidates[0 if change is merge else place]
    matches.accept(web, question.id, candidate=candidate.id, tenant=tenant, actor=ACTOR)
    changed = rows(owner)
    matches.undo(web, question.id, tenant=tenant, actor=ACTOR)
    assert changed != before
    assert rows(owner) == before


def test_the_devices_of_two_rooms_that_became_one_come_together(
    web: Store, worker: Store, owner: Owner, tenant: int, name: str
) -> None:
    save(worker, tenant, name, reissue(OFFICE, merge).model)
    first, second = questions(web, tenant, name)
    before = rows(owner)
    target = first.candidates[0].id
    assert target == second.candidates[0].id
    matches.accept(web, second.id, candidate=target, tenant=tenant, actor=ACTOR)
    (left,) = questions(web, tenant, name)
    assert left.candidates[0].side is not None
    assert left.candidates[0].side.id == second.old.id
    matches.accept(web, first.id, candidate=target, tenant=tenant, actor=ACTOR)
    assert room_of_device(web, tenant, name) == "Merged"
    with pytest.raises(BadInput, match="undo that first"):
        matches.undo(web, second.id, tenant=tenant, actor=ACTOR)
    for one in (first, second):
        matches.undo(web, one.id, tenant=tenant, actor=ACTOR)
    assert rows(owner) == before


def test_a_rejected_match_is_asked_again_once_it_is_undone(
    web: Store, worker: Store, owner: Owner, tenant: int, name: str
) -> None:
    save(worker, tenant, name, reissue(OFFICE, split).model)
    before = rows(owner)
    (question,) = questions(web, tenant, name)
    matches.reject(web, question.id, tenant=tenant, actor=ACTOR)
    assert questions(web, tenant, name) == []
    matches.undo(web, question.id, tenant=tenant, actor=ACTOR)
    assert len(questions(web, tenant, name)) == 1
    assert rows(owner) == before


def test_what_was_bound_without_a_question_can_be_parted_and_joined_again(
    web: Store, worker: Store, tenant: int, name: str
) -> None:
    save(worker, tenant, name, reissue(OFFICE, reissues.new_global_ids).model)
    building = building_of(web, tenant, name)
    bound = next(
        one for one in matches.of_building(web, tenant=tenant, building=building)
        if one.state == "sure" and one.old.name == "0.01"
    )  # fmt: skip
    matches.undo(web, bound.id, tenant=tenant, actor=ACTOR)
    assert room_of_device(web, tenant, name) != "0.01" or questions(web, tenant, name)
    (question,) = questions(web, tenant, name)
    assert (question.old.gone, question.old.devices) == (True, 1)
    matches.accept(web, question.id, candidate=question.candidates[0].id, tenant=tenant, actor=ACTOR)
    assert room_of_device(web, tenant, name) == "0.01"


@pytest.mark.parametrize(
    "changes",
    [
        (split,),
        (merge, reissues.new_global_ids, reissues.new_labels),
        (reissues.rooms_deleted, reissues.rooms_added, reissues.storeys_renamed),
    ],
)
def test_a_return_to_the_previous_model_brings_back_every_row(
    web: Store, worker: Store, owner: Owner, tenant: int, name: str, changes: tuple[reissues.Change, ...]
) -> None:
    before = rows(owner)
    save(worker, tenant, name, reissue(OFFICE, *changes).model)
    for question in questions(web, tenant, name):
        candidate = question.candidates[0].id
        matches.accept(web, question.id, candidate=candidate, tenant=tenant, actor=ACTOR)
    sha256 = matches.return_to_previous(
        web, building=building_of(web, tenant, name), tenant=tenant, actor=ACTOR
    )
    assert sha256 == OFFICE.sha256
    assert rows(owner) == before


def test_a_device_placed_in_a_room_that_goes_with_the_return_waits_for_another(
    web: Store, worker: Store, owner: Owner, tenant: int, name: str
) -> None:
    saved = save(worker, tenant, name, reissue(OFFICE, split).model)
    (question,) = questions(web, tenant, name)
    device, room = device_of(web, tenant, name), question.candidates[0].id
    buildings.bind_device(worker, tenant=tenant, device=device, space=room)
    matches.return_to_previous(web, building=saved.building, tenant=tenant, actor=ACTOR)
    assert owner.execute("SELECT space_id FROM device WHERE id = %s", (device,)).fetchone() == (None,)


def test_returning_goes_back_one_model_at_a_time_and_not_beyond_the_first(
    web: Store, worker: Store, owner: Owner, tenant: int, name: str
) -> None:
    first = rows(owner)
    save(worker, tenant, name, reissue(OFFICE, split, seed=1).model)
    second = rows(owner)
    saved = save(worker, tenant, name, reissue(OFFICE, merge, reissues.new_global_ids, seed=2).model)
    for wanted in (second, first):
        matches.return_to_previous(web, building=saved.building, tenant=tenant, actor=ACTOR)
        assert rows(owner) == wanted
    with pytest.raises(BadInput, match="No earlier version"):
        matches.return_to_previous(web, building=saved.building, tenant=tenant, actor=ACTOR)


def test_a_decision_on_an_older_model_cannot_be_undone_under_a_newer_one(
    web: Store, worker: Store, tenant: int, name: str
) -> None:
    newer = reissue(OFFICE, split).model
    save(worker, tenant, name, newer)
    (question,) = questions(web, tenant, name)
    matches.accept(web, question.id, candidate=question.candidates[0].id, tenant=tenant, actor=ACTOR)
    save(worker, tenant, name, replace(newer, sha256="newest"))
    with pytest.raises(BadInput, match="newer model"):
        matches.undo(web, question.id, tenant=tenant, actor=ACTOR)


def test_another_tenants_question_cannot_be_decided_or_seen(
    web: Store, worker: Store, owner: Owner, tenant_ids: dict[str, int], name: str
) -> None:
    ours, theirs = tenant_ids["main"], tenant_ids["acme"]
    save(worker, theirs, name, reissue(OFFICE, split).model)
    (question,) = questions(web, theirs, name)
    building = building_of(web, theirs, name)
    before = rows(owner)
    assert matches.of_building(web, tenant=ours, building=building) == []
    with pytest.raises(BadInput, match="no such question"):
        matches.accept(web, question.id, candidate=question.candidates[0].id, tenant=ours, actor=ACTOR)
    with pytest.raises(BadInput, match="no such question"):
        matches.reject(web, question.id, tenant=ours, actor=ACTOR)
    with pytest.raises(BadInput, match="no such question"):
        matches.undo(web, question.id, tenant=ours, actor=ACTOR)
    with pytest.raises(BadInput, match="No earlier version"):
        matches.return_to_previous(web, building=building, tenant=ours, actor=ACTOR)
    assert rows(owner) == before


def test_a_room_of_another_building_is_no_candidate(
    web: Store, worker: Store, tenant: int, name: str
) -> None:
    other = buildings.save(worker, tenant=tenant, model=OFFICE, name=f"other {name}")
    room = buildings.spaces_by_global_id(web, tenant=tenant, building=other.building)["room-0.02"]
    save(worker, tenant, name, reissue(OFFICE, split).model)
    (question,) = questions(web, tenant, name)
    with pytest.raises(BadInput, match="no such candidate"):
        matches.accept(web, question.id, candidate=room, tenant=tenant, actor=ACTOR)


def test_a_question_is_decided_once(web: Store, worker: Store, tenant: int, name: str) -> None:
    save(worker, tenant, name, reissue(OFFICE, split).model)
    (question,) = questions(web, tenant, name)

    def decide(place: int) -> str:
        try:
            matches.accept(
                web, question.id, candidate=question.candidates[place].id, tenant=tenant, actor=ACTOR
            )
        except BadInput as error:
            return str(error)
        return "decided"

    with ThreadPoolExecutor(2) as both:
        said = sorted(both.map(decide, [0, 1]))
    assert said == ["This was decided already.", "decided"]


def test_two_imports_at_once_leave_one_version_after_the_other(
    web: Store, worker: Store, owner: Owner, tenant: int, name: str
) -> None:
    versions = [reissue(OFFICE, reissues.new_global_ids, seed=seed).model for seed in (1, 2)]
    with ThreadPoolExecutor(2) as both:
        saved = list(both.map(lambda model: save(worker, tenant, name, model), versions))
    chain = owner.execute(
        "SELECT previous_sha256, model_sha256 FROM model_reissue WHERE building_id = %s ORDER BY id",
        (saved[0].building,),
    ).fetchall()
    assert [(one.added, one.gone) for one in saved] == [(0, 0), (0, 0)]
    assert chain[0][0] == OFFICE.sha256
    assert chain[0][1] == chain[1][0]
    assert room_of_device(web, tenant, name) == "0.01"


def test_what_people_decided_before_the_import_is_bound(
    web: Store, worker: Store, tenant: int, name: str
) -> None:
    newer = reissue(OFFICE, split, reissues.new_global_ids).model
    found = buildings.compare(worker, tenant=tenant, name=name, model=newer)
    assert found is not None
    (doubt,) = [one for one in found.doubtful if one.thing == "space"]
    decided = {"space": {doubt.candidates[0].new: doubt.old}}
    saved = buildings.save(worker, tenant=tenant, model=newer, name=name, decided=decided)  # type: ignore[arg-type]
    assert saved.doubtful == 0
    assert room_of_device(web, tenant, name) is not None


def test_a_decision_is_audited_with_who_made_it(
    web: Store, worker: Store, owner: Owner, tenant: int, name: str
) -> None:
    save(worker, tenant, name, reissue(OFFICE, split).model)
    (question,) = questions(web, tenant, name)
    matches.accept(web, question.id, candidate=question.candidates[0].id, tenant=tenant, actor="account 7")
    told = owner.execute(
        "SELECT actor, after ->> 'state' FROM audit WHERE subject = %s ORDER BY id DESC LIMIT 1",
        (f"model_match {question.id}",),
    ).fetchone()
    assert told == ("account 7", "accepted")


def test_open_questions_are_counted_with_the_devices_that_wait(
    web: Store, worker: Store, tenant: int, name: str
) -> None:
    save(worker, tenant, name, reissue(OFFICE, split).model)
    (found,) = [one for one in matches.open_questions(web, tenant=tenant) if one.building == name]
    assert (found.questions, found.devices) == (1, 1)


def test_all_that_stays_when_a_room_goes_is_known_to_the_decisions(migrated: Settings) -> None:
    with psycopg.connect(address.owner(migrated)) as owner:
        for thing in ("storey", "space", "equipment"):
            known = owner.execute("SELECT relation || '.' || field FROM model_references(%s)", (thing,))
            there = owner.execute(
                """
                SELECT conrelid::regclass || '.' || attname
                FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
                WHERE contype = 'f' AND confrelid = %s::regclass AND attname <> 'tenant_id'
                    AND confdeltype <> 'c' -- matches and results go with their room
                """,
                (thing,),
            )
            assert set(known) == set(there)


def test_an_old_outline_is_led_into_the_axes_of_the_current_model(
    web: Store, worker: Store, tenant: int, name: str
) -> None:
    divided = reissue(OFFICE, split, reissues.turned(30, 250.0, -80.0, 0.0), seed=5).model
    save(worker, tenant, name, divided)
    assert apart_m(*questions(web, tenant, name)) < 0.01
    save(worker, tenant, name, reissue(divided, reissues.turned(0, -40.0, 7.0, 3.0), seed=6).model)
    assert apart_m(*questions(web, tenant, name)) < 0.01


def test_axes_that_were_left_again_lead_nowhere(web: Store, worker: Store, tenant: int, name: str) -> None:
    divided = reissue(OFFICE, split, seed=5).model
    save(worker, tenant, name, divided)
    save(worker, tenant, name, reissue(divided, reissues.turned(0, -40.0, 7.0, 3.0), seed=6).model)
    matches.return_to_previous(web, building=building_of(web, tenant, name), tenant=tenant, actor=ACTOR)
    assert questions(web, tenant, name)[0].frames == ()


def apart_m(question: MatchRow) -> float:
    """How far the old room, as it is shown, is from all of its candidates together."""
    (asked,) = views.review([question], None, zone=UTC).questions
    old, *new = (shape(said) for said in (asked.outline, *(choice.outline for choice in asked.choices)))
    return float(old.hausdorff_distance(union_all(new).convex_hull))
