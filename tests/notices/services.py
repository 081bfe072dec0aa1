"""A server on loopback that stands for the services: it takes, refuses, or hangs, as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HANGS = 0  # an answer that never comes


class Services(ThreadingHTTPServer):
    """`answers` by path (the channel's token), 200 where nothing is said; `got` is what came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, int] = {}
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.free = threading.Event()

    def url(self, token: str) -> str:
        """As Apprise reads it."""
        return f"json://127.0.0.1:{self.server_port}/{token}"

    def web(self, token: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{token}"

    def count(self, token: str) -> int:
        return sum(path == f"/{token}" for path, _ in self.got)

    def bodies(self, token: str) -> list[str]:
        return [each.get("message", "") for path, each in self.got if path == f"/{token}"]


class _Handler(BaseHTTPRequestHandler):
    server: Services

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        self._answer(json.loads(raw))

    def do_GET(self) -> None:
        self._answer({})

    def _answer(self, body: dict[str, Any]) -> None:
        self.server.got.append((self.path, body))
        status = self.server.answers.get(self.path.strip("/"), 200)
        if status == HANGS:
            self.server.free.wait(60)
            return
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Standard error is the tests'."""


@contextmanager
def services() -> Iterator[Services]:
    server = Services()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.free.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
