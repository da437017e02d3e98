"""Whose a topic is: the settings say it, never the payload."""

from __future__ import annotations

import re
from collections.abc import Mapping

from data.errors import BadSettings, DecodeError

DEFAULT = "main"
BY_LEVEL = "+"  # the level of the topic in its place names the tenant
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_SETTING = "CLERESTORY_TENANT_TOPICS"


class TenantTopics:
    """Topic prefixes, of whole levels, and the tenants they belong to.

    Args:
        prefixes: Tenants by prefix. A prefix that ends in the level `+` has the tenant `+`: what stands
            there names it. That is for brokers that let each account publish below its own name alone.
        default: Whose the topics below no prefix are.
    """

    def __init__(self, prefixes: Mapping[str, str], *, default: str = DEFAULT) -> None:
        """Raises BadSettings when a prefix or a tenant's name cannot be used."""
        for prefix, tenant in prefixes.items():
            _check(prefix, tenant)
        # The longest first, so that a part of one tenant's topics can belong to another.
        self._prefixes = sorted(
            ((prefix.rstrip("/").removesuffix("+"), tenant) for prefix, tenant in prefixes.items()),
            key=lambda pair: -len(pair[0]),
        )
        self._default = default

    def split(self, topic: str) -> tuple[str, str]:
        """The tenant, and the topic without the tenant's prefix.

        Raises:
            DecodeError: the level that names the tenant cannot be a tenant's name.
        """
        for prefix, tenant in self._prefixes:
            if tenant == BY_LEVEL and topic.startswith(prefix):
                name, _, rest = topic.removeprefix(prefix).partition("/")
                if not _NAME.fullmatch(name) or not rest:
                    raise DecodeError("The topic has no tenant's name in the level where one belongs.")
                return name, rest
            if tenant != BY_LEVEL and topic.startswith(prefix + "/") and len(topic) > len(prefix) + 1:
                return tenant, topic.removeprefix(prefix + "/")
        return self._default, topic

    def owner(self, topic: str) -> str:
        """Whose a topic is, the default tenant's if it names none as it should."""
        try:
            return self.split(topic)[0]
        except DecodeError:
            return self._default


def _check(prefix: str, tenant: str) -> None:
    levels = prefix.strip("/").split("/")
    by_level = levels[-1] == BY_LEVEL
    if by_level:
        levels.pop()
    if (not any(levels) and not by_level) or any(sign in level for level in levels for sign in "+#"):
        raise BadSettings(f"{_SETTING}: {prefix!r} must be levels of a topic, such as 'site-a' or 'sites/+'.")
    if by_level != (tenant == BY_LEVEL):
        raise BadSettings(
            f"{_SETTING}: {prefix!r} and the tenant {tenant!r} must both have the + or neither."
        )
    if not by_level and not _NAME.fullmatch(tenant):
        raise BadSettings(
            f"{_SETTING}: the tenant {tenant!r} must be 1 to 63 small letters, digits, - and _, "
            "and begin with a letter or digit."
        )
