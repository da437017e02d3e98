"""Where the database is and as whom each process signs in to it."""

from __future__ import annotations

import hashlib
import hmac
from typing import Literal

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from data.settings import Settings
from data.store import embedded

Role = Literal["web", "ingest", "worker"]
ROLES: tuple[Role, ...] = ("web", "ingest", "worker")


def owner(settings: Settings) -> str:
    """Connection string of the owner: migrations and administration only."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return embedded.locate(settings).owner_url()


def role_password(settings: Settings, role: Role) -> str:
    """A role's password, derived from the secret key so that every process of an installation knows it."""
    return hmac.new(settings.secret.encode(), f"postgresql role {role}".encode(), hashlib.sha256).hexdigest()


def of_role(settings: Settings, role: Role) -> str:
    """Connection string of one of our own roles."""
    parts = conninfo_to_dict(owner(settings))
    parts |= {"user": f"clerestory_{role}", "password": role_password(settings, role)}
    return make_conninfo("", **parts, application_name=f"clerestory {role}")
