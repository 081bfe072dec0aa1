"""A game: an entry and its exit at nearly the same time, played by keys. What all rooms say of it.

The rule it keeps: one key press is one play, whoever carries it and however often it comes.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from lefi_tui.core.instrument import Instrument
from lefi_tui.core.record import Record


class Stage(StrEnum):
    DISARMED = "disarmed"
    ARMED = "armed"
    ENTERING = "entering"  # the entry works, nothing is filled
    OPEN = "open"  # a position, and its exit
    EXITING = "exiting"  # what is left of it is being closed
    FROZEN = "frozen"  # an order has no answer: nothing is known before it is looked up
    FLAT = "flat"  # this game is over; the next one may begin


class Plan(StrEnum):
    """How entry and exit are timed."""

    ATTACH = "attach"  # the venue hangs the exit on the entry
    BATCH = "batch"  # both in one request
    ON_FILL = "on-fill"  # the exit follows the fill
    PARALLEL = "parallel"  # both at once, where no exit can open a position


class Do(StrEnum):
    """What a key may ask of a game; `value` of the play says how much."""

    ARM = "arm"
    DISARM = "disarm"
    BUY = "buy"
    SELL = "sell"
    SIZE = "size"  # 1 to 5
    EXIT = "exit"  # moved by ticks, away from the entry above zero
    BRACKET = "bracket"  # exit and stop, by ticks, outward above zero
    TARGET = "target"  # of the next games, by tenths of a percent of margin
    STOP = "stop"  # the same
    BREAK_EVEN = "break_even"
    CANCEL = "cancel"
    FLATTEN = "flatten"


class Play(Record):
    """One key press. The same `press` twice is one play."""

    do: Do
    value: int = 0
    press: int = 0  # rises by one with each key of one player; 0: not from a key
    pressed_ns: int = 0  # when the key came in
    typed: str = ""  # to arm with real money; or why somebody else disarms
    by: str = "hand"


class Ground(Record):
    """Where a game is played."""

    instrument: Instrument
    plans: frozenset[Plan]  # that its venue can be trusted with
    account: str
    is_real: bool  # real money
    taken: str = ""  # why a game could not be told apart from what else is held there
    held: Decimal = Decimal(0)  # signed units that are the bot's own, as the desk has booked them
    is_closing: bool = False  # an order is on its way that closes what is held


class Timing(Record):
    """When what happened, by our clock, in nanoseconds; 0: nobody knows."""

    pressed_ns: int = 0  # the key came in
    sent_ns: int = 0  # the entry's bytes left
    accepted_ns: int = 0
    filled_ns: int = 0  # its first fill was heard
    exit_sent_ns: int = 0
    exit_accepted_ns: int = 0

    @property
    def key_to_sent(self) -> int | None:
        return _between(self.pressed_ns, self.sent_ns)

    @property
    def sent_to_ack(self) -> int | None:
        return _between(self.sent_ns, self.accepted_ns)

    @property
    def ack_to_fill(self) -> int | None:
        return _between(self.accepted_ns, self.filled_ns)

    @property
    def skew(self) -> int | None:
        """From the first leg to the second one."""
        return _between(self.sent_ns, self.exit_sent_ns)

    @property
    def without_exit(self) -> int | None:
        """From the first fill until the venue had the exit; the stop is looked after apart."""
        return _between(self.filled_ns, self.exit_accepted_ns)


def _between(since_ns: int, until_ns: int) -> int | None:
    """None where one of them is not known. What overtook the other took no time."""
    return max(0, until_ns - since_ns) if since_ns and until_ns else None


class Round(Record):
    """One game that is over. Money in quote, prices averages (0: none)."""

    game: int
    side: str
    result: str  # won lost even missed (nothing was filled)
    plan: Plan
    units: Decimal
    entry: Decimal
    exit: Decimal
    net: Decimal  # after fees
    fees: Decimal
    planned_fees: Decimal
    margin: Decimal
    began_ns: int
    ended_ns: int
    ended_by: str = ""  # exit stop flatten liquidation entry
    timing: Timing = Timing()

    @property
    def net_share(self) -> Decimal:
        return self.net / self.margin if self.margin else Decimal(0)
