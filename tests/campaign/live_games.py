"""Games through the whole program and the wire: engine, journal, the genuine client, the loopback
exchange in a process of its own, while answers are lost, fills come in parts, lines are cut.

A case is a profile with three games at once in three markets. In the end the exchange's own trades
say whether a position was ever reversed, and its money is what the games have counted.
"""

from __future__ import annotations

import json
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Final

from bots.ttadak import GameState
from bots.ttadak.state import Game
from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.core.bot import Quote
from lefi_tui.core.game import Do, Plan, Play
from lefi_tui.core.messages import PlayGame, QuoteChanged, StartBot
from lefi_tui.core.order import Side
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.recovery import verify
from lefi_tui.ports.journal import Row
from tests.campaign.runner import Campaign, Finding
from tests.exchange.live_profile import bare, begun, live_profile, with_key
from tests.exchange.loopback.host import Far, exchange_in_process

D = Decimal
NS_PER_MS: Final = 1_000_000
GAMES: Final = 50  # of each market in one case
PATIENCE_S: Final = 40.0
BARE_S: Final = 8.0  # the desk's own alarm comes after five
LOOK_S: Final = 0.002
HAND_S: Final = 0.06  # a key that comes sooner is the same press
ASKED: Final = ("OrderCancelRequested", "VenueSilent")
ASKED_MAX: Final = 10  # of one order: a doubt of half a minute is some questions
SHARE: Final = 0.05  # of the orders meets one of these
# So many doubts are meant here, and are no reason to stop.
RULES: Final = "[kill]\nerrors_max = 1000\nlosses_max = 1000\n"
FAULTS: Final = [
    "502 after", "500 after", "503 unknown", "408", "reset after", "empty", "truncated", "page",
    "late", "reject", "503 before",
]  # fmt: skip
# Sizes, tick, and where the price begins.
MARKETS: Final[Mapping[str, tuple[str, Decimal, Decimal]]] = {
    "BTC/USDT:USDT": ("0.02 0.04", D("0.1"), D(60_000)),
    "ETH/USDT:USDT": ("0.2 0.4", D("0.01"), D(3_000)),
    "DOGE/USDT:USDT": ("1000 400", D("0.00001"), D("0.1")),
}
FATES: Final = (
    "target", "target", "target", "stop", "stop", "flatten", "flatten", "cancel", "cancel",
    "move", "move", "deaf", "cut", "dark",
)  # fmt: skip


def name_of(symbol: str) -> str:
    """As the exchange calls it."""
    return symbol.partition(":")[0].replace("/", "")


