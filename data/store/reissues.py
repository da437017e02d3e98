"""What an import of a model over an earlier one reads and notes: what is known, bound, asked, and was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from data.building.alignment import Frame
from data.building.evidence import Pair
from data.building.known import (
    THINGS,
    Known,
    KnownEquipment,
    KnownSpace,
    KnownStorey,
    Thing,
    fingerprint,
)
from data.building.matching import Doubt, Matching
from data.errors import BadInput
from data.store import statements
from data.store.pool import Connection

_SQL = statements.load("model_import")
_KEPT = 5  # re-issues of a building that can be returned from
_SAME_ID = "same GlobalId"

Ids = Mapping[Thing, Mapping[int, int]]  # key in the model -> id in the store


def known(connection: Connection, building: int) -> Known:
    """Everything the store has of a building's model, what is gone too."""

    def rows(statement: str) -> list[dict[str, Any]]:
        cursor = connection.cursor(row_factory=dict_row)
        return cursor.execute(_SQL[statement], {"building_id": building}).fetchall()

    def printed(row: dict[str, Any]) -> dict[str, Any]:
        return row | {"fingerprint": fingerprint(row.pop("properties"))}

    return Known(
        storeys=tuple(KnownStorey(**row) for row in rows("storeys_known")),
        spaces=tuple(KnownSpace(**printed(row)) for row in rows("spaces_known")),
        equipment=tuple(
            KnownEquipment(**printed(row) | {"position": row["position"] and tuple(row["position"])})
            for row in rows("equipment_known")
        ),
    )


def bound(matching: Matching, decided: Ids, there: Known) -> dict[Thing, dict[int, int]]:
    """The old id of each key: what is sure, and before it what people decided.

    Raises:
        BadInput: a decision names an id that the building has not, or one id twice.
    """
    names, found = there.names(), {}
    for thing in THINGS:
        said = dict(decided.get(thing, {}))
        if len(set(said.values())) < len(said) or not set(said.values()) <= names[thing].keys():
            raise BadInput("What was decided does not fit this building any more; please look at it again.")
        sure = {key: old for key, old in matching.bound(thing).items() if old not in said.values()}
        found[thing] = sure | said
    return found


def is_same_building(there: Known, matching: Matching, binding: Ids) -> bool:
    """Whether a model can be a version of what is known; levels alone are alike in many buildings."""
    if not (there.storeys or there.spaces or there.equipment):
        return True
    identified = any(_SAME_ID in pair.evidence for pair in matching.sure)
    asked = any(doubt.thing != "storey" for doubt in matching.doubtful)
    return identified or asked or bool(binding["space"] or binding["equipment"])


def begin(connection: Connection, building: int, sha256: str, previous_sha256: str, frame: Frame) -> int:
    """Note a version that follows another, with all rows of the building as they are; gives its id."""
    wanted = {
        "building_id": building,
        "model_sha256": sha256,
        "previous_sha256": previous_sha256,
        "frame": None if frame == Frame() else Jsonb({"angle_rad": frame.angle, "shift_m": frame.shift}),
    }
    row = connection.execute(_SQL["reissue_add"], wanted).fetchone()
    assert row is not None  # it was inserted
    connection.execute(_SQL["reissues_forget"], {"building_id": building, "most": _KEPT})
    return int(row[0])


def note(connection: Connection, of: dict[str, Any], matching: Matching, binding: Ids, ids: Ids) -> int:
    """Keep what was added, what was bound without a GlobalId, and what is asked; gives how much is asked.

    Args:
        connection: The transaction of the import.
        of: The ids `building_id` and `reissue_id`.
        matching: Of the model.
        binding: The old id of each key that has one.
        ids: The id that each key has now.
    """
    added = {thing: sorted(set(ids[thing].values()) - set(binding[thing].values())) for thing in THINGS}
    connection.execute(_SQL["reissue_set"], {"reissue_id": of["reissue_id"], "added": Jsonb(added)})
    taken = {(thing, old) for thing in THINGS for old in binding[thing].values()}
    doubts = [doubt for doubt in matching.doubtful if (doubt.thing, doubt.old) not in taken]
    sure = [pair for pair in matching.sure if _is_worth_telling(pair, binding)]
    told = [_asked(doubt, ids) for doubt in doubts] + [_told(pair, ids) for pair in sure]
    if told:
        connection.cursor().executemany(_SQL["match_add"], [one | of for one in told])
    return len(doubts)


def _is_worth_telling(pair: Pair, binding: Ids) -> bool:
    certain = _SAME_ID in pair.evidence and not pair.against
    return not certain and binding[pair.thing].get(pair.new) == pair.old


def _asked(doubt: Doubt, ids: Ids) -> dict[str, Any]:
    return _row(doubt.thing, doubt.old, doubt.candidates, ids) | {"state": "doubtful"}


def _told(pair: Pair, ids: Ids) -> dict[str, Any]:
    return _row(pair.thing, pair.old, (pair,), ids) | {"state": "sure"}


def _row(thing: Thing, old: int, candidates: tuple[Pair, ...], ids: Ids) -> dict[str, Any]:
    listed = [
        {
            "id": ids[thing][pair.new],
            "confidence": pair.confidence,
            "evidence": pair.evidence,
            "against": pair.against,
        }
        for pair in candidates
    ]
    first = candidates[0]
    return {
        "thing": thing,
        "old_id": old,
        "confidence": first.confidence,
        "evidence": Jsonb({"for": first.evidence, "against": first.against}),
        "candidates": Jsonb(listed),
    }
