"""The values of a long window in their order, so that their distances from any middle are known.

A balanced tree (AVL) in slots: a value that comes or leaves costs a way down and a way up, and
those are short at any length. A node knows how many values stand below it and what their distances
from its own value sum to, so nothing is ever a difference of two large sums.
"""

from __future__ import annotations

from collections.abc import Callable

from lefi_tui.core.record import Record
from lefi_tui.lang.form import V
from lefi_tui.lang.indicators.maker import Maker, at, both, equal, slot


class Ordered(Record):
    """Arrays by node; node 0 is none. What is `left` of a node is smaller, or the same."""

    value: int
    left: int
    right: int
    height: int
    many: int  # of it and all below
    away: int  # the sum of all below, each less the node's own value
    root: int
    path: int  # the nodes of a way, from the root down
    levels: int


def ordered(m: Maker, n: int) -> Ordered:
    def array(what: str) -> int:
        return m.slot(what, 0.0, n + 1)

    most = levels(n)
    return Ordered(
        value=array("value"),
        left=array("left"),
        right=array("right"),
        height=array("height"),
        many=array("many"),
        away=array("away"),
        root=m.slot("root"),
        path=m.slot("path", 0.0, most),
        levels=most,
    )


def levels(n: int) -> int:
    """The most that n nodes can have: the least of so many are one, and two trees of less."""
    found, least, more = 0, 1, 2
    while least <= n:
        found, least, more = found + 1, more, least + more + 1
    return found


def insert(m: Maker, t: Ordered, x: V, node: V) -> None:
    for array, first in ((t.value, x), (t.left, 0.0), (t.right, 0.0), (t.away, 0.0)):
        m.put(array, first, node)
    m.put(t.height, 1.0, node)
    m.put(t.many, 1.0, node)
    depth, now = m.let(0.0), m.let(slot(t.root))

    def below() -> None:
        last = m.let(at(t.path, depth - 1.0))
        m.when(x < at(t.value, last), lambda: m.put(t.left, node, last),
               lambda: m.put(t.right, node, last))  # fmt: skip

    _each_level(m, t, now > 0.0, lambda: _down(m, t, x, depth, now))
    m.when(depth < 1.0, lambda: m.put(t.root, node), below)
    _mend(m, t, depth)


def remove(m: Maker, t: Ordered, x: V) -> V:
    """One of this value, which is there; the node that is free now."""
    depth, now = m.let(0.0), m.let(slot(t.root))
    is_other = V("not", (equal(at(t.value, now), x),))
    _each_level(m, t, is_other, lambda: _down(m, t, x, depth, now))
    free = m.let(now)

    def next_larger() -> None:
        """It hands its value up, and goes in its place."""
        _enter(m, t, depth, now)
        m.again(free, at(t.right, now))

        def further() -> None:
            _enter(m, t, depth, free)
            m.again(free, at(t.left, free))

        _each_level(m, t, at(t.left, free) > 0.0, further)
        m.put(t.value, at(t.value, free), now)

    m.when(both(at(t.left, now) > 0.0, at(t.right, now) > 0.0), next_larger)
    only = m.let(at(t.left, free) + at(t.right, free))  # one of them is none
    _hang(m, t, depth, free, only)
    _mend(m, t, depth)
    return free


def distances(m: Maker, t: Ordered, middle: V) -> V:
    """Of all from the middle, summed as sizes."""
    now, total = m.let(slot(t.root)), m.let(0.0)

    def side(inner: int, outer: int, sign: float) -> Callable[[], None]:
        def add() -> None:
            beyond = m.let(at(outer, now))
            own = at(t.value, now) - middle
            rest = at(t.away, beyond) + at(t.many, beyond) * (at(t.value, beyond) - middle)
            m.again(total, total + (own + rest) * sign)
            m.again(now, at(inner, now))

        return add

    is_below = at(t.value, now) < middle
    smaller, larger = side(t.right, t.left, -1.0), side(t.left, t.right, 1.0)
    _each_level(m, t, now > 0.0, lambda: m.when(is_below, smaller, larger))
    return total


def _each_level(m: Maker, t: Ordered, condition: V, then: Callable[[], None]) -> None:
    m.loop(t.levels, lambda _: m.when(condition, then))


def _enter(m: Maker, t: Ordered, depth: V, node: V) -> None:
    m.put(t.path, node, depth)
    m.again(depth, depth + 1.0)


def _down(m: Maker, t: Ordered, x: V, depth: V, now: V) -> None:
    _enter(m, t, depth, now)
    m.again(now, V("choice", (x < at(t.value, now), at(t.left, now), at(t.right, now))))


def _hang(m: Maker, t: Ordered, depth: V, old: V, new: V) -> None:
    """A node takes the place of another, which stands so deep below the last way."""

    def below() -> None:
        above = m.let(at(t.path, depth - 1.0))
        m.when(equal(at(t.left, above), old), lambda: m.put(t.left, new, above),
               lambda: m.put(t.right, new, above))  # fmt: skip

    m.when(depth < 1.0, lambda: m.put(t.root, new), below)


def _mend(m: Maker, t: Ordered, depth: V) -> None:
    """The last way is gone back up, and its nodes are made right."""
    place = m.let(depth - 1.0)

    def up() -> None:
        node = m.let(at(t.path, place))
        top = _balanced(m, t, node)
        m.when(V("not", (equal(top, node),)), lambda: _hang(m, t, place, node, top))
        m.again(place, place - 1.0)

    _each_level(m, t, place >= 0.0, up)


def _balanced(m: Maker, t: Ordered, node: V) -> V:
    """The node now on top of what stood below this one, sides differing by a level at most."""
    _sum_up(m, t, node)
    top = m.let(node)
    left, right = m.let(at(t.left, node)), m.let(at(t.right, node))
    lean = m.let(at(t.height, left) - at(t.height, right))
    m.when(lean > 1.0, lambda: _lowered(m, t, (t.left, t.right), node, top),
           lambda: m.when(lean < -1.0,
                          lambda: _lowered(m, t, (t.right, t.left), node, top)))  # fmt: skip
    return top


def _lowered(m: Maker, t: Ordered, sides: tuple[int, int], node: V, top: V) -> None:
    heavy, light = sides
    child = m.let(at(heavy, node))
    is_bent = at(t.height, at(heavy, child)) < at(t.height, at(light, child))
    m.when(is_bent, lambda: m.put(heavy, _turned(m, t, (light, heavy), child), node))
    m.again(top, _turned(m, t, sides, node))


def _turned(m: Maker, t: Ordered, sides: tuple[int, int], node: V) -> V:
    """Its child on the first side comes up, and it goes down on the second."""
    up, down = sides
    child = m.let(at(up, node))
    m.put(up, at(down, child), node)
    m.put(down, node, child)
    _sum_up(m, t, node)
    _sum_up(m, t, child)
    return child


def _sum_up(m: Maker, t: Ordered, node: V) -> None:
    left, right = m.let(at(t.left, node)), m.let(at(t.right, node))
    one, other = m.let(at(t.height, left)), m.let(at(t.height, right))
    m.put(t.height, V("choice", (one > other, one, other)) + 1.0, node)
    m.put(t.many, at(t.many, left) + at(t.many, right) + 1.0, node)
    own = m.let(at(t.value, node))
    sums = [at(t.away, each) + at(t.many, each) * (at(t.value, each) - own)
            for each in (left, right)]  # fmt: skip
    m.put(t.away, sums[0] + sums[1], node)
