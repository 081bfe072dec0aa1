"""A script's tree, gone through: the parts of a node, and the expressions at a place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, cast, get_args

from lefi_tui.lang import syntax as s
from lefi_tui.lang.resolver import parts_of

VALUES: Final[tuple[type, ...]] = get_args(s.Expr)


def parts(node: s.Expr) -> tuple[s.Expr, ...]:
    """The expressions right inside one, in the order of the text."""
    match node:
        case s.Index():
            return (node.target, node.index)
        case s.Field():
            return (node.target,)
        case s.DecideCall():
            return (node.call,)
        case s.PaysValue():
            return tuple(each for each in (node.amount, node.on, node.within, node.at) if each)
        case _:
            return tuple(each.value if isinstance(each, s.Arg) else each for each in parts_of(node))


def item_at(script: s.Script, offset: int) -> s.Item | None:
    """The declaration that the offset stands in; None outside all."""
    found = (each for each in script.items if each.span.start <= offset <= each.span.end)
    return max(found, key=lambda each: each.span.start, default=None)


def values_of(root: s.Item | tuple[s.Statement, ...]) -> Iterator[s.Expr]:
    """The outermost expressions of a declaration, or of statements."""
    waiting: list[object] = [root]
    while waiting:
        now = waiting.pop()
        if isinstance(now, VALUES):
            yield cast("s.Expr", now)
        elif isinstance(now, tuple):
            waiting += now
        elif isinstance(now, s.Node | s.Arg | s.Row):
            waiting += [getattr(now, each) for each in now.__struct_fields__]


def values_at(roots: Iterable[s.Expr], offset: int) -> list[s.Expr]:
    """Those that the offset stands in or right behind, outermost first."""
    out: list[s.Expr] = []
    inside = list(roots)
    while True:
        found = [each for each in inside if each.span.start <= offset <= each.span.end]
        if not found:
            return out
        best = max(found, key=lambda each: each.span.start)  # at a seam, what begins there
        out.append(best)
        inside = list(parts(best))


def all_parts(roots: Iterable[s.Expr | None]) -> Iterator[s.Expr]:
    """These and all that stands in them."""
    waiting = [each for each in roots if each is not None]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += parts(node)
