"""What each exchange does in its own way: one table, read wherever the way to it differs.

The rule it keeps: an exchange that is not listed is trusted with the least: its orders are believed
to be on their way for long, and what hangs on a position is held by us, not by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from lefi_tui.core.record import Record

# An order is good for so long by the exchange's clock; after it nothing can come of it any more.
ORDER_WINDOW_MS: Final = 2_000
LAG_MS: Final = 3_000  # what an exchange may lag behind itself (faults.md, 5)
# Without a window of its own: a request that is delayed so long has met a time limit on the way.
UNSAID_WINDOW_MS: Final = 60_000


class Window(StrEnum):
    """How an order is told until when it is good."""

    PARAMETER = "recvWindow"  # so long after its time stamp
    HEADER = "expTime"  # until this time of the exchange's clock
    NONE = ""


class Timer(StrEnum):
    """The exchange's own dead-man's timer: what it ends when nobody renews it."""

    OF_MARKET = "market"  # resting orders of one market
    OF_ACCOUNT = "account"
    NONE = ""


class Holds(StrEnum):
    """Who holds stop and target of a position."""

    THERE = "there"  # the exchange: they survive our end
    OURS = "ours"  # this program, while it runs


class Ways(Record):
    window: Window = Window.NONE
    # In its words: an order of this id is there already, so it is alive, whatever else was said.
    alive: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()  # its number for: too busy, and nothing was taken
    # Its numbers for: the market's rules are others (step, tick, smallest size, open at all).
    rules: tuple[str, ...] = ()
    # Its numbers for: nothing is open that this order, which only reduces, could make smaller.
    reduces: tuple[str, ...] = ()
    # Such an order never opens anything there, also where it comes before the position does: a
    # contract test has shown it (tests/contract/test_pairs.py).
    pairs: bool = False
    together: int = 0  # orders that one request takes; 0: each goes by itself
    lists_ended: bool = True  # one question tells orders whatever became of them
    trades_by: str = ""  # the parameter that asks for the trades of one order
    rows_most: int = 100  # of one answer
    options: Mapping[str, Any] = {}  # of the client
    has_positions: bool = True  # else what is held is the balance
    own_wallet: str = ""  # as ccxt names it; none: no money is moved there
    wallets: tuple[str, ...] = ()  # of the same login
    has_income: bool = False  # Binance's ledger of a futures wallet, every entry of it
    margin: Mapping[str, Any] = {}  # what an order and its leverage say of the margin mode
    exits: Holds = Holds.OURS
    timer: Timer = Timer.NONE
    sizes_targets: bool = False  # else one closes all, whatever that has grown to
    asks_exits: Mapping[str, Any] = {}  # what the question for open orders must say to show exits

    def order_params(self) -> dict[str, Any]:
        """What each new order says of how long it is good."""
        return {self.window.value: ORDER_WINDOW_MS} if self.window is Window.PARAMETER else {}

    @property
    def proof_after_ms(self) -> int:
        """So long after it was first missed, an order that is nowhere never was."""
        window = ORDER_WINDOW_MS if self.window else UNSAID_WINDOW_MS
        return window + LAG_MS


WAYS: Final[Mapping[str, Ways]] = {
    # Stops are algo orders of their own, each of which closes the whole position.
    "binanceusdm": Ways(
        window=Window.PARAMETER,
        alive=("-4116",),
        busy=("-1008",),
        rules=("-1111", "-1121", "-4003", "-4004", "-4005", "-4014", "-4023", "-4140", "-4164"),
        reduces=("-2022", "-4118"),
        pairs=True,
        together=5,
        trades_by="orderId",
        rows_most=500,
        has_income=True,
        own_wallet="swap",
        wallets=("spot", "funding"),
        exits=Holds.THERE,
        timer=Timer.OF_MARKET,
        asks_exits={"trigger": True},
    ),
    # No positions: what is held is the balance. A stop there would lock the units that a later sale
    # of ours needs, so stop and target are ours.
    "binance": Ways(
        window=Window.PARAMETER,
        alive=("Duplicate order sent",),
        busy=("-1008",),
        rules=("-1013", "-1111", "-1121"),
        trades_by="orderId",
        rows_most=500,
        options={"fetchMarkets": {"types": ["spot"]}},
        has_positions=False,
    ),
    # A client id is good once for all time. What is attached to an entry waits there for its end,
    # so stop and target are algo orders of their own, from the first fill on (ccxt_okx).
    "okx": Ways(
        window=Window.HEADER,
        alive=("51016",),
        rules=("51001", "51020", "51027", "51121"),
        reduces=("51169", "51170"),
        pairs=True,
        together=20,
        lists_ended=False,
        trades_by="ordId",
        options={"fetchMarkets": {"types": ["swap"]}},
        margin={"marginMode": "isolated"},
        exits=Holds.THERE,
        timer=Timer.OF_ACCOUNT,
        sizes_targets=True,
        asks_exits={"trigger": True, "ordType": "conditional,oco"},
    ),
}


def ways_of(exchange: str) -> Ways:
    return WAYS.get(exchange, Ways())