class Player:
    """One game bot in one market, and whoever sits before it."""

    def __init__(self, engine: Engine, far: Far, symbol: str, chance: random.Random) -> None:
        self._engine, self._far, self._chance = engine, far, chance
        self.symbol, self.bot = symbol, f"{name_of(symbol).lower()}"
        self._sizes, self._tick, self._bid = MARKETS[symbol]
        self._is_maker = False
        self.presses = 0
        self.told: list[str] = []  # in answer to the newest press
        self.fates: Counter[str] = Counter()

    def start(self) -> None:
        chance = self._chance
        given = {
            "symbol": self.symbol, "leverage": "20", "target": chance.choice(["0.5", "1"]),
            "stop": "5", "sizes": self._sizes, "idle_s": "3600",
            "entry": chance.choice(["cross", "cross", "maker"]), "stale_ms": "60000",
            "plan": chance.choice([each.value for each in Plan]), "losses_max": "100",
            "entry_ms": chance.choice(["500", "3000"]), "repeat_ms": "50", "held_ms": "50",
        }  # fmt: skip
        self._is_maker = given["entry"] == "maker"
        command = StartBot(self.bot, "ttadak", "main", "", tuple(given.items()))
        receipt = self._engine.submit(command).result(PATIENCE_S)
        assert receipt.is_accepted, receipt.text
        self.price(self._bid)

    # ---- what is done

    def press(self, do: Do, value: int = 0) -> None:
        self.presses += 1
        now_ns = time.time_ns()  # noqa: TID251 -- a key has the time of the terminal's thread
        play = Play(do, value, self.presses, now_ns)
        command = PlayGame(self.bot, play)
        receipts = [self._engine.submit(command)]
        if self._chance.random() < 0.1:  # the same press, carried twice
            receipts.append(self._engine.submit(command))
        self.told = [each.result(PATIENCE_S).text for each in receipts]
        assert self._engine.is_running, "a bug has ended the engine"

    def price(self, bid: Decimal) -> None:
        """The market goes there, and our feed says so at once."""
        self._bid = bid = max(bid // self._tick * self._tick, self._tick)
        self._far.act("price", symbol=name_of(self.symbol), price=str(bid))
        self.quote()

    def quote(self) -> None:
        now_ms = time.time_ns() // NS_PER_MS  # noqa: TID251 -- as a feed stamps it
        bid, ask = float(self._bid), float(self._bid + self._tick)
        self._engine.hear(QuoteChanged("main", Quote(self.symbol, now_ms, bid, ask, bid)))

    # ---- what stands

    @property
    def state(self) -> GameState:
        state = self._engine.desk.bots[self.bot].state
        assert isinstance(state, GameState)
        return state

    def until(self, is_so: Callable[[GameState], Any], most_s: float = PATIENCE_S) -> bool:
        """Whether it came so in time."""
        deadline = time.monotonic() + most_s
        while not is_so(self.state):
            if time.monotonic() > deadline:
                return False
            time.sleep(LOOK_S)
        return True

    # ---- games

    def play(self, games: int) -> None:
        while self.state.number < games:
            self._one()

    def _one(self) -> None:
        self.quote()
        if not self.state.is_armed:
            assert self.until(lambda state: not state.doubted), f"frozen: {self.state.why}"
            time.sleep(HAND_S)  # a game may be over and disarmed by now
            self.press(Do.ARM)
            state = self.state  # what is lost meanwhile disarms it again, and says so
            is_told = state.why.startswith("Disarmed: ")
            assert state.is_armed or state.doubted or is_told, f"{state.why} {self.told}"
            return
        if self._chance.random() < 0.25:
            self._in_parts()
        before = self.state.number
        self.press(self._chance.choice([Do.BUY, Do.SELL]))
        if self.state.number == before:
            time.sleep(HAND_S)
            return
        fate = self._chance.choice(FATES)
        self.fates[fate] += 1
        self._lead_to(fate)
        self._end()

    def _in_parts(self) -> None:
        shares = self._chance.choice([["0.5", "0.5"], ["0.25", "0.5"], ["0.1"]])
        then = self._chance.choice(["rest", "expire"]) if self._is_maker else "expire"
        plan = {"shares": shares, "then": then, "pause_ms": 20, "opens": True}
        self._far.act("plan", symbol=name_of(self.symbol), **plan)

    def _lead_to(self, fate: str) -> None:
        if fate == "cancel":
            self.press(Do.CANCEL)
        elif fate == "flatten" and self._chance.random() < 0.5:
            self.press(Do.FLATTEN)
        else:
            self._open(fate)

    def _open(self, fate: str) -> None:
        """Its entry is met, by a price that comes to it where it rests."""
        game = self.state.game
        if game is None:
            return
        self.price(game.entry.price - game.side.sign * 2 * self._tick)
        self.until(lambda state: state.game is None or state.game.open or state.doubted, 3.0)
        if fate == "flatten":
            self.press(Do.FLATTEN)
        elif fate == "stop":
            share = D("0.0035") * game.side.sign
            self.price(game.entry.price * (1 - share))
        elif fate == "move":
            for _ in range(self._chance.randint(1, 4)):
                wish = self._chance.choice([Do.EXIT, Do.BRACKET, Do.BREAK_EVEN])
                self.press(wish, self._chance.choice([-5, -1, 1, 5]))
        else:
            self._disconnect(fate)

    def _disconnect(self, fate: str) -> None:
        if fate == "cut":
            self._far.act("cut")
        elif fate == "deaf":
            self._far.act("drop", refuse_s=0.3)
        elif fate == "dark":
            self._far.act("line", to="refused")
            self.until(lambda state: state.game is None, 0.5)
            self._far.act("line", to="on")

    def _end(self) -> None:
        """The price meets its exit, wherever that is now; what does not end so is flattened."""
        deadline = time.monotonic() + PATIENCE_S
        tries = 0
        while self.state.game is not None and time.monotonic() < deadline:
            game = self.state.game
            working = [each.price for each in game.exits if not each.is_done]
            if working and game.open:
                self.price(working[-1] + game.side.sign * 2 * self._tick)
            tries += 1
            if tries > 4 and not game.is_flattening:
                self.press(Do.FLATTEN)
            self.until(partial(has_moved, game), 0.5)
        assert self.state.game is None, f"{self.bot}: {self.state.game} {self.state.why}"


def has_moved(before: Game, state: GameState) -> bool:
    return state.game != before


# ---- one case


class LiveGames:
    def __init__(self, engine: Engine, far: Far, seed: int) -> None:
        self._engine, self._far = engine, far
        self.players = [
            Player(engine, far, symbol, random.Random(seed * 10 + number))
            for number, symbol in enumerate(MARKETS)
        ]
        self.wrong: list[str] = []
        self._is_over = threading.Event()

    def run(self, seed: int, games: int) -> None:
        for each in self.players:
            each.start()
        self._far.act("limits", weight_1m=1_000_000, orders_10s=100_000, orders_1m=1_000_000)
        self._far.act("mix", seed=seed, share=SHARE, names=FAULTS, is_order=True)
        with ThreadPoolExecutor(len(self.players) + 1) as pool:
            looks = pool.submit(self._look)
            plays = [pool.submit(each.play, games) for each in self.players]
            for done in plays:
                error = done.exception()
                if error is not None:
                    self.wrong.append(f"{type(error).__name__}: {error}")
            self._is_over.set()
            looks.result()

    def _look(self) -> None:
        """As long as it is played: what is held has its stop there, or somebody was told."""
        bare_s: dict[str, float] = {}
        while not self._is_over.wait(0.2):
            stops = {each["symbol"] for each in self._far.act("algos") if is_stop(each)}
            held = {each["symbol"] for each in self._far.act("positions")} - stops
            now_s = time.monotonic()
            bare_s = {symbol: bare_s.get(symbol, now_s) for symbol in held}
            for symbol, since_s in bare_s.items():
                if now_s - since_s > BARE_S and not self._is_told(symbol):
                    self.wrong.append(f"{symbol} had no stop for {BARE_S} s, and nobody was told")
                    return

    def _is_told(self, name: str) -> bool:
        guards = self._engine.desk.guards.items()
        return any(guard.is_alarmed for (_, symbol), guard in guards if name_of(symbol) == name)

    # ---- the end

    def ends(self) -> Iterator[str]:
        yield from self.wrong
        fills = self._far.act("fills")
        if self._far.act("positions"):
            yield f"the exchange holds {self._far.act('positions')}"
        for player in self.players:
            mine = [each for each in fills if each["symbol"] == name_of(player.symbol)]
            money = sum((D(each["realized"]) - D(each["fee"]) for each in mine), D(0))
            tally = player.state.tally
            if abs(money - tally.net) > D("0.000001"):
                yield f"{player.symbol}: the exchange says {money}, the game {tally.net}"


def is_stop(algo: Mapping[str, Any]) -> bool:
    return algo["algoStatus"] == "NEW" and "STOP" in algo["orderType"]


# ---- what the journal and the exchange's trades say together


def agrees(home: Path, fills: list[dict[str, Any]]) -> Iterator[str]:
    journal = SqliteJournal(home)
    try:
        verify(journal)
        journaled = list(journal.rows(types=("PlayGame", "OrderSubmitted", *ASKED)))
    finally:
        journal.close()
    rows = [row for row in journaled if row.type not in ASKED]
    plays = {row.n: json.loads(row.body)["play"] for row in rows if row.type == "PlayGame"}
    pressed: Counter[tuple[str, int]] = Counter()
    orders: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        if row.type != "OrderSubmitted":
            continue
        order = json.loads(row.body)["order"]
        orders[order["id"]] = order
        if order["terms"].get("is_reduce_only"):
            continue
        play = plays.get(row.n)
        if play is None or play["do"] not in {"buy", "sell"}:
            yield f"{order['id']} opens, and no key asked for it: {play}"
        else:
            pressed[order["owner"], play["press"]] += 1
    for press, count in pressed.items():
        if count > 1:
            yield f"press {press} has led to {count} games"
    yield from never_raced(row for row in journaled if row.type in ASKED)
    yield from never_reversed(orders, fills)


def never_raced(rows: Iterable[Row]) -> Iterator[str]:
    """What gets no answer is asked for again, but with patience."""
    asked = Counter((json.loads(row.body)["order"], row.type) for row in rows)
    for (order, what), count in asked.items():
        if count > ASKED_MAX:
            yield f"{order}: {what} {count} times"


def never_reversed(
    orders: Mapping[str, Mapping[str, Any]], fills: list[dict[str, Any]]
) -> Iterator[str]:
    """Only an entry opens, and only where nothing is held on the other side."""
    held: dict[str, Decimal] = {}
    for each in fills:
        before = held.get(each["symbol"], D(0))
        units = D(each["quantity"]) * Side(each["side"].lower()).sign
        held[each["symbol"]] = after = before + units
        order = orders.get(each["client_id"])
        opens = order is not None and not order["terms"].get("is_reduce_only")
        if (before * units < 0 and opens) or before * after < 0:
            yield f"{each['client_id']} turned {before} of {each['symbol']} to {after}"
        if not opens and before * units >= 0:
            yield f"{each['client_id']} sold {units} of {before} {each['symbol']}"


def case(number: int, seed: int, games: int = GAMES) -> Finding:
    with tempfile.TemporaryDirectory(prefix="lefi-games-") as folder:
        place = Path(folder)
        with exchange_in_process(place) as far:
            home = live_profile(place, far, symbols=list(MARKETS))
            with (home / "config.toml").open("a") as config:
                config.write(RULES)
            with bare(home):
                with_key(home, far)
                with begun(home) as engine:
                    live = LiveGames(engine, far, seed * 1_000 + number)
                    live.run(seed * 1_000 + number, games)
                    met = len(far.act("faults_met"))
                    far.act("no_faults")
                    wrong = list(live.ends())
            fills = far.act("fills")
            wrong += agrees(home, fills)
    fates = sum((each.fates for each in live.players), Counter[str]())
    counts = {"games": sum(fates.values()), "fills": len(fills), "spoilt": met, **fates}
    return Finding("; ".join(wrong), counts)


CAMPAIGN: Final = Campaign(
    f"{GAMES * len(MARKETS)} games through the engine and the wire, while answers are lost",
    length=10,
    case=case,
)
