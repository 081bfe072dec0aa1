"""One request as it arrived, whatever carried it: a wire, or nothing at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from tests.exchange.loopback.tunnel import heard


@dataclass(frozen=True)
class Arrived:
    host: str
    method: str
    path: str
    raw_path: str  # with its query, as it was signed
    raw_query: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: str
    read_ns: int = 0  # monotonic; 0 where no wire carried it


async def arrived(request: web.Request) -> Arrived:
    line = heard(request.transport)
    return Arrived(
        request.host.partition(":")[0],
        request.method,
        request.path,
        request.raw_path,
        request.rel_url.raw_query_string,
        dict(request.query),
        request.headers,
        await request.text(),
        0 if line is None else line.read_ns,
    )
