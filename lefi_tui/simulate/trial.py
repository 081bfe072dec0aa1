"""One bot on one candle market: candles meet orders, the script meets candles.

The same market and the same bot as a run through the engine, without journal, desk and venue port,
so both give the same trades: every field of every trade is the same double.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from bots.automated import Automated
from bots.automated.waits import not_filled, refused
from lefi_tui.core.bot import (
    OWN_ACCOUNT,
    Answer,
    ApprovalAsked,
    Bar,
    FillSeen,
    Intent,
    Note,
    Occasion,
    OrderOutcome,
    numbers_of,
)
from lefi_tui.core.game import Ground
from lefi_tui.core.matching import (
    CandleMarket,
    Fees,
    Filled,
    Funded,
    Gone,
    Happened,
    MarketRules,
    Refused,
    Rested,
)
from lefi_tui.core.messages import Verdict
from lefi_tui.core.metrics import FillRow, OpenPosition, TradeBook
from lefi_tui.core.order import OrderTerms
from lefi_tui.core.read_key import ReadKey
from lefi_tui.core.terms import close_terms, order_terms
from lefi_tui.simulate.result import Refusal
from lefi_tui.simulate.transfers import OtherAccounts, currency_of, moved

BOT: Final = Automated()
_OF_MARKET: Final = frozenset({"spot", "bid", "ask"})


class Ask(Struct):
    """An intent of the script and what became of it."""

    intent: Intent
    at_ms: int
    refusal: str = ""  # by the bot's rules or the market; empty where it was taken
    had_nothing: bool = False  # a close that found no order to cancel and no position


class Readings(Struct):
    """Market and account as a script reads them, from the candle market's own doubles."""

    market: CandleMarket
    fees: Fees
    others: OtherAccounts
    closes: dict[str, float] = field(default_factory=dict)
    sites: dict[str, int] = field(default_factory=dict)  # working order: its site

    def ground(self, _symbol: str) -> Ground | None:
        """A game has no place in candles: they don't tell what came first."""
        return None

    def is_working(self, site: int) -> bool:
        return site in self.sites.values()

    def read(self, key: ReadKey) -> float:
        if key.kind in _OF_MARKET:
            return self.closes.get(key.symbol, math.nan)
        if key.kind == "spread":
            return 0.0 if key.symbol in self.closes else math.nan
        if key.account not in OWN_ACCOUNT:
            return self.others.read(key)
        if key.symbol and key.kind not in {"maker", "taker"}:
            return self._of_position(key)
        return self._of_account(key)

    def _of_account(self, key: ReadKey) -> float:
        match key.kind:
            case "cash":
                return self.market.free_cash()
            case "equity":
                return self.market.equity()
            case "maker":
                return self.fees.maker
            case "indicator":
                return math.nan  # no other bot runs beside it
            case _:
                assert key.kind == "taker", key
                return self.fees.taker

    def _of_position(self, key: ReadKey) -> float:
        units, entry, pnl = self.market.position(key.symbol)
        match key.kind:
            case "position" | "units":
                return units
            case "entry":
                return entry if units else math.nan
            case "pnl":
                return pnl
            case "open_orders":
                return float(len(self.market.working(key.symbol)))
            case _:
                return math.nan  # no candle tells funding, a bias or the volume of a day


