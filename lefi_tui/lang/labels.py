"""What a value in a condition is called when a bot says why it acted."""

from __future__ import annotations

from lefi_tui.core.timeframe import span
from lefi_tui.lang.builtins import CANDLE_NAMES
from lefi_tui.lang.tree import HERE, Body, X


def label_of(x: X, body: Body) -> str:
    """Empty for a value that has no name of its own: its parts have."""
    return next((name for each, name in body.labels if each is x), "") or _by_kind(x, body)


def _by_kind(x: X, body: Body) -> str:  # noqa: PLR0911 -- dispatch
    match x.op:
        case "local":
            return str(x.value).rpartition("_")[0]
        case "state":
            return str(x.value)
        case "event":
            return str(body.fields[x.value]) if x.clock == HERE else _of_candles(x)
        case "read":
            key = x.value
            return " ".join(part for part in (key.kind, key.symbol, key.bot, key.field) if part)
        case "indicator":
            return f"{x.value}({', '.join(f'{each:g}' for each in x.extra)})"
        case "pick":
            return f"{x.args[0].value}.{x.value}"
        case _:
            return ""


def _of_candles(x: X) -> str:
    assert x.clock is not None
    symbol, timeframe_ms = x.clock
    return f"{CANDLE_NAMES[x.value]} {symbol} {span(timeframe_ms)}"
