"""Where the candle market of the machine way keeps what: places in two arrays of one length.

`M` holds doubles, `N` whole numbers. Both are cut in the same records; a record is known by where
it begins, so of an order `o` the size is `M[o + O_SIZE]` and the sign `N[o + O_SIGN]`. First comes
the market itself (record 0), then the orders, then what was told, then the books, as many as there
are symbols. A reference of 0 is none.
"""

from __future__ import annotations

from typing import Final

# ---- the market: a head of lists, then its own
FIRST: Final = 0  # N, of record 0: orders on their way, as sent; of a book: those that rest
LAST: Final = 1
FREE: Final = 2  # N: the first free order
BOOKS: Final = 3  # N: how many
TIME: Final = 4  # N: of the candle's opening, in ms
SENT: Final = 5  # N: how many orders so far
TOLD: Final = 6  # N: how much is told since the caller last took it
WAY: Final = 7  # N: which way the price goes, 1, -1 or 0
MET_RANK: Final = 8  # N: what the price meets next; -1 is nothing
MET_ORDER: Final = 9  # N
NEARER_LEG: Final = 10  # N: stop or trail
SIZED_REDUCES: Final = 11  # N
DEAL_LIQUIDITY: Final = 12  # N
DEAL_IS_INSIDE: Final = 13  # N
CLOSED_SIDE: Final = 14  # N: of the last reduction: 1 closed a long, -1 a short, 0 was none
CLOSED_SINCE: Final = 15  # N
CASH: Final = 0  # M: what resting orders set aside included
MAKER: Final = 1
TAKER: Final = 2
SLIPPAGE: Final = 3
WAY_START: Final = 4
WAY_END: Final = 5
MET_PLACE: Final = 6
MET_AT: Final = 7
MET_LEVEL: Final = 8
COVERED: Final = 9  # of the last reduction
WRONG: Final = 10  # four numbers of the last refusal
SCENE_FREE: Final = 14  # free cash when the order is sized
SCENE_UNITS: Final = 15  # free units
SCENE_PRICE: Final = 16
SIZED_UNITS: Final = 17
SIZED_LEVERAGE: Final = 18
SIZED_COST: Final = 19
DEAL_PRICE: Final = 20
DEAL_RATE: Final = 21
DEAL_LEVERAGE: Final = 22
SCENE_RATE: Final = 23
FEES: Final = 24  # of all fills so far
PAID: Final = 25  # funding so far; negative when received
CLOSED_UNITS: Final = 26  # of the last reduction: a trade's
CLOSED_ENTRY: Final = 27
CLOSED_FEES: Final = 28
CLOSED_PNL: Final = 29
HEAD: Final = 32  # of places

# ---- an order
O_NEXT: Final = 0  # N: in its list
O_NUMBER: Final = 1  # in the sequence sent
O_BOOK: Final = 2
O_SIGN: Final = 3  # 1 buys, -1 sells
O_KIND: Final = 4  # of its size: UNITS WORTH SHARE ALL
O_HAS_LIMIT: Final = 5
O_HAS_LEVERAGE: Final = 6
O_REDUCE_ONLY: Final = 7
O_POST_ONLY: Final = 8
O_LAPSES: Final = 9  # IOC and FOK
O_ONLY_REDUCES: Final = 10
O_STOP_KIND: Final = 11  # NONE PERCENT PRICE, in the sequence stop, target, trail
O_TARGET_KIND: Final = 12
O_TRAIL_KIND: Final = 13
O_SITE: Final = 14  # numbered effect site of the script that asked for it
O_SIZE: Final = 0  # M
O_LIMIT: Final = 1
O_LEVERAGE: Final = 2
O_UNITS: Final = 3
O_ASIDE_CASH: Final = 4
O_ASIDE_UNITS: Final = 5
O_STOP: Final = 6
O_TARGET: Final = 7
O_TRAIL: Final = 8
ORDER: Final = 16  # places of one
ORDERS: Final = 512  # that may work at one time; the event way takes more
ORDERS_AT: Final = HEAD

