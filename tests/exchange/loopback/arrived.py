"""One request as it arrived, whatever carried it: a wire, or nothing at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web


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


async def arrived(request: web.Request) -> Arrived:
    return Arrived(
        request.host.partition(":")[0],
        request.method,
        request.path,
        request.raw_path,
        request.rel_url.raw_query_string,
        dict(request.query),
        request.headers,
        await request.text(),
    )
