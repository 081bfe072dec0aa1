"""What the runs of one moment want, and the bot's own rules for it.

The rules it keeps: one place of the text has at most one working order; the policy's rate counts by
event time; orders of earlier runs of the moment are open when the next run begins.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from bots.automated.plan import Bound
from lefi_tui.core.bot import Emitted, Intent, Note, Occasion, Planned, Refusal, Snapshot
from lefi_tui.core.cash_flow import LAST_MS
from lefi_tui.core.read_key import ReadKey
from lefi_tui.core.timeframe import span
from lefi_tui.lang.check_policy import Policy
from lefi_tui.lang.waiting import BlockEnds, Finalized

STILL_WORKING: Final = "STILL_WORKING"
POLICY_RATE: Final = "POLICY_RATE"
PLANS_MAX: Final = 1_000  # cash flows of one moment; a script's steps allow fewer


class Wanted:
    """Collects intents, refusals and words; thrown away when the decision is made."""

    def __init__(
        self,
        bound: Bound,
        occasion: Occasion,
        snapshot: Snapshot,
        sent_ms: tuple[int, ...],
    ) -> None:
        self._bound, self._occasion, self._snapshot = bound, occasion, snapshot
        self.sent_ms = sent_ms
        self.intents: list[Intent] = []
        self.refusals: list[Refusal] = []
        self.notes: list[Note] = []
        self.planned: list[Planned] = []
        self.emitted: list[Emitted] = []
        self._heard = 0  # of them, those that its own handlers were given
        self._reads: tuple[float, ...] | None = None
        self._taken: set[int] = set()  # sites that sent an order at this moment
        self._sent: dict[str, int] = {}  # how many, by symbol, that no later cancel took back
        self._freed: set[str] = set()  # symbols whose orders were canceled at this moment

    # ---- what a run reads

    def reads(self) -> tuple[float, ...]:
        """Market and account as they stand when a run begins."""
        if self._reads is None or self.intents:
            read = self._snapshot.read
            self._reads = tuple([read(key) for key in self._bound.program.reads])
            if self.intents:
                self._reads = tuple(self._with_sent(self._reads))
        return self._reads

    def _with_sent(self, reads: tuple[float, ...]) -> list[float]:
        values: list[float] = []
        for key, value in zip(self._bound.program.reads, reads, strict=True):
            if key.kind == "open_orders":
                is_freed = self._occasion.is_file and key.symbol in self._freed
                earlier = 0.0 if is_freed else value
                values.append(earlier + self._sent.get(key.symbol, 0))
            else:
                values.append(value)
        return values

    # ---- what a run leads to

    def take(self, effects: Iterable[Any]) -> list[str]:
        """Each effect by its kind; what was done, in words."""
        done: list[str] = []
        for each in effects:
            match each:
                case Intent():
                    refusal = self.send(each)
                    done.append(self._done(each) if refusal is None else refusal.text)
                case Note():
                    self.notes.append(each)
                    done.append(f"{each.kind}: {each.text}")
                case Refusal():
                    self.refusals.append(each)
                    done.append(each.text)
                case Emitted():
                    self.emitted.append(each)
                    done.append(f"emit: {each.name}")
                case Planned():
                    self.planned.append(each)
                    note = Note("planned", _flow_in_words(each))
                    self.notes.append(note)
                    done.append(f"{note.kind}: {note.text}")
                case _:
                    assert isinstance(each, (BlockEnds, Finalized)), each
        assert len(self.planned) <= PLANS_MAX, "steps are bounded, so plans are"
        return done

    def _done(self, intent: Intent) -> str:
        """A close of what is not held sends no order, and must not read as one."""
        is_idle = intent.action == "close" and not self.held(intent)
        return (
            f"{in_words(intent)}: nothing is held there, no order goes out"
            if is_idle
            else in_words(intent)
        )

    def unheard(self) -> tuple[Emitted, ...]:
        """What was sent since this was asked last."""
        events, self._heard = tuple(self.emitted[self._heard :]), len(self.emitted)
        return events

    def refuse(self, words: str) -> None:
        """Something that came from outside, and is no order."""
        self.notes.append(Note("refused", words))

    def send(self, intent: Intent) -> Refusal | None:
        """The intent stands, or the reason why not."""
        refusal = self._refused(intent)
        if refusal is None:
            self.intents.append(intent)
        else:
            self.refusals.append(refusal)
        return refusal

    def _refused(self, intent: Intent) -> Refusal | None:
        if intent.is_undo:
            return None  # what was half done is never left so for a rule about new orders
        if intent.action == "cancel":
            self._free(intent.symbol)
            return None
        if intent.action == "close":
            return self._refused_close(intent)
        if intent.action == "transfer":
            return self._over_rate(intent)
        if self._is_working(intent):
            return Refusal(intent, STILL_WORKING, still_working(in_words(intent)))
        refusal = self._over_rate(intent)
        if refusal is None:
            self._taken.add(intent.site)
            self._sent[intent.symbol] = self._sent.get(intent.symbol, 0) + 1
        return refusal

    def _refused_close(self, intent: Intent) -> Refusal | None:
        holds = self.held(intent) != 0
        refusal = self._over_rate(intent) if holds else None
        if refusal is None:
            self._free(intent.symbol)
            self._sent[intent.symbol] = int(holds)
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

    def held(self, intent: Intent) -> float:
        """Units of its symbol; none of a transfer's."""
        if not intent.symbol:
            return 0.0
        return self._snapshot.read(ReadKey("position", intent.symbol, intent.account))

    def _over_rate(self, intent: Intent) -> Refusal | None:
        policy, at_ms = self._bound.program.policy, self._occasion.at_ms
        recent = tuple(each for each in self.sent_ms if at_ms - each < policy.rate_per_ms)
        if len(recent) >= policy.rate_count:
            return Refusal(intent, POLICY_RATE, over_rate(policy, in_words(intent)))
        self.sent_ms = (*recent, at_ms)
        return None


def still_working(what: str) -> str:
    return f"still working: the order that this place sent before, {what}"


def over_rate(policy: Policy, what: str) -> str:
    window = span(int(policy.rate_per_ms))
    return f"over the policy's rate of {policy.rate_count} per {window}: {what}"


def _flow_in_words(flow: Planned) -> str:
    if not math.isfinite(flow.due_ms):
        return f"{flow.name}: its date has no value (none)"
    if not 0 <= flow.due_ms <= LAST_MS:
        return f"{flow.name}: its date is in no year from 1970 to 9999"
    due = datetime.fromtimestamp(flow.due_ms / 1_000, UTC)
    sums = f"{flow.amount:,.8g} {flow.unit} due {due:%Y-%m-%d}, worth {flow.present:,.8g} now"
    return f"{flow.name} {sums}"


def in_words(intent: Intent) -> str:
    if intent.action == "transfer":
        amount = 0 if intent.size is None else float(intent.size.value)
        return f"transfer {amount:.8g} {intent.unit} from {intent.account} to {intent.to}"
    return f"{intent.action} {intent.symbol}".strip()
