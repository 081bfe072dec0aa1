"""The candles around one trade of a run, with its entry, its exit, and those of its neighbors."""

from __future__ import annotations

from typing import Final

from lefi_tui.core.metrics import Trade
from lefi_tui.core.money import from_double
from lefi_tui.views import numbers
from lefi_tui.views.chart_view import TIMEFRAMES, ChartView, Level, Mark
from lefi_tui.views.lab_view import AskCandles, Candles, Run
from lefi_tui.views.numbers import NS_PER_MS

ROOM: Final = 3  # a trade fills a third of the pane at most
AHEAD: Final = 4  # one part of so many of the pane stands behind the exit


def look_of(run: Run, trade: Trade | None, columns: int, number: int) -> AskCandles:
    """So that the trade is in the middle, in candles as short as have room; else the last ones."""
    if trade is None:
        return AskCandles(number, run.symbols[0], run.to_ms - 1, run.data_ms, columns)
    lasted_ms = max(trade.exit_time - trade.entry_time, run.data_ms)
    lengths = [
        each for each in TIMEFRAMES.values() if each > run.data_ms and each % run.data_ms == 0
    ]
    fitting = (each for each in (run.data_ms, *lengths) if lasted_ms * ROOM <= each * columns)
    length = next(fitting, (run.data_ms, *lengths)[-1])
    until_ms = min(trade.exit_time + columns // AHEAD * length, run.to_ms - 1)
    return AskCandles(number, trade.symbol, until_ms, length, columns)


def chart_of(run: Run, seen: Candles, trade: Trade | None) -> ChartView:
    marks = [mark for each in run.trades if each.symbol == seen.symbol for mark in _marks(each)]
    last = seen.candles[-1].close if seen.candles else None
    levels: tuple[Level, ...] = ()
    if trade is not None:
        levels = (Level("entry", trade.entry_price), Level("exit", trade.exit_price))
    return ChartView(
        at_ns=run.to_ms * NS_PER_MS,
        account="",
        symbol=seen.symbol,
        timeframe_ms=seen.timeframe_ms,
        candles=seen.candles,
        marks=tuple(sorted(marks, key=lambda each: each.at_ns)),
        levels=levels,
        last=last,
        places=numbers.places_of(None, last or 0.0),
    )


def _marks(trade: Trade) -> tuple[Mark, Mark]:
    sides = ("buy", "sell") if trade.side == "long" else ("sell", "buy")
    units = from_double(trade.units)
    return (
        Mark(
            trade.entry_time * NS_PER_MS,
            sides[0],
            from_double(trade.entry_price),
            units,
            "",
            "order",
        ),
        Mark(
            trade.exit_time * NS_PER_MS,
            sides[1],
            from_double(trade.exit_price),
            units,
            "",
            trade.reason,
        ),
    )


def trade_words(trade: Trade, number: int, of: int) -> str:
    """In one line, which may be cut: which, what it made, when, at what."""
    when = numbers.moment(trade.exit_time * NS_PER_MS)[5:]
    entry, left = (_price(each) for each in (trade.entry_price, trade.exit_price))
    why = trade.reason.replace("_", " ")
    end = " last" if number == of else " first" if number == 1 else ""
    money = trade.symbol.partition("/")[2].rpartition(":")[2]  # what it is settled in
    return (
        f"{number:,}/{of:,}{end} {numbers.signed(trade.pnl, 2)} {money} {when} "
        f"{trade.side} {entry} to {left} by {why}"
    )


def _price(value: float) -> str:
    return numbers.price(value, numbers.places_of(None, value))
