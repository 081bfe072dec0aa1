"""What Binance's user stream says, in the plain words of the exchange's own process.

The rule it keeps: an event is read whole or not at all; one that has no sense (a symbol nobody
lists, a number that is none) raises, and whoever listens reads the truth elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from lefi_tui.adapters.ccxt_markets import decimal_of

Plain = dict[str, Any]
SymbolOf = Callable[[str], str]  # the exchange's name of a market -> ours; raises LookupError

EXPIRED_KEY: Final = "listenKeyExpired"
# Binance's status -> ccxt's, as REST answers tell it.
STATUSES: Final[Mapping[str, str]] = {
    "NEW": "open",
    "NEW_INSURANCE": "open",
    "NEW_ADL": "open",
    "PARTIALLY_FILLED": "open",
    "FILLED": "closed",
    "CANCELED": "canceled",
    "EXPIRED": "expired",
    "EXPIRED_IN_MATCH": "expired",
    "REJECTED": "rejected",
}
EXECUTED: Final = frozenset({"TRADE", "CALCULATED"})  # the second is a liquidation's


def told_of(event: Mapping[str, Any], symbol_of: SymbolOf) -> Plain | None:
    """None where it says nothing that concerns us."""
    made = _MADE.get(event["e"])
    return None if made is None else made(event, symbol_of)


def _order(event: Mapping[str, Any], symbol_of: SymbolOf) -> Plain:
    order = event["o"]
    symbol, side = symbol_of(order["s"]), _side(order)
    told = {
        "what": "order",
        "id": str(order["c"]),
        "venue_order_id": str(order["i"]),
        "symbol": symbol,
        "side": side,
        "status": STATUSES[order["X"]],
        "units": _number(order["q"]),
        "filled": _number(order["z"]),
        "price": _number(order["p"]),
        "at_ms": int(order["T"]),
        "trade": None,
    }
    if order["x"] in EXECUTED:
        told["trade"] = _trade(order, symbol, side)
    return told


def _trade(order: Mapping[str, Any], symbol: str, side: str) -> Plain:
    """In the form that a question for trades has, so that both are the same fill."""
    price, units = (_number(order[name], is_above_zero=True) for name in ("L", "l"))
    return {
        "id": str(int(order["t"])),
        "order": str(order["i"]),
        "symbol": symbol,
        "side": side,
        "price": price,
        "units": units,
        "fee": _number(order.get("n")),
        "fee_currency": order.get("N") or "",
        "liquidity": "maker" if order["m"] else "taker",
        "at_ms": int(order["T"]),
    }


def _exit(event: Mapping[str, Any], symbol_of: SymbolOf) -> Plain:
    order = event["o"]
    return {
        "what": "exit",
        "id": str(order["caid"]),
        "symbol": symbol_of(order["s"]),
        "status": str(order["X"]),
    }


def _account(event: Mapping[str, Any], symbol_of: SymbolOf) -> Plain:
    """Why the wallet or a position changed, and whose markets: funding, a transfer, a fill."""
    change = event["a"]
    symbols = sorted({symbol_of(each["s"]) for each in change.get("P", ())})
    return _changed(str(change["m"]), symbols, event)


def _settings(event: Mapping[str, Any], symbol_of: SymbolOf) -> Plain:
    """Another hand has set the leverage of a market, or how margin is kept."""
    named = event.get("ac")
    if named is None:
        return _changed("SETTINGS", [], event)
    symbol, leverage = symbol_of(named["s"]), _number(named["l"], is_above_zero=True)
    return {**_changed("SETTINGS", [symbol], event), "leverages": [(symbol, leverage)]}


def _margin_call(event: Mapping[str, Any], symbol_of: SymbolOf) -> Plain:
    symbols = sorted({symbol_of(each["s"]) for each in event.get("p", ())})
    return _changed("MARGIN_CALL", symbols, event)


def _changed(reason: str, symbols: list[str], event: Mapping[str, Any]) -> Plain:
    return {"what": "account", "reason": reason, "symbols": symbols, "at_ms": int(event["E"])}


def _side(order: Mapping[str, Any]) -> str:
    return {"BUY": "buy", "SELL": "sell"}[order["S"]]


def _number(value: Any, *, is_above_zero: bool = False) -> str:
    number: Decimal = decimal_of(value)
    if not number.is_finite() or number < 0 or (is_above_zero and not number):
        raise ValueError(value)
    return str(number)


_MADE: Final[Mapping[str, Callable[[Mapping[str, Any], SymbolOf], Plain]]] = {
    "ORDER_TRADE_UPDATE": _order,
    "ALGO_UPDATE": _exit,
    "ACCOUNT_UPDATE": _account,
    "ACCOUNT_CONFIG_UPDATE": _settings,
    "MARGIN_CALL": _margin_call,
}
