"""Indicators, each written once in the intermediate form; definitions are TA-Lib's.

A missing input changes nothing and gives a missing value: windows hold the last n values that were
there. Window sums carry their error term (Knuth's TwoSum), or they mis-cross in thin markets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from lefi_tui.lang.form import Let, Loop, Op, Put, Slots, V, When, value
from lefi_tui.lang.tree import NAN

LITTLE: Final = 1e-3  # of squared distances: below it, what rounding left weighs too much


@dataclass(slots=True)
class Maker:
    """Collects the ops of one indicator, with its own slots and temps."""

    slots: Slots
    name: str
    number: int
    ops: list[Op]
    temps: int = 0

    def slot(self, what: str, first: float = 0.0, count: int = 1) -> int:
        return self.slots.take(f"{self.name}.{what}", first, count)

    def let(self, of: V | float) -> V:
        self.temps += 1
        name = f"t{self.number}_{self.temps}"
        self.ops.append(Let(name, value(of)))
        return V("temp", value=name)

    def again(self, temp: V, of: V | float) -> None:
        self.ops.append(Let(temp.value, value(of)))

    def put(self, slot: int, of: V | float, index: V | None = None) -> None:
        self.ops.append(Put(slot, index, value(of)))

    def when(
        self,
        condition: V,
        then: Callable[[], None],
        other: Callable[[], None] | None = None,
    ) -> None:
        outer = self.ops
        self.ops = []
        then()
        yes, self.ops = tuple(self.ops), []
        if other is not None:
            other()
        no, self.ops = tuple(self.ops), outer
        self.ops.append(When(condition, yes, no))

    def loop(self, count: int, body: Callable[[V], None]) -> None:
        self.temps += 1
        name = f"t{self.number}_{self.temps}"
        outer, self.ops = self.ops, []
        body(V("temp", value=name))
        inner, self.ops = tuple(self.ops), outer
        self.ops.append(Loop(name, count, inner))


def slot(number: int) -> V:
    return V("slot", value=number)


def at(first: int, index: V) -> V:
    return V("at", (index,), first)


def there(of: V) -> V:
    return V("isthere", (of,))


def both(a: V, b: V) -> V:
    return V("and", (a, b))


def _add_exactly(m: Maker, total: int, lost: int, x: V) -> None:
    """total + x, what rounding lost collected in `lost` (TwoSum)."""
    old = m.let(slot(total))
    new = m.let(old + x)
    part = m.let(new - old)
    m.put(lost, slot(lost) + ((old - (new - part)) + (x - part)))
    m.put(total, new)


@dataclass(frozen=True, slots=True)
class _Window:
    """The last n values that were there, with their sum."""

    first: int
    position: int
    count: int
    total: int
    lost: int
    n: int


def _window(m: Maker, n: int) -> _Window:
    return _Window(
        m.slot("window", NAN, n),
        m.slot("position"),
        m.slot("count"),
        m.slot("sum"),
        m.slot("lost"),
        n,
    )


def _push(m: Maker, w: _Window, x: V) -> None:
    place = m.let(slot(w.position))
    m.when(slot(w.count) >= w.n, lambda: _add_exactly(m, w.total, w.lost, _drop(m, w, place)))
    _add_exactly(m, w.total, w.lost, x)
    m.put(w.first, x, place)
    m.put(w.position, (place + 1.0) % float(w.n))
    m.when(slot(w.count) < w.n, lambda: m.put(w.count, slot(w.count) + 1.0))


def _drop(m: Maker, w: _Window, place: V) -> V:
    return m.let(V("neg", (at(w.first, place),)))


def sma(m: Maker, sources: list[V], extra: tuple[float, ...]) -> dict[str, V]:
    x, n = sources[0], int(extra[0])
    w = _window(m, n)
    out = m.let(NAN)

    def push() -> None:
        _push(m, w, x)
        mean = (slot(w.total) + slot(w.lost)) / float(n)
        m.when(slot(w.count) >= n, lambda: m.again(out, mean))

    m.when(there(x), push)
    return {"": out}


def ema(m: Maker, sources: list[V], extra: tuple[float, ...]) -> dict[str, V]:
    """From the mean of its first n values."""
    x, n = sources[0], int(extra[0])
    count, total, last = m.slot("count"), m.slot("sum"), m.slot("value", NAN)
    weight = 2.0 / (n + 1)
    out = m.let(NAN)

    def begin() -> None:
        m.put(total, slot(total) + x)
        m.put(count, slot(count) + 1.0)
        m.when(slot(count) >= n, lambda: m.put(last, slot(total) / float(n)))

    def go_on() -> None:
        m.put(last, slot(last) + (x - slot(last)) * weight)

    def push() -> None:
        m.when(slot(count) < n, begin, go_on)
        m.again(out, slot(last))

    m.when(there(x), push)
    return {"": out}


def rsi(m: Maker, sources: list[V], extra: tuple[float, ...]) -> dict[str, V]:
    """Wilder's; 0 on a market that stands still, as TA-Lib has it."""
    x, n = sources[0], int(extra[0])
    count, before = m.slot("count"), m.slot("before", NAN)
    gain, loss = m.slot("gain"), m.slot("loss")
    out = m.let(NAN)

    def push() -> None:
        move = m.let(x - slot(before))
        up, down = m.let(0.0), m.let(0.0)
        m.when(move > 0.0, lambda: m.again(up, move), lambda: m.again(down, V("neg", (move,))))
        m.put(count, slot(count) + 1.0)
        m.when(slot(count) <= n, lambda: _gather(m, (gain, loss), (up, down)),
               lambda: _smooth(m, (gain, loss), (up, down), n))  # fmt: skip
        m.when(V("eq", (slot(count), value(n))), lambda: _divide(m, (gain, loss), n))
        m.when(slot(count) >= n, lambda: _strength(m, slot(gain), slot(loss), out))

    def first_or_push() -> None:
        m.when(there(slot(before)), push)
        m.put(before, x)

    m.when(there(x), first_or_push)
    return {"": out}


