"""The next step that a message offers: the nearest word, or a value in the other unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lefi_tui.lang import syntax as s
from lefi_tui.lang.diagnostic import Edit, Fix, nearest
from lefi_tui.lang.source import Span
from lefi_tui.lang.tokens import shown
from lefi_tui.lang.types import Type

# What prices are quoted in, before what has a price in it: BTC/USDT, ETH/BTC, EUR/USD.
_QUOTES: Final = ("USD", "USDT", "USDC", "BUSD", "DAI", "EUR", "GBP", "JPY", "BTC", "ETH")
_BASE_MIN: Final = 3  # shorter, it is as likely a ticker of its own: stETH, PYUSD
_LOOSER: Final = frozenset({"+", "-", "??", "and", "or", "<", "<=", ">", ">=", "==", "!="})
_OF_TERMS: Final = frozenset({"??", "mod"})  # whose right side is one term
_ONE_UNIT: Final = frozenset({"+", "-", "??", "mod", "<", "<=", ">", ">=", "==", "!="})


UNUSED: Final = "Use it, or leave it out."


def meant(word: str, span: Span, known: list[str]) -> tuple[str, Fix | None]:
    """Hint and fix: the nearest word, or what there is."""
    best = nearest(word, known)
    if best is None or best == word:
        return f"There is {', '.join(known)}." if known else "", None
    return f"Did you mean `{best}`?", written(best, span)


def written(words: str, span: Span) -> Fix:
    return Fix(f"Write {words}", (Edit(span, words),))


def by_field(name: str, fields: Sequence[str], call: str) -> str:
    """How what has no value of its own is read: a name, or `call` as written."""
    words = shown(" ".join(call.split()))
    ways = [f"`{words}.{fields[0]}`", *(f".{each}" for each in fields[1:])]
    return f"`{name}` is read by field: {' or '.join(ways)}."


def with_field(fields: Sequence[str], span: Span) -> Fix:
    return Fix(f"Write .{fields[0]}", (Edit(Span(span.end, span.end), f".{fields[0]}"),))


def joined_in_one_unit(
    text: str, node: s.Binary | s.Choice, kinds: tuple[Type, Type]
) -> Fix | None:
    """One side as a value of the other's unit: the side that has a price in the other."""
    if isinstance(node, s.Binary) and node.op not in _ONE_UNIT:
        return None
    sides = (node.one, node.other) if isinstance(node, s.Choice) else (node.left, node.right)
    (left, right), (one, other) = sides, kinds
    is_term = isinstance(node, s.Binary) and node.op in _OF_TERMS
    if one.kind == other.kind == "amount" and _is_quote_of(one.base, other.base):
        return in_unit(text, right, other, one, is_term=is_term)
    fix = in_unit(text, left, one, other)
    return fix or in_unit(text, right, other, one, is_term=is_term)


def in_unit(
    text: str, node: s.Expr, kind: Type, wanted: Type, *, is_term: bool = False
) -> Fix | None:
    """The value as one of the wanted unit, where that can be written down."""
    if wanted.kind == "percent" and kind.kind == "bare" and isinstance(node, s.Number):
        return written(f"{node.value * 100:.12g}%", node.span)
    if not (kind.kind == wanted.kind == "amount"):
        return None
    value = in_parentheses(text, node)
    if _is_quote_of(wanted.base, kind.base):
        value += f' * Spot("{kind.base}/{wanted.base}")'
    else:
        value += f' / Spot("{wanted.base}/{kind.base}")'
    return written(f"({value})" if is_term else value, node.span)


def in_parentheses(text: str, node: s.Expr) -> str:
    """As written, ready to be multiplied."""
    words = text[node.span.start : node.span.end]
    is_looser = isinstance(node, s.Choice) or (isinstance(node, s.Binary) and node.op in _LOOSER)
    return f"({words})" if is_looser else words


def _is_quote_of(quote: str, base: str) -> bool:
    ranks = {name: rank for rank, name in enumerate(_QUOTES)}
    return ranks.get(quote, len(ranks)) <= ranks.get(base, len(ranks))


def parted(name: str) -> str | None:
    """`BTCUSDT` as BTC/USDT: a pair without its slash, where that is surely what it is."""
    for quote in _QUOTES:
        base = name.removesuffix(quote).rstrip("-_.")
        if name.endswith(quote) and len(base) >= _BASE_MIN:
            return f"{base}/{quote}"
    return None
