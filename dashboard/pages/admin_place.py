"""Say by hand where a building is and how it is turned, or go back to what its model says."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from dashboard.components import model_cards, notices
from dashboard.components.icon import icon, named
from dashboard.context import Context
from dashboard.figures import drawing
from dashboard.pages import admin_preview
from dashboard.server import identity
from dashboard.shell import SCHEME
from dashboard.views import models as views
from dashboard.views.building import is_id
from data.errors import BadInput, StoreBusy, StoreUnavailable
from data.store import Store, accounts, buildings
from data.store.buildings import BuildingRow, StoreyPlan

PATH_TEMPLATE = "/admin/buildings/<building_id>/place"
NAME = "Place"
ORDER = None
NEEDS: identity.Role = "administrator"

_BUILDING = "place-building"
_MISSING = "place-missing"
_HEADING = "place-heading"
_STANDS = "place-stands"
_OFFER = "place-offer"
_FIELDS = "place-fields"
_LATITUDE = "place-latitude"
_LONGITUDE = "place-longitude"
_ROTATION = "place-rotation"
_SAVE = "place-save"
_AS_SAID = "place-as-said"
_TAKE = "place-take"
_SAID = "place-said"
_PLAN = "place-plan"
_PLACE = "place-plan-place"

_AWAY = "The database cannot be reached right now; please try again in a moment."


def layout(building_id: str = "", **_query: str) -> Any:
    """The page; its callbacks fill it."""
    account = identity.signed_in()
    if account is None or account.role not in identity.ALLOWED[NEEDS]:
        return notices.not_allowed("administrators")
    if not is_id(building_id):
        return notices.not_found()
    return html.Div(
        [
            dcc.Store(id=_BUILDING, data=int(building_id)),
            dcc.Link([icon("arrow-left"), "Admin"], href="/admin", className="back"),
            html.Div(id=_MISSING, className="building-missing"),
            html.Div(
                [
                    html.Div(id=_HEADING, className="building-heading"),
                    html.Div([_plan(), _form()], className="model-columns"),
                ],
                className="building-found",
            ),
        ],
        className="page",
    )


def _plan() -> html.Section:
    return html.Section(
        html.Div(
            dcc.Graph(
                id=_PLAN,
                figure={"data": [], "layout": {"xaxis": {"visible": False}, "yaxis": {"visible": False}}},
                config={"displayModeBar": False},
                responsive=True,
                style={"height": "100%"},
            ),
            id=_PLACE,
            className="plan",
        ),
        className="panel plan-panel",
        **named("Outline with true north"),
    )


def _form() -> html.Section:
    return html.Section(
        [
            html.Div(id=_STANDS),
            html.Div(
                [
                    html.P(id=_OFFER),
                    dmc.Button("Take this place over", id=_TAKE, variant="default", size="xs"),
                ],
                className="place-offer",
            ),
            # Not to be filled in before they say where the building stands: that would overwrite it.
            html.Fieldset(
                [
                    _number(_LATITUDE, "Latitude", "Degrees north, of the plan's origin", limit=90),
                    _number(_LONGITUDE, "Longitude", "Degrees east, of the plan's origin", limit=180),
                    _number(
                        _ROTATION,
                        "Rotation",
                        "Compass direction of what is up on the plan, in degrees",
                        limit=360,
                    ),
                    html.Div(
                        [
                            dmc.Button("Place here", id=_SAVE),
                            dmc.Button("Use what the model says", id=_AS_SAID, variant="default"),
                        ],
                        className="version-actions",
                    ),
                ],
                id=_FIELDS,
                disabled=True,
                className="place-fields",
            ),
            html.P(id=_SAID, className="place-answer", role="status"),
        ],
        className="panel model-form",
    )


def _number(id_: str, label: str, description: str, *, limit: int) -> dmc.NumberInput:
    return dmc.NumberInput(
        id=id_, label=label, description=description, min=-limit, max=limit, decimalScale=7, hideControls=True
    )


def register(app: Dash, context: Context) -> None:
    """The page's callbacks."""
    _register_fields(app, context.store)
    _register_plan(app, context.store)
    _register_buttons(app, context.store)


def _row(store: Store, number: int) -> BuildingRow | None:
    tenant = identity.current().tenant_id
    return next((row for row in buildings.list_buildings(store, tenant=tenant) if row.id == number), None)


