"""Names of markets: BASE/QUOTE, and BASE/QUOTE:SETTLE of a perpetual."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from lefi_tui.core.record import Record

LISTED_SHOWN: Final = 8  # markets that a refusal names; an exchange has hundreds


class Named(Record):
    """Where the text of a bot names a market: its line, and the setting whose value stands there
    ("": none)."""

    symbol: str
    line: int
    setting: str = ""


@lru_cache(maxsize=256)
def parse_symbol(symbol: str) -> tuple[str, str, str] | None:
    """Base, quote and settle ("" on spot) of BASE/QUOTE[:SETTLE]; None when it is neither."""
    pair, colon, settle = symbol.partition(":")
    base, slash, quote = pair.partition("/")
    names = [base, quote, settle] if colon else [base, quote]
    if not slash or not all(_is_name(name) for name in names):
        return None
    return base, quote, settle


def told_near(symbol: str, listed: Iterable[str]) -> str:
    """Some of these markets in words, those of the same base first."""
    base = symbol.partition("/")[0]
    near = sorted(listed, key=lambda each: each.partition("/")[0] != base)
    more = len(near) - LISTED_SHOWN
    return f"{', '.join(near[:LISTED_SHOWN]) or 'none'}{f' and {more} more' if more > 0 else ''}"


def _is_name(text: str) -> bool:
    return bool(text) and not any(each in "/:" or each.isspace() for each in text)
