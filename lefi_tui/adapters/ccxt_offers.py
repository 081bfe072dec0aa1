"""What ccxt says an exchange can do, asked of nobody: it knows it without a request.

The rule it keeps: what it does not say stays unknown. Only the worker process loads this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_HAS: Final[Mapping[str, tuple[str, ...]]] = {
    "stop_loss": ("createStopLossOrder",),
    "take_profit": ("createTakeProfitOrder",),
    "attached": ("createOrderWithTakeProfitAndStopLoss",),
    "trail": ("createTrailingPercentOrder", "createTrailingAmountOrder"),
    "batch": ("createOrders",),
    "edit": ("editOrder",),
    "post_only": ("createPostOnlyOrder",),
    "reduce_only": ("createReduceOnlyOrder",),
    "leverage": ("setLeverage",),
    "hedge": ("setPositionMode",),
    "dead_man": ("cancelAllOrdersAfter",),
    "spot": ("spot",),
    "perpetual": ("swap",),
}
# It has one, and ccxt names it by no word of its own.
_OWN: Final[Mapping[str, Mapping[str, bool]]] = {
    "binanceusdm": {"dead_man": True, "stream": True},
    "binance": {"stream": True},
    "okx": {"stream": True},
}


def offered(client: Any) -> dict[str, bool | None]:
    """By our names for them."""
    said = {name: _any(client.has, keys) for name, keys in _HAS.items()}
    terms = _terms(client)
    in_force = terms.get("timeInForce") or {}
    told = {
        "IOC": in_force.get("IOC"),
        "FOK": in_force.get("FOK"),
        "stop_loss": terms.get("stopLossPrice"),
        "take_profit": terms.get("takeProfitPrice"),
        "trail": terms.get("trailing"),
    }
    known = {name: each for name, each in told.items() if each is not None}
    return {**said, "stream": None, **known, **_OWN.get(client.id, {})}


def _any(has: Mapping[str, Any], keys: tuple[str, ...]) -> bool | None:
    """An emulated one is one too."""
    found = [has.get(each) for each in keys]
    if any(found):
        return True
    return None if None in found else False


def _terms(client: Any) -> Mapping[str, Any]:
    """Of an order: a perpetual's where it has those, else a spot order's."""
    features = client.features or {}
    swap = (features.get("swap") or {}).get("linear") if client.has.get("swap") else None
    return ((swap or features.get("spot") or {}).get("createOrder")) or {}
