"""Indicators that weigh prices with what was traded at them."""

from __future__ import annotations

from typing import Final

from lefi_tui.lang.form import V, value
from lefi_tui.lang.indicators.maker import (
    Given,
    Maker,
    equal,
    is_still,
    slot,
    there,
    typical,
)
from lefi_tui.lang.indicators.windows import push, window
from lefi_tui.lang.tree import NAN

DAY_MS: Final = 86_400_000.0


def vwap(m: Maker, sources: list[V], extra: tuple[float, ...]) -> Given:
    """Of the last n candles, or of those since 00:00 UTC; none while nothing was traded."""
    return {"": _rolling(m, sources, int(extra[0])) if extra else _of_the_day(m, sources)}


def _rolling(m: Maker, sources: list[V], n: int) -> V:
    high, low, close, volume, _ = sources
    worth, traded = window(m, n), window(m, n)
    out = m.let(NAN)

    def push_() -> None:
        quiet = m.run(equal(volume, 0.0))
        push(m, worth, m.let(typical(m, high, low, close) * volume))
        push(m, traded, volume)
        is_traded = V("and", (traded.is_full, slot(quiet) < float(n)))
        m.when(is_traded, lambda: m.again(out, worth.sum.value / traded.sum.value))

    m.when(there(high, low, close, volume), push_)
    return out


def _of_the_day(m: Maker, sources: list[V]) -> V:
    high, low, close, volume, time = sources
    today, worth, traded = m.slot("day", NAN), m.slot("worth"), m.slot("traded")
    out = m.let(NAN)

    def begin(day: V) -> None:
        m.put(today, day)
        m.put(worth, 0.0)
        m.put(traded, 0.0)

    def push_() -> None:
        # A candle belongs to the day that it opened on: it closes at `time`, at 00:00 the last.
        day = m.let(V("floor", ((time - 1.0) / DAY_MS,)))
        m.when(V("not", (equal(day, slot(today)),)), lambda: begin(day))
        m.put(worth, slot(worth) + typical(m, high, low, close) * volume)
        m.put(traded, slot(traded) + volume)
        m.again(out, slot(worth) / slot(traded))

    m.when(there(*sources), push_)
    return out


def obv(m: Maker, sources: list[V], extra: tuple[float, ...]) -> Given:  # noqa: ARG001 -- takes no length
    """From the first candle's volume on; what it has summed stays."""
    close, volume = sources
    before, total = m.slot("before", NAN), m.slot("value")
    out = m.let(NAN)

    def add() -> None:
        m.put(total, slot(total) + volume)

    def push_() -> None:
        is_up = V("or", (V("isnone", (slot(before),)), close > slot(before)))
        m.when(is_up, add, lambda: m.when(close < slot(before),
               lambda: m.put(total, slot(total) - volume)))  # fmt: skip
        m.put(before, close)
        m.again(out, slot(total))

    m.when(there(close, volume), push_)
    return {"": out}


def mfi(m: Maker, sources: list[V], extra: tuple[float, ...]) -> Given:
    """RSI of what was traded: the share of it that changed hands while the price rose."""
    high, low, close, volume = sources
    n = int(extra[0])
    before, rose, fell = m.slot("before", NAN), window(m, n), window(m, n)
    out = m.let(NAN)

    def push_(price: V) -> None:
        move, flow = m.let(price - slot(before)), m.let(price * volume)
        m.when(is_still(move, price, slot(before)), lambda: m.again(flow, 0.0))
        quiet = m.run(equal(flow, 0.0))
        push(m, rose, m.let(V("choice", (move > 0.0, flow, value(0.0)))))
        push(m, fell, m.let(V("choice", (move < 0.0, flow, value(0.0)))))
        m.when(rose.is_full, lambda: full(quiet))

    def full(quiet: int) -> None:
        up = m.let(rose.sum.value)
        share = up / (up + fell.sum.value) * 100.0
        m.when(slot(quiet) < float(n), lambda: m.again(out, share), lambda: m.again(out, 0.0))

    def first_or_push() -> None:
        price = typical(m, high, low, close)
        m.when(there(slot(before)), lambda: push_(price))
        m.put(before, price)

    m.when(there(*sources), first_or_push)
    return {"": out}
