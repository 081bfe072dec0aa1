"""What would be left alone if the engine ended now: living bots, open positions, working orders."""

from __future__ import annotations

from lefi_tui.core.record import Record
from lefi_tui.views.desk_view import DeskView


class Stake(Record):
    bots: int = 0
    positions: int = 0
    orders: int = 0

    @property
    def is_any(self) -> bool:
        return bool(self.bots or self.positions or self.orders)

    @property
    def words(self) -> str:
        """The most that is at stake, as a subject of a sentence: "2 bots", "1 position"."""
        if self.bots:
            return _counted(self.bots, "bot")
        if self.positions:
            return _counted(self.positions, "open position")
        return _counted(self.orders, "working order")

    @property
    def goes_on(self) -> str:
        """The whole sentence, for the shell that has its prompt back."""
        is_one = (self.bots or self.positions or self.orders) == 1
        verb, them = ("goes", "it") if is_one else ("go", "them")
        return (
            f"{self.words} {verb} on without a screen: `lefi` shows {them}, "
            f"`lefi engine --stop` ends {them}."
        )


def stake_of(view: DeskView) -> Stake:
    return Stake(sum(bot.is_alive for bot in view.bots), len(view.positions), len(view.orders))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
