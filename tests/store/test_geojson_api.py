"""Places and plans as GeoJSON, for programs that are signed in."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from shapely.geometry import shape

from dashboard.factory import create_app
from data.building import geojson_plan
from data.settings import Settings
from data.store import Store, buildings
from data.store.accounts import new_signin_link
from tests.store.test_buildings import MODEL
from tests.store.test_places import worker as worker


@pytest.fixture
def stranger(migrated: Settings, web: Store) -> FlaskClient:
    client: FlaskClient = create_app(migrated, web).server.test_client()
    return client


@pytest.fixture
def member(migrated: Settings, stranger: FlaskClient) -> FlaskClient:
    """A browser that is signed in, of the tenant `main`."""
    assert stranger.get(urlsplit(new_signin_link(migrated)).path).status_code == 302
    return stranger


@pytest.fixture
def house(worker: Store, tenant_ids: dict[str, int]) -> int:
    return buildings.save(worker, tenant=tenant_ids["main"], model=MODEL, name="House").building


def of(client: FlaskClient, path: str) -> dict[str, Any]:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/geo+json")
    return dict(json.loads(answer.data))


def problem(client: FlaskClient, path: str) -> tuple[int, str]:
    answer = client.get(path)
    assert answer.mimetype == "application/problem+json"
    return answer.status_code, json.loads(answer.data)["detail"]


def test_a_plan_is_given_out_by_storey_and_can_be_brought_in_again(member: FlaskClient, house: int) -> None:
    said = of(member, f"/api/v1/buildings/{house}/plan.geojson")
    kinds = [(one["properties"]["kind"], one["properties"]["storey"]) for one in said["features"]]
    assert kinds == [("room", "Ground"), ("room", "Ground"), ("door", "Ground"), ("wall", "Ground")]
    again = geojson_plan.parse(json.dumps(said).encode(), name="again")
    assert [one.global_id for one in again.spaces] == ["room a", "room b"]
    assert again.georeference.true_north_deg == 50.0


def test_a_plan_on_earth_lies_at_the_place_of_its_building(member: FlaskClient, house: int) -> None:
    said = of(member, f"/api/v1/buildings/{house}/plan.geojson?crs=84")
    middle = shape(said["features"][0]["geometry"]).centroid
    assert (middle.x, middle.y) == pytest.approx((8.4, 49.1), abs=1e-4)


def test_a_building_without_a_place_has_no_plan_on_earth(
    member: FlaskClient, worker: Store, tenant_ids: dict[str, int]
) -> None:
    square = {"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [4, 4], [0, 0]]]}
    features = [{"type": "Feature", "geometry": square, "properties": {"name": "1"}}]
    text = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    drawn = geojson_plan.parse(text, name="drawn")
    number = buildings.save(worker, tenant=tenant_ids["main"], model=drawn, name="Drawn").building
    status, detail = problem(member, f"/api/v1/buildings/{number}/plan.geojson?crs=84")
    assert (status, detail) == (409, "Drawn has no place on earth, so its plan is given in metres alone.")


def test_places_are_those_of_the_tenant_alone(
    member: FlaskClient, worker: Store, tenant_ids: dict[str, int], house: int
) -> None:
    buildings.save(worker, tenant=tenant_ids["acme"], model=MODEL, name="Another's")
    features = of(member, "/api/v1/buildings.geojson")["features"]
    assert ("House", [8.4, 49.1]) in [
        (one["properties"]["name"], (one["geometry"] or {}).get("coordinates")) for one in features
    ]
    assert "Another's" not in [one["properties"]["name"] for one in features]


def test_another_tenants_plan_is_not_there(
    member: FlaskClient, worker: Store, tenant_ids: dict[str, int]
) -> None:
    other = buildings.save(worker, tenant=tenant_ids["acme"], model=MODEL, name="Theirs").building
    for path in (f"/api/v1/buildings/{other}/plan.geojson", "/api/v1/buildings/999999/plan.geojson"):
        assert problem(member, path) == (404, "There is no such building.")


def test_another_reference_system_is_refused(member: FlaskClient, house: int) -> None:
    status, detail = problem(member, f"/api/v1/buildings/{house}/plan.geojson?crs=3857")
    assert status == 400
    assert "84" in detail


@pytest.mark.parametrize("path", ["/api/v1/buildings.geojson", "/api/v1/buildings/1/plan.geojson"])
def test_strangers_get_nothing(stranger: FlaskClient, path: str) -> None:
    assert problem(stranger, path)[0] == 401
