"""A desk with one game at a table: keys on this side, a venue that does as it is told on the other.

The rule it keeps at every step: never more is sold than was bought, and nothing is sent twice.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from bots.ttadak import GameState, Ttadak
from lefi_tui.core import messages as m
from lefi_tui.core.bot import Quote
from lefi_tui.core.desk import Desk, advance
from lefi_tui.core.game import Do, Play, Round
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.order import FINAL, Order, OrderStatus, Side

D = Decimal
ACCOUNT: Final = "main"
SYMBOL: Final = "BTC/USDT:USDT"
BTC: Final = Instrument(
    SYMBOL, "BTC", "USDT", "USDT", tick=D("0.1"), step=D("0.001"), leverage_max=D(125)
)
MS: Final = 1_000_000
BEGAN_MS: Final = 1_700_000_000_000


class Table:
    def __init__(self, mode: str = "dry_run", **settings: str) -> None:
        self.desk = Desk(kinds={"ttadak": Ttadak()})
        self.now_ms = BEGAN_MS
        self.sent: list[Order] = []
        self.cancels: list[str] = []
        self.batches: list[tuple[str, ...]] = []
        self._presses = 0
        self.is_checked = True  # not where units are traded elsewhere
        self._trades = 0
        self.tell(
            m.OpenAccount(ACCOUNT, "USDT", D(100_000), mode, "paper", m.Sizing.AT_DECISION,
                          BTC.maker, BTC.taker)
        )  # fmt: skip
        self.tell(m.ListInstruments(ACCOUNT, (BTC,)))
        given = (("symbol", SYMBOL), ("sizes", "0.1 0.2"), *settings.items())
        self.tell(m.StartBot("game", "ttadak", ACCOUNT, "", tuple(given)))
        self.quote(50_000.0, 50_000.1)

    # ---- what comes in

    def tell(self, message: m.Command | m.Report | m.MarketInput) -> tuple[m.Message, ...]:
        if isinstance(message, m.Command):
            message = _stamped(message, self.now_ms * MS)
        self.desk, step = advance(self.desk, message)
        for effect in step.effects:
            if isinstance(effect, m.SubmitOrders):
                assert not {each.id for each in self.sent} & {each.id for each in effect.orders}
                self.sent += effect.orders
                self.batches.append(tuple(each.id for each in effect.orders))
            elif isinstance(effect, m.CancelOrders):
                self.cancels += effect.orders
        self._check()
        return tuple(step.events)

    def _check(self) -> None:
        if "game" not in self.desk.bots or not self.is_checked:
            return
        position = self.desk.positions.get((ACCOUNT, SYMBOL))
        game = self.state.game
        if game is not None:
            held = D(0) if position is None else position.units
            assert held == game.open * game.side.sign, f"{held} held, the game says {game.open}"
            assert game.open >= 0, "more was sold than bought"

    def quote(self, bid: float, ask: float) -> None:
        quote = Quote(SYMBOL, self.now_ms, bid, ask, ask)
        self.tell(m.QuoteChanged(ACCOUNT, quote))

    def later(self, ms: int, *, quoted: bool = True) -> None:
        self.now_ms += ms
        if quoted:
            bot = self.state
            self.quote(float(bot.bid), float(bot.ask))

    def alarm(self) -> None:
        """The scheduler's word that something may be due."""
        self.tell(m.TimersDue("game", (), self.now_ms * MS))

    def key(self, do: Do, value: int = 0, *, typed: str = "", press: int | None = None) -> None:
        self._presses += 1
        number = self._presses if press is None else press
        play = Play(do, value, number, self.now_ms * MS, typed)
        self.tell(m.PlayGame("game", play))

    def armed(self) -> Table:
        self.key(Do.ARM)
        assert self.state.is_armed, self.state.why
        return self

    # ---- the venue

    def accept(self, order: Order) -> None:
        self.tell(m.VenueAccepted(order.id, self.now_ms * MS, f"v{order.id}"))

    def fill(
        self,
        order: Order,
        units: str | None = None,
        price: str | None = None,
        liquidity: str = "taker",
    ) -> tuple[m.Message, ...]:
        now = self.desk.order(order.id)
        assert now is not None
        wanted = self._left(now) if units is None else D(units)
        at = D(price) if price else now.terms.limit or D(50_000)
        is_last = wanted == now.remaining
        self._trades += 1
        fee = at * wanted * (BTC.maker if liquidity == "maker" else BTC.taker)
        return self.tell(
            m.VenueFilled(order.id, f"t{self._trades}", self.now_ms * MS, ACCOUNT, SYMBOL,
                          now.terms.side.value, at, wanted, fee, liquidity, "order", is_last)
        )  # fmt: skip

    def _left(self, order: Order) -> Decimal:
        if order.quantity is not None:
            return order.quantity - order.filled
        position = self.desk.positions[ACCOUNT, SYMBOL]
        return abs(position.units)

    def cancel(self, order: Order, reason: str = "canceled", *, is_expired: bool = False) -> None:
        self.tell(m.VenueCanceled(order.id, self.now_ms * MS, reason, is_expired))

    def reject(self, order: Order, text: str = "-2022 reduce only") -> None:
        self.tell(m.VenueRejected(order.id, self.now_ms * MS, "-2022", text))

    def silent(self, order: Order) -> None:
        self.tell(m.VenueSilent(order.id, self.now_ms * MS, "no answer in time"))

    def stop_fills(self, price: str) -> None:
        """The venue's own stop sells all there is."""
        position = self.desk.positions[ACCOUNT, SYMBOL]
        self._trades += 1
        side = Side.SELL if position.units > 0 else Side.BUY
        units = abs(position.units)
        fee = D(price) * units * BTC.taker
        stop = next(each for each in self.desk.orders.values() if each.leg == "stop")
        self.tell(
            m.VenueFilled(stop.id, f"t{self._trades}", self.now_ms * MS, ACCOUNT, SYMBOL,
                          side.value, D(price), units, fee, "taker", "stop_loss", is_last=True)
        )  # fmt: skip

    # ---- what stands

    @property
    def state(self) -> GameState:
        state = self.desk.bots["game"].state
        assert isinstance(state, GameState)
        return state

    @property
    def working(self) -> list[Order]:
        """Orders of the game that are not final, as the desk knows them."""
        known = [self.desk.order(each.id) for each in self.sent]
        return [each for each in known if each is not None and each.status not in FINAL]

    @property
    def exits(self) -> list[Order]:
        return [each for each in self.working if each.terms.is_reduce_only]

    @property
    def round(self) -> Round:
        return self.state.rounds[-1]

    def is_asked_away(self, order: Order) -> bool:
        now = self.desk.order(order.id)
        return now is not None and now.status is OrderStatus.CANCEL_PENDING


def _stamped(command: m.Command, at_ns: int) -> m.Command:
    return replace(command, at_ns=at_ns) if hasattr(command, "at_ns") else command
