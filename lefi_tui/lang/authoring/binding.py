"""Every name of a script: where it is declared, and where it is meant.

The rule it keeps: names are found as the checker finds them, so what is renamed together means one
thing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.lang import syntax as s
from lefi_tui.lang.authoring.walking import parts
from lefi_tui.lang.builtins import EVENTS
from lefi_tui.lang.resolver import assigned_names
from lefi_tui.lang.source import Span
from lefi_tui.lang.told_policy import POLICY

CANDLE: Final = frozenset(name for name, _ in EVENTS["Candle"].fields)


class Bound(Record):
    """One place of a name. `key` is the same for all places that mean one thing."""

    span: Span
    name: str
    kind: str  # setting state function name field
    key: str  # "" of what nothing declares
    is_declaration: bool = False
    gives: s.Expr | None = None  # the value it is given here


def bound(script: s.Script) -> tuple[Bound, ...]:
    """In the order of the text."""
    return _in_order(_Reader(script).read(script.items, script.body))


def bound_in(script: s.Script, item: s.Item | None) -> tuple[Bound, ...]:
    """Those of one declaration, or of what stands outside all: what a hover needs of a long
    script."""
    return _in_order(_Reader(script).read((item,) if item else (), () if item else script.body))


def declarations(script: s.Script) -> dict[str, Bound]:
    """Of settings, states and functions; of a name that is declared twice the first."""
    found: dict[str, Bound] = {}
    for item in script.items:
        if isinstance(item, s.Setting | s.State | s.Function):
            found.setdefault(item.name, _declaration(item))
    return found


def _declaration(item: s.Setting | s.State | s.Function) -> Bound:
    match item:
        case s.Setting():
            gives = item.default
        case s.State():
            gives = item.initial
        case s.Function():
            gives = item.body
    kind = type(item).__name__.lower()
    return Bound(item.name_span, item.name, kind, item.name, is_declaration=True, gives=gives)


def _in_order(found: list[Bound]) -> tuple[Bound, ...]:
    return tuple(sorted(found, key=lambda each: each.span))


class _Names:
    """What has a name at one place, around that what is declared."""

    def __init__(self, around: dict[str, str], given: Iterable[str] = ()) -> None:
        self.keys = dict(around)
        self.given = frozenset(given)  # gets a value somewhere in the handler
        self.has_candle = False

    def inside(self, more: Iterable[str]) -> _Names:
        names = _Names(self.keys, self.given | frozenset(more))
        names.has_candle = self.has_candle
        return names


class _Reader:
    def __init__(self, script: s.Script) -> None:
        self.found: list[Bound] = []
        self.declared = {name: each.kind for name, each in declarations(script).items()}

    def read(self, items: Iterable[s.Item], body: tuple[s.Statement, ...]) -> list[Bound]:
        for item in items:
            self._item(item)
        if body:
            self._block(body, _Names({}, assigned_names(body)))
        return self.found

    def _put(
        self,
        span: Span,
        name: str,
        key: str,
        *,
        is_declaration: bool = False,
        gives: s.Expr | None = None,
    ) -> None:
        kind = self.declared.get(name, "") if key == name else ""
        kind = kind or ("field" if key.startswith(".") else "name")
        self.found.append(Bound(span, name, kind, key, is_declaration, gives))

    def _item(self, item: s.Item) -> None:
        nothing = _Names({})
        match item:
            case s.Setting():
                self.found.append(_declaration(item))
                self._values((item.default, item.low, item.high, *item.choices), nothing)
            case s.State():
                self.found.append(_declaration(item))
                self._value(item.initial, nothing)
            case s.Function():
                self.found.append(_declaration(item))
                self._function(item)
            case s.Policy():
                self._values([rule.value for rule in item.rules if not _is_word(rule)], nothing)
            case s.Handler():
                self._handler(item)
            case s.Test():
                for check in item.checks:
                    self._check(check)
            case _:
                return

    def _function(self, item: s.Function) -> None:
        keys = {each.name: f"{each.name}@{each.span.start}" for each in item.params}
        for each in item.params:
            self._put(each.span, each.name, keys[each.name], is_declaration=True)
        names = _Names(keys)
        names.has_candle = True
        self._value(item.body, names)

    def _handler(self, item: s.Handler) -> None:
        self._values([each.value for each in item.args], _Names({}))
        names = _Names({}, assigned_names(item.body.statements))
        names.has_candle = item.event == "Candle"
        self._block(item.body.statements, names)

    def _check(self, check: s.Check) -> None:
        nothing = _Names({})
        match check:
            case s.TestSettings():
                for each in check.values:
                    self._put(each.name_span, each.name or "", each.name or "")
                    self._value(each.value, nothing)
            case s.TestSignal():
                self._values([each.value for each in check.fields], nothing)
            case s.TestExpect() if not isinstance(check.value, s.Name):  # else `finalized`
                self._value(check.value, nothing)
            case _:
                return

    # ---- statements

    def _block(self, statements: Iterable[s.Statement], names: _Names) -> None:
        for each in statements:
            self._statement(each, names)

    def _statement(self, node: s.Statement, names: _Names) -> None:
        match node:
            case s.Assign():
                self._value(node.value, names)
                self._given(node, names, node.value)
            case s.Pays():
                self._value(node.value, names)
                self._given(node, names, None)
            case s.Do() | s.DecideStatement():
                self._value(node.call, names)
            case s.For() | s.Repeat():
                self._loop(node, names)
            case s.Return():
                return
            case _:
                self._blocks(node, names)

    def _blocks(
        self,
        node: s.If | s.DecideTable | s.Authorize | s.Execute | s.Finalize,
        names: _Names,
    ) -> None:
        match node:
            case s.If():
                self._value(node.condition, names)
                self._both(node.then, node.other, names)
            case s.DecideTable():
                for row in node.rows:
                    self._value(row.condition, names)
                    self._both(row.action, None, names)
            case s.Authorize():
                self._value(node.within, names)
                self._both(node.body, node.other, names)
            case s.Execute():
                self._both(node.body, node.other, names)
            case s.Finalize():
                self._both(node.body, None, names)

    def _both(self, block: s.Block, other: s.Block | None, names: _Names) -> None:
        self._block(block.statements, names)
        self._block(other.statements if other else (), names)

    def _loop(self, node: s.For | s.Repeat, names: _Names) -> None:
        """What is first named in a turn ends with it."""
        self._value(node.items if isinstance(node, s.For) else node.count, names)
        turn = names.inside(assigned_names(node.body.statements))
        if isinstance(node, s.For):
            turn.keys[node.name] = f"{node.name}@{node.name_span.start}"
            self._put(node.name_span, node.name, turn.keys[node.name], is_declaration=True)
        self._block(node.body.statements, turn)

    def _given(self, node: s.Assign | s.Pays, names: _Names, value: s.Expr | None) -> None:
        """A state is changed; another name is declared where it first gets a value."""
        is_state = self.declared.get(node.name) in {"state", "setting"}
        is_new = not is_state and node.name not in names.keys
        if is_new:
            names.keys[node.name] = f"{node.name}@{node.name_span.start}"
        key = node.name if is_state else names.keys[node.name]
        self._put(node.name_span, node.name, key, is_declaration=is_new, gives=value)

    # ---- values

    def _values(self, nodes: Iterable[s.Expr | None], names: _Names) -> None:
        for each in nodes:
            self._value(each, names)

    def _value(self, root: s.Expr | None, names: _Names) -> None:
        waiting: list[s.Expr] = [] if root is None else [root]
        while waiting:
            node = waiting.pop()
            if isinstance(node, s.Name):
                self._name(node, names)
                continue
            if isinstance(node, s.Call) and node.name in self.declared:
                self._put(node.name_span, node.name, node.name)
            if isinstance(node, s.Field) and _is_event(node.target):
                self._put(node.name_span, node.name, f".{node.name}")
                continue
            if isinstance(node, s.Index) and isinstance(node.target, s.Name):
                self._looked_back_at(node.target, names)
            waiting += reversed(parts(node))

    def _looked_back_at(self, node: s.Name, names: _Names) -> None:
        """`x[1]` may stand before `x` has its value."""
        known = {*names.keys, *self.declared}
        if node.name in names.given and node.name not in known:
            names.keys[node.name] = f"{node.name}@{node.span.start}"

    def _name(self, node: s.Name, names: _Names) -> None:
        name = node.name
        if name in names.keys:
            self._put(node.span, name, names.keys[name])
        elif name in self.declared:
            self._put(node.span, name, name)
        elif names.has_candle and name in CANDLE:
            self._put(node.span, name, f".{name}")
        else:
            self._put(node.span, name, "")


def _is_event(node: s.Expr) -> bool:
    return isinstance(node, s.Name) and node.name == "event"


def _is_word(rule: s.Rule) -> bool:
    return isinstance(rule.value, s.Name) and rule.name in POLICY
