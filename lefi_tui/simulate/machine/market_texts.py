"""The modules of the dialect that make up the candle market, for whoever translates them."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Final

from lefi_tui.simulate.machine import (
    market,
    market_account,
    market_asks,
    market_exits,
    market_holding,
    market_lists,
    market_orders,
    market_rules,
    market_run,
    market_sizing,
    market_wanted,
    market_watch,
)
from lefi_tui.simulate.machine.dialect_values import Scope

MODULES: Final = (
    market_rules,
    market_lists,
    market_holding,
    market_exits,
    market_run,
    market_sizing,
    market_account,
    market_orders,
    market_asks,
    market_watch,
    market_wanted,
    market,
)


@cache
def market_texts() -> tuple[tuple[str, Scope], ...]:
    """Each module's text with the constants it names."""
    return tuple((inspect.getsource(each), vars(each)) for each in MODULES)
