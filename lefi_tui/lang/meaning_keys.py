"""What a handler does, as numbers: two values have the same number when they are the same value.

The rule it keeps: how a text is laid out, and what it calls its own names, has no number; what
could come out differently has another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lefi_tui.core.record import Record
from lefi_tui.lang.source import Source, Span
from lefi_tui.lang.tree import (
    HERE,
    Authorize,
    Body,
    Branch,
    Execute,
    Finalize,
    Plan,
    Say,
    Send,
    Set,
    Statement,
    Stop,
    Transact,
    X,
)
from lefi_tui.lang.types import OPEN, Type


class Part(Record):
    """One thing that a handler does, where a person finds it. kind: series value condition order
    state words event question plan."""

    kind: str
    key: int
    text: str
    line: int


class Place(Record):
    """A transaction's numbered site; `alike` are what it trades, whatever the size."""

    number: int
    key: int
    alike: tuple[str, ...]


class Doing(Record):
    """All that one handler does. Equal `key`s: the same at every event."""

    body: Body
    title: str
    key: int
    parts: tuple[Part, ...]
    places: tuple[Place, ...]


class Numbers:
    """One for both texts that are compared."""

    def __init__(self) -> None:
        self._known: dict[Any, int] = {}

    def of(self, *what: Any) -> int:
        return self._known.setdefault(what, len(self._known))


class Reader:
    """Of one script. `renamed` tells a state's name in the other text."""

    def __init__(self, numbers: Numbers, source: Source, renamed: dict[str, str]) -> None:
        self._numbers, self._source, self._renamed = numbers, source, renamed

    def doing(self, body: Body, title: str) -> Doing:
        return _Handler(self._numbers, self._source, self._renamed, body).doing(title)


