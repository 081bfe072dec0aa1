"""What a backtest assumes, in words: the written rules with the numbers of this run in them."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from lefi_tui.requests import BacktestRequest, Costs
from lefi_tui.simulate.prepared import instrument_of
from lefi_tui.simulate.result import Result

ORDERS: Final = (
    "orders of a candle's close reach the market at the next candle",
    "no latency, no queue; any size fills whole and moves no price",
)
LIMIT: Final = (
    "a limit fills at its price, or a better open, once a candle goes strictly through it; maker "
    "fee {maker}, at its first open the taker fee"
)
PATH: Final = (
    "inside a candle the price goes first against the position, then for it: where stop and target "
    "are both reached the stop counts, at its level or a worse open"
)
MARGIN: Final = (
    "margin is isolated, maintenance {maintenance} at every size; a liquidation takes the margin "
    "and no more"
)


def assumptions(result: Result, request: BacktestRequest) -> tuple[str, ...]:
    """The most telling first."""
    costs = request.costs
    market = (
        f"a market order fills at the open{_slippage(costs)}, taker fee {_percent(costs.taker)}"
    )
    return (
        *ORDERS,
        market,
        LIMIT.format(maker=_percent(costs.maker)),
        PATH,
        *_perpetual(result),
        "a position that is open at the end is marked at the last close, not closed",
        _limits(request),
    )


def _slippage(costs: Costs) -> str:
    return f", {_percent(costs.slippage)} worse" if costs.slippage else " without slippage"


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}%"


def _perpetual(result: Result) -> tuple[str, ...]:
    perpetual = [each for each in result.symbols if instrument_of(each).is_perpetual]
    if not perpetual:
        return ("spot: no short, no leverage, no funding",)
    free = [each for each in perpetual if each in result.unfunded]
    told = [f"0 for {', '.join(free)}, whose data has no funding"] if free else []
    charged = [each for each in perpetual if each not in result.unfunded]
    told += [f"as the data of {', '.join(charged)} says"] if charged else []
    maintenance = _percent(instrument_of(perpetual[0]).maintenance)
    return MARGIN.format(maintenance=maintenance), f"funding: {', '.join(told)}"


def _limits(request: BacktestRequest) -> str:
    if request.limits is not None:
        return "the limits of --limits and the script's rate hold; prices and sizes have no tick"
    return "no limit but the script's rate holds; prices and sizes have no tick and no minimum"