def _register_fields(app: Dash, store: Store) -> None:
    """Where it stands now, what its model offers, and the fields filled with the one or the other."""

    @app.callback(
        Output(_MISSING, "children"),
        Output(_HEADING, "children"),
        Output(_STANDS, "children"),
        Output(_OFFER, "children"),
        Output(_TAKE, "style"),
        Output(_AS_SAID, "disabled"),
        Output(_FIELDS, "disabled"),
        Output(_LATITUDE, "value"),
        Output(_LONGITUDE, "value"),
        Output(_ROTATION, "value"),
        Input(_BUILDING, "data"),
        Input(_SAID, "children"),
        Input(_TAKE, "n_clicks"),
    )
    @identity.needs(NEEDS)
    def show_fields(number: int, _said: Any, _take: int | None) -> tuple[Any, ...]:
        row = _row(store, number)
        if row is None:
            return notices.not_found(), *[no_update] * 9
        names = accounts.names(store, tenant=identity.current().tenant_id)
        offer = views.offer(row)
        taken = ctx.triggered_id == _TAKE and offer is not None
        fields = (offer.latitude, offer.longitude, offer.rotation_deg) if taken and offer else stands(row)
        return (
            None,
            html.H1(row.name),
            model_cards.place(views.place(row, names=names)),
            offer.text if offer else None,
            None if offer else {"display": "none"},
            row.placed_by is None,
            False,
            *fields,
        )


def stands(row: BuildingRow) -> tuple[float | str, float | str, float]:
    """Latitude, longitude and rotation of a building as they are; "" for what is not known."""
    rotation = round(-(row.true_north_deg or 0.0) % 360, 2)
    if row.location is None:
        return "", "", rotation
    longitude, latitude = row.location["coordinates"][:2]
    return round(latitude, 7), round(longitude, 7), rotation


def _register_plan(app: Dash, store: Store) -> None:
    """The outline of the lowest storey with rooms, its arrow turned as the field says."""

    @app.callback(
        Output(_PLAN, "figure"),
        Output(_PLACE, "style"),
        Input(_BUILDING, "data"),
        Input(_ROTATION, "value"),
        Input(SCHEME, "computedColorScheme"),
    )
    @identity.needs(NEEDS)
    def show_plan(number: int, rotation: Any, scheme: str | None) -> tuple[Any, ...]:
        if scheme is None:
            raise PreventUpdate
        plan = _lowest(store, number)
        if plan is None:
            return no_update, {"display": "none"}
        turned = rotation if isinstance(rotation, int | float) and math.isfinite(rotation) else 0.0
        outlines = replace(drawing.draw(plan), north_deg=-turned)
        figure = admin_preview.plain(plan, outlines, scheme=scheme)
        return figure, {"--aspect": f"{outlines.aspect:.3f}"} if outlines.bounds else {"display": "none"}


def _lowest(store: Store, building: int) -> StoreyPlan | None:
    tenant = identity.current().tenant_id
    for row in buildings.storeys(store, tenant=tenant, building=building):
        plan = buildings.plan(store, tenant=tenant, storey=row.id)
        if plan is not None and any(room.footprint for room in plan.rooms):
            return plan
    return None


def _register_buttons(app: Dash, store: Store) -> None:
    """Place it as the fields say, or as its model does."""

    @app.callback(
        Output(_SAID, "children"),
        Input(_SAVE, "n_clicks"),
        Input(_AS_SAID, "n_clicks"),
        State(_LATITUDE, "value"),
        State(_LONGITUDE, "value"),
        State(_ROTATION, "value"),
        State(_BUILDING, "data"),
        prevent_initial_call=True,
    )
    @identity.needs(NEEDS)
    def place(
        _save: int | None, _as_said: int | None, latitude: Any, longitude: Any, rotation: Any, number: int
    ) -> str:
        if not ctx.triggered[0]["value"]:
            raise PreventUpdate
        account = identity.current()
        tenant, actor = account.tenant_id, f"account {account.id}"
        try:
            if ctx.triggered_id == _AS_SAID:
                buildings.place_as_said(store, tenant=tenant, building=number, actor=actor)
                return "It is where its model says."
            buildings.place_by_hand(
                store,
                tenant=tenant,
                building=number,
                latitude=_degrees(latitude),
                longitude=_degrees(longitude),
                rotation_deg=_degrees(rotation),
                actor=actor,
            )
        except BadInput as error:
            return str(error)
        except (StoreUnavailable, StoreBusy):
            return _AWAY
        return "It is placed here."


def _degrees(said: Any) -> float:
    """A number of a field; what is none is refused with the others by the store."""
    return float(said) if isinstance(said, int | float) else math.nan
