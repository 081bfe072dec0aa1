"""One moment of an automated bot: its handlers in the language's order, each run a pure step.

The rules it keeps: a run reads market and account as they stood when it began, or went on; while a
run of a handler waits, the policy's `overlap` says what becomes of the handler's next event.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bots.automated import plan, waits
from bots.automated.candles import complete, fed
from bots.automated.ceiling import hold
from bots.automated.events import hear
from bots.automated.plan import Bound, Fields, Value
from bots.automated.state import BotState, LastRun
from bots.automated.timers import due_at_close
from bots.automated.waiting_runs import WaitingRuns
from bots.automated.waits import Queued
from bots.automated.wanted import Wanted
from lefi_tui.core.bot import Bar, Decision, Emitted, Occasion, Quote, RunTrace, Snapshot
from lefi_tui.lang.program import Handler
from lefi_tui.lang.waiting import Begun

QUIET: Final = "no order"
MARKET_EVENTS: Final = frozenset({"Candle", "PriceUpdate", "body", "Trade"})
QUEUED_MAX: Final = 256  # events that wait for a run; a run that waits longer has lost its market


class Moment:
    """Collects what the runs of one occasion lead to; thrown away when the decision is made."""

    def __init__(self, state: BotState, occasion: Occasion, snapshot: Snapshot) -> None:
        self._bound: Bound = state.bound
        self._occasion = occasion
        self._slots = state.slots
        self._buckets = state.buckets
        self._bars: tuple[Bar, ...] = ()  # candles that closed at this moment
        self._due_ns = state.due_ns
        self._last = state.last
        self._before = state
        self._newest: dict[int, LastRun] = {}  # by handler
        self._queued = state.queued
        self._wanted = Wanted(state.bound, occasion, snapshot, state.sent_ms)
        self._waiting = WaitingRuns(state, occasion, snapshot, self._wanted)
        self._runs: list[RunTrace] = []
        self.begun: list[tuple[RunTrace, Begun]] = []  # the runs that met their conditions
        self._warming = ""
        self._told = False

    def decision(self) -> Decision:
        """All runs, in the order of the language."""
        occasion, bound = self._occasion, self._bound
        self._close_candles()
        if occasion.started:
            self._run_all(bound.starts, plan.time_fields(occasion.at_ms))
        for fill in occasion.fills:
            self._run_all(bound.fills, plan.fill_fields(fill))
        if self._waiting.runs and not occasion.is_history:
            self._go_on()
        if bound.prices and not occasion.is_history:
            self._run_prices()
        for trade in occasion.prints:
            wanted = [each for each in bound.prints if each.symbol == trade.symbol]
            self._run_all(wanted, plan.print_fields(trade))
        self._run_candles()
        self._run_timers()
        self._run_events(occasion.events)
        self._run_commands()
        if occasion.stopping:
            self._run_all(bound.stops, plan.time_fields(occasion.at_ms))
        return self._decided()

    def _decided(self) -> Decision:
        wanted, waiting = self._wanted, self._waiting
        state = BotState(
            self._bound,
            self._slots,
            self._buckets,
            self._due_ns,
            wanted.sent_ms,
            self._last,
            tuple(waiting.runs),
            self._queued,
            waiting.tickets,
            waiting.is_finalized,
            self._others(),
        )
        return Decision(
            state,
            tuple(wanted.intents),
            tuple(wanted.refusals),
            tuple(wanted.notes),
            tuple(self._runs),
            self._warming,
            asked=tuple(waiting.asked),
            planned=tuple(wanted.planned),
            emitted=tuple(wanted.emitted),
            is_finalized=waiting.is_finalized,
            awaited=waiting.awaited(),
            reserved=waiting.reserved,
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

    def _close_candles(self) -> None:
        """What has closed is known to every run of the moment."""
        self._buckets, self._bars = complete(self._buckets, self._occasion)
        if self._bars and self._bound.program.feeds:
            self._slots = fed(self._bound.program, self._slots, self._bars)

    def _run_candles(self) -> None:
        bars = self._bars
        for handler in self._bound.candles if bars else ():
            for bar in bars:
                if bar.symbol == handler.symbol and bar.timeframe_ms == handler.timeframe_ms:
                    self._run(handler, plan.candle_fields(bar))

    def _run_timers(self) -> None:
        """Live, the scheduler says what is due; on a candle file the first close at or after it."""
        occasion, bound = self._occasion, self._bound
        due = set(occasion.due)
        if (
            bound.timers
            and occasion.is_file
            and (occasion.bars or occasion.quotes or occasion.is_idle)
        ):
            self._due_ns, due = due_at_close(bound.timers, self._due_ns, occasion)
        for timer in bound.timers if due else ():
            if timer.handler in due:
                handler = bound.program.handlers[timer.handler]
                self._run(handler, plan.time_fields(occasion.at_ms))

    def _run_events(self, events: Sequence[Emitted]) -> None:
        if self._bound.events and not self._occasion.is_history:
            hear(self._bound, events, self._wanted, self._occasion.at_ms, self._run)

    def _run_commands(self) -> None:
        for name in self._occasion.commands:
            for handler in self._bound.commands:
                if handler.hears == name:
                    time = plan.time_fields(self._occasion.at_ms)
                    self._run(handler, {**time, "key": handler.key})
        if self._occasion.commands:
            self._run_events(())

    # ---- one run

    def _run_all(self, handlers: Sequence[Handler], fields: Fields) -> None:
        for handler in handlers:
            self._run(handler, fields)

    def _run(self, handler: Handler, fields: Fields) -> None:
        event = plan.event_of(handler, fields)
        if self._waiting.runs and self._waits_its_turn(handler, event):
            return
        if not self._waiting.is_finalized:
            self._begin(handler.index, event, carry=not self._occasion.is_history)

    def _waits_its_turn(self, handler: Handler, event: tuple[Value, ...]) -> bool:
        """Whether a run of this handler waits, and the policy keeps its next event from running."""
        overlap = self._bound.program.policy.overlap
        overlap = overlap or ("skip" if handler.event in MARKET_EVENTS else "queue")
        if overlap == "parallel" or not self._waiting.holds(handler.index):
            return False
        if overlap == "queue" and self._has_room(handler.index):
            carry = not self._occasion.is_history
            self._queued = (*self._queued, Queued(handler.index, event, carry))
            outcome = "queued: the run before still waits"
        else:
            self._begin(handler.index, event, carry=False)  # its series step all the same
            outcome = "skipped: the run before still waits"
        self._runs.append(RunTrace(handler.index, self._bound.titles[handler.index], outcome))
        return True

    def _has_room(self, handler: int) -> bool:
        """Where there is none, its oldest event is skipped: its series step in order."""
        if len(self._queued) < QUEUED_MAX:
            return True
        oldest = next((each for each in self._queued if each.handler == handler), None)
        if oldest is None:
            return False
        self._queued = tuple(left for left in self._queued if left is not oldest)
        self._begin(handler, oldest.event, carry=False)
        return True

    def _begin(self, number: int, event: tuple[Value, ...], *, carry: bool) -> None:
        before, reads = self._slots, self._wanted.reads()
        result = self._bound.program.step(number, before, event, reads, carry=carry)
        self._slots = result.state
        if not carry:
            return
        begun = Begun(number, before, event, reads)
        outcome, warming = QUIET, ""
        if result.warming is not None:
            have, need = result.warming
            self._warming = f"{have} of {need}"
            outcome = warming = f"warming up, {self._warming}"
        elif result.whole:  # of a run that may wait; what it did not wait for may end the script
            begun, self._slots, done = self._waiting.carry_on(waits.Course(begun), result)
            outcome = "; ".join(done)
        elif result.effects:
            hold(self._bound, number, result.effects)
            outcome = "; ".join(self._wanted.take(result.effects))
        self._tell(begun, outcome, warming)

    def _tell(self, begun: Begun, outcome: str, warming: str = "") -> None:
        title = self._bound.titles[begun.handler]
        trace = RunTrace(begun.handler, title, outcome)
        self._runs.append(trace)
        if not warming:
            self.begun.append((trace, begun))
        newest = LastRun(begun, self._occasion.at_ms, outcome, warming)
        self._newest[begun.handler] = newest
        if not self._told:
            self._last = newest
            self._told = outcome is not QUIET and not warming

    def _others(self) -> tuple[LastRun, ...]:
        """A handler that ran is known by that, however long ago."""
        before, last = self._before, self._last
        if last is before.last or last is None:
            return before.others
        if not before.others and len(self._newest) == 1 and _is_of(before.last, last.run.handler):
            return ()
        past = () if before.last is None else (before.last,)
        known = {each.run.handler: each for each in (*before.others, *past)} | self._newest
        known.pop(last.run.handler, None)
        return tuple(known.values())

    def _go_on(self) -> None:
        """Runs whose answers are there, and what was queued behind those that have ended."""
        for run, answer in self._waiting.answered():
            begun, self._slots, done = self._waiting.resumed(run, answer, self._slots)
            self._tell(begun, "; ".join(("went on", *done)))
        for each in () if self._occasion.is_held else self._queued:
            if not self._waiting.holds(each.handler) and not self._waiting.is_finalized:
                self._queued = tuple(left for left in self._queued if left is not each)
                self._begin(each.handler, each.event, carry=each.carry)


def _is_of(run: LastRun | None, handler: int) -> bool:
    return run is None or run.run.handler == handler
