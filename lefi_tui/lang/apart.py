"""Whether settings of a script act apart: no number of what it compiles to is made of two of them.

Then the program for any choice of their values is known from those in which one of them is changed
alone. The rule it keeps: the answer is yes only where the text shows it; what is not looked through
here is a no. The one number made of several is how long a script waits to be warm: the longest of
what each of them asks for, and here the first value of a length never asks for more than another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import astuple

from lefi_tui.lang import syntax as s
from lefi_tui.lang.builtins import BUILTINS
from lefi_tui.lang.parser import parse
from lefi_tui.lang.source import Source

Names = frozenset[str]
_NONE: Final[Names] = frozenset()
CROSSED: Final = 2  # operators that a cross is written out in


class _Mixed(Exception):  # noqa: N818 -- ends the look, never leaves this module
    """Two of them in one number, or a part that is not looked through."""


class _Seen(Struct):
    """Of a value: which of them are in it, and whether it may be a constant."""

    names: Names
    is_constant: bool


def act_apart(source: str, names: Iterable[str]) -> bool:
    varied = frozenset(names)
    script = parse(Source(source, "script")).script
    constants = frozenset(each.name for each in script.items if isinstance(each, s.Setting))
    try:
        _refuse_elsewhere(script, varied)
        for each in script.items:
            if isinstance(each, s.Handler):
                _Handler(varied, constants, each.body).look()
    except (_Mixed, RecursionError):
        return False
    return True


def _refuse_elsewhere(script: s.Script, varied: Names) -> None:
    """In handlers alone they are looked at; functions are not looked through at all."""
    if script.body or any(isinstance(each, s.Function) for each in script.items):
        raise _Mixed
    for item in script.items:
        if isinstance(item, s.Test):
            for each in item.checks:
                _one_of([varied.intersection(_names_in(each))])
        elif varied.intersection(_names_in(item.args if isinstance(item, s.Handler) else item)):
            raise _Mixed


def _names_in(node: object) -> Iterator[str]:
    waiting = [node]
    while waiting:
        now = waiting.pop()
        if isinstance(now, s.Name):
            yield now.name
        elif isinstance(now, tuple):
            waiting += now
        elif isinstance(now, (s.Node, s.Arg)):
            waiting += astuple(now)


class _Handler:
    def __init__(self, varied: Names, constants: Names, body: s.Block) -> None:
        self.varied, self.constants, self.body = varied, constants, body
        self.locals: dict[str, list[s.Expr]] = {}
        self.known: dict[str, _Seen] = {}

    def look(self) -> None:
        values = list(self._values(self.body))
        for each in values:
            self._of(each)

    def _values(self, block: s.Block | None) -> Iterator[s.Expr]:
        for each in () if block is None else block.statements:
            match each:
                case s.Assign():
                    self.locals.setdefault(each.name, []).append(each.value)
                    yield each.value
                case s.Do():
                    yield each.call
                case s.If():
                    yield each.condition
                    yield from self._values(each.then)
                    yield from self._values(each.other)
                case s.Return():
                    continue
                case _:
                    raise _Mixed

    def _of(self, node: s.Expr | str) -> _Seen:
        if isinstance(node, s.Name):
            return self._named(node.name)
        if isinstance(node, s.Call):
            return self._called(node)
        if isinstance(node, s.Index):
            return self._waited([node.target, node.index])
        return self._joined(_parts(node))

    def _named(self, name: str) -> _Seen:
        if name in self.varied:
            return _Seen(frozenset({name}), is_constant=True)
        if name not in self.locals:
            return _Seen(_NONE, is_constant=name in self.constants)
        if name not in self.known:
            self.known[name] = _Seen(_NONE, is_constant=False)  # in itself: of an earlier run
            self.known[name] = self._joined(self.locals[name])
        return self.known[name]

    def _joined(self, nodes: Iterable[s.Expr | str]) -> _Seen:
        """Of constants one constant is made; a series beside one leaves it as it is. A literal
        alone is a constant."""
        found = [self._of(each) for each in nodes]
        constant = [each for each in found if each.is_constant]
        names = _one_of(each.names for each in constant)
        names = names.union(*(each.names for each in found))
        return _Seen(names, is_constant=len(constant) == len(found))

    def _waited(self, nodes: Sequence[s.Expr]) -> _Seen:
        """One of them at most in all, and no length that is made of it: how long it waits is made
        of both, and of a longer one a shorter could be made."""
        found = [self._of(each) for each in nodes]
        for node, seen in zip(nodes, found, strict=True):
            is_one = isinstance(node, s.Name) and node.name in self.varied
            if seen.is_constant and seen.names and not is_one:
                raise _Mixed
        return _Seen(_one_of(each.names for each in found), is_constant=False)

    def _called(self, node: s.Call) -> _Seen:
        values = [each.value for each in node.args]
        builtin = BUILTINS.get(node.name)
        if builtin is None:
            raise _Mixed
        match builtin.group:
            case "indicator" if len(builtin.made_of) != CROSSED:
                return self._waited(values)
            case "transaction":
                for each in values:
                    self._of(each)
                return _Seen(_NONE, is_constant=False)
            case "maths":
                return self._joined(values)
            case _:
                return _Seen(self._joined(values).names, is_constant=False)


def _parts(node: s.Expr | str) -> Sequence[s.Expr | str]:
    match node:
        case s.Field():
            return (node.target,)
        case s.Unary():
            return (node.operand,)
        case s.Binary():
            return node.left, node.right
        case s.Choice():
            return node.condition, node.one, node.other
        case s.Text():
            return node.parts
        case str() | s.Number() | s.Percent() | s.Duration() | s.Amount() | s.Bool() | s.Missing():
            return ()
        case _:
            raise _Mixed


def _one_of(found: Iterable[Names]) -> Names:
    names = _NONE.union(*found)
    if len(names) > 1:
        raise _Mixed
    return names
