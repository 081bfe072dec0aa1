"""The tests in a script: candles and prices in, and what the script asked for compared with what
its author expects.

Cash is 10,000 of the quote, fees and slippage 0. Lines work in order; an expectation looks at all
so far. What is unmet says what was expected, what happened, and in which line.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from bots.automated import Bound, bind
from bots.automated.moment import Moment
from bots.automated.plan import refusal_of
from bots.automated.wanted import in_words
from lefi_tui.core.bot import Answer, Bar, Emitted, Intent, Occasion, Quote
from lefi_tui.core.matching import Fees, market_rules
from lefi_tui.core.order import SizeKind
from lefi_tui.core.record import Record
from lefi_tui.core.schedule import next_due
from lefi_tui.errors import ScriptRefusedError
from lefi_tui.lang.authoring.branches import CLOSE
from lefi_tui.lang.authoring.reached import Reached
from lefi_tui.lang.script_tests import (
    After,
    ExpectFinalized,
    ExpectNote,
    ExpectOrder,
    ExpectState,
    Feed,
    Line,
    ScriptTest,
    Signaled,
    Verdict,
)
from lefi_tui.lang.waiting import Begun
from lefi_tui.simulate.prepared import instrument_of
from lefi_tui.simulate.trial import Ask, Trial

CASH: Final = 10_000.0
NO_FEES: Final = Fees(0.0, 0.0, 0.0)
MINUTE_MS: Final = 60_000
NS_PER_MS: Final = 1_000_000
NEVER_NS: Final = 1 << 63
NOTHING_TO_CLOSE: Final = (
    "Close was asked and had nothing to close: no position, no working order; open one before it"
)
DUE_MAX: Final = 5_000  # in one `after`: a timer of a minute for three days
BEGINS_MS: Final = 1_704_067_200_000  # Monday, 2024-01-01: every timeframe begins there

_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Unmet(Record):
    """An expectation that was not met."""

    line: int
    expected: str
    happened: str


class Hollow(Record):
    """An expectation that was met, by what did nothing: it says little of the script."""

    line: int
    expected: str
    happened: str


class Outcome(Record):
    name: str
    line: int
    unmet: tuple[Unmet, ...]
    hollow: tuple[Hollow, ...] = ()

    @property
    def has_passed(self) -> bool:
        return not self.unmet


def run_script_tests(source: str, settings: Mapping[str, str] | None = None) -> tuple[Outcome, ...]:
    """All tests of the script, in the order written; refused when the script has errors."""
    return tuple(outcomes(source, settings or {}))


def outcomes(
    source: str, settings: Mapping[str, str], reached: Reached | None = None, *, below: int = 0
) -> Iterator[Outcome]:
    """The same, each as it ends: who waits may stop waiting in between. `reached` is told of
    every run; only tests that stand below a line are run."""
    refusal = refusal_of(source, settings)
    if refusal:
        raise ScriptRefusedError(refusal)
    for each in bind(source, settings).program.tests:
        if each.line > below:
            yield _outcome(source, settings, each, reached)


def _outcome(
    source: str, chosen: Mapping[str, str], test: ScriptTest, reached: Reached | None
) -> Outcome:
    settings = {**chosen, **dict(test.settings)}
    refusal = refusal_of(source, settings)
    if refusal:
        unmet = Unmet(test.line, "settings that the script takes", refusal)
        return Outcome(test.name, test.line, (unmet,))
    run = _Run((source, settings), test, reached)
    found = [run.line(each) for each in test.lines]
    missing = tuple(each for each in found if each is not None)
    return Outcome(test.name, test.line, missing, tuple(run.hollow))


class _Witnessed(Trial):
    """Tells each run before it counts, and each close of something."""

    told: Callable[[Begun], None]
    closed: Callable[[int], None]

    def _decide(self, occasion: Occasion) -> None:
        moment = Moment(self.state, occasion, self.readings)
        moment.decision()
        for _, begun in moment.begun:
            self.told(begun)
        super()._decide(occasion)

    def _carry_out(self, intent: Intent, at_ms: int) -> None:
        market, symbol = self.market, intent.symbol
        if intent.action == CLOSE and (market.position(symbol)[0] or market.working(symbol)):
            self.closed(intent.site)
        super()._carry_out(intent, at_ms)


class _Run:
    """One test under way."""

    def __init__(
        self,
        script: tuple[str, Mapping[str, str]],
        test: ScriptTest,
        reached: Reached | None,
    ) -> None:
        self._bound: Bound = bind(*script)
        fed = (each.symbol for each in test.lines if isinstance(each, Feed) and each.symbol)
        symbols = dict.fromkeys((*self._bound.program.symbols, *fed))
        markets = {each: market_rules(instrument_of(each)) for each in symbols}
        self._first = next(iter(symbols), "")
        kind = Trial if reached is None else _Witnessed
        self._trial = kind(script, markets, NO_FEES, CASH, approves=False)
        if isinstance(self._trial, _Witnessed) and reached is not None:
            self._trial.told = partial(reached.ran, script[1])
            self._trial.closed = partial(reached.closed, script[1])
        self._now_ms = BEGINS_MS
        self._closes: dict[str, float] = {}
        self._is_started = False
        self.hollow: list[Hollow] = []

    def line(self, line: Line) -> Unmet | None:  # noqa: C901, PLR0911 -- dispatch
        match line:
            case Feed():
                self._feed(line)
                return None
            case ExpectOrder():
                return self._order(line)
            case ExpectNote():
                return self._note(line)
            case ExpectState():
                return self._state(line)
            case Verdict():
                return self._answer(line)
            case After():
                return self._wait(line)
            case ExpectFinalized():
                return self._finalized(line)
            case Signaled():
                return self._signal(line)

    # ---- what is fed

    def _feed(self, feed: Feed) -> None:
        symbol = feed.symbol or self._first
        for row in feed.rows:
            if feed.what == "price":
                self._price(symbol, row[0])
            else:
                self._candle(symbol, row)

    def _candle(self, symbol: str, row: tuple[float, ...]) -> None:
        """One candle of the script's shortest timeframe of this market."""
        lengths = [length for each, length in self._bound.kinds_of_candles if each == symbol]
        step_ms = min(lengths, default=MINUTE_MS)
        opened_ms = -(-self._now_ms // step_ms) * step_ms
        if len(row) == 1:
            opening, close = self._closes.get(symbol, row[0]), row[0]
            row = (opening, max(opening, close), min(opening, close), close, 1.0)
        bar = Bar(symbol, step_ms, opened_ms, *row)
        self._trial.candles((bar,))
        self._moment(Occasion(opened_ms + step_ms, bars=(bar,)), symbol, bar.close)

    def _price(self, symbol: str, price: float) -> None:
        """A price update: orders meet it, and no candle closes."""
        at_ms = self._now_ms + MINUTE_MS
        flat = Bar(symbol, MINUTE_MS, self._now_ms, price, price, price, price, 0.0)
        self._trial.candles((flat,))
        quote = Quote(symbol, at_ms, price, price, price)
        self._moment(Occasion(at_ms, quotes=(quote,)), symbol, price)

    def _signal(self, line: Signaled) -> Unmet | None:
        """Nothing passes: it happens where the line before ended."""
        is_event = line.what == "event"
        handlers = self._bound.events if is_event else self._bound.commands
        if line.name not in {each.hears for each in handlers}:
            return Unmet(line.line, f'{line.what} "{line.name}"', "no handler hears it")
        self._trial.handlers(
            Occasion(
                self._now_ms,
                fills=self._trial.fills(),
                events=(Emitted(line.name, line.fields),) if is_event else (),
                commands=() if is_event else (line.name,),
                started=not self._is_started,
                is_file=True,
            )
        )
        self._is_started = True
        return None

    def _moment(self, occasion: Occasion, symbol: str, close: float) -> None:
        self._trial.handlers(
            Occasion(
                occasion.at_ms,
                occasion.bars,
                occasion.quotes,
                fills=self._trial.fills(),
                started=not self._is_started,
                is_file=True,
            )
        )
        self._is_started = True
        self._now_ms, self._closes[symbol] = occasion.at_ms, close

    def _answer(self, line: Verdict) -> Unmet | None:
        if not self._trial.asked:
            word = "approve" if line.is_approved else "decline"
            return Unmet(line.line, word, "nothing waits for an answer")
        ticket = self._trial.asked[0].ticket
        answer = Answer(ticket, is_approved=line.is_approved)
        self._trial.handlers(Occasion(self._now_ms, answers=(answer,), is_file=True))
        return None

    def _wait(self, line: After) -> Unmet | None:
        """Time passes; each timer fires as often as it is due meanwhile."""
        until_ms = self._now_ms + line.ms
        for _ in range(DUE_MAX):
            self._now_ms = min(self._next_due_ms(), until_ms)
            self._trial.handlers(Occasion(self._now_ms, is_file=True, is_idle=True))
            if self._now_ms == until_ms:
                return None
        return Unmet(line.line, f"timers due at most {DUE_MAX:,} times", "they are due more often")

    def _next_due_ms(self) -> int:
        now_ns = self._now_ms * NS_PER_MS
        dues = (next_due(each.spec, each.zone, now_ns) for each in self._bound.timers)
        return min(dues, default=NEVER_NS) // NS_PER_MS

    # ---- what is expected

    def _finalized(self, expected: ExpectFinalized) -> Unmet | None:
        is_done = self._trial.state.is_finalized
        if is_done != expected.is_negated:
            return None
        happened = "it is finalized" if is_done else "it lives on"
        return Unmet(expected.line, expected.text, happened)

    def _order(self, expected: ExpectOrder) -> Unmet | None:
        asks = [each for each in self._trial.asks if each.intent.action == expected.action]
        met = [each for each in asks if not each.refusal and _fits(each.intent, expected)]
        if bool(met) != expected.is_negated:
            if met and all(each.had_nothing for each in met):
                self.hollow.append(Hollow(expected.line, expected.text, NOTHING_TO_CLOSE))
            return None
        happened = [_said(each) for each in (met if expected.is_negated else self._trial.asks)]
        happened += [each.text for each in self._trial.notes if each.kind == "refused"]
        return Unmet(expected.line, expected.text, "; ".join(happened) or "no order was asked")

    def _note(self, expected: ExpectNote) -> Unmet | None:
        notes = [each.text for each in self._trial.notes if each.kind == expected.kind]
        met = [each for each in notes if expected.words in {None, each}]
        if bool(met) != expected.is_negated:
            return None
        happened = "; ".join(f'"{each}"' for each in notes)
        return Unmet(expected.line, expected.text, happened or f"nothing to {expected.kind}")

    def _state(self, expected: ExpectState) -> Unmet | None:
        program = self._bound.program
        value = program.state_value(self._trial.state.slots, expected.name)
        if _compared(value, expected) != expected.is_negated:
            return None
        said = "none" if value is None else _number(value)
        if said == _number(expected.value) and value != expected.value:
            said = str(value)  # what differs only behind the digits that are shown
        return Unmet(expected.line, expected.text, f"{expected.name} is {said}")


def _compared(value: Any, expected: ExpectState) -> bool:
    """As the language compares: with `none` only == and != ask, and a missing value is unequal."""
    if expected.value is None:
        return (value is None) == (expected.op == "==")
    return value is not None and _COMPARE[expected.op](value, expected.value)


def _fits(intent: Intent, expected: ExpectOrder) -> bool:
    """The symbol, and the size as written where one is named."""
    if expected.symbol and intent.symbol != expected.symbol:
        return False
    if expected.accounts != (intent.account, intent.to)[: len(expected.accounts)]:
        return False
    if expected.size is None:
        return True
    size = intent.size
    if size is None or float(size.value) != expected.size:
        return False
    base = intent.symbol.partition("/")[0]
    is_worth = expected.size_kind == "amount" and expected.unit not in {base, intent.unit}
    wanted = SizeKind.WORTH if is_worth else SizeKind.UNITS
    return size.kind is (SizeKind.SHARE if expected.size_kind == "percent" else wanted)


_UNITS_OF: Final = {SizeKind.SHARE: "% of what is free", SizeKind.WORTH: " worth"}


def _said(ask: Ask) -> str:
    intent = ask.intent
    words = in_words(intent)
    if intent.size is not None and intent.symbol:
        value = float(intent.size.value)
        value = value * 100 if intent.size.kind is SizeKind.SHARE else value
        words += f" {_number(value)}{_UNITS_OF.get(intent.size.kind, '')}"
    return f"{words} (refused: {ask.refusal})" if ask.refusal else words


def _number(value: Any) -> str:
    return f"{value:.8g}" if isinstance(value, float) else str(value)
