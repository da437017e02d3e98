from __future__ import annotations

from data.ingest.decode.memory import Memory


def test_what_was_stored_longest_ago_is_forgotten_first() -> None:
    memory: Memory[str, int] = Memory(2)
    memory["a"] = 1
    memory["b"] = 2
    memory["a"] = 3
    memory["c"] = 4
    assert (memory.get("a"), memory.get("b"), memory.get("c")) == (3, None, 4)
