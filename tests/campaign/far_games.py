"""Sessions of keys as in `games`, through the engine's effects, the venue adapter and the genuine
client, at the loopback exchange, in virtual time: an answer that never comes costs nothing.
"""

from __future__ import annotations

import asyncio
import decimal
from collections import Counter
from collections.abc import Callable, Coroutine
from decimal import Decimal
from random import Random
from typing import Any, Final

from msgspec.structs import replace

from bots.ttadak import GameState, Ttadak
from bots.ttadak.state import Game
from lefi_tui.adapters.ccxt_venue import ExchangeVenue
from lefi_tui.core import messages as m
from lefi_tui.core.bot import Quote
from lefi_tui.core.desk import Desk, advance, guard_steps
from lefi_tui.core.game import Do, Play
from lefi_tui.core.offers import Offer, Offers
from lefi_tui.engine.comparing import Comparing
from lefi_tui.engine.effects import Effects
from lefi_tui.engine.world import World
from lefi_tui.ports.venue import VenueTimeoutError
from tests.campaign.game_venue import ACCOUNT, MS, SYMBOL
from tests.campaign.game_watch import GAME, Watch, held, state_of
from tests.campaign.games import IN_GAME, NEAR, settings_of
from tests.campaign.runner import Campaign, Finding
from tests.campaign.sends import NAMES
from tests.exchange.loopback.actions import Actions
from tests.exchange.loopback.exchange import KEYS, LoopbackExchange
from tests.exchange.virtual import LoopClock, NearLink, in_virtual_time

D = Decimal
PRESSES: Final = 30
SHARE: Final = 0.1
RUN: Final = 0.02  # of the moves runs away
THERE: Final = "BTCUSDT"
TICK: Final = D("0.1")
LOOK_S, TEND_S, TICK_S = 0.25, 0.5, 0.02
DRAIN_S: Final = 300.0


