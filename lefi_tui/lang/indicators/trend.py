"""Which way a market goes and how surely, and how long ago something was so."""

from __future__ import annotations

from lefi_tui.lang.form import V, value
from lefi_tui.lang.indicators.maker import Given, Maker, both, equal, size, slot, there
from lefi_tui.lang.indicators.ranges import atr, true_range
from lefi_tui.lang.tree import NAN

UP, DOWN = 1.0, -1.0


def adx(m: Maker, sources: list[V], extra: tuple[float, ...]) -> Given:
    """Wilder's: the two directions as shares of the true range, and the mean of how far apart
    they are. The directions are there after n moves, their distance's mean after n of it."""
    high, low, close = sources
    n = float(extra[0])
    count, last = m.slot("count"), m.slot("value")
    before = [m.slot(f"{what} before", NAN) for what in ("high", "low", "close")]
    kept = [m.slot(what) for what in ("plus", "minus", "range")]
    out, plus, minus = m.let(NAN), m.let(NAN), m.let(NAN)

    def directed() -> None:
        _shares(m, kept, plus, minus)
        _mean_distance(m, (plus, minus), (count, last), n)
        m.when(slot(count) >= 2.0 * n - 1.0, lambda: m.again(out, slot(last)))

    def push() -> None:
        up, down = _moves(m, high - slot(before[0]), slot(before[1]) - low)
        span = true_range(m, high, low, slot(before[2]))
        m.counted(count)
        m.when(slot(count) >= n, lambda: _faded(m, kept, n))
        for number, each in zip(kept, (up, down, span), strict=True):
            m.put(number, slot(number) + each)
        m.when(slot(count) >= n, directed)

    def first_or_push() -> None:
        m.when(there(slot(before[2])), push)
        for number, each in zip(before, sources, strict=True):
            m.put(number, each)

    m.when(there(high, low, close), first_or_push)
    return {"": out, "plus": plus, "minus": minus}


def _moves(m: Maker, higher: V, lower: V) -> tuple[V, V]:
    """How far the candle reaches out of the one before it, on the side where it reaches more."""
    rise, drop = m.let(higher), m.let(lower)
    up, down = m.let(0.0), m.let(0.0)
    is_up, is_down = both(rise > 0.0, rise > drop), both(drop > 0.0, drop > rise)
    m.when(is_down, lambda: m.again(down, drop), lambda: m.when(is_up, lambda: m.again(up, rise)))
    return up, down


def _faded(m: Maker, kept: list[int], n: float) -> None:
    for number in kept:
        m.put(number, slot(number) - slot(number) / n)


def _shares(m: Maker, kept: list[int], plus: V, minus: V) -> None:
    span = slot(kept[2])

    def divided() -> None:
        m.again(plus, slot(kept[0]) / span * 100.0)
        m.again(minus, slot(kept[1]) / span * 100.0)

    def still() -> None:
        m.again(plus, 0.0)
        m.again(minus, 0.0)

    m.when(span > 0.0, divided, still)


def _mean_distance(m: Maker, sides: tuple[V, V], slots: tuple[int, int], n: float) -> None:
    """Summed over the first n, then smoothed; where nothing moved it stays as it is."""
    plus, minus = sides
    count, last = slots
    whole = m.let(plus + minus)

    def moved() -> None:
        distance = m.let(size(plus - minus) / whole * 100.0)
        m.when(slot(count) < 2.0 * n, lambda: m.put(last, slot(last) + distance),
               lambda: m.put(last, (slot(last) * (n - 1.0) + distance) / n))  # fmt: skip

    m.when(whole > 0.0, moved)
    m.when(equal(slot(count), 2.0 * n - 1.0), lambda: m.put(last, slot(last) / n))


def supertrend(m: Maker, sources: list[V], extra: tuple[float, ...]) -> Given:
    """A line k true ranges below a rising market, above a falling one. It comes no farther from
    the price until the close has passed it; that turns the direction."""
    high, low, close = sources
    reach = m.let(atr(m, sources, extra[:1])[""] * extra[1])
    before, direction = m.slot("before", NAN), m.slot("direction", DOWN)
    ceiling, floor = m.slot("ceiling", NAN), m.slot("floor", NAN)
    line, way = m.let(NAN), m.let(NAN)

    def push() -> None:
        middle = m.let((high + low) / 2.0)
        upper, lower = m.let(middle + reach), m.let(middle - reach)
        is_under = both(slot(ceiling) < upper, slot(before) <= slot(ceiling))
        m.when(is_under, lambda: m.again(upper, slot(ceiling)))
        is_over = both(slot(floor) > lower, slot(before) >= slot(floor))
        m.when(is_over, lambda: m.again(lower, slot(floor)))
        is_up = V("choice", (slot(direction) < 0.0, close > upper, close >= lower))
        m.put(direction, V("choice", (is_up, value(UP), value(DOWN))))
        m.put(ceiling, upper)
        m.put(floor, lower)
        m.put(before, close)
        m.again(way, slot(direction))
        m.again(line, V("choice", (slot(direction) > 0.0, lower, upper)))

    m.when(there(reach), push)
    return {"line": line, "direction": way}


def since(m: Maker, sources: list[V], extra: tuple[float, ...]) -> Given:  # noqa: ARG001 -- takes no length
    """Missing before the first."""
    count = m.slot("events", NAN)
    m.when(sources[0], lambda: m.put(count, 0.0), lambda: m.counted(count))
    return {"": m.let(slot(count))}
