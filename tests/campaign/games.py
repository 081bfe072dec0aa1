"""Games at a desk in virtual time, against an exchange that does its worst within its rules.

Case by case another session: settings, keys, faults, starts of the engine. After every word: one
press is one game at most; nothing is sent while an order has no answer; exits never ask for more
than is held; what is held has its stop, its exit, its close, or an alarm. In the end: flat, and
what the game counts is what the exchange did.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any, Final

from msgspec.structs import replace

from bots.ttadak import GameState, Ttadak
from lefi_tui.core import messages as m
from lefi_tui.core.bot import Quote
from lefi_tui.core.desk import Desk, advance, apply, guard_steps, killing
from lefi_tui.core.desk.state import BotStatus
from lefi_tui.core.game import Do, Plan, Play
from lefi_tui.core.kill import Flatten, KillRules, KillStage
from lefi_tui.core.money import exact_sum
from lefi_tui.core.offers import Offer, Offers
from lefi_tui.core.order import OrderStatus
from lefi_tui.engine import snapshot
from lefi_tui.engine.standing import Standing
from tests.campaign.agenda import Agenda
from tests.campaign.game_venue import (
    ACCOUNT,
    BTC,
    MS,
    NONE_WRONG,
    PAPER,
    SYMBOL,
    Odds,
    Venue,
)
from tests.campaign.game_watch import GAME, Watch, held
from tests.campaign.runner import Campaign, Finding

D = Decimal
KEYS: Final = 40  # of one session
TEND_MS: Final = 500
DRAIN_MS: Final = 180_000
NEAR: Final = D("0.000001")
# Keys while a game is under way, and how often each.
IN_GAME: Final = {
    Do.EXIT: 6, Do.BRACKET: 4, Do.BREAK_EVEN: 3, Do.CANCEL: 2, Do.FLATTEN: 2, Do.BUY: 2,
    Do.DISARM: 1,
}  # fmt: skip


def some_odds(chance: Random) -> Odds:
    """Of the session: calm, bad, or hardly anything comes through."""
    worse = chance.choice([0.2, 1.0, 1.0, 4.0])
    return Odds(*(min(0.6, worse * getattr(Odds(), name)) for name in Odds.__struct_fields__))


def settings_of(chance: Random) -> dict[str, str]:
    leverage = chance.choice([1, 5, 20, 50, 100])
    return {
        "symbol": SYMBOL,
        "leverage": str(leverage),
        "target": chance.choice(["0.5", "1", "5"]),
        "stop": chance.choice(["5", "20", "30"]),
        "sizes": chance.choice(["0.1 0.2", "0.003", "0.001 0.05 0.3"]),
        "entry": chance.choice(["cross", "maker"]),
        "plan": chance.choice([each.value for each in Plan]),
        "slip_ticks": str(chance.choice([0, 2, 20])),
        "entry_ms": str(chance.choice([100, 1_000, 5_000])),
        "game_s": chance.choice(["0", "0", "5", "3600"]),
        "idle_s": chance.choice(["5", "60"]),
        "stale_ms": chance.choice(["500", "5000"]),
        "losses_max": chance.choice(["3", "100"]),
    }


class Session:
    def __init__(self, chance: Random, kind: Ttadak) -> None:
        self.chance = chance
        self.is_paper = chance.random() < 0.3
        self.agenda = Agenda()
        self.venue = Venue(chance, self.agenda, PAPER if self.is_paper else some_odds(chance))
        self.venue.cuts = chance.random() < 0.7
        self.pace_ms = chance.choice([200, 1_000, 4_000, 20_000])  # of whoever trades with us
        self.ending = chance.choice(["flatten", "flatten", "flatten", "stop", "kill"])
        self.venue.tell = self.tell
        self.desk = Desk(kinds={"ttadak": kind})
        self.counts: Counter[str] = Counter()
        self.watch = Watch(self.counts)
        self.wrong = self.watch.wrong
        self.presses = 0
        self.alarm_ns = 0
        self._begin()

    def _begin(self) -> None:
        mode, where = ("dry_run", "paper") if self.is_paper else ("live", "binanceusdm sandbox")
        sizing = m.Sizing.AT_DECISION
        self.tell(m.OpenAccount(ACCOUNT, "USDT", D(1_000_000), mode, where, sizing, BTC.maker,
                                BTC.taker))  # fmt: skip
        self.tell(m.ListInstruments(ACCOUNT, (BTC,)))
        self.tell(m.SetKillRules(KillRules(Flatten.BOTS)))
        if self.chance.random() < 0.7:
            offers = Offers("loopback", (Offer("paired", has=True, used="reduce only"),))
            self.tell(m.ListOffers(ACCOUNT, offers))
        given = tuple(settings_of(self.chance).items())
        self.tell(m.StartBot(GAME, "ttadak", ACCOUNT, "", given))
        self.quote()

    # ---- the desk's door

    def tell(self, message: Any) -> None:
        now_ns = self.agenda.now_ms * MS
        if isinstance(message, m.Command) and hasattr(message, "at_ns"):
            message = replace(message, at_ns=now_ns)
        before = self.desk
        self.desk, step = advance(before, message)
        self.watch.heard(step.events)
        for event in step.events:
            self._note(event)
        for effect in step.effects:
            self._carry_out(before, message, effect)
        self.watch.cover(self.desk, self.agenda.now_ms, has_stop=self.venue.has_stop())

    def _note(self, event: Any) -> None:
        """On paper the desk itself says what hangs on a position."""
        if isinstance(event, m.ExitPlaced) and event.order.status is OrderStatus.ACCEPTED:
            self.venue.hang(event.order)
        elif isinstance(event, m.OrderCanceled) and self.is_paper:
            self.venue.unhang(event.order)

    def _carry_out(self, before: Desk, message: Any, effect: m.Effect) -> None:
        if isinstance(effect, m.SubmitOrders):
            for each in effect.orders:
                self.watch.sent(before, self.desk, message, each)
            self.venue.submit(effect.orders)
        elif isinstance(effect, m.CancelOrders):
            self.venue.cancel(effect.orders)
        elif isinstance(effect, m.LookUpOrder):
            self.venue.look_up(effect.order)
        elif isinstance(effect, m.SetAlarm):
            self._wind(effect.at_ns)

    def _wind(self, at_ns: int) -> None:
        self.alarm_ns = at_ns
        if at_ns:
            ms = max(0, -(-at_ns // MS) - self.agenda.now_ms)
            self.agenda.after(ms, lambda: self._ring(at_ns))

    def _ring(self, at_ns: int) -> None:
        if at_ns == self.alarm_ns:
            self.alarm_ns = 0
            self.tell(m.TimersDue(GAME, (), self.agenda.now_ms * MS))

    # ---- whoever plays, the market, time

    def run(self) -> Finding:
        for each in (self._market, self._others, self._tend, self._player):
            each()
        if self.chance.random() < 0.4:
            self.agenda.after(self.chance.randint(500, 15_000), self._restart)
        while self.presses < KEYS and not self.wrong:
            assert self.agenda.next()
        self._drain()
        return self._finding()

    def _again(self, low_ms: int, high_ms: int, do: Callable[[], None]) -> None:
        self.agenda.after(self.chance.randint(low_ms, high_ms), do)

    def _market(self) -> None:
        self.quote()
        self._again(100, 1_000, self._market)

    def quote(self) -> None:
        bid = self.venue.price
        price = Quote(SYMBOL, self.agenda.now_ms, float(bid), float(bid + BTC.tick), float(bid))
        self.tell(m.QuoteChanged(ACCOUNT, price))

    def _others(self) -> None:
        self.venue.moves()
        self._again(20, self.pace_ms, self._others)

    def _tend(self) -> None:
        now_ns = self.agenda.now_ms * MS
        if guard_steps.is_due(self.desk, now_ns):
            self.tell(m.TendProtection())
        kill = self.desk.kill
        if kill is not None and kill.stage is KillStage.CLOSING:
            self.venue.read()
        if kill is not None and killing.is_due(self.desk, now_ns):
            self.tell(m.AdvanceKill())
        self.agenda.after(TEND_MS, self._tend)

    def _player(self) -> None:
        if self.presses >= KEYS:
            return
        self._resume()
        if self.chance.random() < 0.95:
            self.presses += 1  # else it is told twice
        if self.chance.random() < 0.95:
            self.quote()
        self.press(self._wish(), self.chance.choice([-50, -3, -1, 1, 2, 3, 80]))
        self._again(10, 1_500, self._player)

    def _resume(self) -> None:
        """Whose position was taken waits for a person."""
        if self.desk.bots[GAME].status is BotStatus.ASKED:
            self.tell(m.ResumeBot(GAME))

    def _wish(self) -> Do:
        """Mostly what may be played now."""
        state = self.state
        if self.chance.random() < 0.2:
            return self.chance.choice(list(Do))
        if state.game is None:
            return self.chance.choice([Do.BUY, Do.SELL]) if state.is_armed else Do.ARM
        return self.chance.choices(list(IN_GAME), list(IN_GAME.values()))[0]

    def press(self, do: Do, value: int = 0) -> None:
        value = self.chance.randint(1, 3) if do is Do.SIZE else value
        play = Play(do, value, self.presses, self.agenda.now_ms * MS, ACCOUNT)
        self.tell(m.PlayGame(GAME, play))

    # ---- a start of the engine

    def _restart(self) -> None:
        self.counts["restarts"] += 1
        saved = snapshot.save(Standing(self.desk))
        desk = snapshot.load(saved, self.desk.kinds).desk
        if desk.bots[GAME].state != self.state:
            self.wrong.append("the game is another one behind a snapshot")
        if not self.is_paper:  # which lives in this process, and forgets what it had not told
            self.venue.restarted()
        self.desk = apply(desk, m.EngineStarted(self.agenda.now_ms * MS, "now", 1))
        if self.state.is_armed:
            self.wrong.append("armed behind a start of the engine")
        for each in list(self.desk.orders.values()):
            if not (self.is_paper and each.leg != "entry"):
                self.venue.look_up(each.id)
        self.tell(m.TimersDue(GAME, (), self.agenda.now_ms * MS))

    # ---- the end

    def _drain(self) -> None:
        """All answers come now, and the last game is flattened, its bot stopped, or all killed."""
        self.venue.odds = NONE_WRONG
        until_ms = self.agenda.now_ms + DRAIN_MS
        match self.ending:
            case "stop":
                self.tell(m.StopBot(GAME, closes=True))
            case "kill":
                self.tell(m.Kill())
            case _:
                self._flatten()
        while not self.wrong and not self._is_over() and self.agenda.now_ms < until_ms:
            assert self.agenda.next()

    def _flatten(self) -> None:
        self._resume()
        if self.state.game is not None:
            self.presses += 1
            self.press(Do.FLATTEN)
            self.agenda.after(5_000, self._flatten)

    def _is_over(self) -> bool:
        is_quiet = not self.venue.coming and not self.desk.orders and not held(self.desk)
        if self.ending == "flatten":
            return is_quiet and self.state.game is None and not self.venue.held
        is_stopped = self.desk.bots[GAME].status is BotStatus.STOPPED
        return is_quiet and is_stopped and not self.venue.held

    @property
    def state(self) -> GameState:
        state = self.desk.bots[GAME].state
        assert isinstance(state, GameState)
        return state

    def _finding(self) -> Finding:
        wrong = [*self.wrong, *self.venue.wrong]
        if not wrong and not self._is_over():
            working = [f"{each.leg} {each.status} {each.id}" for each in self.desk.orders.values()]
            wrong.append(
                f"not flat: venue {self.venue.held}, desk {held(self.desk)}, game "
                f"{self.state.game}, {working}, {self.state.why}, by {self.ending}"
            )
        # What a stop gave up was told; like what a kill closes it is no game's any more.
        is_whole = self.ending != "kill" and not self.desk.bots[GAME].given_up
        if not wrong and is_whole:
            wrong += self._books()
        self.counts[f"ended by {self.ending}"] += 1
        for each in self.state.rounds:
            self.counts[f"{each.result} by {each.ended_by}"] += 1
        self.counts["faults"] += self.venue.faults
        return Finding("; ".join(wrong), dict(self.counts))

    def _books(self) -> list[str]:
        tally, wrong = self.state.tally, []
        rounds = exact_sum(each.net for each in self.state.rounds)
        if abs(rounds - tally.net) > NEAR:
            wrong.append(f"rounds earn {rounds}, the session {tally.net}")
        if abs(self.venue.cash - tally.net) > NEAR:
            wrong.append(f"the exchange says {self.venue.cash}, the session {tally.net}")
        if abs(self.venue.fees - tally.fees) > NEAR:
            wrong.append(f"fees are {self.venue.fees}, the session says {tally.fees}")
        return wrong


def case(number: int, seed: int, kind: Ttadak | None = None) -> Finding:
    return Session(Random(seed * 1_000_003 + number), kind or Ttadak()).run()


CAMPAIGN: Final = Campaign(
    f"sessions of {KEYS} keys at a desk, in virtual time, at an exchange that does its worst",
    length=2_500,
    case=case,
)
