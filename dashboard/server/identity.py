"""Who is asking, and what the role of an account allows."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import wraps
from typing import Any, Literal, ParamSpec, TypeVar

from flask import Flask, has_request_context, session
from flask_login import LoginManager, UserMixin, current_user

from data.errors import ClerestoryError, StoreBusy, StoreUnavailable
from data.settings import Settings
from data.store import Store, accounts
from data.store.accounts import Account

Role = Literal["viewer", "analyst", "operator", "manager", "administrator"]

# Whom a requirement lets in. Analysts explore and operators answer alerts: neither stands above the other.
ALLOWED: Mapping[Role, frozenset[str]] = {
    "viewer": frozenset({"viewer", "analyst", "operator", "manager", "administrator"}),
    "analyst": frozenset({"analyst", "manager", "administrator"}),
    "operator": frozenset({"operator", "manager", "administrator"}),
    "manager": frozenset({"manager", "administrator"}),
    "administrator": frozenset({"administrator"}),
}

# A page asks every two seconds; a closed account is out after this long.
FRESH_S = 10.0
# While the database is away, those who were in stay in for this long; they see only what is held in memory.
KEPT_S = 3600.0
# While the database is away, it is asked no more often than this.
AWAY_S = 5.0

_MARK = "needs_role"
_CHANGED = "account_changed"  # in the session: when, on the servers' clock
# Dash's own callback that puts a page into the frame: any account may, and the pages guard what they show.
_ROUTER = "_pages_content.children"

P = ParamSpec("P")
R = TypeVar("R")


class NotSignedIn(ClerestoryError):
    """Please sign in."""


class NotAllowed(ClerestoryError):
    """Your role does not allow this."""


class User(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """An account as Flask-Login wants it."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def get_id(self) -> str:
        """What the session keeps."""
        return f"{self.account.tenant_id}:{self.account.id}"


class Accounts:
    """The accounts that sessions name, each read at most every `FRESH_S` seconds; safe for threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[tuple[int, int], tuple[Account | None, float]] = {}
        self._asking = threading.Lock()
        self._away_until = 0.0

    def find(self, tenant: int, account: int, *, within_s: float = FRESH_S) -> Account | None:
        """The account; None when it is gone or closed.

        Args:
            tenant: Its tenant's id.
            account: Its id.
            within_s: How old the answer may be.

        Raises:
            StoreUnavailable: the database is away and the account was not seen within `KEPT_S`.
        """
        known = self._seen(tenant, account, within_s=within_s)
        if known is not None:
            return known[0]
        known = self._seen(tenant, account, within_s=KEPT_S)
        # One thread asks; the others go on with the older answer if there is one that will do.
        if not self._asking.acquire(blocking=known is None or within_s < FRESH_S):
            return known[0] if known else None
        try:
            return self._ask(tenant, account, within_s)
        finally:
            self._asking.release()

    def _ask(self, tenant: int, account: int, within_s: float) -> Account | None:
        known = self._seen(tenant, account, within_s=within_s)  # by the thread that asked before
        if known is not None:
            return known[0]
        asked_at = time.monotonic()  # what changed since then, the answer need not have
        try:
            found = self._read(tenant, account)
        except (StoreUnavailable, StoreBusy):
            known = self._seen(tenant, account, within_s=KEPT_S)
            if known is None:
                raise
            return known[0]
        self._known[tenant, account] = found, asked_at
        return found

    def _read(self, tenant: int, account: int) -> Account | None:
        if time.monotonic() < self._away_until:
            raise StoreUnavailable
        try:
            return accounts.find(self._store, tenant=tenant, account=account)
        except StoreUnavailable:
            self._away_until = time.monotonic() + AWAY_S
            raise

    def _seen(self, tenant: int, account: int, *, within_s: float) -> tuple[Account | None, float] | None:
        known = self._known.get((tenant, account))
        return known if known and time.monotonic() - known[1] < within_s else None


def current() -> Account:
    """The account this request is answered for.

    Raises:
        NotSignedIn: there is none.
    """
    account = signed_in()
    if account is None:
        raise NotSignedIn
    return account


def signed_in() -> Account | None:
    """The account this request is answered for, if any.

    Raises:
        StoreUnavailable: the session names an account that cannot be looked up now.
    """
    if not has_request_context() or not current_user.is_authenticated:
        return None
    account: Account = current_user.account
    return account


def changed() -> None:
    """The account of this request changed itself: what is known of it in any process is too old for it."""
    session[_CHANGED] = time.time()


def _fresh_s() -> float:
    """How old what is known of this session's account may be."""
    at = session.get(_CHANGED)
    return FRESH_S if at is None else max(0.0, min(FRESH_S, time.time() - at))


def needs(role: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only accounts of this role, or of one that includes it, call a callback or a route.

    Stands directly under `@app.callback` or the route.

    Raises:
        NotAllowed: (the decorated function) the account's role is another.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            account = current()
            if account.role not in ALLOWED[role]:
                raise NotAllowed(f"This is for the role {role}; your account has the role {account.role}.")
            return function(*args, **kwargs)

        vars(guarded)[_MARK] = role
        return guarded

    return decorate


def may(role: Role) -> bool:
    """Whether the account of this request is let in where `needs` of this role is asked for."""
    return current().role in ALLOWED[role]


def without_role(callbacks: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The ids in Dash's `callback_map` whose function lacks `needs`; those run in the browser have none."""
    for name, callback in callbacks.items():
        function = callback.get("callback")
        if function is not None and _ROUTER not in name and _MARK not in vars(function):
            yield name


def install(server: Flask, settings: Settings, store: Store) -> None:
    """Give the server signed sessions that name an account."""
    server.config.update(
        # Derived, so that every process has the same and the secret itself signs nothing.
        SECRET_KEY=hmac.new(settings.secret.encode(), b"web sessions", hashlib.sha256).hexdigest(),
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        # A page that asks every two seconds would otherwise prolong its session for ever.
        SESSION_REFRESH_EACH_REQUEST=False,
        SESSION_COOKIE_NAME="clerestory_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=(settings.public_url or "").startswith("https://"),
    )
    known = Accounts(store)
    manager = LoginManager(server, add_context_processor=False)  # our pages of an outage ask nobody
    manager.session_protection = None  # it ends sessions of phones, whose address changes

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load_user(user_id: str) -> User | None:
        tenant, account = map(int, user_id.split(":"))
        found = known.find(tenant, account, within_s=_fresh_s())
        return User(found) if found else None
