"""The error tree. A class's docstring is the sentence a person reads when no other is given.

ClerestoryError
├── BadSettings         every wrong setting, named at once
├── StoreError
│   ├── StoreUnavailable    the database cannot be reached now
│   ├── StoreBusy           too many requests wait for a connection
│   └── StoreRefused        the database refuses what was to be written, and always will
├── EmbeddedServerError the embedded PostgreSQL cannot be started
├── BrokerError         no MQTT broker can be started or reached
├── DecodeError         a payload that cannot be understood
└── BadInput            a file or an argument a person gave cannot be used
"""


class ClerestoryError(Exception):
    """Something in Clerestory went wrong."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class BadSettings(ClerestoryError):
    """One or more settings are wrong."""


class StoreError(ClerestoryError):
    """The store refused a request."""


class StoreUnavailable(StoreError):
    """The database cannot be reached right now."""


class StoreBusy(StoreError):
    """Too many requests are waiting for the database."""


class StoreRefused(StoreError):
    """The database refused what was to be written."""


class EmbeddedServerError(ClerestoryError):
    """The embedded PostgreSQL server cannot be started."""


class BrokerError(ClerestoryError):
    """No MQTT broker can be started or reached."""


class DecodeError(ClerestoryError):
    """The payload cannot be understood."""


class BadInput(ClerestoryError):
    """The input cannot be used."""
