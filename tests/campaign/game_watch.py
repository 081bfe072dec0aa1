"""What must hold of games at each step, whoever plays and whatever the exchange does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from bots.ttadak import GameState
from lefi_tui.core import messages as m
from lefi_tui.core.desk import Desk
from lefi_tui.core.desk.state import BotStatus
from lefi_tui.core.game import Do, Plan
from lefi_tui.core.money import ZERO, exact_sum
from lefi_tui.core.order import Order
from tests.campaign.game_venue import ACCOUNT, SYMBOL

GAME: Final = "game"
BARE_MS: Final = 7_000  # the desk's own alarm comes after five seconds
BESIDE: Final = frozenset({Plan.BATCH, Plan.PARALLEL})


class Watch:
    """`before` is the desk before the message that made an order leave."""

    def __init__(self, counts: Counter[str]) -> None:
        self.wrong: list[str] = []
        self.is_told = False  # somebody, of what is bare now
        self._counts = counts
        self._played: set[int] = set()  # presses that have led to a game
        self._bare_ms = 0  # since when

    def heard(self, events: Iterable[Any]) -> None:
        """Whether somebody was told of what is bare; and what is worth a count."""
        for each in events:
            if isinstance(each, m.ProtectionTold | m.NoteWritten):
                self.is_told = self.is_told or getattr(each, "kind", "notify") == "notify"
            elif isinstance(each, m.OrderDenied | m.BotFaulted):
                self._counts[type(each).__name__] += 1

    def sent(self, before: Desk, desk: Desk, message: Any, order: Order) -> None:
        if order.leg != "entry" or order.owner != GAME:
            return
        silent = doubted(before)
        if order.ticket and silent and silent != [getattr(message, "order", "")]:
            self.wrong.append(f"{order.id} was sent while {silent} had no answer")
        if not order.terms.is_reduce_only:
            self._opens(before, message, order)
        elif is_close(order):
            self._closes(desk, order)
        else:
            self._exits(desk, order)

    def _opens(self, before: Desk, message: Any, order: Order) -> None:
        play = message.play if isinstance(message, m.PlayGame) else None
        if play is None or play.do not in {Do.BUY, Do.SELL} or play.press in self._played:
            self.wrong.append(f"{order.id} opens, and no press of its own asked for it: {message}")
            return
        self._played.add(play.press)
        self._counts["games"] += 1
        if order.terms.exits.stop_loss is None:
            self.wrong.append(f"{order.id} opens without a stop")
        if held(before):
            self.wrong.append(f"{order.id} opens while {held(before)} are held")

    def _exits(self, desk: Desk, order: Order) -> None:
        """All exits together, beside what is held, and what an entry beside them may still fill."""
        working = [each for each in desk.orders.values() if each.owner == GAME]
        asked = exact_sum(left(each) for each in working if is_exit(each))
        beside = exact_sum(left(each) for each in working if not each.terms.is_reduce_only)
        game = state_of(desk).game
        waits = beside if game is not None and game.plan in BESIDE else ZERO
        most = abs(held(desk)) + waits
        if asked > most:
            self.wrong.append(f"exits ask for {asked}, {most} at most are held ({order.id})")

    def _closes(self, desk: Desk, order: Order) -> None:
        """Nothing of the game may still sell beside its close. Who stops it waits for less."""
        beside = [each.id for each in desk.orders.values() if is_exit(each)]
        if beside and desk.bots[GAME].status is BotStatus.RUNNING:
            self.wrong.append(f"{order.id} closes beside {beside}")

    def cover(self, desk: Desk, now_ms: int, *, has_stop: bool) -> None:
        """What is held has its stop there, or a close on its way; else somebody is told."""
        is_closing = any(is_close(each) for each in desk.orders.values())
        if not held(desk) or is_closing or has_stop:
            self._bare_ms, self.is_told = 0, False
            return
        self._bare_ms = self._bare_ms or now_ms
        if now_ms - self._bare_ms > BARE_MS and not self.is_told:
            text = f"{held(desk)} had no stop for {BARE_MS} ms, and nobody was told"
            self.wrong.append(text)


# ---- what the desk says


def state_of(desk: Desk) -> GameState:
    state = desk.bots[GAME].state
    assert isinstance(state, GameState)
    return state


def held(desk: Desk) -> Decimal:
    position = desk.positions.get((ACCOUNT, SYMBOL))
    return ZERO if position is None else position.units


def doubted(desk: Desk) -> list[str]:
    """Orders of the game that have no answer."""
    silent = (each for each in desk.orders.values() if each.is_doubted)
    return [each.id for each in silent if each.owner == GAME and each.ticket]


def is_exit(order: Order) -> bool:
    """A limit order of the game, and none that hangs on the position."""
    is_limit = order.terms.is_reduce_only and order.terms.limit is not None
    return order.leg == "entry" and is_limit


def is_close(order: Order) -> bool:
    """At market: of all that is held, or of what a kill has found there."""
    return order.leg == "entry" and order.terms.is_reduce_only and order.terms.limit is None


def left(order: Order) -> Decimal:
    return order.remaining or ZERO
