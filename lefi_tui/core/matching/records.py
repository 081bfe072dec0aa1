"""What a candle market tells: plain records, for the direct loop and the venue port alike."""

from __future__ import annotations

from typing import Final

from lefi_tui.core.order import Side
from lefi_tui.core.record import Record

ENTRY: Final = "entry"  # an order of ours; the other legs are exits the market holds
STOP: Final = "stop"
TARGET: Final = "target"
TRAIL: Final = "trail"
LIQUIDATION: Final = "liquidation"


class Filled(Record):
    """An order filled whole, or an exit of a position fired (`leg` names it)."""

    order: str  # the order sent; of an exit, the entry it hangs on
    leg: str
    symbol: str
    side: Side
    price: float
    units: float
    fee: float
    liquidity: str  # maker | taker | none (liquidation)
    reason: str  # order close stop_loss take_profit trail liquidation
    time_ms: int  # of the candle's opening
    leverage: float = 1.0
    covered: float = 0.0  # the loss beyond the margin, which is not ours


class Rested(Record):
    """A limit order reached the market: its units are fixed, and it waits."""

    order: str
    symbol: str
    units: float
    time_ms: int


class Refused(Record):
    order: str
    symbol: str
    code: str
    text: str
    time_ms: int


class Gone(Record):
    """Ended unfilled: lapsed by its own terms, or its position is no more."""

    order: str
    symbol: str
    reason: str
    time_ms: int


class Funded(Record):
    """Funding of one row: paid by us, negative when received."""

    symbol: str
    amount: float
    time_ms: int


Happened = Filled | Rested | Refused | Gone | Funded
