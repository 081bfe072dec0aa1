"""What a run earned: its trades from its fills, and the numbers of its equity.

A trade is each fill that reduces a position: its units, average entry price, first entry's time,
its share of entry fees. A ratio without a divisor is None, never 0 and never infinite.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from lefi_tui.core.matching.holding import Closed, Holding
from lefi_tui.core.matching.rules import Fees, Lot, MarketRules
from lefi_tui.core.order import Side
from lefi_tui.core.record import Record

YEAR_MS: Final = 365 * 86_400_000


class FillRow(Record):
    """One fill, as a journal or a simulated market tells it."""

    symbol: str
    side: Side
    price: float
    units: float
    fee: float
    reason: str  # order close stop_loss take_profit trail liquidation
    time_ms: int
    leverage: float | None = None  # None: as the open position, or 1
    had_both: bool = False  # an exit's candle could have met a stop and the target


class Trade(Record):
    symbol: str
    side: str  # long | short
    units: float
    entry_time: int
    entry_price: float
    exit_time: int
    exit_price: float
    fees: float  # of the exit, and this part's share of the entries'
    pnl: float  # after those fees
    reason: str


class OpenPosition(Record):
    """What is still open at the end: marked, not closed."""

    symbol: str
    side: str
    units: float
    entry_time: int
    entry_price: float
    price: float  # the last close
    fees: float  # of its entries
    pnl: float  # at that price, after those fees


class TradeBook:
    """Folds fills into trades with the same doubles as the market that made them."""

    def __init__(self, markets: Mapping[str, MarketRules]) -> None:
        self._holdings = {
            name: Holding(rules.lot, rules.is_perpetual) for name, rules in markets.items()
        }
        self.trades: list[Trade] = []
        self.both: list[int] = []  # which of them left where a stop and the target could be met
        self.fees = 0.0

    def add(self, fill: FillRow) -> None:
        holding = self._holdings[fill.symbol]
        leverage = fill.leverage or (holding.leverage if holding.units else 1.0)
        closed, _ = holding.fill(
            fill.units * fill.side.sign,
            fill.price,
            fill.fee,
            leverage=leverage,
            time_ms=fill.time_ms,
        )
        self.fees += fill.fee
        if closed is not None:
            if fill.had_both:
                self.both.append(len(self.trades))
            self.trades.append(_trade(fill, closed))

    def open(self, closes: Mapping[str, float]) -> tuple[OpenPosition, ...]:
        return tuple(
            _open_position(symbol, held, closes[symbol])
            for symbol, held in self._holdings.items()
            if held.units
        )


def _trade(fill: FillRow, closed: Closed) -> Trade:
    fees = closed.entry_fees + closed.fee
    return Trade(
        symbol=fill.symbol,
        side="long" if closed.is_long else "short",
        units=closed.units,
        entry_time=closed.entry_time_ms,
        entry_price=closed.entry_price,
        exit_time=fill.time_ms,
        exit_price=fill.price,
        fees=fees,
        pnl=closed.gain - fees,
        reason=fill.reason,
    )


def _open_position(symbol: str, held: Holding, price: float) -> OpenPosition:
    return OpenPosition(
        symbol,
        "long" if held.units > 0 else "short",
        abs(held.units),
        held.since_ms,
        held.entry,
        price,
        held.entry_fees,
        held.gain(price) - held.entry_fees,
    )


class Numbers(Record):
    """Shares as fractions; None where there is no divisor."""

    total_return: float | None
    max_drawdown: float
    sharpe: float | None
    sortino: float | None
    cagr: float | None
    win_rate: float | None
    profit_factor: float | None
    exposure: float | None


class Course(Record):
    """A run's equity, candle by candle; its first value is the starting cash."""

    equity: Sequence[float]
    exposed: int  # candles with a position
    timeframe_ms: int
    from_ms: int
    to_ms: int


def numbers(course: Course, trades: Sequence[Trade]) -> Numbers:
    returns = [after / before - 1 for before, after in pairwise(course.equity) if before]
    known = max_drawdown(course.equity), sums_of(returns)
    return numbers_from(course, [each.pnl for each in trades], known)


def numbers_from(course: Course, pnl: Sequence[float], known: tuple[float, Sums]) -> Numbers:
    """`pnl`: of each trade; `known` of the curve: its largest fall, the sums of its returns."""
    equity, (fall, sums) = course.equity, known
    a_year = yearly(course.timeframe_ms)
    candles = len(equity) - 1
    return Numbers(
        total_return=equity[-1] / equity[0] - 1 if equity[0] else None,
        max_drawdown=fall,
        sharpe=sharpe(sums, a_year),
        sortino=sortino(sums, a_year),
        cagr=cagr(course),
        win_rate=win_rate(pnl),
        profit_factor=profit_factor(pnl),
        exposure=course.exposed / candles if candles else None,
    )


def max_drawdown(equity: Iterable[float]) -> float:
    """The largest fall from a running peak, as a share of the peak."""
    peak, worst = -math.inf, 0.0
    for value in equity:
        if value > peak:
            peak = value
        elif peak > 0:
            worst = max(worst, (peak - value) / peak)
    return worst


class Sums(Record):
    """What Sharpe and Sortino need of a run's returns; each sum is rounded once, at its end."""

    returns: int  # how many
    total: float
    squares: float  # of their distances from the mean
    falls: int  # how many are below 0
    fall_squares: float


def sums_of(returns: Sequence[float]) -> Sums:
    total = math.fsum(returns)
    mean = total / len(returns) if returns else 0.0
    falls = sum(each < 0 for each in returns)
    fall_squares = math.fsum(each * each for each in returns if each < 0)
    squares = math.fsum((each - mean) * (each - mean) for each in returns)
    return Sums(len(returns), total, squares, falls, fall_squares)


def yearly(timeframe_ms: int) -> float:
    """For a year of candles, gaps or not."""
    return math.sqrt(YEAR_MS / timeframe_ms)


def sharpe(sums: Sums, a_year: float) -> float | None:
    """Mean over sample standard deviation."""
    if sums.returns < 2:
        return None
    deviation = math.sqrt(sums.squares / (sums.returns - 1))
    return sums.total / sums.returns / deviation * a_year if deviation else None


def sortino(sums: Sums, a_year: float) -> float | None:
    """Mean over the root mean square of the negative returns."""
    if not sums.falls:
        return None
    downside = math.sqrt(sums.fall_squares / sums.falls)
    return sums.total / sums.returns / downside * a_year if downside else None


def cagr(course: Course) -> float | None:
    years = (course.to_ms - course.from_ms) / YEAR_MS
    first, last = course.equity[0], course.equity[-1]
    if not years > 0 or not first > 0 or last < 0:
        return None
    try:
        return float((last / first) ** (1 / years)) - 1
    except OverflowError:  # a day's luck over a year is past every double
        return None


def win_rate(pnl: Sequence[float]) -> float | None:
    return sum(each > 0 for each in pnl) / len(pnl) if pnl else None


def profit_factor(pnl: Sequence[float]) -> float | None:
    won = math.fsum(each for each in pnl if each > 0)
    lost = -math.fsum(each for each in pnl if each < 0)
    return won / lost if lost else None


def buy_and_hold(cash: float, opening: float, close: float, fees: Fees, lot: Lot) -> float | None:
    """The return of all cash in at the first open for the taker fee, marked at the last close."""
    if not cash > 0:
        return None
    units = lot.down(cash / (opening * (1 + fees.taker)))
    left = cash - opening * units - fees.taker * opening * units
    return (left + units * close) / cash - 1
