"""Coming in by a link, staying in, going out."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from dash import Dash
from flask.testing import FlaskClient
from psycopg.errors import InsufficientPrivilege
from pydantic import SecretStr
from werkzeug.test import Cookie

from dashboard.factory import create_app
from dashboard.server import csrf, identity
from data.settings import Settings
from data.store import Store, accounts
from data.store.accounts import new_signin_link

Owner = psycopg.Connection[tuple[Any, ...]]

CALLBACK = "/_dash-update-component"


@pytest.fixture
def app(migrated: Settings, web: Store) -> Dash:
    return create_app(migrated, web)


@pytest.fixture
def browser(app: Dash) -> FlaskClient:
    client: FlaskClient = app.server.test_client()
    return client


@pytest.fixture
def link(migrated: Settings) -> str:
    """The path of a new sign-in link."""
    return urlsplit(new_signin_link(migrated)).path


@pytest.fixture
def member(browser: FlaskClient, link: str) -> FlaskClient:
    """A browser that is signed in."""
    assert browser.get(link).status_code == 302
    return browser


@pytest.fixture
def closed(migrated: Settings) -> Store:
    """The same store, whose database is away."""
    store = Store.open(migrated, role="web")
    store.close()
    return store


def _cookie(browser: FlaskClient, name: str) -> Cookie:
    cookie = browser.get_cookie(name)
    assert cookie is not None
    return cookie


def _session_of(browser: FlaskClient, other: FlaskClient) -> FlaskClient:
    """Another browser that carries the cookies of this one."""
    for name in ("clerestory_session", csrf.COOKIE):
        other.set_cookie(name, _cookie(browser, name).value)
    return other


def _token(browser: FlaskClient) -> str:
    return _cookie(browser, csrf.COOKIE).value


def test_a_link_signs_in_and_leads_to_the_overview(browser: FlaskClient, link: str) -> None:
    answer = browser.get(link)
    assert (answer.status_code, answer.location) == (302, "/")
    assert browser.get("/").status_code == 200


def test_a_link_works_once(app: Dash, browser: FlaskClient, link: str) -> None:
    browser.get(link)
    again = app.server.test_client().get(link)
    assert again.status_code == 403
    assert "This link does not work" in again.text


def test_a_link_that_has_become_too_old_does_not_work(browser: FlaskClient, link: str, owner: Owner) -> None:
    owner.execute("UPDATE signin_link SET expires_at = now() WHERE used_at IS NULL")
    assert browser.get(link).status_code == 403


def test_an_invented_link_does_not_work(browser: FlaskClient) -> None:
    assert browser.get("/sign-in/" + "a" * 43).status_code == 403
    assert browser.get("/").status_code == 401


def test_looking_at_a_link_ahead_of_its_reader_does_not_use_it_up(browser: FlaskClient, link: str) -> None:
    browser.head(link)
    browser.get(link, headers={"Sec-Purpose": "prefetch;prerender"})
    assert browser.get("/").status_code == 401
    assert browser.get(link).status_code == 302


def test_a_link_stays_unused_while_the_database_is_away(
    migrated: Settings, closed: Store, browser: FlaskClient, link: str
) -> None:
    cut_off = create_app(migrated, closed).server.test_client()
    assert cut_off.get(link).status_code == 503
    assert browser.get(link).status_code == 302


def test_a_links_address_is_neither_kept_nor_passed_on(browser: FlaskClient, link: str) -> None:
    headers = browser.get(link).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_signing_in_keeps_nothing_of_an_older_session(browser: FlaskClient, link: str) -> None:
    with browser.session_transaction() as session:
        session["planted"] = "by somebody else"
    browser.get(link)
    with browser.session_transaction() as session:
        assert "planted" not in session


def test_each_sign_in_has_its_own_csrf_token(member: FlaskClient, migrated: Settings) -> None:
    first = _token(member)
    member.get(urlsplit(new_signin_link(migrated)).path)
    assert _token(member) != first


def test_the_session_is_out_of_reach_of_scripts_and_other_sites(member: FlaskClient) -> None:
    cookie = _cookie(member, "clerestory_session")
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert cookie.expires is not None
    assert timedelta(hours=11) < cookie.expires - datetime.now(UTC) <= timedelta(hours=12)


def test_behind_https_the_cookies_are_sent_by_https_alone(migrated: Settings, web: Store, link: str) -> None:
    settings = migrated.model_copy(update={"public_url": "https://twin.example"})
    browser = create_app(settings, web).server.test_client()
    answer = browser.get(link, headers={"X-Forwarded-Proto": "https"})
    assert all("Secure" in cookie for cookie in answer.headers.getlist("Set-Cookie"))


def test_asking_again_and_again_does_not_prolong_a_session(member: FlaskClient) -> None:
    assert not member.get("/_dash-layout").headers.getlist("Set-Cookie")


def test_every_process_knows_the_session(migrated: Settings, web: Store, member: FlaskClient) -> None:
    other_process = create_app(migrated, web).server.test_client()
    assert _session_of(member, other_process).get("/").status_code == 200


def test_another_secret_key_ends_all_sessions(migrated: Settings, web: Store, member: FlaskClient) -> None:
    settings = migrated.model_copy(update={"secret_key": SecretStr("another" * 6)})
    settings.__dict__.pop("secret", None)  # computed once and copied along
    other = create_app(settings, web).server.test_client()
    assert _session_of(member, other).get("/").status_code == 401


def test_a_closed_account_is_out(member: FlaskClient, owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "FRESH_S", 0.0)
    owner.execute("UPDATE account SET active = false")
    try:
        assert member.get("/").status_code == 401
    finally:
        owner.execute("UPDATE account SET active = true")


def test_who_is_in_stays_in_while_the_database_is_away(
    member: FlaskClient, web: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    member.get("/")
    monkeypatch.setattr(identity, "FRESH_S", 0.0)
    web.close()
    assert member.get("/").status_code == 200


def test_who_is_in_is_asked_to_wait_when_the_database_stays_away(
    member: FlaskClient, web: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    member.get("/")
    monkeypatch.setattr(identity, "FRESH_S", 0.0)
    monkeypatch.setattr(identity, "KEPT_S", 0.0)
    web.close()
    assert member.get("/").status_code == 503


def test_a_request_of_another_site_is_refused(member: FlaskClient) -> None:
    answer = member.post(CALLBACK, json={"output": "..whatever.."})
    assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")


def test_the_token_of_another_session_is_refused(app: Dash, migrated: Settings, member: FlaskClient) -> None:
    other = app.server.test_client()
    other.get(urlsplit(new_signin_link(migrated)).path)
    assert member.post("/sign-out", headers={csrf.HEADER: _token(other)}).status_code == 403


@pytest.mark.parametrize("body", [{"output": "no.such.callback"}, {"output": 7}, {}, []])
def test_a_callback_that_is_not_there_is_said_to_be_of_an_older_page(member: FlaskClient, body: Any) -> None:
    answer = member.post(CALLBACK, json=body, headers={csrf.HEADER: _token(member)})
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_the_overview_is_served_to_who_is_in(member: FlaskClient) -> None:
    answer = member.post(
        CALLBACK,
        headers={csrf.HEADER: _token(member)},
        json={
            "output": ".._pages_content.children..._pages_store.data..",
            "outputs": [
                {"id": "_pages_content", "property": "children"},
                {"id": "_pages_store", "property": "data"},
            ],
            "inputs": [
                {"id": "_pages_location", "property": "pathname", "value": "/"},
                {"id": "_pages_location", "property": "search", "value": ""},
            ],
            "changedPropIds": ["_pages_location.pathname"],
        },
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("how", ["header", "field"])
def test_signing_out_ends_the_session(member: FlaskClient, how: str) -> None:
    token = _token(member)
    answer = member.post(
        "/sign-out",
        headers={csrf.HEADER: token} if how == "header" else None,
        data={csrf.FIELD: token} if how == "field" else None,
    )
    assert answer.status_code == 303
    assert member.get("/").status_code == 401


def test_signing_out_without_the_token_is_refused(member: FlaskClient) -> None:
    assert member.post("/sign-out").status_code == 403
    assert member.get("/").status_code == 200


def test_signing_out_works_while_the_database_is_away(member: FlaskClient, web: Store) -> None:
    member.get("/")
    web.close()
    assert member.post("/sign-out", headers={csrf.HEADER: _token(member)}).status_code == 303
    assert member.get("/").status_code == 401


def test_coming_and_going_are_in_the_audit(member: FlaskClient, owner: Owner) -> None:
    member.post("/sign-out", headers={csrf.HEADER: _token(member)})
    rows = owner.execute("SELECT action, actor FROM audit WHERE action LIKE 'sign %' ORDER BY id").fetchall()
    assert rows[-2:] == [("sign in", "account 1"), ("sign out", "account 1")]


def test_an_account_chooses_its_units(member: FlaskClient, web: Store, owner: Owner) -> None:
    accounts.set_units(web, tenant=1, account=1, units="us")
    try:
        found = accounts.find(web, tenant=1, account=1)
        assert found is not None
        assert found.units == "us"
    finally:
        accounts.set_units(web, tenant=1, account=1, units="metric")


def test_a_choice_of_units_is_in_the_audit_as_the_accounts_own(web: Store, owner: Owner) -> None:
    for units in ("us", "metric"):
        accounts.set_units(web, tenant=1, account=1, units=units)
    rows = owner.execute(
        "SELECT actor, action, subject, after ->> 'units' FROM audit ORDER BY id DESC LIMIT 1"
    ).fetchall()
    assert rows == [("account 1", "update", "account 1", "metric")]


def test_the_units_of_another_tenants_account_are_out_of_reach(web: Store, owner: Owner) -> None:
    accounts.set_units(web, tenant=999, account=1, units="us")
    assert owner.execute("SELECT units FROM account WHERE id = 1").fetchone() == ("metric",)


def test_the_web_part_cannot_change_the_role_of_an_account(web: Store) -> None:
    with pytest.raises(InsufficientPrivilege), web.transaction(tenant=1) as connection:
        connection.execute("UPDATE account SET role = 'viewer' WHERE id = 1")


def test_what_an_account_changes_of_itself_is_known_to_every_process_at_once(
    app: Dash, migrated: Settings, web: Store, member: FlaskClient
) -> None:
    other = create_app(migrated, web)
    browsers = (member, _session_of(member, other.server.test_client()))
    try:
        for units in ("us", "metric"):
            for browser in browsers:
                browser.get("/")  # so that both processes know the account as it was
            accounts.set_units(web, tenant=1, account=1, units=units)
            for browser in browsers:
                with browser.session_transaction() as session:
                    session["account_changed"] = time.time()
                assert _units_shown(browser) == units
    finally:
        accounts.set_units(web, tenant=1, account=1, units="metric")


def _units_shown(browser: FlaskClient) -> str:
    """What the account's menu says."""
    waiting: list[Any] = [browser.get("/_dash-layout").json]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict) and part.get("id") == "account-units":
            return str(part["value"])
        waiting += part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    raise AssertionError("no units in the layout")
