"""One app of one process: Flask, Dash, pages, and everything that guards them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dash
from dash import Dash
from flask import Flask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from dashboard import basemap, deck_script, shell
from dashboard.context import Context
from dashboard.pages import PAGES
from dashboard.server import (
    api,
    csrf,
    errors,
    guard,
    headers,
    identity,
    map_tiles,
    models,
    quarantine,
    sign_in,
    upload,
)
from dashboard.snapshot import Snapshots
from data.settings import Settings
from data.store import Store

ASSETS = Path(__file__).parent.parent / "assets"

LARGEST_REQUEST_BYTES = 4 * 1024 * 1024


def create_app(settings: Settings, store: Store) -> Dash:
    """The app on an open store; its `server` is the WSGI application.

    Raises:
        TypeError: a callback does not say which role it needs.
    """
    server = _server(settings, store)
    deck_script.leave_out()
    app = Dash(
        "dashboard",
        server=server,  # type: ignore[arg-type]  # Dash takes one, its annotation forgot
        title="Clerestory",
        update_title="",
        assets_folder=str(ASSETS),
        use_pages=True,
        pages_folder="",
        meta_tags=[deck_script.meta_tag()],
        include_pages_meta=False,  # for search engines, which get no further than the sign-in page
        # A package that merely brings asgiref would otherwise switch Dash to its slower async way.
        use_async=False,
        suppress_callback_exceptions=True,  # the callbacks of pages that are not open
        on_error=errors.toast,
        add_log_handler=False,
    )
    _add_pages(app, Context(settings, store, Snapshots(store)))
    errors.install(server)  # after Dash, whose answer to an unknown file repeats the address
    _finish(app, settings)
    guard.install(server, app.callback_map)
    return app


def _server(settings: Settings, store: Store) -> Flask:
    server = Flask("dashboard", static_folder=None, template_folder="server/templates")
    server.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST_BYTES
    if settings.public_url is not None:
        # Only then is there a proxy whose headers can be believed.
        server.wsgi_app = ProxyFix(server.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    Compress(server)
    identity.install(server, settings, store)
    csrf.install(server)
    sign_in.register(server, store)
    api.register(server, store)
    quarantine.register(server, store)
    upload.register(server, settings, store)
    map_tiles.register(server, store)
    models.register(server, settings, store)
    return server


def _add_pages(app: Dash, context: Context) -> None:
    for page in PAGES:
        dash.register_page(
            page.__name__,
            path=getattr(page, "PATH", None),
            path_template=getattr(page, "PATH_TEMPLATE", None),
            name=page.NAME,
            title=getattr(page, "TITLE", f"{page.NAME} · Clerestory"),
            order=page.ORDER,
            needs=getattr(page, "NEEDS", "viewer"),
            layout=page.layout,
        )
        page.register(app, context)
    # An address goes to the first page that it fits, and what stands for an id fits a slash too.
    for module in sorted(
        dash.page_registry, key=lambda name: len(dash.page_registry[name]["path_template"] or "")
    ):
        if dash.page_registry[module]["path_template"]:
            dash.page_registry.move_to_end(module, last=False)

    def layout() -> Any:
        # Dash asks once while it sets itself up, when nobody is signed in.
        return shell.layout(context) if identity.signed_in() else dash.page_container

    app.layout = layout
    shell.register(app, context)


def _finish(app: Dash, settings: Settings) -> None:
    """Let Dash do now what it leaves to the first request, where two threads could meet it half done."""
    with app.server.test_request_context():
        app.server.preprocess_request()
        scripts = headers.script_hashes(app.index())
    headers.install(app.server, scripts, basemap_hosts=basemap.hosts(settings))
    if forgotten := list(identity.without_role(app.callback_map)):
        raise TypeError(f"These callbacks do not say which role they need: {', '.join(forgotten)}")
