"""What a simulated account pays, as the candle market's doubles."""

from __future__ import annotations

from lefi_tui.core.matching import Fees
from lefi_tui.requests import Costs


def fees_of(costs: Costs) -> Fees:
    return Fees(float(costs.maker), float(costs.taker), float(costs.slippage))
