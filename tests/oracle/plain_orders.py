"""Of the second opinion: what a strategy asks for, what it is told, and what the costs are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Wish:
    """An order: a share of cash or of the position, units, an amount of quote, or all to zero."""

    side: int = 0  # 1 buys, -1 sells
    share: float = 0.0
    units: float = 0.0
    cost: float = 0.0
    symbol: str = ""  # the strategy's own if not said
    is_close: bool = False
    is_cancel: bool = False
    at: float | None = None  # limit
    tif: str = "GTC"
    post_only: bool = False
    reduce_only: bool = False
    stop_share: float | None = None
    stop_price: float | None = None
    target_share: float | None = None
    trail_share: float | None = None
    leverage: float = 1.0
    reason: str = ""  # of the trade, where it reduces: close or order if not said
    place: object = None  # of the text: one working order each


@dataclass
class Resting:
    """A limit order in the market, and what is set aside for it."""

    wish: Wish
    units: float
    cash: float = 0.0
    sold: float = 0.0  # units of a spot sale
    only_reduces: bool = False  # it goes with the position that it would reduce


@dataclass
class Filled:
    """What a strategy is told at the close of the candle."""

    symbol: str
    side: int
    price: float
    units: float
    reason: str


@dataclass
class Done:
    """One trade, as the page counts them."""

    symbol: str
    side: str
    units: float
    entry_time: int
    entry_price: float
    exit_time: int
    exit_price: float
    fees: float
    pnl: float
    reason: str


@dataclass
class Costs:
    """Shares of what is traded."""

    maker: float = 0.0002
    taker: float = 0.0005
    slippage: float = 0.0
