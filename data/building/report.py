"""What is in a model, for a person who brings it in and for programs that look at it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from data.building.model import Georeference, Model, Place
from data.store.model_import import Saved


def lines(name: str, model: Model, saved: Saved) -> list[str]:
    """What an import found and did, a line each."""
    done = (
        "is unchanged: this file was imported before"
        if saved.unchanged
        else f"is in: {saved.added} new, {saved.kept} kept, {saved.gone} gone"
    )
    area = sum(space.area_m2 or 0 for space in model.spaces)
    drawn = sum(space.footprint is not None for space in model.spaces)
    found = (
        f"storeys {len(model.storeys)}, rooms {len(model.spaces)} ({drawn} with an outline, {area:,.0f} m²), "
        f"doors {len(model.doors)}, equipment {len(model.equipment)}, systems {len(model.systems)}"
    )
    return [f"{name} {done}.", f"Found in {model.schema}: {found}.", *model.warnings]


def found(model: Model) -> dict[str, Any]:
    """What was found in a model and what is doubtful of it, as plain JSON that is short enough to show."""
    place = model.georeference
    return {
        "schema": model.schema,
        "length_unit": model.length_unit,
        "project": model.project,
        "buildings": [one.name for one in model.buildings],
        "counts": {
            "storeys": len(model.storeys),
            "rooms": len(model.spaces),
            "rooms_with_outline": sum(space.footprint is not None for space in model.spaces),
            "doors": len(model.doors),
            "equipment": len(model.equipment),
            "equipment_in_rooms": sum(one.space is not None for one in model.equipment),
            "systems": len(model.systems),
        },
        "area_m2": round(sum(space.area_m2 or 0 for space in model.spaces), 1),
        "equipment_by_kind": _kinds(model),
        "georeference": {"doubt": place.doubt, "crs": place.crs, "north_deg": place.north_deg}
        | _where(place),
        "warnings": list(model.warnings),
    }


def details(model: Model) -> dict[str, Any]:
    """What a model says, as plain JSON."""
    storeys = {one.key: one.name for one in model.storeys}
    place = model.georeference
    return {
        "schema": model.schema,
        "length_unit": model.length_unit,
        "project": model.project,
        "sites": [_place(one) for one in model.sites],
        "buildings": [_place(one) for one in model.buildings],
        "storeys": [
            {"name": one.name, "global_id": one.global_id, "elevation_m": one.elevation_m}
            for one in model.storeys
        ],
        "spaces": [
            {
                "name": one.name,
                "long_name": one.long_name,
                "global_id": one.global_id,
                "storey": None if one.storey is None else storeys.get(one.storey),
                "area_m2": one.area_m2,
                "area_source": one.area_source,
                "footprint_area_m2": one.footprint_area_m2,
            }
            for one in model.spaces
        ],
        "equipment_by_kind": _kinds(model),
        "georeference": _where(place),
        "warnings": list(model.warnings),
    }


def _kinds(model: Model) -> dict[str, int]:
    return dict(Counter(one.kind for one in model.equipment).most_common())


def _where(place: Georeference) -> dict[str, Any]:
    return {
        "source": place.source,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "confidence": place.confidence,
        "true_north_deg": place.true_north_deg,
    }


def _place(place: Place) -> dict[str, Any]:
    return {"name": place.name, "global_id": place.global_id}
