"""How an indicator is written: ops over slots and temps of its own.

The rule it keeps: plain ops of the intermediate form only, so every way of running a script can
carry it out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Final

from lefi_tui.lang.form import Let, Loop, Op, Put, Slots, V, When, value

# Two numbers nearer than this share of them differ by rounding alone: TA-Lib's measure of still.
STILL: Final = 1e-14


class Maker:
    """Collects the ops of one indicator, with its own slots and temps."""

    def __init__(self, slots: Slots, name: str, number: int, ops: list[Op]) -> None:
        self.slots = slots
        self.name = name
        self.number = number
        self.ops = ops
        self.temps = 0

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

    def counted(self, count: int) -> None:
        """One more."""
        self.put(count, slot(count) + 1.0)

    def run(self, condition: V) -> int:
        """A slot that counts for how many events in a row this has been so."""
        length = self.slot("run")
        self.when(condition, lambda: self.counted(length), lambda: self.put(length, 0.0))
        return length


Given = dict[str, V]  # an indicator's values by field; "" is its own
Indicator = Callable[[Maker, list[V], tuple[float, ...]], Given]


def slot(number: int) -> V:
    return V("slot", value=number)


def at(first: int, index: V) -> V:
    return V("at", (index,), first)


def there(*values: V) -> V:
    """None of them is missing."""
    return reduce(both, (V("isthere", (of,)) for of in values))


def both(a: V, b: V) -> V:
    return V("and", (a, b))


def equal(a: V, b: V | float) -> V:
    return V("eq", (a, value(b)))


def size(of: V) -> V:
    return V("abs", (of,))


def is_still(difference: V, a: V, b: V) -> V:
    """Whether a and b, which differ by this, differ by rounding alone."""
    return size(difference) <= (size(a) + size(b)) * STILL


def typical(m: Maker, high: V, low: V, close: V) -> V:
    return m.let((high + low + close) / 3.0)
