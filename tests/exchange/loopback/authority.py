"""A certificate authority of the test run: the client's real host names, answered on loopback.

The client keeps its own addresses and its own checks of certificates; only `cafile` is ours.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from pathlib import Path

import trustme


class Authority:
    def __init__(self) -> None:
        self._authority = trustme.CA()

    def write(self, path: Path) -> None:
        """What a client trusts."""
        path.write_bytes(self._authority.cert_pem.bytes())

    def context(self, hosts: Iterable[str]) -> ssl.SSLContext:
        """What a server that stands for these hosts shows."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(*hosts).configure_cert(context)
        return context
