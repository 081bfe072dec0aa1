"""One spot market and its cash as numbers in X, in the dialect: what core.matching has for market
orders with a stop and a target, digit for digit. Orders on their way stand behind; what trades made
and candles returned is added up in Y.
"""

from __future__ import annotations

from lefi_tui.core.matching.rules import COST_TOLERANCE, NUDGE
from lefi_tui.simulate.lanes.adding import LOSSES, LOST, MOST, PNL_AT, WINS, WON, add_one
from lefi_tui.simulate.machine.words import Floats, finite, floor, nearest, whole

# In X: the account
CASH = 0
UNITS = 1
ENTRY = 2
ENTRY_FEES = 3
REALIZED = 4
STOP = 5  # levels; none is as far as can be
TARGET = 6
STOP_VALUE = 7  # as the newest entry named them, by their kinds
TARGET_VALUE = 8
STOP_KIND = 9
TARGET_KIND = 10
OPENED_AT = 11  # fill price of a position opened at this candle's open; missing otherwise
MAKER = 12
TAKER = 13
SLIPPAGE = 14
SCALE = 15  # of a lot
# what it came to
LAST = 16  # equity at the last close
PEAK = 17
TROUGH = 18
WORST = 19  # the largest fall
EXPOSED = 20
RETURNS = 21  # how many are written
FEES = 22
TRADES = 23
ASKED = 24  # orders on their way
CANDLES = 25  # of the data
LIMIT = 26  # how far it may go on without a run of the script

# Of each order on its way
KIND = 0
SIZED = 1
ASK_STOP_KIND = 2
ASK_STOP = 3
ASK_TARGET_KIND = 4
ASK_TARGET = 5
OF_ASK = 8
ASKS = 16  # at one moment; a script's places are fewer
WARM = 27  # from which row on it runs
LEFT = 28  # 1 when a run of it needs Python
ASKS_AT = 29
OF_ACCOUNT = 157

BUY_SHARE = 0
BUY_WORTH = 1
BUY_UNITS = 2
SELL_SHARE = 3
SELL_WORTH = 4
SELL_UNITS = 5
CLOSE = 6
NONE = 0
PERCENT = 1
PRICE = 2

INF = float("inf")
NAN = float("nan")


def lots_down(x: Floats, units: float) -> float:
    if not finite(units):
        return 0.0
    lots = units * x[SCALE] * NUDGE
    return floor(lots) / x[SCALE] if finite(lots) else units


def lots_nearest(x: Floats, units: float) -> float:
    return nearest(units * x[SCALE]) / x[SCALE]


def buy(opening: float, x: Floats, o: int) -> None:
    """At the open, or not at all where it is nothing or dearer than what is free."""
    price = opening * (1.0 + x[SLIPPAGE])
    asked = x[o + SIZED]
    if x[o + KIND] == BUY_SHARE:
        asked = x[CASH] * x[o + SIZED] / (price * (1.0 + x[TAKER]))
    if x[o + KIND] == BUY_WORTH:
        asked = x[o + SIZED] / price
    units = lots_down(x, asked)
    fee = x[TAKER] * price * units
    cost = price * units + fee
    free = x[CASH] * COST_TOLERANCE if x[CASH] > 0.0 else x[CASH]
    if units <= 0.0 or cost > free:
        return
    x[FEES] = x[FEES] + fee
    held = x[UNITS]
    if held == 0.0:
        x[ENTRY] = price
        x[STOP_KIND] = x[TARGET_KIND] = float(NONE)
        x[OPENED_AT] = price
    else:
        x[ENTRY] = (held * x[ENTRY] + units * price) / (held + units)
    x[UNITS] = lots_nearest(x, held + units)
    x[ENTRY_FEES] = x[ENTRY_FEES] + fee
    x[CASH] = x[CASH] + -(price * units + fee)
    hang(x, o)