class FarSession:
    def __init__(self, clock: LoopClock, seed: int) -> None:
        self._clock, self._chance = clock, Random(seed)
        exchange = self.exchange = LoopbackExchange(clock)
        self._far = Actions(exchange)
        key = {"apiKey": KEYS[0].key, "secret": KEYS[0].secret}
        link: Any = NearLink("binanceusdm", exchange.door, key, clock, enableRateLimit=True)
        self._venue = ExchangeVenue(link, clock, ACCOUNT, "USDT")
        venues = {ACCOUNT: self._venue}
        world = World(clock, venues=venues, shared=venues)
        self._effects = Effects(world, self.hear)
        self._venue.listen(self._effects.hear_report)
        self.desk = Desk(kinds={"ttadak": Ttadak()})
        self._comparing = Comparing(world, lambda: self.desk, self.hear)
        self.counts: Counter[str] = Counter()
        self.watch = Watch(self.counts)
        self._presses = 0
        self._is_done = False
        self._bid = D(60_000)

    # ---- the desk's door, as the writer's

    def hear(self, message: Any) -> bool:
        now_ns = self._clock.now_ns()
        if isinstance(message, m.Command) and hasattr(message, "at_ns"):
            message = replace(message, at_ns=now_ns)
        elif isinstance(message, m.OrderReport):
            message = replace(message, heard_ns=now_ns)
        before = self.desk
        self.desk, step = advance(before, message)
        self.watch.heard(step.events)
        for effect in step.effects:
            for each in effect.orders if isinstance(effect, m.SubmitOrders) else ():
                self.watch.sent(before, self.desk, message, each)
            self.carry_out(effect)
        return True

    def carry_out(self, effect: m.Effect) -> None:
        self._effects.carry_out(effect)

    def act(self, name: str, **what: Any) -> Any:
        action = self._far.find(name)
        assert action is not None, name
        return action(**what)

    @property
    def state(self) -> GameState:
        return state_of(self.desk)

    # ---- a session

    async def run(self, seed: int) -> Finding:
        await self._begin()
        self.act("limits", weight_1m=1_000_000, orders_10s=100_000, orders_1m=1_000_000)
        self._far.mix(seed, SHARE, NAMES, is_order=True)
        tasks = [asyncio.create_task(each) for each in self._beside()]
        while self._presses < PRESSES and not self.watch.wrong:
            self._moves()
            self.press(self._wish())
            await self._clock.sleep(self._chance.uniform(0.01, 1.5))
            await self._after_key()
        met = len(self._far.faults_met())
        self._far.no_faults()
        await self._drain()
        self._is_done = True
        await asyncio.gather(*tasks)
        wrong = list(self.watch.wrong) or self._books()
        await self._comparing.close()
        await self._effects.close()
        fills = self.act("fills")
        forced = sum(each["client_id"].startswith("autoclose-") for each in fills)
        counts = {"faults": met, "fills": len(fills), "liquidations": forced}
        return Finding("; ".join(wrong), {**self.counts, **counts})

    async def _after_key(self) -> None:
        """Whatever else may happen to a desk."""

    async def _begin(self) -> None:
        found = await self._venue.instruments()
        (btc,) = (each for each in found if each.symbol == SYMBOL)
        fees = (btc.maker, btc.taker)
        where = "binanceusdm sandbox"
        at = m.Sizing.AT_DECISION
        self.hear(m.OpenAccount(ACCOUNT, "USDT", D(100_000), "live", where, at, *fees))
        self.hear(m.ListInstruments(ACCOUNT, (btc,)))
        paired = (Offer("paired", has=True, used="reduce only"),)
        self.hear(m.ListOffers(ACCOUNT, Offers("loopback", paired)))
        self._comparing.begin()  # it hears of what the exchange took by force
        leverage = self._chance.choice(["1", "5", "20"])
        own = {"leverage": leverage, "stop": "5", "sizes": "0.1 0.02"}
        given = {**settings_of(self._chance), **own}
        self.hear(m.StartBot(GAME, "ttadak", ACCOUNT, "", tuple(given.items())))

    def _beside(self) -> list[Coroutine[Any, Any, None]]:
        every = self._every
        return [every(LOOK_S, self._look), every(TEND_S, self._tend), every(TICK_S, self._tick)]

    async def _every(self, wait_s: float, do: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while not self._is_done:
            await self._clock.sleep(wait_s)
            await do()

    async def _look(self) -> None:
        try:
            await self._venue.look_on()
        except VenueTimeoutError:
            self.counts["looks without an answer"] += 1

    async def _tend(self) -> None:
        if guard_steps.is_due(self.desk, self._clock.now_ns()):
            self.hear(m.TendProtection())
        is_bare = bool(self.act("positions")) and not self._stops()
        self.watch.cover(self.desk, self._clock.now_ns() // MS, has_stop=not is_bare)

    async def _tick(self) -> None:
        """In the place of the scheduler."""
        due_ns = self._effects.timers.next_of(GAME)
        if due_ns is not None and due_ns <= self._clock.now_ns():
            self._effects.fire(GAME)

    # ---- whoever plays, and the market

    def _wish(self) -> Do:
        if self._chance.random() < 0.1:
            return self._chance.choice(list(Do))
        if self.state.game is None:
            return self._chance.choice([Do.BUY, Do.SELL]) if self.state.is_armed else Do.ARM
        return self._chance.choices(list(IN_GAME), list(IN_GAME.values()))[0]

    def press(self, do: Do) -> None:
        self._presses += 1
        value = self._chance.choice([-3, -1, 1, 2, 30])
        play = Play(do, value, self._presses, self._clock.now_ns())
        for _ in range(2 if self._chance.random() < 0.1 else 1):
            self.hear(m.PlayGame(GAME, play))

    def _moves(self) -> None:
        """A little, or to where an order of the game waits, or beyond its stop."""
        game, draw = self.state.game, self._chance.random()
        self._bid += TICK * self._chance.randint(-50, 50)
        rests = [] if game is None else [each.price for each in game.working if each.price]
        if rests and draw < 0.5:
            self._bid = self._chance.choice(rests) + TICK * self._chance.choice([-2, 2])
        elif game is not None and draw < 0.6:
            self._bid -= game.side.sign * self._bid * D("0.01")
        elif game is not None and draw < 0.6 + RUN:
            self._run_away(game)
        self._bid = self._bid // TICK * TICK
        self.act("price", symbol=THERE, price=str(self._bid))
        bid, ask = float(self._bid), float(self._bid + TICK)
        quote = Quote(SYMBOL, self._clock.now_ns() // MS, bid, ask, bid)
        self.hear(m.QuoteChanged(ACCOUNT, quote))

    def _run_away(self, game: Game) -> None:
        """To where the exchange takes what is held by force; it has lost the stop before."""
        for each in self._stops():
            self.act("end_algo", client_id=each["clientAlgoId"], status="EXPIRED")
        self._bid *= 1 - game.side.sign / max(game.rules.leverage, D(2))

    def _stops(self) -> list[dict[str, Any]]:
        return [each for each in self.act("algos") if each["algoStatus"] == "NEW"]

    # ---- the end

    async def _drain(self) -> None:
        waited_s = 0.0
        while not self._is_over() and waited_s < DRAIN_S and not self.watch.wrong:
            if self.state.game is not None:
                self.press(Do.FLATTEN)
            await self._clock.sleep(5.0)
            waited_s += 5.0

    def _is_over(self) -> bool:
        return self.state.game is None and not self.desk.orders and not self.act("positions")

    def _books(self) -> list[str]:
        if not self._is_over():
            orders = [f"{each.leg} {each.status} {each.id}" for each in self.desk.orders.values()]
            there = self.act("positions")
            return [f"not flat: {held(self.desk)}, there {there}, {self.state.game}, {orders}"]
        fills, tally = self.act("fills"), self.state.tally
        money = sum((D(each["realized"]) - D(each["fee"]) for each in fills), D(0))
        is_same = abs(money - tally.net) <= NEAR
        return [] if is_same else [f"the exchange says {money}, the session {tally.net}"]


def played(session: type[FarSession], number: int, seed: int) -> Finding:
    rounding = decimal.getcontext().rounding  # ccxt sets it for the whole process
    own = seed * 1_000_003 + number
    try:
        return in_virtual_time(lambda clock: session(clock, own).run(own))
    finally:
        decimal.getcontext().rounding = rounding


def case(number: int, seed: int) -> Finding:
    return played(FarSession, number, seed)


CAMPAIGN: Final = Campaign(
    f"sessions of {PRESSES} keys through the genuine client in virtual time, a tenth of the sends "
    "goes wrong",
    length=300,
    case=case,
)
