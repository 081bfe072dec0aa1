"""Each venue that stands behind the port, as a fixture of the suite."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.contract.doors import Door, candle_door, exchange_door, far_door, near_door
from tests.exchange.client import FarVenue
from tests.exchange.process import FarExchange, far_exchange


@pytest.fixture(scope="session")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FarExchange]:
    """One process for the whole suite; each test begins a new market in it."""
    folder: Path = tmp_path_factory.mktemp("far")
    with far_exchange(folder, "--market", "hand") as exchange:
        yield exchange


BOOKS = ("paper", "paper with latency", "an exchange's prices", "another process")


@pytest_asyncio.fixture(params=BOOKS)
async def door(request: pytest.FixtureRequest) -> AsyncIterator[Door]:
    """A venue on a book."""
    async for made in _opened(request):
        yield made


@pytest_asyncio.fixture(params=[*BOOKS, "candle file"])
async def any_door(request: pytest.FixtureRequest) -> AsyncIterator[Door]:
    """Any venue at all."""
    async for made in _opened(request):
        yield made


async def _opened(request: pytest.FixtureRequest) -> AsyncIterator[Door]:
    if request.param == "candle file":
        made = candle_door()
    elif request.param == "an exchange's prices":
        made = exchange_door()
    elif request.param == "another process":
        exchange: FarExchange = request.getfixturevalue("far")
        made = await far_door(FarVenue(exchange.socket))
    else:
        made = near_door(latency_ms=40 if "latency" in request.param else 0)
    yield made
    await made.venue.close()
