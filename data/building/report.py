"""What is in a model, for a person who brings it in and for programs that look at it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from data.building.model import Model, Place
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
        "equipment_by_kind": dict(Counter(one.kind for one in model.equipment).most_common()),
        "georeference": {
            "source": place.source,
            "latitude": place.latitude,
            "longitude": place.longitude,
            "confidence": place.confidence,
            "true_north_deg": place.true_north_deg,
        },
        "warnings": list(model.warnings),
    }


def _place(place: Place) -> dict[str, Any]:
    return {"name": place.name, "global_id": place.global_id}