def hang(x: Floats, o: int) -> None:
    """What an entry names is set anew, what it does not name stays; percents follow the entry."""
    if x[o + ASK_STOP_KIND] != NONE:
        x[STOP_KIND] = x[o + ASK_STOP_KIND]
        x[STOP_VALUE] = x[o + ASK_STOP]
    if x[o + ASK_TARGET_KIND] != NONE:
        x[TARGET_KIND] = x[o + ASK_TARGET_KIND]
        x[TARGET_VALUE] = x[o + ASK_TARGET]
    x[STOP] = -INF
    x[TARGET] = INF
    if x[STOP_KIND] != NONE:
        is_share = x[STOP_KIND] == PERCENT
        x[STOP] = x[ENTRY] * (1.0 - x[STOP_VALUE]) if is_share else x[STOP_VALUE]
    if x[TARGET_KIND] != NONE:
        is_share = x[TARGET_KIND] == PERCENT
        x[TARGET] = x[ENTRY] * (1.0 + x[TARGET_VALUE]) if is_share else x[TARGET_VALUE]


def sell(opening: float, x: Floats, y: Floats, o: int) -> None:
    """Of what is held; more than that is refused, but where a share of it is asked."""
    price = opening * (1.0 - x[SLIPPAGE])
    held = x[UNITS]
    if held == 0.0:
        return
    asked = held
    if x[o + KIND] == SELL_SHARE:
        asked = min(held * x[o + SIZED], lots_nearest(x, held))
    if x[o + KIND] == SELL_WORTH:
        asked = x[o + SIZED] / price
    if x[o + KIND] == SELL_UNITS:
        asked = x[o + SIZED]
    units = lots_down(x, asked)
    if x[o + KIND] == SELL_SHARE or x[o + KIND] == CLOSE:
        units = min(units, held)
    if units <= 0.0 or (x[o + KIND] != CLOSE and units > lots_nearest(x, held)):
        return
    reduce(units, price, x[TAKER] * price * units, x, y)


def reduce(units: float, price: float, whole_fee: float, x: Floats, y: Floats) -> None:
    """A trade with its share of entry fees; more than what is held closes it."""
    size = x[UNITS]
    closing = min(units, size)
    fee = whole_fee * (closing / units)
    share = closing / size
    entry_fees = x[ENTRY_FEES] * share
    gain = (price - x[ENTRY]) * closing
    x[FEES] = x[FEES] + whole_fee
    x[REALIZED] = x[REALIZED] + (gain + 0.0)
    x[CASH] = x[CASH] + (price * closing - fee)
    count_trade(gain + 0.0 - (entry_fees + fee), x, y)
    left = lots_nearest(x, size - closing)
    x[UNITS] = left
    x[ENTRY_FEES] = x[ENTRY_FEES] - entry_fees
    if left == 0.0:
        x[UNITS] = x[ENTRY] = x[ENTRY_FEES] = 0.0
        x[STOP] = -INF
        x[TARGET] = INF
        x[OPENED_AT] = NAN


def count_trade(pnl: float, x: Floats, y: Floats) -> None:
    x[TRADES] = x[TRADES] + 1.0
    if x[TRADES] > y[MOST]:
        return
    if pnl > 0.0:
        y[PNL_AT + whole(y[WINS])] = pnl
        y[WINS] = y[WINS] + 1.0
        add_one(y, WON, pnl)
    elif pnl < 0.0:
        y[LOSSES] = y[LOSSES] + 1.0
        y[PNL_AT + whole(y[MOST] - y[LOSSES])] = pnl
        add_one(y, LOST, pnl)


def arrive_all(opening: float, x: Floats, y: Floats) -> None:
    """Orders meet the open as they were sent."""
    for number in range(whole(x[ASKED])):
        o = ASKS_AT + number * OF_ASK
        if x[o + KIND] <= BUY_UNITS:
            buy(opening, x, o)
        else:
            sell(opening, x, y, o)
    x[ASKED] = 0.0


def ask(x: Floats, kind: float, size: float) -> int:
    """One more order on its way, without a stop and a target; answers its place."""
    o = ASKS_AT + whole(x[ASKED]) * OF_ASK
    x[ASKED] = x[ASKED] + 1.0
    x[o + KIND] = kind
    x[o + SIZED] = size
    x[o + ASK_STOP_KIND] = x[o + ASK_TARGET_KIND] = float(NONE)
    return o


def ask_levels(x: Floats, o: int, stop: float, target: float) -> None:
    """Their kinds; the levels themselves are there already."""
    x[o + ASK_STOP_KIND] = stop
    x[o + ASK_TARGET_KIND] = target
