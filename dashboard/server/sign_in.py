"""Coming in by a link that works once, and going out again."""

from __future__ import annotations

import structlog
from flask import Flask, Response, redirect, request, session
from flask_login import login_user
from werkzeug.wrappers import Response as AnyResponse

from dashboard.server import csrf, identity, problems
from data.errors import StoreError
from data.store import Store, accounts

log = structlog.get_logger(__name__)


def register(server: Flask, store: Store) -> None:
    """Add the two routes."""

    @server.get("/sign-in/<token>", endpoint="sign_in")
    def sign_in(token: str) -> AnyResponse:
        # What a messenger or a browser fetches ahead of the person must not use the link up.
        if request.method == "HEAD" or "prefetch" in request.headers.get("Sec-Purpose", ""):
            return Response(status=204)
        account = accounts.redeem(store, token)
        if account is None:
            return problems.page(
                403,
                "It was used already, has become too old, or was not copied whole.",
                title="This link does not work",
                how_to_sign_in=True,
            )
        session.clear()  # nothing of an older session lives on in the new one
        session.permanent = True
        csrf.new_session_id()
        login_user(identity.User(account))
        return redirect("/")

    @server.post("/sign-out", endpoint="sign_out")
    def sign_out() -> AnyResponse:
        account = identity.current()
        session.clear()
        try:
            accounts.note(store, tenant=account.tenant_id, account=account.id, action="sign out")
        except StoreError:
            # Nobody is kept in because it cannot be written down.
            log.warning("sign-out not in the audit", account=account.id)
        response = redirect("/", code=303)
        response.delete_cookie(csrf.COOKIE)
        return response
