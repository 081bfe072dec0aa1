"""A script that tells the value of one expression of another script, or why none can.

The expression's own run is kept: its handler's event, the names it hangs on, the loops around it.
Everything that acts is left out, and so are the conditions around it: a trader who asks what a
value is asks whatever the conditions say now.

The rule it keeps: the source made here is right and acts on nothing, or there is a refusal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeVar

from lefi_tui.core.record import Record
from lefi_tui.lang import syntax as s
from lefi_tui.lang.authoring.analysis import Analysis, analysed
from lefi_tui.lang.authoring.walking import all_parts
from lefi_tui.lang.builtins import BUILTINS, EVENTS
from lefi_tui.lang.examine import examined
from lefi_tui.lang.resolver import assigned_names
from lefi_tui.lang.source import Span
from lefi_tui.lang.tokens import shown

_CANDLE: Final = "Candle"
_ANYTIME: Final = "on Start "
_CANDLE_FIELDS: Final = frozenset(name for name, _ in EVENTS[_CANDLE].fields)


Named = TypeVar("Named", s.Setting, s.State, s.Function)


class ValueAsked(Record):
    source: str = ""  # a script whose one handler prints the value
    refusal: str = ""  # why it can't be told; then there is no source


class _Refused(Exception):  # noqa: N818 -- carries the answer, never leaves this module
    """Its text is the refusal."""


def value_source(text: str, span: Span) -> ValueAsked:
    """For the expression that stands at `span` of a script."""
    analysis = analysed(text)
    if analysis.blueprint is None:
        return ValueAsked(refusal="The script has mistakes; mend them first.")
    try:
        return ValueAsked(_Asked(analysis, span).source())
    except _Refused as refused:
        return ValueAsked(refusal=str(refused))


class _Asked:
    def __init__(self, analysis: Analysis, span: Span) -> None:
        self.analysis, self.text, self.span = analysis, analysis.text, span
        self.script = analysis.script
        self.functions = _named(self.script, s.Function)
        self.settings = _named(self.script, s.Setting)
        self.states = _named(self.script, s.State)
        self.handler: s.Handler | None = None
        self.needed: set[str] = set()

    def source(self) -> str:
        node = self._node()
        self._need(node)
        self._refuse_kind(node)
        lines = self._before(node)
        head = self._head()
        self._refuse_what_only_a_bot_knows()
        source = "\n".join([*self._declarations(), f"{head}{{", *lines, "}", ""])
        found = examined(source)
        if found.blueprint is None:
            errors = [each.message for each in found.diagnostics if each.is_error]
            raise _Refused(f"It can't be computed by itself: {errors[0]}")
        if head == _ANYTIME and found.blueprint.handlers[0].warmup > 1:
            raise _Refused("It is made of earlier runs; only a running bot remembers them.")
        return source

    # ---- the expression

    def _node(self) -> s.Expr:
        """What is read by field, with its field: `Bollinger(close, 20, 2).upper`, `event.price`."""
        around = self.analysis.values_at(self.span.end)
        for number, node in enumerate(around):
            if node.span == self.span:
                outer = around[number - 1] if number else node
                is_part = isinstance(outer, s.Field) and not self.analysis.unit_of(node.span)
                return outer if is_part else node
        raise _Refused("There is no whole expression here.")

    def _refuse_kind(self, node: s.Expr) -> None:
        if any(
            isinstance(each, s.Test) and _holds(each.span, node.span) for each in self.script.items
        ):
            raise _Refused("A test feeds its own prices.")
        unit = self.analysis.unit_of(node.span)
        if not unit:
            raise _Refused("It has no value of its own.")
        if "an order" in unit:
            raise _Refused("It is an order; none is made to look at it.")
        if "a list" in unit:
            raise _Refused("It is a list, as it stands there.")

    def _need(self, *roots: s.Expr | None) -> None:
        for node in all_parts(roots):
            if isinstance(node, s.Name) and node.name != "event":
                self.needed.add(node.name)
            elif isinstance(node, s.Call):
                self._need_call(node)
            elif isinstance(node, s.Index):
                self._need_series(node)
            elif isinstance(node, s.Field):
                self._need_field(node)

    def _need_call(self, node: s.Call) -> None:
        builtin = BUILTINS.get(node.name)
        if builtin is not None and builtin.group in {"transaction", "word"}:
            raise _Refused(f"It hangs on `{node.name}`, which acts; nothing is done to look at it.")
        function = self.functions.get(node.name)
        if function is not None and node.name not in self.needed:
            self.needed.add(node.name)
            inside = {each.name for each in function.params}
            before = set(self.needed)
            self._need(function.body)
            self.needed -= inside - before

    def _need_series(self, node: s.Index) -> None:
        seen = self.analysis.seen(node.target.span)
        if seen and not all(each.is_series for each in seen):
            written = shown(self._written(node.span))
            raise _Refused(f"`{written}` is of an earlier run; only a running bot remembers it.")

    def _need_field(self, node: s.Field) -> None:
        is_event = isinstance(node.target, s.Name) and node.target.name == "event"
        if is_event and node.name != "time":
            self.needed.add(f"event.{node.name}")

    # ---- what it hangs on

    def _before(self, node: s.Expr) -> list[str]:
        lines = [f"Print((\n{self._written(node.span)}\n))"]
        item = next((each for each in self.script.items if _holds(each.span, node.span)), None)
        if isinstance(item, s.Handler) and _holds(item.body.span, node.span):
            self.handler = item
            return self._of_block(item.body.statements, lines)
        if isinstance(item, s.Function):
            self._of_function(item)
        return lines if item is not None else self._of_block(self.script.body, lines)

    def _of_function(self, item: s.Function) -> None:
        given = [each.name for each in item.params if each.name in self.needed]
        if given:
            raise _Refused(f"`{given[0]}` is given by each call of `{item.name}`; look there.")
        if self.needed & _CANDLE_FIELDS:
            handlers = (each for each in self.script.items if isinstance(each, s.Handler))
            self.handler = next((each for each in handlers if each.event == _CANDLE), None)

    def _of_block(self, statements: Sequence[s.Statement], lines: list[str]) -> list[str]:
        """The lines, with what they need of this block before them."""
        number = next(n for n, each in enumerate(statements) if _holds(each.span, self.span))
        here = statements[number]
        inside = next((b for b in _blocks(here) if _holds(b.span, self.span)), None)
        if inside is not None:
            lines = self._of_block(inside.statements, lines)
        if inside is not None and isinstance(here, s.For | s.Repeat):
            lines = [f"{self._loop(here)} {{", *lines, "}"]
        return [*self._kept(statements[:number]), *lines]

    def _loop(self, node: s.For | s.Repeat) -> str:
        if isinstance(node, s.Repeat):
            self._need(node.count)
            return f"repeat {self._written(node.count.span)}"
        self.needed.discard(node.name)
        self._need(node.items)
        return f"for {node.name} in {self._written(node.items.span)}"

    def _kept(self, statements: Sequence[s.Statement]) -> list[str]:
        """Those that give a needed name its value, in their order, without what acts."""
        out: list[str] = []
        for each in reversed(statements):
            if self.needed & set(assigned_names((each,), (s.Assign, s.Pays))):
                out[:0] = self._statement(each)
        return out

    def _statement(self, node: s.Statement) -> list[str]:
        match node:
            case s.Assign():
                self._refuse_state(node.name)
                self.needed.discard(node.name)
                self._need(node.value)
                return [f"{node.name} = (\n{self._written(node.value.span)}\n)"]
            case s.If():
                return self._if(node)
            case s.DecideTable():
                return self._table(node)
            case s.For() | s.Repeat():
                lines = self._maybe(node.body)
                return [f"{self._loop(node)} {{", *lines, "}"]
            case _:
                raise _Refused("It hangs on what a person, an order or a plan says.")

    def _refuse_state(self, name: str) -> None:
        if name in self.states:
            raise _Refused(f"`{name}` is a state; only a running bot knows it.")

    def _maybe(self, block: s.Block | None) -> list[str]:
        """A block that may not run: what it gives is needed from before it too."""
        before = set(self.needed)
        lines = self._kept(block.statements if block else ())
        self.needed |= before
        return lines

    def _if(self, node: s.If) -> list[str]:
        other = self._maybe(node.other)
        then = self._maybe(node.then)
        self._need(node.condition)
        lines = [f"if (\n{self._written(node.condition.span)}\n) {{", *then, "}"]
        return [*lines[:-1], "} else {", *other, "}"] if other else lines

    def _table(self, node: s.DecideTable) -> list[str]:
        lines = []
        for row in node.rows:
            inside = self._maybe(row.action)
            if row.condition is None:
                lines += ["else => {", *inside, "}"]
            else:
                self._need(row.condition)
                lines += [f"(\n{self._written(row.condition.span)}\n) => {{", *inside, "}"]
        return ["decide {", *lines, "}"]

    # ---- the script around it

    def _head(self) -> str:
        handler = self.handler
        if handler is None or handler.event != _CANDLE:
            return _ANYTIME
        self._need(*(each.value for each in handler.args))
        return self.text[handler.span.start : handler.body.span.start]

    def _refuse_what_only_a_bot_knows(self) -> None:
        for name in sorted(self.needed):
            self._refuse_state(name)
        event = self.handler.event if self.handler is not None else ""
        fields = sorted(each for each in self.needed if each.startswith("event."))
        if fields and event != _CANDLE:
            raise _Refused(f"`{fields[0]}` is known only while a {event or 'run'} is carried out.")

    def _declarations(self) -> list[str]:
        declared = {**self.settings, **self.functions}
        used = set(self.needed)
        return [
            self._written(each.span)
            for name, each in declared.items()
            if name in used or name in self.settings
        ]

    def _written(self, span: Span) -> str:
        return self.text[span.start : span.end]


def _named(script: s.Script, kind: type[Named]) -> dict[str, Named]:
    return {each.name: each for each in script.items if isinstance(each, kind)}


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _blocks(node: s.Statement) -> Iterator[s.Block]:
    match node:
        case s.If():
            yield from _there((node.then, node.other))
        case s.For() | s.Repeat() | s.Finalize():
            yield node.body
        case s.Authorize() | s.Execute():
            yield from _there((node.body, node.other))
        case s.DecideTable():
            yield from (row.action for row in node.rows)
        case _:
            return


def _there(blocks: Iterable[s.Block | None]) -> Iterator[s.Block]:
    return (each for each in blocks if each is not None)
