"""What began a moment, in words: market input, which has no row in the trail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from lefi_tui.core import messages as m
from lefi_tui.core.bot import Bar
from lefi_tui.core.timeframe import candles
from lefi_tui.views.chart_view import frame_name

BARS_SHOWN: Final = 4


def trigger(message: Any) -> str:
    words = _TRIGGERS.get(type(message))
    return "" if words is None else words(message)


def _bar(bar: Bar) -> str:
    return f"{bar.symbol} {frame_name(bar.timeframe_ms)} closed at {bar.close:g}"


def _bars(message: m.BarsClosed) -> str:
    shown = ", ".join(_bar(each) for each in message.bars[:BARS_SHOWN])
    more = len(message.bars) - BARS_SHOWN
    return f"Began with candles: {shown}{f' and {more} more' if more > 0 else ''}."


def _quote(message: m.QuoteChanged) -> str:
    quote = message.quote
    return f"Began with a price: {quote.symbol} bid {quote.bid:g}, ask {quote.ask:g}."


def _print(message: m.TradePrinted) -> str:
    trade = message.print
    return f"Began with a trade of the market: {trade.units:g} {trade.symbol} at {trade.price:g}."


def _history(message: m.HistoryLoaded) -> str:
    return f"Began with {candles(len(message.bars))} of the past: to warm, nothing is carried out."


def _timers(message: m.TimersDue) -> str:
    late = f", {message.late_ms} ms late" if message.late_ms else ""
    return f"Began with a timer of {message.bot}{late}."


_TRIGGERS: Final[dict[type, Callable[[Any], str]]] = {
    m.BarsClosed: _bars,
    m.QuoteChanged: _quote,
    m.TradePrinted: _print,
    m.HistoryLoaded: _history,
    m.TimersDue: _timers,
}
