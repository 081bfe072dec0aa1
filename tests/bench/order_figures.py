"""An order to an exchange and back, beside what a plain call of ccxt takes; and a reconciliation.

The exchange is the loopback one in a process of its own, in TLS through a proxy. Ours is measured
as a bot's order goes: from this process over a pipe to the worker, on the wire, and back again.
"""

from __future__ import annotations

import asyncio
import decimal
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from functools import cache, partial
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any, Final

from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.order import Side
from lefi_tui.core.reconcile import OurOrder, OurView, TheirOrder, TheirView, reconcile
from tests.bench.readings import Measurement, Reading, against_plain_loop
from tests.exchange.loopback.host import Far, exchange_in_process

ROUNDS: Final = 80
WARM: Final = 5
SPACED_ROUNDS: Final = 4  # of what takes a fifth of a second and more
ORDERS: Final = 1_000
BTC: Final = "BTC/USDT:USDT"
OPEN_S: Final = 20.0

Send = Callable[[int], Awaitable[object]]  # so many orders at once, told by their number
_numbers: Final = count()


@cache
def _took_ms() -> dict[str, float]:
    """Each way in turn in every round, so that a slow minute is slow for all of them."""
    before = decimal.getcontext().rounding  # ccxt sets it for the whole process
    try:
        with tempfile.TemporaryDirectory() as folder, exchange_in_process(Path(folder)) as far:
            return asyncio.run(_measured(far))
    finally:
        decimal.getcontext().rounding = before


async def _measured(far: Far) -> dict[str, float]:
    ccxt = import_module("ccxt.async_support")  # not for all figures: it takes a second, 100 MB
    much = 10**7
    far.act("limits", orders_10s=much, orders_1m=much, weight_1m=much)
    plain = ccxt.binanceusdm(far.ccxt(timeout_on_exit=0))
    spaced = ccxt.binanceusdm(far.ccxt(timeout_on_exit=0, enableRateLimit=True))
    rest, socket = _link(far, "rest"), _link(far, "websocket")
    async with rest, socket:
        try:
            await asyncio.gather(plain.load_markets(), spaced.load_markets())
            await asyncio.gather(_ready(rest, "rest"), _ready(socket, "websocket"))
            ways: dict[str, Send] = {
                "plain": partial(_plainly, plain),
                "batch of ccxt": partial(_as_batch, plain),
                "rest": partial(_placed, rest),
                "socket": partial(_placed, socket),
            }
            took = await _in_turns(ways, (1, 2, 5), ROUNDS)
            return took | await _in_turns(
                {"spaced": partial(_plainly, spaced)}, (2,), SPACED_ROUNDS
            )
        finally:
            await plain.close()
            await spaced.close()


async def _in_turns(
    ways: dict[str, Send], at_once: tuple[int, ...], rounds: int
) -> dict[str, float]:
    took: dict[str, list[float]] = {f"{way} {many}": [] for way in ways for many in at_once}
    warm = min(WARM, rounds // 2)
    for _ in range(rounds + warm):
        for way, send in ways.items():
            for many in at_once:
                began = time.perf_counter()
                await send(many)
                took[f"{way} {many}"].append((time.perf_counter() - began) * 1_000)
    return {name: statistics.median(each[warm:]) for name, each in took.items()}


def _link(far: Far, way: str) -> ExchangeLink:
    key = {"apiKey": far.key.key, "secret": far.key.secret}
    private = {"key": key, "trades": True, "orders_by": way}
    return ExchangeLink("binanceusdm", far.ccxt(None), private=lambda: private)


async def _ready(link: ExchangeLink, way: str) -> None:
    """Its markets are known and orders go that way."""
    await link.ask("holdings")
    async with asyncio.timeout(OPEN_S):
        while (await link.ask("lines"))["by"] != way:
            await SystemClock().sleep(0.05)


def _side(number: int) -> str:
    return "buy" if number % 2 else "sell"


async def _placed(link: ExchangeLink, many: int) -> None:
    legs = [
        {"id": f"b{number}", "symbol": BTC, "side": _side(number), "units": "0.01", "limit": None,
         "tif": "GTC", "post_only": False, "reduce_only": False}
        for number in (next(_numbers) for _ in range(many))
    ]  # fmt: skip
    told = await link.ask("place", orders=legs, rank="ENTRY")
    assert all(each["state"] == "accepted" for each in told), told


async def _plainly(client: Any, many: int) -> None:
    async def one(number: int) -> None:
        params = {"newClientOrderId": f"p{number}"}
        await client.create_order(BTC, "market", _side(number), 0.01, None, params)

    await asyncio.gather(*(one(next(_numbers)) for _ in range(many)))


async def _as_batch(client: Any, many: int) -> None:
    numbers = [next(_numbers) for _ in range(many)]
    legs = [
        {"symbol": BTC, "type": "market", "side": _side(number), "amount": 0.01,
         "params": {"newClientOrderId": f"q{number}"}}
        for number in numbers
    ]  # fmt: skip
    await client.create_orders(legs)


def _beside(mine: str, theirs: str, yardstick: str) -> Reading:
    took = _took_ms()
    note = f"theirs {took[theirs]:.2f} ms"
    return Reading(took[mine] / took[theirs], yardstick, took[mine], "ms", note)


# ---- a reconciliation


def _views() -> tuple[OurView, TheirView]:
    """A thousand orders, of which a tenth is not as we believe."""
    ours, theirs = [], []
    for number in range(ORDERS):
        symbol, name = f"M{number % 50}/USDT", f"o{number}"
        ours.append(OurOrder(name, symbol, Decimal(number % 3)))
        if number % 20:
            filled = Decimal(number % 3 + (number % 20 == 1))
            theirs.append(TheirOrder(str(number), name, symbol, Side.BUY, Decimal(9), filled))
    units = {f"M{number}/USDT": Decimal(number) for number in range(50)}
    return OurView(tuple(ours), units=units), TheirView(tuple(theirs), units)


def reconciliation() -> Reading:
    ours, theirs = _views()
    found = len(reconcile(ours, theirs))
    assert found == ORDERS // 10, found
    return against_plain_loop(lambda: reconcile(ours, theirs), f"{ORDERS:,} orders, {found} differ")


NO_LIMITER: Final = "ccxt's create_order without its limiter"
GATHERED: Final = "the same number of ccxt's create_order, gathered, without its limiter"

MEASUREMENTS: Final[dict[str, Measurement]] = {
    "order_rest": Measurement(
        "an order sent and acknowledged, by REST", lambda: _beside("rest 1", "plain 1", NO_LIMITER)
    ),
    "order_websocket": Measurement(
        "an order sent and acknowledged, by WebSocket",
        lambda: _beside("socket 1", "plain 1", NO_LIMITER),
    ),
    "orders_two_rest": Measurement(
        "two orders at once, by REST", lambda: _beside("rest 2", "plain 2", GATHERED)
    ),
    "orders_two_websocket": Measurement(
        "two orders at once, by WebSocket", lambda: _beside("socket 2", "plain 2", GATHERED)
    ),
    "orders_two_spaced": Measurement(
        "two orders at once, beside ccxt as it comes",
        lambda: _beside("socket 2", "spaced 2", "two of ccxt's create_order with its own limiter"),
    ),
    "orders_five": Measurement(
        "five orders at once: one batch",
        lambda: _beside("socket 5", "batch of ccxt 5", "ccxt's create_orders of five"),
    ),
    "reconciliation": Measurement("1,000 orders held beside the exchange's", reconciliation),
}
