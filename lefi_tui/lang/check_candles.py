"""`Candles(symbol, timeframe)`: another market's or timeframe's candles, by field.

The rule it keeps: a series of them alone steps by them, closed ones only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lefi_tui.lang import syntax as s
from lefi_tui.lang import types as t
from lefi_tui.lang.builtins import CANDLE_NAMES
from lefi_tui.lang.source import Span
from lefi_tui.lang.tree import X

if TYPE_CHECKING:
    from lefi_tui.lang.check_calls import Calls

CANDLES_MAX: Final = 64  # of one handler: each is fed, kept and warmed for itself


def candles(check: Calls, args: dict[str, s.Arg], field: str, span: Span) -> X:
    """One field; the same asked for twice is one series."""
    symbol, scope = check.symbol(args["symbol"]), check.scope
    clock = (symbol, check.duration(args["timeframe"]))
    scope.candles.setdefault(clock)
    if len(scope.candles) > CANDLES_MAX:
        message = f"A handler reads at most {CANDLES_MAX} kinds of other candles."
        raise check.wrong("LF216", span, message)
    key = ("candles", clock, field)
    known = scope.memo.get(key)
    if known is None:
        base, quote = check.pair(symbol)
        kind = t.amount(base) if field == "volume" else t.price(base, quote)
        place = CANDLE_NAMES.index(field)
        known = X("event", kind, (), place, span, is_series=True, warm=1, clock=clock)
        scope.memo[key] = known
    return known
