"""The intermediate form: a handler as straight, typed steps over numbered slots.

Values are doubles (not-a-number is `none`), truths and texts; slots hold doubles only, texts of
states in their own slots. Both ways of running a script, generated Python and machine code, read
this and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lefi_tui.core.record import Record


class V:
    """A value. op: const · slot (value: number) · at (value: first slot, args: index) ·
    temp (value: name) · event, read (value: number) · or an operator."""

    __slots__ = ("args", "op", "value")

    def __init__(self, op: str, args: tuple[V, ...] = (), value: Any = None) -> None:
        self.op, self.args, self.value = op, args, value

    def __add__(self, other: V | float) -> V:
        return V("add", (self, value(other)))

    def __sub__(self, other: V | float) -> V:
        return V("sub", (self, value(other)))

    def __mul__(self, other: V | float) -> V:
        return V("mul", (self, value(other)))

    def __truediv__(self, other: V | float) -> V:
        return V("div", (self, value(other)))

    def __mod__(self, other: V | float) -> V:
        return V("mod", (self, value(other)))

    def __lt__(self, other: V | float) -> V:
        return V("lt", (self, value(other)))

    def __le__(self, other: V | float) -> V:
        return V("le", (self, value(other)))

    def __gt__(self, other: V | float) -> V:
        return V("gt", (self, value(other)))

    def __ge__(self, other: V | float) -> V:
        return V("ge", (self, value(other)))


def value(of: V | float) -> V:
    return of if isinstance(of, V) else V("const", value=float(of))


class Let(Record):
    temp: str
    value: V


class Put(Record):
    """A slot takes a value; `index` is added to `slot` where a window is written."""

    slot: int
    index: V | None
    value: V


class When(Record):
    condition: V
    then: tuple[Op, ...]
    other: tuple[Op, ...] = ()
    note: int = -1  # number of the condition, for "why"


class Loop(Record):
    """`temp` counts from 0 to below `count`, a constant: every loop has its bound."""

    temp: str
    count: int
    body: tuple[Op, ...]


class Leave(Record):
    """`return`: the run ends, what it set stays."""


class Trade(Record):
    site: int
    action: str
    symbol: str
    account: str
    size: V | None
    size_kind: str
    named: tuple[tuple[str, str, V], ...]  # name, percent | price | plain, value
    is_advised: bool = False
    to: str = ""  # account, of a transfer
    unit: str = ""  # of what is transferred


class Await(Record):
    """A trade that the run waits for; its outcome goes to `temp`."""

    temp: str
    trade: Trade


class Ask(Record):
    """`authorize`"""

    number: int
    role: str
    within_ms: float
    then: tuple[Op, ...]
    other: tuple[Op, ...]


class Whole(Record):
    """`execute`: every trade in it is waited for; the first not filled as asked ends it."""

    number: int
    then: tuple[Op, ...]
    other: tuple[Op, ...]


class Finish(Record):
    """`finalize`: when every trade in it is filled as asked, the script is done."""

    number: int
    then: tuple[Op, ...]


class Plan(Record):
    name: str
    unit: str
    amount: V
    due: V
    rate: V
    present: V


class Signal(Record):
    """`Emit`"""

    name: str
    fields: tuple[tuple[str, V], ...]


class Tell(Record):
    kind: str
    text: V
    channel: str


Op = Let | Put | When | Loop | Leave | Trade | Tell | Signal | Await | Ask | Whole | Finish | Plan


class Noted(Record):
    """A condition as written, and the names in it whose values explain it."""

    line: int
    text: str
    shown: tuple[tuple[str, V], ...]


class Form(Record):
    """One handler. `always` runs at every event, `steps` when warm, `after` ends each run."""

    always: tuple[Op, ...]
    steps: tuple[Op, ...]
    after: tuple[Op, ...]
    warm: int
    count_slot: int
    notes: tuple[Noted, ...]
    steps_max: int
    may_wait: bool = False  # a run may end at a place in it, and go on from there later
    others: tuple[tuple[int, int], ...] = ()  # counters of other candles, and what each must reach

    def warming(self, slots: list[Any]) -> tuple[int, int]:
        """Events had and events needed, of what is furthest behind."""
        waited = ((self.count_slot, self.warm), *((slot, n) for slot, n in self.others if n))
        slot, need = min(waited, key=lambda each: slots[each[0]] / each[1])
        return int(slots[slot]), need


class Slots:
    """The layout of a script's memory: every slot has a number, a name and a first value."""

    def __init__(self, first: Sequence[Any] = (), names: Sequence[str] = ()) -> None:
        self.first, self.names = list(first), list(names)

    def take(self, name: str, first: Any = 0.0, count: int = 1) -> int:
        start = len(self.first)
        self.first += [first] * count
        self.names += [name] * count
        return start


def cost(ops: tuple[Op, ...]) -> int:
    """The most steps these can take: the longer branch, every turn of a loop. A step is an
    operation, a value kept, a choice or an effect; to name a value or a constant is none."""
    return sum(_cost(op) for op in ops)


def _cost(op: Op) -> int:  # noqa: C901, PLR0911, PLR0912 -- dispatch
    match op:
        case When():
            return 1 + _value_cost(op.condition) + max(cost(op.then), cost(op.other))
        case Loop():
            return op.count * (1 + cost(op.body))
        case Let():
            return 1 + _value_cost(op.value)
        case Put():
            return 1 + _value_cost(op.value) + (0 if op.index is None else _value_cost(op.index))
        case Tell():
            return 1 + _value_cost(op.text)
        case Signal():
            return 1 + sum(_value_cost(each) for _, each in op.fields)
        case Trade():
            values = [each for _, _, each in op.named]
            values += [] if op.size is None else [op.size]
            return 1 + sum(_value_cost(each) for each in values)
        case Await():
            return 1 + _cost(op.trade)
        case Ask():
            return 1 + max(cost(op.then), cost(op.other))
        case Whole():
            return 2 + cost(op.then) + cost(op.other)  # an undo lies between them
        case Finish():
            return 1 + cost(op.then)
        case Plan():
            values = [op.amount, op.due, op.rate, op.present]
            return 1 + sum(_value_cost(each) for each in values)
        case Leave():
            return 1


def _value_cost(of: V) -> int:
    is_named = of.op in {"const", "slot", "temp", "event", "read"}
    return 0 if is_named else 1 + sum(_value_cost(each) for each in of.args)


def may_wait(ops: tuple[Op, ...]) -> bool:
    """Whether a run of these may have to wait for an order or a person."""
    return any(_may_wait(op) for op in ops)


def _may_wait(op: Op) -> bool:
    match op:
        case Await() | Ask() | Whole() | Finish():
            return True
        case When():
            return may_wait(op.then) or may_wait(op.other)
        case _:
            return False
