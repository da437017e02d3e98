"""How a tenant's buildings and rooms are, and were, as the overview and the plan read it."""

from data.store import Store, analysis_overview
from data.store.analysis_overview import Scores
from data.store.analysis_rows import Reason
from tests.store.conftest import NOON, hours
from tests.store.test_analysis import Place, health, save_health
from tests.store.test_analysis import main as main  # fixtures
from tests.store.test_analysis import place as place
from tests.store.test_analysis import worker as worker


def scores(web: Store, tenant: int) -> Scores:
    return analysis_overview.scores(web, tenant=tenant, since=NOON - hours(24), buildings=100, rooms=100)


def test_a_building_comes_with_its_course(worker: Store, web: Store, place: Place) -> None:
    for ago, score in ((30, 60.0), (2, 70.0), (1, 80.0)):
        save_health(worker, place.tenant, health("building", place.building, score), at=NOON - hours(ago))
    (found,) = (one for one in scores(web, place.tenant).buildings if one.health.subject_id == place.building)
    assert (found.health.score, [point.score for point in found.trend]) == (80.0, [70.0, 80.0])


def test_the_worst_room_comes_first_with_its_reason_and_building(
    worker: Store, web: Store, place: Place
) -> None:
    why = Reason(reason="silence", points=99, detail="…", subject="device", subject_id=place.device)
    save_health(worker, place.tenant, health("space", place.space, 0.5, why))
    worst = scores(web, place.tenant).rooms[0]
    assert (worst.health.subject_id, worst.building, worst.health.reasons[0].subject_id) == (
        place.space,
        place.name,
        place.device,
    )


def test_another_tenant_has_none_of_them(
    worker: Store, web: Store, place: Place, tenant_ids: dict[str, int]
) -> None:
    save_health(
        worker, place.tenant, health("space", place.space, 1.0), health("building", place.building, 1.0)
    )
    assert scores(web, tenant_ids["acme"]) == Scores(buildings=(), rooms=())
    acme = {"tenant": tenant_ids["acme"], "building": place.building}
    assert analysis_overview.scores_at(web, at=NOON, **acme) == ()


def then(web: Store, place: Place, *, ago: float) -> list[tuple[str, float]]:
    found = analysis_overview.scores_at(
        web, tenant=place.tenant, building=place.building, at=NOON - hours(ago)
    )
    return [(one.subject, one.score) for one in found if one.subject_id in (place.space, place.building)]


def test_a_room_had_the_last_score_before_a_moment(worker: Store, web: Store, place: Place) -> None:
    for ago, score in ((5, 60.0), (3, 70.0), (1, 80.0)):
        save_health(worker, place.tenant, health("space", place.space, score), at=NOON - hours(ago))
    assert [then(web, place, ago=ago) for ago in (6, 2, -40)] == [[], [("space", 70.0)], []]


def test_a_score_is_not_known_before_its_hour_is_over(worker: Store, web: Store, place: Place) -> None:
    computed = NOON - hours(1.25)
    save_health(worker, place.tenant, health("space", place.space, 70.0), at=computed)
    assert [then(web, place, ago=ago) for ago in (1.5, 1)] == [[], [("space", 70.0)]]


def test_the_worst_of_a_building_came_first(worker: Store, web: Store, place: Place) -> None:
    parts = [health("building", place.building, 75.0), health("space", place.space, 70.0)]
    save_health(worker, place.tenant, *parts, at=NOON - hours(2))
    assert then(web, place, ago=0) == [("space", 70.0), ("building", 75.0)]
