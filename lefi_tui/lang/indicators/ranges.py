"""How far a market moves: true range, deviations and bands, highest and lowest."""

from __future__ import annotations

from lefi_tui.lang.form import V
from lefi_tui.lang.indicators.maker import Given, Maker, equal, size, slot, there
from lefi_tui.lang.indicators.windows import deviation, extreme, spread
from lefi_tui.lang.tree import NAN


def true_range(m: Maker, high: V, low: V, before: V) -> V:
    """The candle's own, or farther: from the close before it."""
    span = m.let(high - low)
    up, down = m.let(size(high - before)), m.let(size(low - before))
    m.when(up > span, lambda: m.again(span, up))
    m.when(down > span, lambda: m.again(span, down))
    return span


def atr(m: Maker, sources: list[V], extra: tuple[float, ...]) -> Given:
    """Wilder's mean of the true range; the first range needs the close before."""
    high, low, close = sources
    n = int(extra[0])
    count, before, last = m.slot("count"), m.slot("before", NAN), m.slot("value")
    out = m.let(NAN)

    def push() -> None:
        span = true_range(m, high, low, slot(before))
        m.counted(count)
        m.when(slot(count) <= float(n), lambda: m.put(last, slot(last) + span),
               lambda: m.put(last, (slot(last) * float(n - 1) + span) / float(n)))  # fmt: skip
        m.when(equal(slot(count), n), lambda: m.put(last, slot(last) / float(n)))
        m.when(slot(count) >= float(n), lambda: m.again(out, slot(last)))

    def first_or_push() -> None:
        m.when(there(slot(before)), push)
        m.put(before, close)

    m.when(there(close, high, low), first_or_push)
    return {"": out}


def stddev(m: Maker, sources: list[V], extra: tuple[float, ...]) -> Given:
    x = sources[0]
    s = spread(m, int(extra[0]))
    out = m.let(NAN)
    m.when(there(x), lambda: m.again(out, deviation(m, s, x)[1]))
    return {"": out}


def bollinger(m: Maker, sources: list[V], extra: tuple[float, ...]) -> Given:
    x, k = sources[0], extra[1]
    s = spread(m, int(extra[0]))
    upper, middle, lower = m.let(NAN), m.let(NAN), m.let(NAN)

    def push() -> None:
        mean, away = deviation(m, s, x)
        reach = m.let(away * k)
        m.again(middle, mean)
        m.again(upper, mean + reach)
        m.again(lower, mean - reach)

    m.when(there(x), push)
    return {"upper": upper, "middle": middle, "lower": lower}


def highest(m: Maker, sources: list[V], extra: tuple[float, ...]) -> Given:
    return {"": extreme(m, sources[0], int(extra[0]), "gt")}


def lowest(m: Maker, sources: list[V], extra: tuple[float, ...]) -> Given:
    return {"": extreme(m, sources[0], int(extra[0]), "lt")}


def donchian(m: Maker, sources: list[V], extra: tuple[float, ...]) -> Given:
    high, low = sources
    upper = extreme(m, high, int(extra[0]), "gt")
    lower = extreme(m, low, int(extra[0]), "lt")
    return {"upper": upper, "middle": m.let((upper + lower) / 2.0), "lower": lower}
