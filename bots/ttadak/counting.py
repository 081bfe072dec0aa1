"""What a game holds beside what the desk has booked as its own.

The rule it keeps: the desk is right. Where nothing of the game works and the two have differed for
a while, units were traded elsewhere; the game counts again, and says so.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from bots.ttadak.turn import Turn
from lefi_tui.core.money import EXACT, ZERO, words
from lefi_tui.core.order import Side

ODD_MS: Final = 2_000  # a fill that is on its way is no difference


def count_again(turn: Turn) -> None:
    game, ground = turn.game, turn.ground
    if ground is None:
        return
    held = EXACT.multiply(ground.held, Decimal(game.side.sign))
    # Its close may be refused for ever because there is nothing to close.
    is_busy = any(each is not game.close for each in game.working)
    if held == game.open or is_busy:
        turn.change_game(odd_ms=0)
    elif not game.odd_ms:
        turn.change_game(odd_ms=turn.at_ms)
    elif turn.at_ms - game.odd_ms >= ODD_MS:
        _count(turn, held)


def _count(turn: Turn, held: Decimal) -> None:
    """At the price that is there now: nobody told us another one."""
    game = turn.game
    price = (turn.state.bid if game.side is Side.BUY else turn.state.ask) or game.entered.average
    less = EXACT.subtract(game.open, held)
    if less > 0:
        turn.change_game(exited=game.exited.plus(less, price, ZERO), ended_by="elsewhere")
    else:
        turn.change_game(entered=game.entered.plus(-less, price, ZERO))
    turn.change_game(odd_ms=0)
    told = f"The game counted {words(game.open)} held, the desk {words(held)}"
    turn.alarm(f"{told}: some were traded elsewhere. The desk's count is taken, at {price}.")