def _gather(m: Maker, slots: tuple[int, int], values: tuple[V, V]) -> None:
    for number, each in zip(slots, values, strict=True):
        m.put(number, slot(number) + each)


def _divide(m: Maker, slots: tuple[int, int], n: int) -> None:
    for number in slots:
        m.put(number, slot(number) / float(n))


def _smooth(m: Maker, slots: tuple[int, int], values: tuple[V, V], n: int) -> None:
    for number, each in zip(slots, values, strict=True):
        m.put(number, (slot(number) * float(n - 1) + each) / float(n))


def _strength(m: Maker, gain: V, loss: V, out: V) -> None:
    whole = m.let(gain + loss)
    moves = whole > 0.0
    m.when(moves, lambda: m.again(out, gain / whole * 100.0), lambda: m.again(out, 0.0))


def atr(m: Maker, sources: list[V], extra: tuple[float, ...]) -> dict[str, V]:
    """Wilder's mean of the true range; the first range needs the close before."""
    high, low, close = sources
    n = int(extra[0])
    count, before, last = m.slot("count"), m.slot("before", NAN), m.slot("value")
    out = m.let(NAN)

    def push() -> None:
        span = m.let(high - low)
        up = m.let(V("abs", (high - slot(before),)))
        down = m.let(V("abs", (low - slot(before),)))
        m.when(up > span, lambda: m.again(span, up))
        m.when(down > span, lambda: m.again(span, down))
        m.put(count, slot(count) + 1.0)
        m.when(slot(count) <= n, lambda: m.put(last, slot(last) + span),
               lambda: m.put(last, (slot(last) * float(n - 1) + span) / float(n)))  # fmt: skip
        m.when(V("eq", (slot(count), value(n))), lambda: m.put(last, slot(last) / float(n)))
        m.when(slot(count) >= n, lambda: m.again(out, slot(last)))

    def first_or_push() -> None:
        m.when(there(slot(before)), push)
        m.put(before, close)

    m.when(both(there(close), both(there(high), there(low))), first_or_push)
    return {"": out}


@dataclass(frozen=True, slots=True)
class _Spread:
    """A window's squared distances from its mean, kept up from event to event."""

    window: _Window
    mean: int
    squares: int
    peak: int  # the largest squares since they were summed
    same: int
    last: int


def _spread(m: Maker, n: int) -> _Spread:
    window = _window(m, n)
    squares, peak, same = m.slot("squares"), m.slot("peak"), m.slot("same")
    return _Spread(window, m.slot("mean"), squares, peak, same, m.slot("last", NAN))


