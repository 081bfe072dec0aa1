"""Each venue that stands behind the port, as a fixture of the suite."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from lefi_tui.adapters.ccxt_link import ExchangeLink
from tests.contract.doors import (
    Door,
    candle_door,
    exchange_door,
    far_door,
    near_door,
    recording_door,
)
from tests.contract.loopback_doors import (
    BINANCE_SPOT,
    EXCHANGES,
    OKX,
    Exchange,
    LoopbackDoor,
    link_of,
    loopback_door,
)
from tests.contract.offers import BOOKS, LACKS, Offer, asked_of
from tests.exchange.client import FarVenue
from tests.exchange.loopback.host import Far, exchange_in_thread
from tests.exchange.process import FarExchange, far_exchange

Links = dict[str, ExchangeLink]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A venue is asked what it has (offers.py): no sentence is skipped without a reason."""
    if "any_door" in metafunc.fixturenames:
        metafunc.parametrize("any_door", asked_of(metafunc.function), indirect=True)


@pytest.fixture(scope="session")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FarExchange]:
    """One process for the whole suite; each test begins a new market in it."""
    folder: Path = tmp_path_factory.mktemp("far")
    with far_exchange(folder, "--market", "hand") as exchange:
        yield exchange


@pytest.fixture(scope="session")
def loopback() -> Iterator[Far]:
    with exchange_in_thread() as opened:
        yield opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def links(loopback: Far) -> AsyncIterator[Links]:
    """A worker process for each exchange, begun by its first question."""
    made = {each.ccxt: link_of(loopback, each) for each in EXCHANGES}
    async with AsyncExitStack() as stack:
        for each in made.values():
            await stack.enter_async_context(each)
        yield made


@pytest_asyncio.fixture(params=BOOKS)
async def door(request: pytest.FixtureRequest) -> AsyncIterator[Door]:
    """A venue on a book."""
    made = await _opened(request)
    yield made
    await made.venue.close()


@pytest_asyncio.fixture(loop_scope="session")
async def any_door(
    request: pytest.FixtureRequest, loopback: Far, links: Links
) -> AsyncIterator[Door]:
    """Any venue at all."""
    exchange = next((each for each in EXCHANGES if each.ccxt == request.param), None)
    if exchange is None:
        made = await _opened(request)
    else:
        made = await loopback_door(loopback, exchange, links[exchange.ccxt])
    yield made
    await made.venue.close()


@pytest_asyncio.fixture(params=EXCHANGES, ids=str, loop_scope="session")
async def real_door(
    request: pytest.FixtureRequest, loopback: Far, links: Links
) -> AsyncIterator[LoopbackDoor]:
    """A real exchange's protocol."""
    exchange: Exchange = request.param
    made = await loopback_door(loopback, exchange, links[exchange.ccxt])
    yield made
    await made.venue.close()


WITH_PERPETUALS = [each for each in EXCHANGES if Offer.PERPETUAL not in LACKS[each.ccxt]]


@pytest_asyncio.fixture(params=WITH_PERPETUALS, ids=str, loop_scope="session")
async def perpetual_door(
    request: pytest.FixtureRequest, loopback: Far, links: Links
) -> AsyncIterator[LoopbackDoor]:
    """A real exchange that has what this asks for."""
    exchange: Exchange = request.param
    made = await loopback_door(loopback, exchange, links[exchange.ccxt])
    yield made
    await made.venue.close()


@pytest_asyncio.fixture(loop_scope="session")
async def spot_door(loopback: Far, links: Links) -> AsyncIterator[LoopbackDoor]:
    """The one where stop and target are kept by us."""
    made = await loopback_door(loopback, BINANCE_SPOT, links[BINANCE_SPOT.ccxt])
    yield made
    await made.venue.close()


@pytest_asyncio.fixture(loop_scope="session")
async def okx_door(loopback: Far, links: Links) -> AsyncIterator[LoopbackDoor]:
    """The one where a target has a size of its own."""
    made = await loopback_door(loopback, OKX, links[OKX.ccxt])
    yield made
    await made.venue.close()


async def _opened(request: pytest.FixtureRequest) -> Door:
    if request.param == "candle file":
        return candle_door()
    if request.param == "recording":
        return recording_door()
    if request.param == "an exchange's prices":
        return exchange_door()
    if request.param == "another process":
        exchange: FarExchange = request.getfixturevalue("far")
        return await far_door(FarVenue(exchange.socket))
    return near_door(latency_ms=40 if "latency" in request.param else 0)
