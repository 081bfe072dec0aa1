"""The loopback exchange, one for all tests of this folder, begun anew for each that asks for it."""

from __future__ import annotations

import decimal
from collections.abc import AsyncIterator, Iterator
from typing import Any

import ccxt.pro as ccxt
import pytest
import pytest_asyncio

from lefi_tui.adapters.ccxt_link import ExchangeLink
from tests.exchange.loopback.clients import linked, opened
from tests.exchange.loopback.host import Far, exchange_in_thread


@pytest.fixture(autouse=True)
def _own_rounding() -> Iterator[None]:
    """ccxt sets how the whole process rounds; the product meets it in a worker only."""
    context = decimal.getcontext()
    before = context.rounding
    yield
    context.rounding = before


@pytest.fixture(scope="session")
def loopback() -> Iterator[Far]:
    with exchange_in_thread() as far:
        yield far


@pytest.fixture
def far(loopback: Far) -> Far:
    loopback.act("begin")
    return loopback


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def link(far: Far) -> AsyncIterator[ExchangeLink]:
    """For a module whose own `far` goes on from test to test."""
    async with linked(far) as begun:
        yield begun


@pytest_asyncio.fixture
async def usdm(far: Far) -> AsyncIterator[Any]:
    """The genuine client with a key that trades; its markets are loaded."""
    async with opened(far, ccxt.binanceusdm, timeout=3_000) as client:
        await client.load_markets()
        yield client
