"""What a backtest came to, and how `lefi backtest --json` writes it.

Times are in ms, shares are fractions, and a number without a divisor is null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import field, to_builtins

from lefi_tui.core.messages import OrderDenied, Verdict
from lefi_tui.core.metrics import Numbers, OpenPosition, Trade
from lefi_tui.core.record import Record
from lefi_tui.core.risk.facts import NS_PER_MS
from lefi_tui.core.risk.gate import refusals
from lefi_tui.core.timeframe import span


class Refusal(Record):
    """An order that was not carried out, and why."""

    time: int
    symbol: str
    action: str
    code: str
    text: str
    verdicts: tuple[Verdict, ...] = ()  # of the gate, where limits were in force

    def report(self) -> dict[str, Any]:
        out: dict[str, Any] = to_builtins(self)
        if not self.verdicts:
            del out["verdicts"]
        return out


def denied(event: OrderDenied) -> Refusal:
    """As the journal tells it."""
    order, first = event.order, refusals(event.verdicts)[0]
    row = event.at_ns // NS_PER_MS, order.terms.symbol, order.terms.side.value, first.code
    return Refusal(*row, order.reason, event.verdicts)


class Result(Record):
    script: str
    symbols: tuple[str, ...]
    timeframe_ms: int  # that the Candle handlers run on
    data_ms: int
    candles: int
    from_ms: int
    to_ms: int
    seconds: float
    equity: Sequence[float]  # an array: starting cash, then at each close
    numbers: Numbers
    fees: float
    funding: float  # paid; negative when received
    buy_and_hold: float | None
    trades: Sequence[Trade]
    open: tuple[OpenPosition, ...]
    refusals: tuple[Refusal, ...]
    gaps: int
    notices: tuple[str, ...]
    notes: Mapping[str, int] = field(default_factory=dict)  # how many of each kind
    way: str = "event"
    times: Sequence[int] = ()  # of the closes, in ms
    held: tuple[float, float] = (0.0, 0.0)  # the first market's first open and last close
    limits: tuple[tuple[str, str], ...] = ()  # that were in force, by name and as text
    unfunded: tuple[str, ...] = ()  # perpetual markets whose data has no funding
    both: tuple[int, ...] = ()  # trades (from 0) that left where a stop and the target could be met

    def report(self) -> dict[str, Any]:
        numbers = self.numbers
        limits = {"limits": dict(self.limits)} if self.limits else {}
        return {
            "script": self.script,
            "symbol": ", ".join(self.symbols),
            "timeframe": span(self.timeframe_ms),
            "data_timeframe": span(self.data_ms),
            "candles": self.candles,
            "from": self.from_ms,
            "to": self.to_ms,
            "way": self.way,
            **limits,
            "seconds": self.seconds,
            "candles_per_second": self.candles / self.seconds if self.seconds else None,
            "start_equity": self.equity[0],
            "final_equity": self.equity[-1],
            "return": numbers.total_return,
            "max_drawdown": numbers.max_drawdown,
            "sharpe": numbers.sharpe,
            "sortino": numbers.sortino,
            "cagr": numbers.cagr,
            "win_rate": numbers.win_rate,
            "profit_factor": numbers.profit_factor,
            "exposure": numbers.exposure,
            "fees": self.fees,
            "funding": self.funding,
            "buy_and_hold": self.buy_and_hold,
            "trades": [to_builtins(each) for each in self.trades],
            "open": [to_builtins(each) for each in self.open],
            "refused": [each.report() for each in self.refusals],
            "gaps": self.gaps,
            "notes": dict(self.notes),
            "notices": list(self.notices),
        }
