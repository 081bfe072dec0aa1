"""The last n values that were there: their sum, their spread, the best of them.

The rule it keeps: nothing of what left a window stays. Sums carry their error term (Knuth's
TwoSum), or they mis-cross in thin markets.
"""

from __future__ import annotations

from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.lang.form import V, value
from lefi_tui.lang.indicators.maker import Maker, at, both, equal, slot, there
from lefi_tui.lang.tree import NAN

LITTLE: Final = 1e-3  # of squared distances: below it, what rounding left weighs too much


class Sum(Record):
    """A sum, and what rounding lost of it."""

    total: int
    lost: int

    @property
    def value(self) -> V:
        return slot(self.total) + slot(self.lost)


def exact_sum(m: Maker) -> Sum:
    return Sum(m.slot("sum"), m.slot("lost"))


def add_exactly(m: Maker, to: Sum, x: V) -> None:
    """What rounding loses is collected beside it (TwoSum)."""
    old = m.let(slot(to.total))
    new = m.let(old + x)
    part = m.let(new - old)
    m.put(to.lost, slot(to.lost) + ((old - (new - part)) + (x - part)))
    m.put(to.total, new)


class Window(Record):
    """The last n values that were there, with their sum."""

    first: int
    position: int
    count: int
    sum: Sum
    n: int

    @property
    def is_full(self) -> V:
        return slot(self.count) >= float(self.n)

    @property
    def mean(self) -> V:
        return self.sum.value / float(self.n)


def window(m: Maker, n: int) -> Window:
    first = m.slot("window", NAN, n)
    return Window(first, m.slot("position"), m.slot("count"), exact_sum(m), n)


def push(m: Maker, w: Window, x: V) -> None:
    place = m.let(slot(w.position))

    def drop() -> None:
        add_exactly(m, w.sum, m.let(V("neg", (at(w.first, place),))))

    m.when(w.is_full, drop)
    add_exactly(m, w.sum, x)
    m.put(w.first, x, place)
    m.put(w.position, (place + 1.0) % float(w.n))
    m.when(slot(w.count) < float(w.n), lambda: m.counted(w.count))


def mean(m: Maker, x: V, n: int) -> V:
    """Of the last n; missing until there are so many."""
    w = window(m, n)
    out = m.let(NAN)

    def pushed() -> None:
        push(m, w, x)
        m.when(w.is_full, lambda: m.again(out, w.mean))

    m.when(there(x), pushed)
    return out


class Spread(Record):
    """A window's squared distances from its mean, kept up from event to event."""

    window: Window
    mean: int
    squares: int
    peak: int  # the largest squares since they were summed
    same: int
    last: int


def spread(m: Maker, n: int) -> Spread:
    w = window(m, n)
    squares, peak, same = m.slot("squares"), m.slot("peak"), m.slot("same")
    return Spread(w, m.slot("mean"), squares, peak, same, m.slot("last", NAN))


def deviation(m: Maker, s: Spread, x: V) -> tuple[V, V]:
    """Mean and standard deviation, divided by n, of a full window; else missing.

    Each event moves the squares by what came and what left (Welford). Once in n events, and when
    little is left of them (a jump has left the window, and its rounding with it), they are summed
    anew from the distances themselves: never a difference of two large sums. A window of one
    value has none at all.
    """
    w, n = s.window, float(s.window.n)
    left = m.let(at(w.first, m.let(slot(w.position))))
    push(m, w, x)
    m.when(equal(x, slot(s.last)), lambda: m.counted(s.same), lambda: m.put(s.same, 1.0))
    m.put(s.last, x)
    middle, away = m.let(NAN), m.let(NAN)

    def full() -> None:
        m.again(middle, w.mean)
        m.put(s.squares, slot(s.squares) + (x - left) * ((x - middle) + (left - slot(s.mean))))
        is_old = V("or", (slot(w.position) < 1.0, slot(s.squares) <= slot(s.peak) * LITTLE))
        m.when(is_old, lambda: _summed_anew(m, s, middle))
        m.put(s.peak, V("max", (slot(s.peak), slot(s.squares))))
        m.put(s.mean, middle)
        is_spread = both(slot(s.same) < n, slot(s.squares) > 0.0)
        m.when(is_spread, lambda: m.again(away, V("sqrt", (slot(s.squares) / n,))),
               lambda: m.again(away, 0.0))  # fmt: skip

    m.when(w.is_full, full)
    return middle, away


def _summed_anew(m: Maker, s: Spread, middle: V) -> None:
    total = m.let(0.0)

    def add(index: V) -> None:
        away = m.let(at(s.window.first, index) - middle)
        m.again(total, total + away * away)

    m.loop(s.window.n, add)
    m.put(s.squares, total)
    m.put(s.peak, total)


def extreme(m: Maker, x: V, n: int, beats: str) -> V:
    """The best of the last n, in blocks of n (van Herk): the best so far of this block beside the
    best from each place on of the block before, which is worked out once, when a block is full."""
    first, rest = m.slot("window", NAN, n), m.slot("rest", NAN, n + 1)
    position, best = m.slot("position"), m.slot("best", NAN)
    out = m.let(NAN)

    def turn() -> None:
        top = m.let(x)  # the last of its block

        def look(back: V) -> None:
            place = m.let(V("sub", (value(n - 1.0), back)))
            candidate = m.let(at(first, place))
            m.when(V(beats, (candidate, top)), lambda: m.again(top, candidate))
            m.put(rest, top, place)

        m.loop(n, look)
        m.put(position, 0.0)

    def pushed() -> None:
        place = m.let(slot(position))
        m.put(first, x, place)
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

        m.when(slot(position) >= float(n), whole, beside)

    m.when(there(x), pushed)
    return out
