"""A checked script, ready to run: its handlers as pure steps over numbered slots.

`check` answers with a program or none, and diagnostics: always a list, never an exception.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from msgspec.structs import astuple

from lefi_tui.core.bot import Intent, Note, Refusal
from lefi_tui.core.record import Record
from lefi_tui.lang.blueprint import Blueprint, Handler
from lefi_tui.lang.check_policy import Policy
from lefi_tui.lang.diagnostic import Diagnostic
from lefi_tui.lang.examine import examined
from lefi_tui.lang.maths import words
from lefi_tui.lang.python_way import Run, generate
from lefi_tui.lang.waiting import Begun, Wait, played

__all__ = ["Checked", "ConditionSeen", "Handler", "Policy", "Program", "StepResult", "check"]

State = list[Any]  # slots: doubles (not-a-number is none), and the texts of states


class StepResult(NamedTuple):
    state: State
    effects: tuple[Any, ...] = ()  # Intent, Note, Refusal, Planned, BlockEnds, Finalized, in order
    warming: tuple[int, int] | None = None  # events had, events needed
    wait: Wait | None = None  # what the run waits for before it goes on
    whole: tuple[Any, ...] = ()  # where a run may wait: all its effects and waits from its start

    @property
    def intents(self) -> tuple[Intent, ...]:
        return tuple(each for each in self.effects if isinstance(each, Intent))

    @property
    def notes(self) -> tuple[Note, ...]:
        return tuple(each for each in self.effects if isinstance(each, Note))

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        return tuple(each for each in self.effects if isinstance(each, Refusal))


class ConditionSeen(Record):
    """One condition that a run met: where, as written, what it was, and the values in it."""

    line: int
    text: str
    outcome: bool
    values: tuple[tuple[str, str], ...]


class Program(Blueprint, dict=True):
    """A blueprint that can be carried out."""

    @cached_property
    def version(self) -> str:
        return hashlib.sha256(self.source.encode("utf-8", "surrogatepass")).hexdigest()

    def initial(self) -> State:
        return self._first[:]

    @cached_property
    def _first(self) -> State:
        """Before their first candle, feeds give what comes of none: `x ?? 7` is 7."""
        first = list(self.slots.first)
        for number, feed in enumerate(self.feeds):
            of_none = self.feed(number, first, (math.nan,) * 5)
            for slot in feed.outputs:
                first[slot] = of_none[slot]
        return first

    def step(
        self,
        handler: int,
        state: State,
        event: Sequence[float | str],
        reads: Sequence[float],
        *,
        carry: bool = True,
    ) -> StepResult:
        """One event of one handler. Pure: the state given stays as it is.

        `event` holds the handler's fields in their order (prices in quote per base, times and
        durations in ms), `reads` the values of `self.reads`. Without `carry` only series step.
        """
        if self.forms[handler].may_wait:
            return self.go_on(Begun(handler, state, tuple(event), tuple(reads)), carry=carry)
        after, effects, carried = self._runs[handler](state, event, reads, carry)
        if not carried and carry:
            form = self.forms[handler]
            return StepResult(after, warming=form.warming(after))
        return StepResult(after, tuple(effects)) if effects else StepResult(after)

    def feed(self, number: int, state: State, event: Sequence[float]) -> State:
        """One candle of one feed, by its open, high, low, close and volume. Pure, as `step`."""
        return self._feed_runs[number](state, event, (), False)[0]  # noqa: FBT003 -- generated

    def go_on(self, begun: Begun, *, carry: bool = True) -> StepResult:
        """A run of a handler that may wait, carried out from its beginning to where it ends or
        waits next; `effects` are those since the last answer."""
        form = self.forms[begun.handler]
        state, effects, last, whole = played(self._runs[begun.handler], begun, carry=carry)
        if last is False and not carry:
            return StepResult(state)
        if last is False:
            return StepResult(state, warming=form.warming(state))
        wait = None if last is True else last
        return StepResult(state, tuple(effects), wait=wait, whole=whole)

    # Generated when first run: an editor checks at every pause, and runs nothing.
    @cached_property
    def _runs(self) -> tuple[Run, ...]:
        return tuple(generate(form, traced=False).run for form in self.forms)

    @cached_property
    def _feed_runs(self) -> tuple[Run, ...]:
        return tuple(generate(each.form, traced=False).run for each in self.feeds)

    @cached_property
    def _traced(self) -> tuple[Run, ...]:
        return tuple(generate(form, traced=True).run for form in self.forms)

    def explain(self, begun: Begun) -> tuple[ConditionSeen, ...]:
        """The conditions that this run meets, with the values in them."""
        trace: list[Any] = []
        traced = self._traced[begun.handler]
        if self.forms[begun.handler].may_wait:
            played(traced, begun, trace)
        else:
            traced(begun.slots, begun.event, begun.reads, True, trace)  # noqa: FBT003 -- generated
        notes = self.forms[begun.handler].notes
        return tuple(
            ConditionSeen(
                notes[number].line,
                notes[number].text,
                outcome,
                tuple(
                    (name, words(value))
                    for (name, _), value in zip(notes[number].shown, values, strict=True)
                ),
            )
            for number, outcome, values in trace
        )

    def state_value(self, state: State, name: str) -> Any:
        """A `state` of the script; None is `none`."""
        value = state[self.states[name]]
        return None if isinstance(value, float) and math.isnan(value) else value

    def encode(self, state: State) -> Any:
        """The slots as JSON data; what is missing as null."""
        return [None if isinstance(v, float) and math.isnan(v) else _finite(v) for v in state]

    def decode(self, data: Any) -> State:
        if len(data) != len(self.slots.first):
            raise ValueError(f"{len(data)} slots kept, {len(self.slots.first)} needed")
        return [math.nan if v is None else _double(v) for v in data]

    def carried_over(self, state: State, other: Program) -> State:
        """A state of `other` (the same script, other settings) for this one: states stay."""
        fresh = self.initial()
        for name, slot in self.states.items():
            if name in other.states:
                fresh[slot] = state[other.states[name]]
        return fresh


def _finite(value: Any) -> Any:
    return str(value) if isinstance(value, float) and math.isinf(value) else value


def _double(value: Any) -> Any:
    return float(value) if value in {"inf", "-inf"} else value


class Checked(Record):
    program: Program | None
    diagnostics: tuple[Diagnostic, ...]


def check(
    source: str,
    *,
    settings: Mapping[str, str] | None = None,
    timeframe_ms: int | None = None,
    name: str = "script",
) -> Checked:
    """Check and compile a script. `settings` are values a person chose, as Lefi text;
    `timeframe_ms` runs its Candle handlers on another timeframe."""
    found = examined(source, settings=settings, timeframe_ms=timeframe_ms, name=name)
    program = None if found.blueprint is None else Program(*astuple(found.blueprint))
    return Checked(program, found.diagnostics)