# ---- what was told
T_KIND: Final = 0  # N: FILLED RESTED REFUSED GONE FUNDED DENIED
T_ORDER: Final = 1  # its number
T_BOOK: Final = 2
T_CODE: Final = 3  # a fill's leg, a refusal's code, the reason of what is gone
T_SIGN: Final = 4
T_LIQUIDITY: Final = 5  # TAKER_SIDE MAKER_SIDE NO_SIDE
T_TIME: Final = 6
T_IS_CLOSE: Final = 7  # of an order's fill
T_HAD_BOTH: Final = 7  # of an exit's fill
T_SITE: Final = 7  # of what is refused or gone
T_CLOSED: Final = 8  # 1 closed a long, -1 a short, 0 neither, or it is no fill
T_SINCE: Final = 9  # of what it closed: its first entry's time
T_PRICE: Final = 0  # M
T_UNITS: Final = 1
T_FEE: Final = 2
T_LEVERAGE: Final = 3
T_COVERED: Final = 4
T_TRADE: Final = 5  # units, entry price, fees: of what it closed
T_PNL: Final = 8  # after those fees
T_AMOUNT: Final = 0  # of funding
T_WRONG: Final = 0  # four numbers of a refusal
TELLING: Final = 10  # places of one
TOLD_MAX: Final = 8_192
TOLD_AT: Final = ORDERS_AT + ORDER * ORDERS

# ---- a book
B_IS_PERPETUAL: Final = 2  # N, after FIRST and LAST
B_SINCE: Final = 3
B_STOP_KIND: Final = 4
B_TARGET_KIND: Final = 5
B_TRAIL_KIND: Final = 6
B_STOP_ORDER: Final = 7  # number of the entry that named it
B_TARGET_ORDER: Final = 8
B_TRAIL_ORDER: Final = 9
B_ENTRY_ORDER: Final = 10
B_HAS_OPENED_AT: Final = 11
B_IS_TARGET_LATE: Final = 12
B_IS_TRAIL_LATE: Final = 13
B_IS_GIVEN: Final = 14  # 1 when the symbol has a candle at this moment
B_IS_TOUCHED: Final = 15  # whether the candle, once its opens are over, may meet anything
B_LOT: Final = 0  # M: rules
B_SCALE: Final = 1
B_TICK: Final = 2
B_MINIMUM_UNITS: Final = 3
B_MINIMUM_NOTIONAL: Final = 4
B_MAINTENANCE: Final = 5
B_UNITS: Final = 6  # the position
B_ENTRY: Final = 7
B_MARGIN: Final = 8
B_LEVERAGE: Final = 9
B_ENTRY_FEES: Final = 10
B_REALIZED: Final = 11
B_STOP: Final = 12  # its exits
B_TARGET: Final = 13
B_TRAIL: Final = 14
B_BEST: Final = 15
B_OPENED_AT: Final = 16
B_OPEN: Final = 17  # the candle
B_HIGH: Final = 18
B_LOW: Final = 19
B_CLOSE: Final = 20
B_FUNDING: Final = 21  # 0 where the data has none
B_MARK: Final = 22  # close of the last candle that is over
B_WATCH_LOW: Final = 23  # a candle whose low is above and whose high is below meets nothing
B_WATCH_HIGH: Final = 24
BOOK: Final = 32  # places of one
BOOKS_AT: Final = TOLD_AT + TELLING * TOLD_MAX

# ---- words as numbers
UNITS: Final = 0  # kinds of size
WORTH: Final = 1
SHARE: Final = 2
ALL: Final = 3
NONE: Final = 0  # kinds of a level
PERCENT: Final = 1
PRICE: Final = 2
ENTRY: Final = 0  # legs
STOP: Final = 1
TARGET: Final = 2
TRAIL: Final = 3
LIQUIDATION: Final = 4
FILLED: Final = 0  # kinds of what is told
RESTED: Final = 1
REFUSED: Final = 2
GONE: Final = 3
FUNDED: Final = 4
DENIED: Final = 5  # by the bot's own rules: it never was an order
TAKER_SIDE: Final = 0
MAKER_SIDE: Final = 1
NO_SIDE: Final = 2
MARKET_POST_ONLY: Final = 0  # why an order is gone
POST_ONLY_SATISFIED: Final = 1
NOT_SATISFIED: Final = 2
POSITION_CLOSED: Final = 3
DATA_ENDED: Final = 4
RIGHT: Final = 0  # refusals
LEVERAGE_INVALID: Final = 1
LEVERAGE_ON_SPOT: Final = 2
LEVERAGE_DIFFERS: Final = 3
LIMIT_NOT_A_PRICE: Final = 4
NOTHING_TO_REDUCE: Final = 5
NOTHING_TO_SELL: Final = 6
SIZE_ZERO: Final = 7
QUANTITY_BELOW_MINIMUM: Final = 8
NOTIONAL_BELOW_MINIMUM: Final = 9
UNITS_TOO_FEW: Final = 10
CASH_TOO_LITTLE: Final = 11
FIRST_LIQUIDATION: Final = 0  # at one price
THEN_STOP: Final = 1
THEN_ORDERS: Final = 2
THEN_TARGET: Final = 3
