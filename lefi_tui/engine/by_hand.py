"""What a person sends by hand, on its way to the desk: the prices that the engine knows go with it,
and for real money the facts of the gates.

The rule it keeps: what a sender says of either is not looked at; both go into the journal with the
command, so that the same order comes out again.
"""

from __future__ import annotations

from typing import Final, TypeGuard

from msgspec.structs import replace

from lefi_tui.core.bot import Quote
from lefi_tui.core.messages import Command, PlaceOrder, SayStatement
from lefi_tui.views.fold import ScreenState

ByHand = PlaceOrder | SayStatement
BY_HAND: Final = (PlaceOrder, SayStatement)
QUOTES_MAX: Final = 16  # of one statement; it names fewer


def as_seen(command: ByHand, screen: ScreenState) -> ByHand:
    """With the prices of its market, or of all markets that the statement names."""
    return replace(command, facts=None, quotes=tuple(_quotes(command, screen))[:QUOTES_MAX])


def _quotes(command: ByHand, screen: ScreenState) -> list[Quote]:
    return [
        price.quote
        for (account, symbol), price in screen.prices.items()
        if account == command.account and _names(command, symbol)
    ]


def _names(command: ByHand, symbol: str) -> bool:
    return symbol == command.symbol if isinstance(command, PlaceOrder) else symbol in command.text


def is_by_hand(command: Command) -> TypeGuard[ByHand]:
    return isinstance(command, BY_HAND)
