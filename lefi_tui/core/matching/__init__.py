"""How orders meet candles: the simulated venue, exactly by the rules every run can be checked by.

All of it is IEEE doubles in the order written, never fused or reordered; nothing here knows the
time, a file or a bot, so the direct loop and the venue port share it and give the same trades.
"""

from lefi_tui.core.matching.market import CandleMarket
from lefi_tui.core.matching.records import Filled, Funded, Gone, Happened, Refused, Rested
from lefi_tui.core.matching.rules import Fees, Lot, MarketRules, market_rules

__all__ = [
    "CandleMarket",
    "Fees",
    "Filled",
    "Funded",
    "Gone",
    "Happened",
    "Lot",
    "MarketRules",
    "Refused",
    "Rested",
    "market_rules",
]
