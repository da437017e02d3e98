"""Whether a port can be had, asked before a program is started that would only fail."""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A TCP port a child will listen on, and the settings by which a person can change it."""

    host: str
    number: int
    host_setting: str = "CLERESTORY_HOST"
    number_setting: str = "CLERESTORY_PORT"

    def trouble(self) -> str | None:
        """Why the port cannot be had, as a sentence; None when it can."""
        try:
            family, kind, _, _, place = socket.getaddrinfo(self.host, self.number, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(place)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return (
                    f"Port {self.number} on {self.host} is taken by another program; "
                    f"free it or set {self.number_setting}."
                )
            if error.errno == errno.EACCES:
                return f"Port {self.number} is for root alone; set {self.number_setting} to 1024 or more."
            return f"{self.host} is no address of this machine; set {self.host_setting}."
        return None
