"""The building from its IFC model: a file becomes plain values, which the store keeps and pages draw.

`reading.read(path)` gives a `model.Model`; `data.store.buildings.save` keeps it.
`python -m data.building` does both.

Plans are in metres in the axes of the model's project: x to its east, y to its north. All storeys
and all models of one building that share these axes so lie on each other, and a map conversion or
true north, which are stated for these axes, applies to them as it stands.
"""
