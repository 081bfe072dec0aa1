"""Names of markets: BASE/QUOTE, and BASE/QUOTE:SETTLE of a perpetual."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=256)
def parse_symbol(symbol: str) -> tuple[str, str, str] | None:
    """Base, quote and settle ("" on spot) of BASE/QUOTE[:SETTLE]; None when it is neither."""
    pair, colon, settle = symbol.partition(":")
    base, slash, quote = pair.partition("/")
    names = [base, quote, settle] if colon else [base, quote]
    if not slash or not all(_is_name(name) for name in names):
        return None
    return base, quote, settle


def _is_name(text: str) -> bool:
    return bool(text) and not any(each in "/:" or each.isspace() for each in text)
