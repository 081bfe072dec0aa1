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
# Why an order is gone unfilled.
MARKET_POST_ONLY: Final = "a market order can't be post only"
POST_ONLY_SATISFIED: Final = "post only, and the open would have filled it at once"
NOT_SATISFIED: Final = "the open does not satisfy its limit"
POSITION_CLOSED: Final = "its position is closed"
DATA_ENDED: Final = "the data is at its end"


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
    had_both: bool = False  # of an exit inside a candle that could have met a stop and the target


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
