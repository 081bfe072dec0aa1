"""A venue: where orders go. Paper, a candle file, another process, an exchange.

`submit` and `cancel` answer with what is certain at once; later facts (fills above all) are told
to the listener. A venue that can't be reached, or whose answer can't be read, raises
`VenueTimeoutError`: then nothing is known, and only `look_up` tells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, Protocol, Self, runtime_checkable

from lefi_tui.core.instrument import Instrument
from lefi_tui.core.messages import MoneyMoved, MoveMoney, Report, VenueFilled
from lefi_tui.core.order import Order
from lefi_tui.core.reconcile import TheirView

Hear = Callable[[Report], None]


class VenueTimeoutError(Exception):
    """No usable answer in time; the venue may or may not have done it."""


class OrderMissingError(VenueTimeoutError):
    """It answers, and does not find an order that it once had or that something speaks for: no
    proof of anything."""


class VenueKeyError(VenueTimeoutError):
    """It refuses the account's key: unknown, revoked, without the right, from another IP."""


KEY_REFUSED: Final = "KEY"  # the code of what was not sent for it


class Venue(Protocol):
    def listen(self, hear: Hear) -> None:
        """Where reports go that are not an answer to a call. Set once, before the first order."""
        ...

    async def instruments(self) -> tuple[Instrument, ...]: ...

    async def submit(self, orders: tuple[Order, ...]) -> tuple[Report, ...]:
        """Send orders in this sequence. Each gets VenueAccepted or VenueRejected, then its fills.

        An order id that the venue has seen before is never carried out a second time.
        """
        ...

    async def cancel(self, orders: tuple[str, ...]) -> tuple[Report, ...]:
        """VenueCanceled for each that was working; nothing for one that is already final."""
        ...

    async def look_up(self, order: str) -> tuple[Report, ...]:
        """All the venue knows of an order, as reports from its beginning (fills keep their trade
        ids, so that booking them again changes nothing), or VenueNeverSaw as proof of absence."""
        ...

    async def working(self) -> tuple[str, ...]:
        """Client ids of our orders that are working, exits that it holds for us included."""
        ...

    async def holdings(self) -> Mapping[str, Decimal]:
        """Signed units of what is held, by symbol; what is flat may be left out."""
        ...

    async def close(self) -> None: ...


class Launch(Protocol):
    """Orders at the door of a venue, all but sent."""

    @property
    def has_left(self) -> bool: ...

    def claim(self) -> None:
        """In the loop, before any word of the venue on them: it knows them as ours from here on.
        Twice is no more than once."""
        ...

    def go(self, *others: Self) -> None:
        """They leave, and `others` of this venue in the same moment: from any thread, at once, once
        only; it never raises. Where they can't any more they have not left, and `submit` sends
        them."""
        ...

    def drop(self) -> None:
        """Those that have not left never leave by this; in the loop. While `go` is under way
        elsewhere it waits for it: behind it `has_left` changes no more."""
        ...


@runtime_checkable
class Preparing(Protocol):
    """A venue that makes orders ready while what led to them becomes durable."""

    def prepared(self, orders: tuple[Order, ...]) -> Launch | None:
        """In the loop, and nothing waits for it. Unless it is dropped, it is claimed and `submit`
        of the same orders follows. None where they are to be sent as always."""
        ...


@runtime_checkable
class ReadyToCancel(Protocol):
    """A venue at which cancels of what rests stand ready."""

    def cancel_ready(self) -> None:
        """From any thread, at once; it never raises. They all leave; `cancel` of the same orders
        follows, and has their answers."""
        ...


class SharedVenue(Protocol):
    """A venue at which others trade our account too: a phone, another program, the exchange."""

    async def their_view(self) -> TheirView:
        """All that works and is held. Positions are asked for before orders: what filled in
        between shows as an order that works no longer, never as units from nowhere."""
        ...

    async def strays(self, symbol: str, since_ns: int) -> tuple[VenueFilled, ...]:
        """Trades since then of orders that are none of ours; `reason` names a liquidation."""
        ...

    def on_change(self, changed: Callable[[str], None]) -> None:
        """Who hears that another hand may have touched a market; "" is all of them."""
        ...

    def take_over(self, order: Order) -> None:
        """An order of another hand is one of ours from now on."""
        ...

    def let_go(self, order: str) -> None:
        """Nobody waits for this order any more; a look-up still tells what is known of it."""
        ...


@runtime_checkable
class MovesMoney(Protocol):
    """A venue that moves money between the wallets of its login; raises as a venue does."""

    async def move(self, asked: MoveMoney) -> MoneyMoved:
        """Sent once, whatever becomes of it."""
        ...

    async def find_move(self, asked: MoveMoney) -> MoneyMoved:
        """What became of one that was sent; refused only with proof that it never was made."""
        ...
