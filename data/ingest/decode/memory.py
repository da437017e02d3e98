"""What a convention remembers of earlier messages, bounded."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

Key = TypeVar("Key")
Item = TypeVar("Item")

MAX_ITEMS = 50_000


class Memory(Generic[Key, Item]):
    """A dictionary that forgets what was stored longest ago, so that no sender can fill the machine."""

    def __init__(self, most: int = MAX_ITEMS) -> None:
        self._items: OrderedDict[Key, Item] = OrderedDict()
        self._most = most

    def __getitem__(self, key: Key) -> Item:
        return self._items[key]

    def __setitem__(self, key: Key, item: Item) -> None:
        self._items[key] = item
        self._items.move_to_end(key)
        if len(self._items) > self._most:
            self._items.popitem(last=False)

    def __contains__(self, key: Key) -> bool:
        return key in self._items

    def __len__(self) -> int:
        return len(self._items)

    def get(self, key: Key) -> Item | None:
        """What is stored under the key; None when there is nothing."""
        return self._items.get(key)

    def pop(self, key: Key) -> Item | None:
        """Forget a key and return what was stored under it."""
        return self._items.pop(key, None)
