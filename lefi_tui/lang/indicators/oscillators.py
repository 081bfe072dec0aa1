"""Oscillators: where a price stands among its own past ones.

The rule it keeps: what TA-Lib answers where nothing moved, 0, is what these answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lefi_tui.lang.form import V, value
from lefi_tui.lang.indicators.distances import distances, insert, ordered, remove
from lefi_tui.lang.indicators.maker import (
    Given,
    Maker,
    at,
    equal,
    is_still,
    size,
    slot,
    there,
    typical,
)
from lefi_tui.lang.indicators.windows import (
    Window,
    deviation,
    extreme,
    mean,
    push,
    spread,
    window,
)
from lefi_tui.lang.tree import NAN

LOOP_MAX: Final = 1_000  # length of a window; measured: there a tree of its values takes over
LAMBERT: Final = 0.015  # of CCI's inventor: most values then lie between -100 and 100


def rsi(m: Maker, sources: list[V], extra: tuple[float, ...]) -> Given:
    """Wilder's."""
    x, n = sources[0], int(extra[0])
    count, before = m.slot("count"), m.slot("before", NAN)
    gain, loss = m.slot("gain"), m.slot("loss")
    out = m.let(NAN)

    def push_() -> None:
        move = m.let(x - slot(before))
        up, down = m.let(0.0), m.let(0.0)
        m.when(move > 0.0, lambda: m.again(up, move), lambda: m.again(down, V("neg", (move,))))
        m.counted(count)
        m.when(slot(count) <= float(n), lambda: _gather(m, (gain, loss), (up, down)),
               lambda: _smooth(m, (gain, loss), (up, down), n))  # fmt: skip
        m.when(equal(slot(count), n), lambda: _divide(m, (gain, loss), n))
        m.when(slot(count) >= float(n), lambda: _strength(m, slot(gain), slot(loss), out))

    def first_or_push() -> None:
        m.when(there(slot(before)), push_)
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


def stochastic(m: Maker, sources: list[V], extra: tuple[float, ...]) -> Given:
    """Where the close stands in the range of k candles, averaged twice; both are there at once."""
    high, low, close = sources
    k, slow_k, slow_d = (int(each) for each in extra)
    top, bottom = extreme(m, high, k, "gt"), extreme(m, low, k, "lt")
    span = m.let(top - bottom)
    fast = m.let(NAN)
    share = (close - bottom) / span * 100.0
    m.when(there(span), lambda: m.when(is_still(span, top, bottom),
           lambda: m.again(fast, 0.0), lambda: m.again(fast, share)))  # fmt: skip
    slow = mean(m, fast, slow_k)
    d = mean(m, slow, slow_d)
    line = m.let(NAN)
    m.when(there(d), lambda: m.again(line, slow))
    return {"k": line, "d": d}


def cci(m: Maker, sources: list[V], extra: tuple[float, ...]) -> Given:
    """The mean moves at every event, and with it every distance from it: up to a length they are
    summed anew, beyond it a tree of the values in their order knows their sum."""
    n = int(extra[0])
    w, out = window(m, n), m.let(NAN)
    summed = _in_order(m, w) if n > LOOP_MAX else _in_a_loop(m, w)

    def push_() -> None:
        x = typical(m, *sources)
        total = summed(x)

        def full() -> None:
            away = m.let(x - w.mean)
            m.when(is_still(away, x, w.mean), lambda: m.again(out, 0.0),
                   lambda: m.again(out, away / (total / float(n) * LAMBERT)))  # fmt: skip

        m.when(w.is_full, full)

    m.when(there(*sources), push_)
    return {"": out}


def _in_a_loop(m: Maker, w: Window) -> Callable[[V], V]:
    def total(x: V) -> V:
        push(m, w, x)
        total = m.let(0.0)

        def full() -> None:
            middle = m.let(w.mean)
            m.loop(w.n, lambda place: m.again(total, total + size(at(w.first, place) - middle)))

        m.when(w.is_full, full)
        return total

    return total


def _in_order(m: Maker, w: Window) -> Callable[[V], V]:
    t = ordered(m, w.n)

    def total(x: V) -> V:
        free, total = m.let(slot(w.count) + 1.0), m.let(0.0)
        oldest = m.let(at(w.first, slot(w.position)))
        m.when(w.is_full, lambda: m.again(free, remove(m, t, oldest)))
        insert(m, t, x, free)
        push(m, w, x)
        m.when(w.is_full, lambda: m.again(total, distances(m, t, m.let(w.mean))))
        return total

    return total


def roc(m: Maker, sources: list[V], extra: tuple[float, ...]) -> Given:
    """In hundredths of the value n before; 0 where that was 0."""
    x, n = sources[0], int(extra[0])
    first, position = m.slot("window", NAN, n), m.slot("position")
    out = m.let(NAN)

    def push_() -> None:
        place = m.let(slot(position))
        old = m.let(at(first, place))
        m.put(first, x, place)
        m.put(position, (place + 1.0) % float(n))
        change = (x / old - 1.0) * 100.0
        m.when(there(old), lambda: m.again(out, V("choice", (
            equal(old, 0.0), value(0.0), change))))  # fmt: skip

    m.when(there(x), push_)
    return {"": out}


def zscore(m: Maker, sources: list[V], extra: tuple[float, ...]) -> Given:
    """In deviations from the mean; none where there is no deviation."""
    x = sources[0]
    s = spread(m, int(extra[0]))
    out = m.let(NAN)

    def push_() -> None:
        middle, away = deviation(m, s, x)
        m.again(out, (x - middle) / away)

    m.when(there(x), push_)
    return {"": out}
