"""One press that is ready to leave, and what it was decided on.

The rule it keeps: it leaves for the very press that it was made for, or not at all.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from lefi_tui.core.messages import PlayGame, SubmitOrders
from lefi_tui.core.order import Order
from lefi_tui.engine.inbox import Waiting
from lefi_tui.engine.standing import Standing
from lefi_tui.engine.turn import Turn
from lefi_tui.ports.journal import TapeRow
from lefi_tui.ports.venue import Launch

LIFE_NS: Final = 200_000_000


class Ground(Struct, frozen=True):
    """What a press is decided on, and the rows of the tape that the journal does not have yet."""

    standing: Standing
    pending: tuple[TapeRow, ...]


class Shot(Struct, frozen=True):
    """One press that is ready to leave."""

    play: PlayGame  # as it was taken ahead
    at_ns: int
    made_ns: int  # by the monotonic clock
    sends: tuple[SubmitOrders, ...]
    launches: tuple[Launch, ...]  # one of each
    presses: tuple[int, ...]  # that were played before
    line: str

    def check(self, turn: Turn) -> None:
        """That the turn of the press came out as it was taken ahead."""
        sent = [each for each in turn.effects if isinstance(each, SubmitOrders)]
        assert sent == list(self.sends), f"a press led to other orders than had left: {sent}"

    @property
    def orders(self) -> tuple[Order, ...]:
        return tuple(order for each in self.sends for order in each.orders)

    @property
    def ready(self) -> list[tuple[tuple[Order, ...], Launch]]:
        return [(send.orders, each) for send, each in zip(self.sends, self.launches, strict=True)]

    @property
    def has_left(self) -> bool:
        """Any of it."""
        return any(each.has_left for each in self.launches)

    def claim(self) -> None:
        for each in self.launches:
            each.claim()

    def go(self) -> None:
        """In one moment: they are of one venue."""
        first, *others = self.launches
        first.go(*others)

    def drop(self) -> None:
        for each in self.launches:
            each.drop()

    def fits(self, command: PlayGame, now_ns: int) -> bool:
        """Whether this press leads to the very same orders: it was pressed behind the moment at
        which the turn was taken, so a bounce or a held key would have shown then too."""
        play = command.play
        is_plain = not command.at_ns and not play.value and not play.typed
        is_new = play.press > 0 and play.press not in self.presses
        is_behind = play.pressed_ns >= self.at_ns
        return is_plain and is_new and is_behind and now_ns - self.made_ns <= LIFE_NS


class Fired(Struct, frozen=True):
    """A press that has been taken; its turn is to be the next one."""

    waiting: Waiting
    shot: Shot
