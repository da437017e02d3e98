"""GlobalIds that are the same in every model written: made from what a thing is and its name."""

from __future__ import annotations

import uuid

_OFFICE = uuid.UUID("6f0b6a0e-3a5e-5c1d-9a2f-0c1e5be70a11")


def global_id(ifc_class: str, name: str) -> str:
    """The GlobalId of the office's instance of this class and name: 22 characters."""
    # Here, because the simulator asks rarely and ifcopenshell takes a second to import.
    from ifcopenshell import guid

    return str(guid.compress(uuid.uuid5(_OFFICE, f"{ifc_class}/{name}").hex))


def space_id(number: str) -> str:
    """The GlobalId of the room with this number."""
    return global_id("IfcSpace", number)
