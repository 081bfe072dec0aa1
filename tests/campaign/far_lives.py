"""Sessions of keys as in `far_games`, by an engine that dies again and again: the next one knows
what the journal has, and asks the exchange for the rest. In the end all is flattened, or killed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from lefi_tui.adapters.ccxt_venue import ExchangeVenue
from lefi_tui.core import messages as m
from lefi_tui.core.checked import Checked
from lefi_tui.core.desk import apply, killing
from lefi_tui.core.desk.state import BotStatus
from lefi_tui.core.desk.waiting import next_deadline
from lefi_tui.core.game import Do
from lefi_tui.core.kill import Flatten, KillRules, KillStage
from lefi_tui.engine import snapshot
from lefi_tui.engine.comparing import Comparing
from lefi_tui.engine.effects import Effects
from lefi_tui.engine.kill_reads import KillReads
from lefi_tui.engine.standing import Standing
from lefi_tui.engine.world import World
from tests.campaign.far_games import DRAIN_S, FarSession, played
from tests.campaign.game_venue import ACCOUNT
from tests.campaign.game_watch import GAME
from tests.campaign.runner import Campaign, Finding
from tests.exchange.loopback.exchange import KEYS
from tests.exchange.virtual import LoopClock, NearLink

DIES: Final = 0.12  # behind a key
UNSENT: Final = 0.5  # of these die behind a commit, before what it decided has left
DIES_IN_KILL: Final = 0.3  # of its first minute, at each look
IN_KILL_S: Final = 60.0
LOOK_S: Final = 2.0
DOWN_S: Final = (0.0, 0.1, 1.0, 5.0, 60.0)


class FarLives(FarSession):
    def __init__(self, clock: LoopClock, seed: int) -> None:
        super().__init__(clock, seed)
        self._is_dying = self._is_down = self._is_asleep = False
        self._waiting: set[str] = set()  # orders that this start looks up
        self._ending = self._chance.choice(["flatten", "kill"])
        self._policy = self._chance.choice(["run", "run", "ask"])
        self._reads = self._begun_reads()

    def _begun_reads(self) -> KillReads:
        def begin(work: Coroutine[Any, Any, None]) -> object:
            return asyncio.create_task(self._while_it_lives(work))

        return KillReads(self._effects, self._clock, begin, lambda: self.desk.kill)

    # ---- the desk's door

    def hear(self, message: Any) -> bool:
        return self._is_down or super().hear(message)

    def carry_out(self, effect: m.Effect) -> None:
        """It is in the journal; whether it leaves is another question."""
        if self._is_dying:
            self._is_down = True
        else:
            super().carry_out(effect)

    # ---- a death and a start

    async def _dies(self) -> None:
        """Now, or when something is decided next."""
        self.counts["lives"] += 1
        self._is_dying = self._chance.random() < UNSENT
        if self._is_dying:
            await self._clock.sleep(self._chance.uniform(0.0, 2.0))
        self._is_down = True
        await self._comparing.close()
        await self._effects.close()
        await self._clock.sleep(self._chance.choice(DOWN_S))
        self._starts()

    def _starts(self) -> None:
        saved = snapshot.save(Standing(self.desk))
        desk = snapshot.load(saved, self.desk.kinds).desk
        self.desk = apply(desk, m.EngineStarted(self._clock.now_ns(), "now", 1))
        self._connect()
        self._is_down = self._is_dying = False
        self._is_asleep = True
        orders = list(self.desk.orders.values())
        self._waiting = {each.id for each in orders}
        for each in orders:  # as the engine's own start
            self._effects.look_up(each.account, each.id)
            if each.is_cancel_asked:
                self._effects.cancel(each.account, (each.id,))
        self._comparing.begin()
        if self._policy != "run" and self.desk.bots[GAME].is_alive:
            self.hear(m.HoldBots(self._policy))

    def _connect(self) -> None:
        key = {"apiKey": KEYS[0].key, "secret": KEYS[0].secret}
        door = self.exchange.door
        link: Any = NearLink("binanceusdm", door, key, self._clock, enableRateLimit=True)
        self._venue = ExchangeVenue(link, self._clock, ACCOUNT, "USDT")
        self._venue.remember((*self.desk.closed.values(), *self.desk.orders.values()))
        venues = {ACCOUNT: self._venue}
        world = World(self._clock, venues=venues, shared=venues)
        self._effects = Effects(world, self.hear)
        self._venue.listen(self._effects.hear_report)
        self._comparing = Comparing(world, lambda: self.desk, self.hear)
        self._effects.view = self._comparing.soon
        self._effects.look_ups.against = self._comparing.against
        self._effects.look_ups.ends.answered = self._answered
        self._reads = self._begun_reads()

    def _answered(self, order: str) -> None:
        self._waiting.discard(order)

    @property
    def is_blocked(self) -> bool:
        """Nothing may be begun there yet."""
        is_seen = bool(self.desk.checked.get(ACCOUNT, Checked()).at_ns)
        return self._is_down or bool(self._waiting) or not is_seen

    async def _while_it_lives(self, work: Coroutine[Any, Any, None]) -> None:
        """What is asked ends with the process that was asked."""
        life = self._effects
        try:
            await work
        except asyncio.CancelledError:
            if life is self._effects and not self._is_down:
                raise

    # ---- a session

    async def _begin(self) -> None:
        self.hear(m.SetKillRules(KillRules(Flatten.BOTS)))
        await super()._begin()

    async def _look(self) -> None:
        if not self._is_down:
            await self._while_it_lives(super()._look())

    async def _tend(self) -> None:
        if self._is_down:
            return
        await super()._tend()
        kill = self.desk.kill
        if kill is not None and kill.stage is KillStage.CLOSING:
            self._reads.look(self.desk)
        if killing.is_due(self.desk, self._clock.now_ns()):
            self.hear(m.AdvanceKill())

    async def _tick(self) -> None:
        if self.is_blocked:
            return
        due_ns = next_deadline(self.desk, self.desk.bots[GAME])
        if self._is_asleep and due_ns:
            self._effects.carry_out(m.SetAlarm(GAME, due_ns))
        self._is_asleep = False
        await super()._tick()

    def press(self, do: Do) -> None:
        if self.is_blocked:
            self._presses += 1
            return
        if self.desk.bots[GAME].status is BotStatus.ASKED:
            self.hear(m.ResumeBot(GAME))
        super().press(do)

    async def _after_key(self) -> None:
        if self._chance.random() < DIES:
            await self._dies()

    # ---- the end

    async def _drain(self) -> None:
        if self._ending != "kill":
            await super()._drain()
            return
        self.counts["killed"] += 1
        self.hear(m.Kill())
        waited_s = 0.0
        while not self._is_over() and waited_s < DRAIN_S and not self.watch.wrong:
            if waited_s < IN_KILL_S and self._chance.random() < DIES_IN_KILL:
                await self._dies()
            await self._clock.sleep(LOOK_S)
            waited_s += LOOK_S

    def _is_over(self) -> bool:
        if self._ending != "kill":
            return super()._is_over()
        kill = self.desk.kill
        is_proven = kill is not None and kill.stage is KillStage.PROVEN
        return is_proven and not self.desk.orders and not self.act("positions")


def case(number: int, seed: int) -> Finding:
    return played(FarLives, number, seed)


CAMPAIGN: Final = Campaign(
    "sessions of keys by an engine that dies again and again, through the genuine client in "
    "virtual time; some end by a kill",
    length=300,
    case=case,
)
