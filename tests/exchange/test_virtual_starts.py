"""A start behind an end that left orders unsent, in virtual time: what the exchange has is known,
and what it never saw, whatever else it did meanwhile.
"""

from __future__ import annotations

import asyncio
import decimal
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any, Final

from msgspec.structs import replace

from bots.ttadak.state import Game
from lefi_tui.core import messages as m
from lefi_tui.core.desk import Desk
from lefi_tui.core.game import Do
from lefi_tui.core.kill import KillStage
from lefi_tui.core.order import Order, OrderKind, OrderStatus, OrderTerms, Side, Size, SizeKind
from tests.campaign.far_games import THERE, TICK
from tests.campaign.far_lives import FarLives
from tests.campaign.game_venue import ACCOUNT, SYMBOL
from tests.campaign.game_watch import GAME, held
from tests.exchange.virtual import LoopClock, in_virtual_time

D = Decimal
UNSENT: Final = 8
PATIENCE_S: Final = 180.0
DOWN_S: Final = 120.0


class Lives(FarLives):
    """One that ends and starts as a test says."""

    async def until(self, is_so: Callable[[Desk], Any]) -> bool:
        waited_s = 0.0
        while not is_so(self.desk) and waited_s < PATIENCE_S:
            await self._clock.sleep(0.1)
            waited_s += 0.1
        return bool(is_so(self.desk))

    async def ends(self) -> None:
        self._is_down = True
        await self._comparing.close()
        await self._effects.close()
        self._policy = "run"

    async def plays(self, work: Coroutine[Any, Any, None]) -> None:
        await self._begin()
        beside = [asyncio.create_task(each) for each in self._beside()]
        try:
            await work
        finally:
            self._is_done = True
            await asyncio.gather(*beside)
            await self._comparing.close()
            await self._effects.close()

    async def opens(self) -> None:
        """A game whose entry is filled, and whose exit rests."""
        await self.until(lambda _: not self.is_blocked)
        self._moves()
        self.press(Do.ARM)
        self.press(Do.BUY)
        assert await self.until(held), self.state

    def runs_away(self, game: Game) -> None:
        """The price, to where the exchange takes what is held."""
        self._run_away(game)
        self.act("price", symbol=THERE, price=str(self._bid // TICK * TICK))

    def evidence(self) -> Any:
        return self._effects.look_ups.evidence.all(), self.desk.kill

    def decides(self, *orders: Order) -> None:
        """They are in the journal, and have not left."""
        self.desk = replace(self.desk, orders={**self.desk.orders, **{o.id: o for o in orders}})


def unsent(number: int, at_ns: int) -> Order:
    size = Size(SizeKind.UNITS, D("0.01"))
    terms = OrderTerms(SYMBOL, Side.SELL, OrderKind.LIMIT, size, D(90_000), is_reduce_only=True)
    name = f"Lunsent{number}"
    status = OrderStatus.SUBMITTED
    return Order(name, ACCOUNT, terms, GAME, quantity=D("0.01"), status=status, placed_at_ns=at_ns)


def played(work: Callable[[Lives, LoopClock], Coroutine[Any, Any, None]]) -> None:
    rounding = decimal.getcontext().rounding

    async def run(clock: LoopClock) -> None:
        lives = Lives(clock, 3)
        await lives.plays(work(lives, clock))

    try:
        in_virtual_time(run)
    finally:
        decimal.getcontext().rounding = rounding


async def _taken_by_force(lives: Lives, clock: LoopClock) -> None:
    await lives.opens()
    units = held(lives.desk)
    await lives.ends()
    lives.decides(unsent(0, clock.now_ns()))
    assert lives.state.game is not None
    lives.runs_away(lives.state.game)
    assert not lives.act("positions")
    await clock.sleep(DOWN_S)
    lives._starts()
    assert await lives.until(lambda desk: "Lunsent0" in desk.closed), lives.evidence()
    assert await lives.until(lambda desk: not held(desk)), (units, lives.desk.checked)
    assert not lives.desk.checked[ACCOUNT].unknown


def test_what_the_exchange_took_by_force_meanwhile_speaks_for_no_order_that_never_left() -> None:
    played(_taken_by_force)


def is_proven(desk: Desk) -> bool:
    is_over = desk.kill is not None and desk.kill.stage is KillStage.PROVEN
    return is_over and not desk.orders


async def _killed(lives: Lives, clock: LoopClock) -> None:
    await lives.until(lambda _: not lives.is_blocked)
    lives.hear(m.Kill())
    await clock.sleep(DOWN_S / 60)
    await lives.ends()
    lives.decides(*(unsent(each, clock.now_ns()) for each in range(UNSENT)))
    lives._starts()
    assert await lives.until(is_proven), lives.evidence()


def test_a_kill_that_goes_on_behind_a_start_leaves_time_to_ask_what_became_of_orders() -> None:
    played(_killed)
