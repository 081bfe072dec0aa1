"""Types with units, and what may be done with them: the table of lefi.md as functions.

A bare number (a literal, or a name that began as one) takes the unit it meets; which unit a bare
name took is kept by the checker's `Bindings`.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Type(NamedTuple):
    kind: str
    base: str = ""  # of a price; the unit of an amount
    quote: str = ""  # of a price
    name: str = ""  # of a bare name: whose unit is still open
    item: Type | None = None  # of a list

    def __str__(self) -> str:
        match self.kind:
            case "amount":
                return self.base
            case "price":
                return f"{self.quote} per {self.base}"
            case "bare" | "none":
                return "a number"
            case "list":
                return f"a list of {self.item}"
            case _:
                return _WORDS[self.kind]


_WORDS: Final = {
    "number": "a plain number",
    "percent": "a percent",
    "duration": "a duration",
    "time": "a time",
    "text": "a text",
    "bool": "a condition",
    "symbol": "a symbol",
    "account": "an account",
    "order": "an order",
}
NUMBER: Final = Type("number")
PERCENT: Final = Type("percent")
DURATION: Final = Type("duration")
TIME: Final = Type("time")
TEXT: Final = Type("text")
BOOL: Final = Type("bool")
SYMBOL: Final = Type("symbol")
ACCOUNT: Final = Type("account")
BARE: Final = Type("bare")
NONE: Final = Type("none")

NUMERIC: Final = frozenset(
    {"number", "percent", "amount", "price", "duration", "time", "bare", "none"}
)
OPEN: Final = frozenset({"bare", "none"})
WORDS: Final = frozenset({"text", "symbol", "account"})


def amount(unit: str) -> Type:
    return Type("amount", unit)


def price(base: str, quote: str) -> Type:
    return Type("price", base, quote)


def order(base: str, quote: str) -> Type:
    return Type("order", base, quote)


def added(op: str, left: Type, right: Type) -> Type | None:
    """The type of `left op right` for + and -; None where it has none. Open types are resolved."""
    if op == "+" and ("text" in {left.kind, right.kind}):
        return TEXT
    if "time" in {left.kind, right.kind}:
        return _times(op, left, right)
    if left.kind not in NUMERIC or right.kind not in NUMERIC:
        return None
    shares = right.kind == "percent" and left.kind in {"amount", "price", "percent"}
    return left if shares or left == right else None


def _times(op: str, left: Type, right: Type) -> Type | None:
    if left == TIME and right == DURATION:
        return TIME
    return DURATION if left == right and op == "-" else None


def multiplied(left: Type, right: Type) -> Type | None:
    """A percent of a number is a number (25% of 200 is 50); a percent taken twice is a percent."""
    if left.kind in {"number", *OPEN} and right.kind == "percent":
        return NUMBER
    for one, other in ((left, right), (right, left)):
        if one.kind in {"number", *OPEN}:
            return None if other.kind not in NUMERIC or other == TIME else _plain(other)
        if one.kind == "percent" and other.kind in {"amount", "price", "percent"}:
            return other
        if one.kind == "amount" and other.kind == "price" and one.base == other.base:
            return amount(other.quote)
    return None


def divided(left: Type, right: Type) -> Type | None:
    left, right = _plain(left), _plain(right)
    if left.kind not in NUMERIC or right.kind not in NUMERIC or "time" in {left.kind, right.kind}:
        return None
    if right.kind == "number":
        return left
    if left == right:
        return NUMBER
    if left.kind == "amount" and right.kind == "price" and left.base == right.quote:
        return amount(right.base)
    if left.kind == "amount" and right.kind == "amount":
        return price(right.base, left.base)
    return None


def _plain(kind: Type) -> Type:
    return NUMBER if kind.kind in OPEN else kind


def level_kind(kind: Type) -> str:
    """How a stop or target is meant: a share of the entry, or a price."""
    return kind.kind if kind.kind == "percent" else "price"


def size_kind(kind: Type, symbol: str) -> str:
    """How a size is meant: a share, worth of quote, or units of base."""
    if kind.kind == "percent":
        return "share"
    if not symbol:
        return "units"  # of what is transferred
    base = symbol.partition("/")[0]
    return "worth" if kind.kind == "amount" and kind.base != base else "units"


class Bindings:
    """Which unit each bare name took. Two passes fill and use it: a name may meet its unit late."""

    def __init__(self) -> None:
        self.units: dict[str, Type] = {}

    def seen(self, kind: Type) -> Type:
        """The type with its name's unit, where that is known."""
        if kind.kind in OPEN and kind.name:
            return self.units.get(kind.name, kind)
        return kind

    def unified(self, left: Type, right: Type) -> Type | None:
        """One type for both sides of + - comparison, assignment, ?? and if; None: they differ."""
        left, right = self.seen(left), self.seen(right)
        if left.kind in OPEN and right.kind in OPEN:
            return left if left.name or left.kind == "bare" else right
        for one, other in ((left, right), (right, left)):
            if one.kind in OPEN:
                return self._take(one, other)
        same_words = left.kind in WORDS and right.kind in WORDS
        return left if left == right or same_words else None

    def _take(self, open_type: Type, other: Type) -> Type | None:
        """An open type takes the other's unit; a bare number never becomes a percent."""
        if open_type.kind == "bare" and other.kind in {"percent", "time", "duration"}:
            return None
        if other.kind not in NUMERIC and not (open_type.kind == "none" and open_type.name):
            return None
        if open_type.name:
            self.units.setdefault(open_type.name, other)
        return other