class _Handler:
    def __init__(
        self, numbers: Numbers, source: Source, renamed: dict[str, str], body: Body
    ) -> None:
        self._numbers, self._source, self._renamed, self._body = numbers, source, renamed, body
        self._sets: dict[str, int] = {}  # how many each local has
        self._orders: dict[str, Transact] = {}  # by the local that holds what became of it
        for each in _all(body.statements):
            if isinstance(each, Set) and not each.is_state:
                self._sets[each.name] = self._sets.get(each.name, 0) + 1
            elif isinstance(each, Transact) and each.result:
                self._orders[each.result] = each
        self._top = {id(each) for each in body.statements}
        self._recalled = {name for name, is_state, _ in body.pasts if not is_state}
        self._kept: dict[int, int] = {}
        self._locals: dict[str, int] = {}
        self._steady: set[int] = set()  # values that locals are other words for
        self._alike: dict[int, int] = {}  # locals that begin with the same value
        self._parts: dict[tuple[str, Span], Part] = {}
        self._places: list[Place] = []

    def doing(self, title: str) -> Doing:
        for series, name in self._body.labels:
            self._part("series", series.span, self._value(series), f"{name} = ")
        key = self._numbers.of("handler", self._block(self._body.statements))
        return Doing(self._body, title, key, tuple(self._parts.values()), tuple(self._places))

    # ---- statements

    def _block(self, statements: tuple[Statement, ...]) -> int:
        keys = (self._statement(each) for each in statements)
        return self._numbers.of("block", *(each for each in keys if each is not None))

    def _statement(self, node: Statement) -> int | None:  # noqa: C901, PLR0911 -- dispatch
        match node:
            case Set():
                return self._set(node)
            case Branch():
                condition = self._part("condition", node.span, self._value(node.condition))
                return self._numbers.of(
                    "if", condition, self._block(node.then), self._block(node.other)
                )
            case Stop():
                return self._numbers.of("return")
            case Transact():
                return self._order(node)
            case Say():
                words = self._numbers.of(node.kind, node.channel, self._value(node.text))
                return self._part("words", node.span, words)
            case Send():
                fields = ((name, self._value(each)) for name, each in node.fields.items())
                return self._part("event", node.span, self._numbers.of(node.name, *fields))
            case Authorize():
                asked = self._numbers.of("authorize", node.role, node.within_ms)
                return self._both(self._part("question", node.span, asked), node)
            case Execute():
                return self._both(self._numbers.of("execute"), node)
            case Finalize():
                return self._numbers.of("finalize", self._block(node.then))
            case Plan():
                return self._plan(node)

    def _both(self, head: int, node: Authorize | Execute) -> int:
        return self._numbers.of("ways", head, self._block(node.then), self._block(node.other))

    def _set(self, node: Set) -> int | None:
        value = self._value(node.value)
        if node.is_state:
            name = self._renamed.get(node.name, node.name)
            return self._part("state", node.span, self._numbers.of("set", name, value))
        if self._is_plain(node):
            self._locals[node.name] = value
            self._steady.add(value)
            return None  # known wherever it is read
        if node.name not in self._locals:  # known by what it begins with
            ordinal = self._alike[value] = self._alike.get(value, 0) + 1
            self._locals[node.name] = self._numbers.of("local", value, ordinal)
        return self._part("value", node.span, self._numbers.of(self._locals[node.name], value))

    def _is_plain(self, node: Set) -> bool:
        """Whether the name is another word for the value: given once, and the same all the run."""
        is_once = self._sets[node.name] == 1 and node.name not in self._recalled
        return is_once and id(node) in self._top and self._is_steady(node.value)

    def _is_steady(self, x: X) -> bool:
        waiting, seen = [x], {id(x)}
        while waiting:
            now = waiting.pop()
            is_own = now.op == "local" and self._locals.get(now.value) not in self._steady
            if is_own or now.op in {"state", "past"}:
                return False
            if now.op == "read" and self._body.may_wait:
                return False
            waiting += [each for each in now.args if id(each) not in seen]
            seen |= {id(each) for each in now.args}
        return True

    def _order(self, node: Transact) -> int:
        key = self._order_key(node)
        alike = (node.action, node.symbol, node.account, node.to, node.unit)
        self._places.append(Place(node.site, key, alike))
        return self._part("order", node.span, key)

    def _order_key(self, node: Transact) -> int:
        size = None if node.size is None else (_unit(node.size.type), self._value(node.size))
        named = ((name, _unit(each.type), self._value(each)) for name, each in node.named.items())
        return self._numbers.of(
            ("order", node.action, node.symbol, node.account, node.to, node.unit),
            (size, node.is_advised, bool(node.result)),
            *sorted(named),
        )

    def _plan(self, node: Plan) -> int:
        values = (self._value(each) for each in (node.amount, node.due, node.rate))
        return self._part("plan", node.span, self._numbers.of("plan", node.unit, *values))

    def _part(self, kind: str, span: Span, key: int, name: str = "") -> int:
        """Loops and functions are written out: what one place of the text does is one part."""
        before = self._parts.get((kind, span))
        whole = key if before is None else self._numbers.of("turns", before.key, key)
        text = " ".join(self._source.text[span.start : span.end].split())
        line = self._source.place(span.start).line
        self._parts[kind, span] = Part(kind, whole, f"{name}{text}", line)
        return key

    # ---- values

    def _value(self, x: X) -> int:
        known = self._kept.get(id(x))
        if known is None:
            known = self._kept[id(x)] = self._numbered(x)
        return known

    def _numbered(self, x: X) -> int:
        match x.op:
            case "const":
                value = repr(x.value) if isinstance(x.value, float) else x.value
                return self._numbers.of("const", _unit(x.type), _held(value))
            case "local":
                return self._local(x.value)
            case "state":
                return self._numbers.of("state", self._renamed.get(x.value, x.value))
            case "held":  # no operation
                return self._value(x.args[0])
            case "feed":
                return self._numbers.of("feed", x.args[0].clock, self._value(x.args[0]))
            case op:
                args = tuple(self._value(each) for each in x.args)
                clock = None if x.clock in {None, HERE} else x.clock
                return self._numbers.of(op, _held(x.value), x.extra, clock, args)

    def _local(self, name: str) -> int:
        order = self._orders.get(name)
        if order is not None:
            return self._numbers.of("came of", self._order_key(order))
        return self._locals.get(name, self._numbers.of("local of the run before"))


def _held(value: Any) -> Any:
    """A value that a table can be asked for."""
    return tuple(_held(each) for each in value) if isinstance(value, list) else value


def _unit(kind: Type) -> tuple[str, str, str]:
    return ("number", "", "") if kind.kind in OPEN else (kind.kind, kind.base, kind.quote)


def _all(statements: tuple[Statement, ...]) -> Iterator[Statement]:
    for each in statements:
        yield each
        if isinstance(each, (Branch, Authorize, Execute)):
            yield from _all((*each.then, *each.other))
        elif isinstance(each, Finalize):
            yield from _all(each.then)
