"""The typed tree: every name resolved, every unit checked, functions and loops written out.

The checker makes it, the compiler reads it. A value knows its type, whether it is a series, and
how many events it needs before it has a value.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from lefi_tui.core.record import Record
from lefi_tui.lang.source import Span
from lefi_tui.lang.types import Type

NAN: Final = math.nan

Clock = tuple[str, int]  # symbol and timeframe, in ms, of the candles that a series steps by
HERE: Final[Clock] = ("", 0)  # by the events of the handler itself
JOINED: Final[Clock] = ("*", 0)  # those since all other candles of the handler sufficed
NOWHERE: Final = Span(0, 0)


class X(Record):
    """A typed value. Two uses of one X are one computation; equality is identity.

    op: const (value) · event (value: number of the field) · read (value: ReadKey) · local, state
    (value: name) · past (args[0] a local or state; value n) · hist (args[0] a series; value n) ·
    indicator (value: name; args; constants in `extra`) · pick (of an indicator with fields) ·
    text (parts in args) · feed (args[0] a series of other candles, at the handler's events) · and
    every operator and maths function by its name.
    """

    op: str
    type: Type
    args: tuple[X, ...] = ()
    value: Any = None
    span: Span = NOWHERE
    is_series: bool = False
    warm: int = 0
    depth: int = 1
    extra: tuple[float, ...] = ()
    clock: Clock | None = HERE  # None: a constant, which steps with anything
    needs: tuple[tuple[Clock, int], ...] = ()  # events of other clocks, beside `warm` of its own
    between: tuple[float, ...] = ()  # of a constant that a person may choose: its least and most
    settled: int = 0  # events after which it is the same wherever history began

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    @property
    def is_const(self) -> bool:
        return self.op == "const"


class Set(Record):
    """A local (or, when `is_state`, a state) takes a value."""

    name: str
    value: X
    is_state: bool
    span: Span


class Branch(Record):
    condition: X
    then: tuple[Statement, ...]
    other: tuple[Statement, ...]
    span: Span
    text: str  # the condition as written, for "why"


class Stop(Record):
    """`return`"""


class Transact(Record):
    """Buy, Sell, Close or Cancel at a numbered site. Missing arguments are None."""

    site: int
    action: str
    symbol: str
    account: str
    size: X | None
    named: dict[str, X]
    span: Span
    is_advised: bool = False
    result: str = ""  # local that holds its outcome; "": the run does not wait for it
    to: str = ""  # account, of a transfer
    unit: str = ""  # of what is transferred


class Say(Record):
    kind: str  # notify print
    text: X
    channel: str
    span: Span


class Send(Record):
    """`Emit`"""

    name: str
    fields: dict[str, X]
    span: Span


class Authorize(Record):
    """A person is shown what the block does, and asked."""

    number: int
    role: str
    within_ms: float
    then: tuple[Statement, ...]
    other: tuple[Statement, ...]
    span: Span


class Execute(Record):
    """One transaction: all of its steps, or none of them and `other`."""

    number: int
    then: tuple[Statement, ...]
    other: tuple[Statement, ...]
    span: Span


class Finalize(Record):
    """When all in it is filled as asked, the script is done."""

    number: int
    then: tuple[Statement, ...]
    span: Span


class Plan(Record):
    """A planned cash flow; the present value is added to its name by a `Set` of its own."""

    name: str
    unit: str
    amount: X
    due: X  # ms since 1970 UTC
    rate: X
    present: X
    span: Span


Statement = Set | Branch | Stop | Transact | Say | Send | Authorize | Execute | Finalize | Plan


class Body(Record):
    """One handler, checked."""

    event: str
    symbol: str
    timeframe_ms: int
    every_ms: int
    cron: str
    zone: str
    fields: tuple[str, ...]
    statements: tuple[Statement, ...]
    series: tuple[X, ...]  # named or stateful ones, in the order they are computed
    pasts: tuple[tuple[str, bool, int], ...]  # name, is_state, runs back
    warm: int  # events needed before statements are carried out
    line: int
    labels: tuple[tuple[X, str], ...] = ()  # names of series, for "why"
    deepest: int = 0  # levels of its deepest value
    needs: tuple[tuple[Clock, int], ...] = ()  # other candles it reads, and how many it waits for
    hears: str = ""  # the custom event or command it is for
    key: str = ""  # of a command
    takes: tuple[tuple[str, str], ...] = ()  # fields of a custom event: number text bool any

    @property
    def may_wait(self) -> bool:
        return waits_in(self.statements)


def waits_in(statements: tuple[Statement, ...]) -> bool:
    """Whether a run may wait somewhere in these."""
    return any(_waits(each) for each in statements)


def _waits(statement: Statement) -> bool:
    match statement:
        case Branch():
            return waits_in(statement.then) or waits_in(statement.other)
        case Transact():
            return bool(statement.result)
        case _:
            return isinstance(statement, (Authorize, Execute, Finalize))


def reads_account(x: X) -> bool:
    """Whether it reads market or account where it stands; what an indicator holds does not."""
    waiting, seen = [x], {id(x)}
    while waiting:
        now = waiting.pop()
        if now.op == "read":
            return True
        if now.op not in {"indicator", "hist"}:
            waiting += [each for each in now.args if id(each) not in seen]
            seen |= {id(each) for each in now.args}
    return False


def shared_parts(x: X, is_known: Callable[[X], bool]) -> list[X]:
    """The operations in a value that stand in it more than once, inner ones first."""
    seen: set[int] = set()
    twice: set[int] = set()
    order: list[X] = []
    waiting = [(x, False)]
    while waiting:
        now, is_done = waiting.pop()
        if is_done:
            order.append(now)
        elif now.args and now.op != "past" and not is_known(now):
            if id(now) in seen:
                twice.add(id(now))
                continue
            seen.add(id(now))
            waiting.append((now, True))
            waiting += [(each, False) for each in now.args]
    return [each for each in order if id(each) in twice]
