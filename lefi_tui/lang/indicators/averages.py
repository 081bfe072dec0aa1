"""Averages: simple, exponential and weighted, and MACD, the distance of two of them."""

from __future__ import annotations

from typing import Final

from lefi_tui.lang.form import V
from lefi_tui.lang.indicators.maker import Given, Maker, slot, there
from lefi_tui.lang.indicators.windows import add_exactly, exact_sum, mean, push, window
from lefi_tui.lang.tree import NAN

# Cuts a double into halves of 26 bits (Veltkamp), whose products with a length are exact.
HALVES: Final = 134_217_729.0


def sma(m: Maker, sources: list[V], extra: tuple[float, ...]) -> Given:
    return {"": mean(m, sources[0], int(extra[0]))}


def ema(m: Maker, sources: list[V], extra: tuple[float, ...]) -> Given:
    return {"": smoothed(m, sources[0], int(extra[0]))}


def smoothed(m: Maker, x: V, n: int, late: int = 0) -> V:
    """Exponentially, from the mean of its first n values, `late` of them left out before."""
    count, total, last = m.slot("count"), m.slot("sum"), m.slot("value", NAN)
    weight = 2.0 / (n + 1)
    out = m.let(NAN)

    def add() -> None:
        m.put(total, slot(total) + x)

    def begin() -> None:
        m.when(slot(count) >= float(late), add) if late else add()
        m.counted(count)
        m.when(slot(count) >= float(late + n), lambda: m.put(last, slot(total) / float(n)))

    def go_on() -> None:
        m.put(last, slot(last) + (x - slot(last)) * weight)

    def push_() -> None:
        m.when(slot(count) < float(late + n), begin, go_on)
        m.again(out, slot(last))

    m.when(there(x), push_)
    return out


def wma(m: Maker, sources: list[V], extra: tuple[float, ...]) -> Given:
    """The newest counts n times, the oldest once. Every value loses one weight at each event: the
    sum of all of them is taken off, and the newest comes with n."""
    x, n = sources[0], int(extra[0])
    w, weighted = window(m, n), exact_sum(m)
    out = m.let(NAN)

    def push_() -> None:
        add_exactly(m, weighted, m.let(V("neg", (slot(w.sum.total),))))
        add_exactly(m, weighted, m.let(V("neg", (slot(w.sum.lost),))))
        push(m, w, x)
        shifted = m.let(x * HALVES)
        high = m.let(shifted - (shifted - x))
        add_exactly(m, weighted, m.let(high * float(n)))
        add_exactly(m, weighted, m.let((x - high) * float(n)))
        m.when(w.is_full, lambda: m.again(out, weighted.value / (n * (n + 1) / 2.0)))

    m.when(there(x), push_)
    return {"": out}


def macd(m: Maker, sources: list[V], extra: tuple[float, ...]) -> Given:
    """Both averages begin at the same event, and all three values are there at once."""
    fast, slow = sorted(int(each) for each in extra[:2])
    calm = smoothed(m, sources[0], slow)
    quick = smoothed(m, sources[0], fast, slow - fast)
    distance = m.let(quick - calm)
    signal = smoothed(m, distance, int(extra[2]))
    line = m.let(NAN)
    m.when(there(signal), lambda: m.again(line, distance))
    return {"macd": line, "signal": signal, "histogram": m.let(line - signal)}
