"""A wire between the ingest and the broker that can be cut at any byte."""

from __future__ import annotations

import select
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Wire(socketserver.ThreadingTCPServer):
    """Listens on a port of its own and passes everything on to the broker's."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, broker_port: int) -> None:
        self.broker = ("127.0.0.1", broker_port)
        self._lock = threading.Lock()
        self._ends: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Passing)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def cut(self) -> None:
        """End every connection that goes through it now."""
        with self._lock:
            for end in self._ends:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def holding(self, *ends: socket.socket) -> Iterator[None]:
        """While a connection between these ends lives."""
        with self._lock:
            self._ends.update(ends)
        try:
            yield
        finally:
            with self._lock:
                self._ends.difference_update(ends)


class _Passing(socketserver.BaseRequestHandler):
    server: Wire

    def handle(self) -> None:
        # Either side may break at any moment: that is what the wire is for.
        with (
            suppress(OSError),
            socket.create_connection(self.server.broker) as far,
            self.server.holding(self.request, far),
        ):
            other = {self.request: far, far: self.request}
            while True:
                for end in select.select(list(other), [], [])[0]:
                    if not (data := end.recv(65_536)):
                        return
                    other[end].sendall(data)


@contextmanager
def wire(broker_port: int) -> Iterator[Wire]:
    """A wire that carries."""
    with Wire(broker_port) as made:
        carrying = threading.Thread(target=made.serve_forever, args=(0.05,), daemon=True)
        carrying.start()
        try:
            yield made
        finally:
            made.shutdown()
            made.cut()
            carrying.join()
