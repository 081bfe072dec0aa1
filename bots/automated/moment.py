"""One moment of an automated bot: its handlers in the language's order, each run a pure step.

The rules it keeps: a run reads market and account as they stood when it began; one place of the
text has at most one working order; the policy's rate counts by event time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bots.automated import plan
from bots.automated.candles import complete
from bots.automated.plan import Bound, Fields
from bots.automated.state import BotState, LastRun
from bots.automated.timers import due_at_close
from lefi_tui.core.bot import (
    Decision,
    Intent,
    Note,
    Occasion,
    Quote,
    ReadKey,
    Refusal,
    RunTrace,
    Snapshot,
)
from lefi_tui.lang.program import Handler, StepResult

QUIET: Final = "no order"


class Moment:
    """Collects what the runs of one occasion lead to; thrown away when the decision is made."""

    def __init__(self, state: BotState, occasion: Occasion, snapshot: Snapshot) -> None:
        self._bound: Bound = state.bound
        self._occasion, self._snapshot = occasion, snapshot
        self._slots = state.slots
        self._buckets = state.buckets
        self._due_ns = state.due_ns
        self._sent_ms = state.sent_ms
        self._last = state.last
        self._reads: tuple[float, ...] | None = None
        self._intents: list[Intent] = []
        self._refusals: list[Refusal] = []
        self._notes: list[Note] = []
        self._runs: list[RunTrace] = []
        self._taken: set[int] = set()  # sites that sent an order at this moment
        self._sent: dict[str, int] = {}  # how many, by symbol, that no later cancel took back
        self._freed: set[str] = set()  # symbols whose orders were canceled at this moment
        self._warming = ""
        self._told = False

    def decision(self) -> Decision:
        """All runs, in the order of the language."""
        occasion, bound = self._occasion, self._bound
        if occasion.started:
            self._run_all(bound.starts, plan.time_fields(occasion.at_ms))
        for fill in occasion.fills:
            self._run_all(bound.fills, plan.fill_fields(fill))
        if bound.prices and not occasion.is_history:
            self._run_prices()
        for trade in occasion.prints:
            wanted = [each for each in bound.prints if each.symbol == trade.symbol]
            self._run_all(wanted, plan.print_fields(trade))
        self._run_candles()
        self._run_timers()
        if occasion.stopping:
            self._run_all(bound.stops, plan.time_fields(occasion.at_ms))
        return self._decided()

    def _decided(self) -> Decision:
        state = BotState(
            self._bound, self._slots, self._buckets, self._due_ns, self._sent_ms, self._last
        )
        return Decision(
            state,
            tuple(self._intents),
            tuple(self._refusals),
            tuple(self._notes),
            tuple(self._runs),
            self._warming,
        )

    # ---- which events there are

    def _run_prices(self) -> None:
        """On a candle file each close is a price update: price, bid and ask are the close."""
        occasion = self._occasion
        quotes = occasion.quotes
        if occasion.is_file:
            at_ms = occasion.at_ms
            quotes += tuple(
                Quote(bar.symbol, at_ms, bar.close, bar.close, bar.close) for bar in occasion.bars
            )
        for handler in self._bound.prices if quotes else ():
            if handler.event == "body":
                if any(each.symbol in self._bound.program.symbols for each in quotes):
                    self._run(handler, plan.time_fields(occasion.at_ms))
                continue
            for quote in quotes:
                if quote.symbol == handler.symbol:
                    self._run(handler, plan.quote_fields(quote))

    def _run_candles(self) -> None:
        self._buckets, bars = complete(self._buckets, self._occasion)
        for handler in self._bound.candles if bars else ():
            for bar in bars:
                if bar.symbol == handler.symbol and bar.timeframe_ms == handler.timeframe_ms:
                    self._run(handler, plan.candle_fields(bar))

    def _run_timers(self) -> None:
        """Live, the scheduler says what is due; on a candle file the first close at or after it."""
        occasion, bound = self._occasion, self._bound
        due = set(occasion.due)
        if bound.timers and occasion.is_file and (occasion.bars or occasion.quotes):
            self._due_ns, due = due_at_close(bound.timers, self._due_ns, occasion)
        for timer in bound.timers if due else ():
            if timer.handler in due:
                handler = bound.program.handlers[timer.handler]
                self._run(handler, plan.time_fields(occasion.at_ms))

    # ---- one run

    def _run_all(self, handlers: Sequence[Handler], fields: Fields) -> None:
        for handler in handlers:
            self._run(handler, fields)

    def _run(self, handler: Handler, fields: Fields) -> None:
        carry = not self._occasion.is_history
        event, reads = plan.event_of(handler, fields), self._read()
        before = self._slots
        result = self._bound.program.step(handler.index, before, event, reads, carry=carry)
        self._slots = result.state
        if not carry:
            return
        outcome, warming = QUIET, ""
        if result.warming is not None:
            have, need = result.warming
            self._warming = f"{have} of {need}"
            outcome = warming = f"warming up, {self._warming}"
        elif result.intents or result.notes or result.refusals:
            outcome = self._take(result)
        self._runs.append(RunTrace(handler.index, self._bound.titles[handler.index], outcome))
        if not self._told:
            at_ms = self._occasion.at_ms
            self._last = LastRun(handler.index, before, event, reads, at_ms, outcome, warming)
            self._told = outcome is not QUIET and not warming

    def _read(self) -> tuple[float, ...]:
        if self._reads is None or self._intents:
            read = self._snapshot.read
            self._reads = tuple([read(key) for key in self._bound.program.reads])
            if self._intents:
                self._reads = tuple(self._with_sent())
        return self._reads

    def _with_sent(self) -> list[float]:
        """Orders of earlier runs of this moment are open when the next run begins."""
        assert self._reads is not None
        values: list[float] = []
        for key, value in zip(self._bound.program.reads, self._reads, strict=True):
            if key.kind == "open_orders":
                is_freed = self._occasion.is_file and key.symbol in self._freed
                earlier = 0.0 if is_freed else value
                values.append(earlier + self._sent.get(key.symbol, 0))
            else:
                values.append(value)
        return values

    # ---- what it wants

    def _take(self, result: StepResult) -> str:
        self._notes += result.notes
        self._refusals += result.refusals
        done = [_said(each) for each in result.notes] + [each.text for each in result.refusals]
        for intent in result.intents:
            refusal = self._refused(intent)
            if refusal is None:
                self._intents.append(intent)
                done.append(f"{intent.action} {intent.symbol}")
            else:
                self._refusals.append(refusal)
                done.append(refusal.text)
        return "; ".join(done)

    def _refused(self, intent: Intent) -> Refusal | None:
        if intent.action == "cancel":
            self._free(intent.symbol)
            return None
        if intent.action == "close":
            holds = self._holds(intent)
            refusal = self._over_rate(intent) if holds else None
            if refusal is None:
                self._free(intent.symbol)
                self._sent[intent.symbol] = int(holds)
            return refusal
        if self._is_working(intent):
            text = f"still working: the order that this place sent before, {_words(intent)}"
            return Refusal(intent, "STILL_WORKING", text)
        refusal = self._over_rate(intent)
        if refusal is None:
            self._taken.add(intent.site)
            self._sent[intent.symbol] = self._sent.get(intent.symbol, 0) + 1
        return refusal

    def _is_working(self, intent: Intent) -> bool:
        if intent.site in self._taken:
            return True
        is_freed = intent.symbol in self._freed and self._occasion.is_file
        return not is_freed and self._snapshot.is_working(intent.site)

    def _free(self, symbol: str) -> None:
        """On a candle file a cancel is final at once, so the place may send again."""
        self._freed.add(symbol)
        self._sent[symbol] = 0
        sites = self._bound.program.sites
        self._taken -= {each.number for each in sites if each.symbol == symbol}

    def _holds(self, intent: Intent) -> bool:
        key = ReadKey("position", intent.symbol, intent.account)
        return self._snapshot.read(key) != 0

    def _over_rate(self, intent: Intent) -> Refusal | None:
        policy, at_ms = self._bound.program.policy, self._occasion.at_ms
        recent = tuple(each for each in self._sent_ms if at_ms - each < policy.rate_per_ms)
        if len(recent) >= policy.rate_count:
            window = plan.span(int(policy.rate_per_ms))
            text = f"over the policy's rate of {policy.rate_count} per {window}: {_words(intent)}"
            return Refusal(intent, "POLICY_RATE", text)
        self._sent_ms = (*recent, at_ms)
        return None


def _words(intent: Intent) -> str:
    return f"{intent.action} {intent.symbol}"


def _said(note: Note) -> str:
    return f"{note.kind}: {note.text}"