def _deviation(m: Maker, s: _Spread, x: V) -> tuple[V, V]:
    """Mean and standard deviation, divided by n, of a full window; else missing.

    Each event moves the squares by what came and what left (Welford). Once in n events, and when
    little is left of them (a jump has left the window, and its rounding with it), they are summed
    anew from the distances themselves: never a difference of two large sums. A window of one
    value has none at all.
    """
    w, n = s.window, float(s.window.n)
    left = m.let(at(w.first, m.let(slot(w.position))))
    _push(m, w, x)
    m.when(V("eq", (x, slot(s.last))),
           lambda: m.put(s.same, slot(s.same) + 1.0), lambda: m.put(s.same, 1.0))  # fmt: skip
    m.put(s.last, x)
    mean, away = m.let(NAN), m.let(NAN)

    def full() -> None:
        m.again(mean, (slot(w.total) + slot(w.lost)) / n)
        m.put(s.squares, slot(s.squares) + (x - left) * ((x - mean) + (left - slot(s.mean))))
        is_old = V("or", (slot(w.position) < 1.0, slot(s.squares) <= slot(s.peak) * LITTLE))
        m.when(is_old, lambda: _summed_anew(m, s, mean))
        m.put(s.peak, V("max", (slot(s.peak), slot(s.squares))))
        m.put(s.mean, mean)
        is_spread = both(slot(s.same) < n, slot(s.squares) > 0.0)
        m.when(is_spread, lambda: m.again(away, V("sqrt", (slot(s.squares) / n,))),
               lambda: m.again(away, 0.0))  # fmt: skip

    m.when(slot(w.count) >= n, full)
    return mean, away


def _summed_anew(m: Maker, s: _Spread, mean: V) -> None:
    total = m.let(0.0)

    def add(index: V) -> None:
        away = m.let(at(s.window.first, index) - mean)
        m.again(total, total + away * away)

    m.loop(s.window.n, add)
    m.put(s.squares, total)
    m.put(s.peak, total)


def stddev(m: Maker, sources: list[V], extra: tuple[float, ...]) -> dict[str, V]:
    x = sources[0]
    s = _spread(m, int(extra[0]))
    out = m.let(NAN)
    m.when(there(x), lambda: m.again(out, _deviation(m, s, x)[1]))
    return {"": out}


def bollinger(m: Maker, sources: list[V], extra: tuple[float, ...]) -> dict[str, V]:
    x, k = sources[0], extra[1]
    s = _spread(m, int(extra[0]))
    upper, middle, lower = m.let(NAN), m.let(NAN), m.let(NAN)

    def push() -> None:
        mean, away = _deviation(m, s, x)
        reach = m.let(away * k)
        m.again(middle, mean)
        m.again(upper, mean + reach)
        m.again(lower, mean - reach)

    m.when(there(x), push)
    return {"upper": upper, "middle": middle, "lower": lower}


def _extreme(m: Maker, x: V, n: int, beats: str) -> dict[str, V]:
    """The best of the last n, in blocks of n (van Herk): the best so far of this block beside the
    best from each place on of the block before, which is worked out once, when a block is full."""
    window, rest = m.slot("window", NAN, n), m.slot("rest", NAN, n + 1)
    position, best = m.slot("position"), m.slot("best", NAN)
    out = m.let(NAN)

    def turn() -> None:
        top = m.let(x)  # the last of its block

        def look(back: V) -> None:
            place = m.let(V("sub", (value(n - 1.0), back)))
            candidate = m.let(at(window, place))
            m.when(V(beats, (candidate, top)), lambda: m.again(top, candidate))
            m.put(rest, top, place)

        m.loop(n, look)
        m.put(position, 0.0)

    def push() -> None:
        place = m.let(slot(position))
        m.put(window, x, place)
        is_better = V("or", (place < 1.0, V(beats, (x, slot(best)))))
        m.when(is_better, lambda: m.put(best, x))
        m.put(position, place + 1.0)
        older = m.let(at(rest, slot(position)))

        def whole() -> None:
            m.again(out, slot(best))
            turn()

        def beside() -> None:
            m.when(there(older), lambda: m.again(out, V("choice", (
                V(beats, (older, slot(best))), older, slot(best)))))  # fmt: skip

        m.when(slot(position) >= n, whole, beside)

    m.when(there(x), push)
    return {"": out}


def highest(m: Maker, sources: list[V], extra: tuple[float, ...]) -> dict[str, V]:
    return _extreme(m, sources[0], int(extra[0]), "gt")


def lowest(m: Maker, sources: list[V], extra: tuple[float, ...]) -> dict[str, V]:
    return _extreme(m, sources[0], int(extra[0]), "lt")


Indicator = Callable[[Maker, list[V], tuple[float, ...]], dict[str, V]]
INDICATORS: Final[dict[str, Indicator]] = {
    "SMA": sma,
    "EMA": ema,
    "RSI": rsi,
    "ATR": atr,
    "StdDev": stddev,
    "Bollinger": bollinger,
    "Highest": highest,
    "Lowest": lowest,
}