class Trial:
    """Fed with candles from outside, one moment after the other."""

    def __init__(
        self,
        script: tuple[str, Mapping[str, str]],  # its text, and its settings
        markets: Mapping[str, MarketRules],
        fees: Fees,
        cash: float,
        *,
        approves: bool = True,  # whoever is asked says yes at once
    ) -> None:
        self.approves = approves
        self.others = OtherAccounts(currency_of(markets))
        self._open_venue(markets, fees, cash)
        self.state = BOT.begin(*script)
        self.notes: list[Note] = []
        self.gave: dict[str, float] = {}  # newest number of each Emit's field
        self.asks: list[Ask] = []
        self._refusals: list[Refusal] = []
        self.funding = 0.0
        self._working: dict[str, Ask] = {}
        self._fills: list[FillSeen] = []  # wait for the close of their candle
        self._sent = 0
        self.asked: list[ApprovalAsked] = []  # not answered yet
        self._answers: list[Answer] = []  # that no run has heard yet

    @property
    def refusals(self) -> list[Refusal]:
        """What was not carried out, and why, in its sequence."""
        return self._refusals

    def _open_venue(self, markets: Mapping[str, MarketRules], fees: Fees, cash: float) -> None:
        self.market = CandleMarket(markets, fees, cash)
        self.book = TradeBook(markets)
        self.readings = Readings(self.market, fees, self.others)

    def candles(self, bars: Sequence[Bar]) -> None:
        """The candles of one moment, from their open to their close."""
        told = self.market.candles(bars)
        if told:
            self._hear(told)
        for bar in bars:
            self.readings.closes[bar.symbol] = bar.close

    def handlers(self, occasion: Occasion) -> None:
        """The script's runs of one moment, and the orders that come of them."""
        if self.state.waiting:
            self._lapse_late(occasion.at_ms)
            occasion = replace(occasion, answers=(*occasion.answers, *self._heard()))
        self._decide(occasion)
        while self._answers:  # approvals and cancels are answered at once
            self._decide(Occasion(occasion.at_ms, answers=self._heard(), is_file=True))

    def _heard(self) -> tuple[Answer, ...]:
        answers, self._answers = tuple(self._answers), []
        return answers

    def _lapse_late(self, at_ms: int) -> None:
        """An order that a run waits for works no longer than the policy's timeout."""
        timeout_ms = self.state.bound.program.policy.timeout_ms
        for order, ask in tuple(self._working.items()):
            is_bound = ask.intent.ticket and not ask.intent.is_undo  # an undo is never given up
            if is_bound and at_ms - ask.at_ms >= timeout_ms:
                self.market.cancel(order)
                self._canceled(order, "timeout")

    def _decide(self, occasion: Occasion) -> None:
        decision = BOT.decide(self.state, occasion, self.readings)
        assert not decision.fault, decision.fault
        self.state = decision.state
        if self.asked or decision.asked:
            self._ask(decision.asked)
        self.notes += decision.notes
        self.notes += [Note("emit", each.name) for each in decision.emitted]
        self.gave.update(numbers_of(decision.emitted))
        for each in decision.refusals:
            self.asks.append(Ask(each.intent, occasion.at_ms, each.text))
            row = occasion.at_ms, each.intent.symbol, each.intent.action, each.code, each.text
            self.refusals.append(Refusal(*row))
        for intent in decision.intents:
            self._carry_out(intent, occasion.at_ms)

    def _ask(self, asked: Sequence[ApprovalAsked]) -> None:
        waiting = {each.ticket for each in self.state.waiting}
        self.asked = [each for each in (*self.asked, *asked) if each.ticket in waiting]
        if self.approves:
            self._answers += [Answer(each.ticket, is_approved=True) for each in self.asked]

    def open_positions(self) -> tuple[OpenPosition, ...]:
        return self.book.open(self.readings.closes)

    def equity(self) -> float:
        """What it moved to other accounts is still its own."""
        return self.market.equity() + self.others.holds()

    def _transfer(self, ask: Ask) -> None:
        ask.refusal = self.others.move(ask.intent, self.market)
        if ask.refusal:
            self._refused(ask, (ask.at_ms, "TRANSFER", ask.refusal))
            self._tell(ask, refused(ask.intent, ask.refusal))
        else:
            self._tell(ask, moved(ask.intent))

    def fills(self) -> tuple[FillSeen, ...]:
        """What the script has not heard yet."""
        fills, self._fills = tuple(self._fills), []
        return fills

    def end(self) -> None:
        """Orders of the last candle lapse."""
        self._hear(self.market.lapse())

    def _hear(self, told: Sequence[Happened]) -> None:
        for each in told:
            match each:
                case Filled():
                    self.book.add(fill_row(each))
                    self._fills.append(fill_seen(each))
                    self._tell(self._final(each.order), filled(each))
                case Refused():
                    ask = self._final(each.order)
                    ask.refusal = each.text
                    self._tell(ask, refused(ask.intent, each.text))
                    self._refused(ask, (each.time_ms, each.code, each.text))
                case Gone():
                    ask = self._canceled(each.order, each.reason)
                    self._refused(ask, (each.time_ms, "LAPSED", each.reason))
                case Funded():
                    self.funding += each.amount
                case Rested():
                    continue  # it goes on working

    def _final(self, order: str) -> Ask:
        """An order that works no more; exits are no orders of the script's."""
        self.readings.sites.pop(order, None)
        return self._working.pop(order, None) or Ask(Intent("exit", "", -1), 0)

    def _canceled(self, order: str, reason: str) -> Ask:
        ask = self._final(order)
        self._tell(ask, not_filled(ask.intent, "canceled", reason))
        return ask

    def _tell(self, ask: Ask, outcome: OrderOutcome) -> None:
        """The run that waits for this order hears what became of it."""
        if ask.intent.ticket:
            self._answers.append(Answer(ask.intent.ticket, outcome))

    def _refused(
        self, ask: Ask, what: tuple[int, str, str], verdicts: tuple[Verdict, ...] = ()
    ) -> None:
        intent = ask.intent
        self.refusals.append(Refusal(what[0], intent.symbol, intent.action, *what[1:], verdicts))

    def _carry_out(self, intent: Intent, at_ms: int) -> None:
        """As the desk does it: a close first cancels, then trades what is held."""
        ask = Ask(intent, at_ms)
        self.asks.append(ask)
        terms = None
        if intent.action == "transfer":
            self._transfer(ask)
            return
        if intent.action in {"cancel", "close"}:
            ask.had_nothing = intent.action == "close"
            for order in self.market.working(intent.symbol):
                ask.had_nothing = False
                self.market.cancel(order)
                self._canceled(order, intent.action)
        if intent.action == "close":
            terms = close_terms(intent.symbol, self.market.position(intent.symbol)[0])
        elif intent.action != "cancel":
            terms = order_terms(intent)
        if terms is not None:
            ask.had_nothing = False
            self._send(ask, terms)
        else:
            self._tell(ask, replace(not_filled(intent, "filled", ""), is_filled=True))

    def _send(self, ask: Ask, terms: OrderTerms) -> str:
        """It reaches the market at its next candle."""
        self._sent += 1
        order = f"{self._sent}"
        self.market.send(order, terms)
        self.readings.sites[order] = ask.intent.site
        self._working[order] = ask
        return order


def fill_row(fill: Filled) -> FillRow:
    return FillRow(
        fill.symbol,
        fill.side,
        fill.price,
        fill.units,
        fill.fee,
        fill.reason,
        fill.time_ms,
        fill.leverage,
        fill.had_both,
    )


def filled(fill: Filled) -> OrderOutcome:
    cost = fill.price * fill.units
    return OrderOutcome(
        fill.side, fill.price, fill.units, cost, fill.fee, "filled", "", is_filled=True
    )


def fill_seen(fill: Filled) -> FillSeen:
    return FillSeen(
        fill.order,
        fill.symbol,
        fill.side,
        fill.price,
        fill.units,
        fill.fee,
        fill.reason,
        fill.time_ms,
    )
