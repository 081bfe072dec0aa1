"""A backtest on the page that reports of bots are written on, so that both read alike.

Its first equity is the starting cash, at the opening of the first candle.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from lefi_tui.core.metrics import OpenPosition, Trade
from lefi_tui.core.money import exact_sum, from_double
from lefi_tui.simulate.result import Result
from lefi_tui.views.curves import Track, points
from lefi_tui.views.honest_view import HonestView
from lefi_tui.views.numbers import NS_PER_MS
from lefi_tui.views.report_view import (
    SIMULATION,
    Hold,
    OpenRow,
    Ratios,
    ReportView,
    Subject,
    Totals,
    TradeRow,
)

CURRENCY: Final = "the quote currency"
TRADES_MAX: Final = 5_000  # the newest; more than that nobody reads on a page
REFUSALS_MAX: Final = 20


def view_of(result: Result, now_ns: int, trust: HonestView | None = None) -> ReportView:
    """What a page needs of a result; there is no account behind it and no other bot."""
    start, end = from_double(result.equity[0]), from_double(result.equity[-1])
    name = _name(result)
    trades = tuple(_trade(name, each) for each in result.trades[: -TRADES_MAX - 1 : -1])
    times = [each * NS_PER_MS for each in (result.from_ms, *result.times)]
    track = Track(
        result.equity[0],
        times,
        result.equity,
        [1] * len(times),
        result.data_ms * NS_PER_MS,
    )
    totals = _totals(result, start, end)
    return ReportView(
        at_ns=now_ns,
        mode=SIMULATION,
        venue="candles of the past",
        account=", ".join(result.symbols),
        bot=_name(result),
        title="",
        currency=CURRENCY,
        since_ns=times[0],
        from_ns=times[0],
        to_ns=times[-1],
        subjects=(_subject(result, totals),),
        totals=totals,
        ratios=_ratios(result),
        points=points(track, lambda _at_ns: None),
        holds=_holds(result),
        trades=trades,
        open=tuple(_open(name, each) for each in result.open),
        unknown=(
            *result.notices,
            *(f"Refused: {each.text}" for each in result.refusals[:REFUSALS_MAX]),
        ),
        trust=trust,
    )


def _name(result: Result) -> str:
    """ema_cross of scripts/ema_cross.lefi"""
    return result.script.replace("\\", "/").rpartition("/")[2].removesuffix(".lefi")


def _totals(result: Result, start: Decimal, end: Decimal) -> Totals:
    return Totals(
        start=start,
        equity=end,
        pnl=end - start,
        realized=exact_sum(from_double(each.pnl) for each in result.trades),
        unrealized=exact_sum(from_double(each.pnl) for each in result.open),
        fees=from_double(result.fees),
        funding=from_double(result.funding),
        trades=len(result.trades),
    )


def _subject(result: Result, totals: Totals) -> Subject:
    return Subject(
        account=", ".join(result.symbols),
        bot=_name(result),
        title="",
        pnl=totals.pnl,
        yield_share=result.numbers.total_return,
        fees=totals.fees,
        trades=totals.trades,
    )


def _ratios(result: Result) -> Ratios:
    numbers = result.numbers
    return Ratios(
        yield_share=numbers.total_return,
        yearly=numbers.cagr,
        fall_max=numbers.max_drawdown,
        sharpe=numbers.sharpe,
        sortino=numbers.sortino,
        win_rate=numbers.win_rate,
        profit_factor=numbers.profit_factor,
        exposure=numbers.exposure,
        candles=result.candles,
    )


def _holds(result: Result) -> tuple[Hold, ...]:
    first, last = (from_double(each) for each in result.held)
    return (Hold(result.symbols[0], first, last, result.buy_and_hold),)


def _trade(name: str, trade: Trade) -> TradeRow:
    return TradeRow(
        owner=name,
        symbol=trade.symbol,
        side=trade.side,
        units=from_double(trade.units),
        entry_ns=trade.entry_time * NS_PER_MS,
        entry_price=from_double(trade.entry_price),
        exit_ns=trade.exit_time * NS_PER_MS,
        exit_price=from_double(trade.exit_price),
        fees=from_double(trade.fees),
        pnl=from_double(trade.pnl),
        reason=trade.reason,
    )


def _open(name: str, held: OpenPosition) -> OpenRow:
    return OpenRow(
        owner=name,
        symbol=held.symbol,
        side=held.side,
        units=from_double(held.units),
        entry_ns=held.entry_time * NS_PER_MS,
        entry_price=from_double(held.entry_price),
        fees=from_double(held.fees),
        price=from_double(held.price),
        pnl=from_double(held.pnl),
    )
