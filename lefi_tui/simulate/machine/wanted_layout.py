"""Where the asks of one moment stand, in two arrays: `A` doubles, `I` whole numbers.

A template is what never changes of one place of the text that trades; an order's own places in the
market begin with it. A site is a numbered effect site: places of one site share its flag.
"""

from __future__ import annotations

from typing import Final

ASKS: Final = 0  # I: how many this moment
NOW: Final = 1  # of the moment, in ms
RATE_COUNT: Final = 2  # the policy's rate; the ring of its times begins at RING_AT
RATE_FIRST: Final = 3
RATE_HELD: Final = 4
RING_AT: Final = 5
RING_SIZE: Final = 12  # larger than the rate: what a moment takes back is still there
TEMPLATES_AT: Final = 6
SITES: Final = 7
SITES_AT: Final = 8
IS_TOUCHED: Final = 9  # whether this moment asked for anything
WHY: Final = 10  # the loop came back
EXPOSED: Final = 11  # candles with a position
HEAD: Final = 16
RATE_MS: Final = 0  # A
ELSEWHERE: Final = 1  # cash on other accounts
STEP: Final = 2  # of the data, in ms
FLOATS_HEAD: Final = 16

# What the asks of this moment freed and sent, of each book, and of none
FREED: Final = 0  # I
SENT: Final = 1
OF_BOOK: Final = 2
BOOKS_MAX: Final = 16
BOOKS_AT: Final = HEAD

ASK: Final = 16  # places of one
ASKS_MAX: Final = 256
ASKS_AT: Final = BOOKS_AT + OF_BOOK * (BOOKS_MAX + 1)
TEMPLATE: Final = 0  # I: of an ask, where its template begins
A_REDUCE_ONLY: Final = 9  # A, beside an order's size, limit, leverage, stop, target and trail
A_POST_ONLY: Final = 10
A_AT: Final = FLOATS_HEAD
BEHIND_ASKS: Final = ASKS_AT + ASK * ASKS_MAX  # of I: sites, templates and the ring follow
FLOATS: Final = A_AT + ASK * ASKS_MAX

# A template: an order's whole numbers, and in the places of its list and number
P_ACTION: Final = 0  # CANCEL CLOSE SEND
P_SITE: Final = 1  # its place among the flags of sites
TEMPLATE_SIZE: Final = 16
TAKEN: Final = 0  # of a site: it sent an order at this moment
SITE_BOOK: Final = 1  # the number of its book
OF_SITE: Final = 2

CANCEL: Final = 0
CLOSE: Final = 1
SEND: Final = 2

LIMIT: Final = 0  # why the loop came back: it is as far as it was asked to go
MOMENT: Final = 1  # the next moment is Python's
HANDLERS: Final = 2  # its candle is over; its handlers are Python's
FULL: Final = 3  # what was told is to be taken
CROWDED: Final = 4  # more orders at work than there are places

NO_VALUE: Final = 0  # why an ask is denied
STILL_WORKING: Final = 1
POLICY_RATE: Final = 2
