"""The genuine ccxt client on the loopback exchange: in our process, or in one of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.system_clock import SystemClock
from tests.exchange.loopback.host import Far

A_TURN_S = 0.01


def linked(far: Far, *, orders_by: str = "") -> ExchangeLink:
    """Our line to it, by a process that has a key which trades; `orders_by` leaves one way only."""
    key = {"apiKey": far.key.key, "secret": far.key.secret}
    private = {"key": key, "trades": True, "orders_by": orders_by}
    return ExchangeLink("binanceusdm", far.ccxt(None), private=lambda: private)


@asynccontextmanager
async def opened(far: Far, make: Any, **settings: Any) -> AsyncIterator[Any]:
    """`make` is ccxt's class; the client is ready, its markets are not loaded."""
    client = make(far.ccxt(timeout_on_exit=0, **settings))
    try:
        yield client
    finally:
        await client.close()
        await cut_off(far)


async def cut_off(far: Far) -> None:
    """A TLS connection that is being closed waits for the other side: this side has no time."""
    far.act("cut")
    await SystemClock().sleep(A_TURN_S)
