"""Markets that a script names and no account has, told where the text names them.

The rule it keeps: what one slip of a key made of a listed market is mended with a key; what a
person may well have meant is only told.
"""

from __future__ import annotations

import string
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from lefi_tui.core.symbol import told_near
from lefi_tui.lang.diagnostic import Diagnostic, Edit, Fix
from lefi_tui.lang.scope import Spelled

Markets = Mapping[str, Collection[str]]  # by account, of those whose markets are known

_LETTERS: Final = string.ascii_uppercase + string.digits


def unlisted(text: str, named: Collection[Spelled], markets: Markets) -> Iterator[Diagnostic]:
    """Nothing while the markets of no account are known."""
    listed = dict.fromkeys(symbol for some in markets.values() for symbol in some)
    for each in named:
        if listed and each.symbol not in listed:
            yield _told(text, each, listed, markets)


def _told(text: str, named: Spelled, listed: Collection[str], markets: Markets) -> Diagnostic:
    accounts = [each for each, some in markets.items() if some]
    is_one = len(accounts) == 1
    who, where = ("Account {} has no", "It lists") if is_one else ("None of {} has a", "They list")
    message = f"{who.format(', '.join(accounts))} market {named.symbol}."
    near, (start, end) = _meant(named.symbol, listed), named.span
    fix = None
    if near and text[start:end] == f'"{named.symbol}"':
        fix = Fix(f'Write "{near}"', (Edit(named.span, f'"{near}"'),))
    hint = f"{where} {told_near(named.symbol, listed)}."
    return Diagnostic("LF259", named.span, message, hint, fix)


def _meant(symbol: str, listed: Collection[str]) -> str:
    """The listed market that is one slip away, of the same base where there is one. A base that is
    listed otherwise is no slip: ETH is not ETC."""
    base = symbol.partition("/")[0]
    is_known = any(each.startswith(f"{base}/") for each in listed)
    near = sorted(
        (each.partition("/")[0] != base, each) for each in set(_slips(symbol)) if each in listed
    )
    return next((each for is_other, each in near if not (is_other and is_known)), "")


def _slips(word: str) -> Iterator[str]:
    """Two neighbors swapped, a letter less, another, one more."""
    for at in range(len(word) + 1):
        left, right = word[:at], word[at:]
        if len(right) > 1:
            yield f"{left}{right[1]}{right[0]}{right[2:]}"
        if right:
            yield f"{left}{right[1:]}"
        for letter in _LETTERS:
            yield f"{left}{letter}{right}"
            if right:
                yield f"{left}{letter}{right[1:]}"
