"""Whose a topic is: the settings say it, never the payload."""

from __future__ import annotations

import re
from collections.abc import Mapping

from data.errors import BadSettings

DEFAULT = "main"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_SETTING = "CLERESTORY_TENANT_TOPICS"


class TenantTopics:
    """Topic prefixes, of whole levels, and the tenants they belong to."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        """Raises BadSettings when a prefix or a tenant's name cannot be used."""
        for prefix, tenant in prefixes.items():
            if not prefix.strip("/") or any(sign in prefix for sign in "+#"):
                raise BadSettings(f"{_SETTING}: {prefix!r} must be levels of a topic, such as 'site-a'.")
            if not _NAME.fullmatch(tenant):
                raise BadSettings(
                    f"{_SETTING}: the tenant {tenant!r} must be 1 to 63 small letters, digits, - and _, "
                    "and begin with a letter or digit."
                )
        # The longest first, so that a part of one tenant's topics can belong to another.
        self._prefixes = sorted(
            ((prefix.rstrip("/") + "/", tenant) for prefix, tenant in prefixes.items()),
            key=lambda pair: -len(pair[0]),
        )

    def split(self, topic: str) -> tuple[str, str]:
        """The tenant, and the topic without the tenant's prefix."""
        for prefix, tenant in self._prefixes:
            if topic.startswith(prefix) and len(topic) > len(prefix):
                return tenant, topic.removeprefix(prefix)
        return DEFAULT, topic
