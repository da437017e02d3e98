"""What a stranger gets, and what everybody gets while the database is away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from dash import Dash
from flask.testing import FlaskClient
from pydantic import SecretStr
from werkzeug.routing import Rule

from dashboard.factory import create_app
from dashboard.server import guard, identity
from data.settings import Settings
from data.version import VERSION
from tests.unit import away


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Dash:
    settings = Settings(home=tmp_path_factory.mktemp("home"), secret_key=SecretStr("k" * 40))
    return create_app(settings, away.store())


@pytest.fixture
def stranger(app: Dash) -> FlaskClient:
    client: FlaskClient = app.server.test_client()
    return client


@pytest.fixture
def member(app: Dash) -> FlaskClient:
    """A browser whose session was signed by this server while the database was still there."""
    client: FlaskClient = app.server.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = "1:1"
    return client


def _doors(app: Dash) -> Iterator[tuple[str, str]]:
    for rule in app.server.url_map.iter_rules():
        if rule.endpoint not in guard.PUBLIC:
            for method in rule.methods or ():
                yield method, _address(rule)


def _address(rule: Rule) -> str:
    return re.sub(r"<[^>]*>", "1", rule.rule)  # a text, a path and a number alike


def test_every_route_but_health_and_the_link_is_denied_to_strangers(app: Dash, stranger: FlaskClient) -> None:
    opened = [
        f"{method} {path}"
        for method, path in _doors(app)
        if stranger.open(path, method=method).status_code != 401
    ]
    assert not opened


def test_strangers_are_denied_what_no_route_serves(stranger: FlaskClient) -> None:
    assert stranger.post("/nothing/here").status_code == 401


def test_only_health_the_link_and_unknown_api_addresses_are_public() -> None:
    assert sorted(guard.PUBLIC) == ["health", "sign_in", "unknown_api"]


def test_a_stranger_is_told_how_to_sign_in(stranger: FlaskClient) -> None:
    answer = stranger.get("/device/7")
    assert answer.mimetype == "text/html"
    assert "python app.py link" in answer.text


def test_the_page_for_strangers_needs_no_other_file(stranger: FlaskClient) -> None:
    assert not re.search(r"<script|src=|url\(|@import|href=\"(?!data:)", stranger.get("/").text)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/_dash-layout"), ("GET", "/_dash-dependencies"), ("POST", "/_dash-update-component")],
)
def test_a_strangers_script_is_refused_in_json(stranger: FlaskClient, method: str, path: str) -> None:
    answer = stranger.open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/v1", "/api/v1/devices", "/api/v9/health", "/api/x/y"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_api_address_is_not_found(stranger: FlaskClient, method: str, path: str) -> None:
    answer = stranger.open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert json.loads(answer.text)["status"] == 404


def test_a_method_the_api_does_not_serve_is_named_with_those_it_does(stranger: FlaskClient) -> None:
    answer = stranger.post("/api/v1/health")
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert set(answer.allow) == {"GET", "HEAD"}


def test_health_says_down_while_the_database_is_away(stranger: FlaskClient) -> None:
    answer = stranger.get("/api/v1/health")
    assert answer.status_code == 503
    assert answer.json == {
        "status": "down",
        "version": VERSION,
        "store": {"postgres": None, "timescaledb": None, "timescaledb_license": None, "postgis": None},
        "ingest": {"connected": None, "oldest_uncommitted_s": None},
    }


def test_a_link_opened_while_the_database_is_away_is_asked_to_wait(stranger: FlaskClient) -> None:
    answer = stranger.get("/sign-in/some-token")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert 'http-equiv="refresh"' in answer.text


@pytest.mark.parametrize("path", ["/", "/_dash-layout"])
def test_a_session_that_cannot_be_looked_up_is_neither_let_in_nor_ended(
    member: FlaskClient, path: str
) -> None:
    answer = member.get(path)
    assert answer.status_code == 503
    assert "Set-Cookie" not in answer.headers


def test_a_session_signed_with_another_key_opens_nothing(app: Dash, stranger: FlaskClient) -> None:
    stranger.set_cookie("clerestory_session", "eyJfdXNlcl9pZCI6IjE6MSJ9.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")
    assert stranger.get("/").status_code == 401


@pytest.mark.parametrize("path", ["/", "/api/v1/health", "/api/nothing", "/sign-in/x", "/_dash-layout"])
def test_every_answer_carries_the_security_headers(stranger: FlaskClient, path: str) -> None:
    headers = stranger.get(path).headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


def test_no_inline_script_runs_but_those_whose_hash_is_named(stranger: FlaskClient) -> None:
    policy = stranger.get("/").headers["Content-Security-Policy"]
    scripts = next(rule for rule in policy.split("; ") if rule.startswith("script-src"))
    assert "'sha256-" in scripts
    assert "unsafe" not in scripts


def test_every_callback_says_which_role_it_needs(app: Dash) -> None:
    assert not list(identity.without_role(app.callback_map))


def test_a_callback_that_says_no_role_is_found() -> None:
    assert list(identity.without_role({"it.children": {"callback": lambda: None}})) == ["it.children"]


def test_dash_answers_in_threads_and_not_by_async(app: Dash) -> None:
    assert app._use_async is False
