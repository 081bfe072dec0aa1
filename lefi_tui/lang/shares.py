"""A percent beside another unit: what it is surely a share of, written out.

The rule it keeps: a way out is offered only where one thing can be meant.
"""

from __future__ import annotations

from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.lang import syntax as s
from lefi_tui.lang import types as t
from lefi_tui.lang.builtins import BUILTINS
from lefi_tui.lang.diagnostic import Edit, Fix
from lefi_tui.lang.signatures import Builtin
from lefi_tui.lang.tree import X
from lefi_tui.lang.types import Type
from lefi_tui.lang.ways_out import in_parentheses, written

_JOINING: Final = frozenset({"+", "-", "??", "<", "<=", ">", ">=", "==", "!="})
_AS_GIVEN: Final = frozenset({"hist", "feed", "held"})
_WHOLE: Final = "Equity"  # money of an account is a share of this
_WORTH: Final = frozenset({"amount", "price"})


class Side(Record):
    """One side of what does not join."""

    node: s.Expr
    value: X
    kind: Type


def joined(
    text: str, node: s.Binary | s.Choice, sides: tuple[Side, Side], money: str
) -> Fix | None:
    """`money` is the account's currency, "" where nothing is read."""
    one, other = sides
    is_share = [each.kind == t.PERCENT for each in sides]
    if is_share[0] == is_share[1] or (isinstance(node, s.Binary) and node.op not in _JOINING):
        return None
    if isinstance(node, s.Binary) and node.op == "+" and is_share[0]:
        return _turned(text, node, other)
    share, whole = (one, other) if is_share[0] else (other, one)
    if whole.kind == t.NUMBER:  # added to one, it may be meant as a share of it
        is_sum = isinstance(node, s.Binary) and node.op in {"+", "-"}
        return None if is_sum else _plain(share.node, whole.value)
    is_term = isinstance(node, s.Binary) and node.op == "??" and share is other
    return _of(text, share.node, _whole_of(text, whole, money), is_term=is_term)


def of_money(text: str, node: s.Expr, kinds: tuple[Type, Type], money: str) -> Fix | None:
    """A percent given to what holds the account's money: kinds are what it is, what is wanted."""
    kind, wanted = kinds
    if not money or kind != t.PERCENT or wanted != t.amount(money):
        return None
    return _of(text, node, f"{_WHOLE}()", is_term=False)


def _turned(text: str, node: s.Binary, other: Side) -> Fix | None:
    """`5% + 100 USDT`: what is raised stands first."""
    if other.kind.kind not in _WORTH:
        return None
    words = f"{_as_written(text, node.right)} + {in_parentheses(text, node.left)}"
    span = node.left.span.to(node.right.span)
    return Fix(f"Write {words}", (Edit(span, words),))


def _plain(share: s.Expr, beside: X) -> Fix | None:
    """70% beside an RSI is 70; beside a quotient of two of one unit, 105% is 1.05."""
    number = share.operand if isinstance(share, s.Unary) and share.op == "-" else share
    if not isinstance(number, s.Percent):
        return None
    while beside.op in _AS_GIVEN:
        beside = beside.args[0]
    beside = beside.args[0] if beside.op == "pick" else beside
    if beside.op == "indicator" and BUILTINS[beside.value].in_hundredths:
        return written(f"{number.value * 100:.12g}", number.span)
    return written(f"{number.value:.12g}", number.span) if beside.op == "div" else None


def _whole_of(text: str, beside: Side, money: str) -> str:
    """What a share beside this is of, as it is written; "" where that is not sure."""
    call = beside.node
    builtin = BUILTINS.get(call.name) if isinstance(call, s.Call) else None
    if beside.kind == t.amount(money):
        is_whole = builtin is not None and builtin.name == _WHOLE
        return "" if is_whole or not money else f"{_WHOLE}()"
    if builtin is None or not isinstance(call, s.Call):
        return ""
    if _is_reach(builtin):
        return "close"
    if builtin.made_of == ("sub",) and len(call.args) == len(builtin.params):
        of, back = (each.value for each in call.args)
        return f"{_as_written(text, of)}[{_as_written(text, back)}]" if _has_past(of) else ""
    return ""


def _is_reach(builtin: Builtin) -> bool:
    """How far candles reach, as a price: ATR."""
    return builtin.result == "price" and builtin.lies is not None and not builtin.fields


def _has_past(node: s.Expr) -> bool:
    return isinstance(node, (s.Name, s.Call, s.Field))


def _of(text: str, share: s.Expr, whole: str, *, is_term: bool) -> Fix | None:
    if not whole:
        return None
    words = f"{in_parentheses(text, share)} * {whole}"
    return written(f"({words})" if is_term else words, share.span)


def _as_written(text: str, node: s.Expr) -> str:
    return text[node.span.start : node.span.end]
