"""What belongs to one running app, for pages and callbacks to reach."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.snapshot import Snapshots
from data.settings import Settings
from data.store import Store


@dataclass(frozen=True, slots=True)
class Context:
    """One app's settings, store and snapshots; handed to every `register`, never kept in a module."""

    settings: Settings
    store: Store
    snapshots: Snapshots
