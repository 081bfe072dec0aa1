"""A checked script, ready to run: its handlers as pure steps over numbered slots.

`check` answers with a program or none, and diagnostics: always a list, never an exception.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final, NamedTuple

from lefi_tui.core.bot import Intent, Note, Refusal
from lefi_tui.core.read_key import ReadKey
from lefi_tui.core.record import Record
from lefi_tui.lang.check_policy import Policy
from lefi_tui.lang.check_script import CheckedScript, check_script
from lefi_tui.lang.check_waits import Checker
from lefi_tui.lang.compiler import Compiler
from lefi_tui.lang.diagnostic import Diagnostic
from lefi_tui.lang.feeds import Feed
from lefi_tui.lang.form import Form, Slots
from lefi_tui.lang.maths import words
from lefi_tui.lang.parser import parse
from lefi_tui.lang.python_way import Run, generate
from lefi_tui.lang.resolver import Declared, resolve
from lefi_tui.lang.scope import STEPS_MAX, Scope, Shared
from lefi_tui.lang.script_pass import SettingInfo
from lefi_tui.lang.script_tests import ScriptTest, read_tests
from lefi_tui.lang.source import Source, Span
from lefi_tui.lang.tree import HERE, Body
from lefi_tui.lang.types import Bindings
from lefi_tui.lang.waiting import Begun, Wait, played

__all__ = ["Checked", "ConditionSeen", "Handler", "Policy", "Program", "StepResult", "check"]

State = list[Any]  # slots: doubles (not-a-number is none), and the texts of states
SURELY_TAKEN: Final = 80  # levels of a value; Python takes 199 parentheses, two a level
SOURCE_MAX: Final = 200_000  # letters; a script is 5 to 100 lines


class Handler(Record):
    """One `on …`, or the whole body of a script without handlers (event "body")."""

    index: int
    event: str
    symbol: str
    timeframe_ms: int
    every_ms: int
    cron: str
    zone: str
    fields: tuple[str, ...]  # names of the values that `step` takes as `event`, in this order
    steps_max: int  # the most steps one event can cost
    warmup: int  # events needed before statements are carried out
    line: int
    hears: str = ""  # the custom event or command it is for
    key: str = ""  # of a command
    takes: tuple[tuple[str, str], ...] = ()  # fields of a custom event: number text bool any


class SiteInfo(Record):
    number: int
    action: str
    symbol: str
    line: int
    column: int


class StepResult(NamedTuple):  # made at every event: half the cost of a frozen dataclass
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


class Program(Record):
    title: str
    kind: str
    version: str
    source: str
    settings: tuple[SettingInfo, ...]
    policy: Policy
    handlers: tuple[Handler, ...]
    reads: tuple[ReadKey, ...]
    sites: tuple[SiteInfo, ...]
    symbols: tuple[str, ...]
    tests: tuple[ScriptTest, ...]
    forms: tuple[Form, ...]
    slots: Slots
    states: Mapping[str, int]  # state: its slot
    waits: tuple[str, ...] = ()  # places where a run may wait, in words
    feeds: tuple[Feed, ...] = ()
    settled: int = 0  # candles after which its indicators are the same wherever history began

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
    if len(source) > SOURCE_MAX:
        message = f"A script has at most {SOURCE_MAX:,} letters; this has {len(source):,}."
        return Checked(None, (Diagnostic("LF106", Span(0, 1), message),))
    text = Source(source, name)
    parsed = parse(text)
    declared = resolve(parsed.script)
    checked = check_script(text, declared, settings or {}, timeframe_ms)
    tests, found = _tests(text, declared, checked)
    found = (*parsed.diagnostics, *declared.found, *checked.found, *found)
    if any(each.is_error for each in found):  # what could not be read or understood may use it
        found = tuple(each for each in found if each.code != "LF251")
    program = None
    if not any(each.is_error for each in found):
        program, more = _compiled(text, checked, tests)
        found = (*found, *more)
    return Checked(program, tuple(sorted(found, key=lambda each: each.span)))


def _tests(
    source: Source, declared: Declared, checked: CheckedScript
) -> tuple[tuple[ScriptTest, ...], tuple[Diagnostic, ...]]:
    shared = Shared(declared, Bindings(), constants=dict(checked.constants))
    shared.state_types = {name: kind for name, (kind, _) in checked.states.items()}
    shared.symbols = list(checked.symbols)
    reader = Checker(shared, Scope("test"), source.text)
    return read_tests(reader, declared.tests, source), tuple(shared.found)


def _compiled(
    source: Source, checked: CheckedScript, tests: tuple[ScriptTest, ...]
) -> tuple[Program | None, tuple[Diagnostic, ...]]:
    slots, reads = Slots(), {key: number for number, key in enumerate(checked.reads)}
    states = {name: slots.take(name, first) for name, (_, first) in checked.states.items()}
    forms: list[Form] = []
    feeds: list[Feed] = []
    for body in checked.bodies:
        try:
            compiler = Compiler(slots, states, reads, source, body)
            form = compiler.form()
            fed = compiler.feeds(len(forms), form.others)
            _refuse_too_large(body, [form, *(each.form for each in fed)])
        except OverflowError as error:
            return None, (_too_large(source, body, str(error)),)
        forms.append(form)
        feeds += fed
    program = Program(
        title=checked.declared.title,
        kind=checked.declared.kind,
        version=hashlib.sha256(source.text.encode("utf-8", "surrogatepass")).hexdigest(),
        source=source.text,
        settings=checked.settings,
        policy=checked.policy,
        handlers=tuple(_handler(n, b, f) for n, (b, f) in enumerate(_pairs(checked, forms))),
        reads=checked.reads,
        sites=_sites(source, checked),
        symbols=checked.symbols,
        tests=tests,
        forms=tuple(forms),
        slots=slots,
        states=states,
        feeds=tuple(feeds),
        settled=_settled(checked.bodies),
        waits=tuple(f"{what} in line {source.place(at.start).line}" for what, at in checked.waits),
    )
    return program, ()


def _sites(source: Source, checked: CheckedScript) -> tuple[SiteInfo, ...]:
    return tuple(
        SiteInfo(each.number, each.action, each.symbol, *source.place(each.span.start))
        for each in checked.sites
    )


def _refuse_too_large(body: Body, forms: list[Form]) -> None:
    steps_max = max(each.steps_max for each in forms)
    if steps_max > STEPS_MAX:
        raise OverflowError(f"{steps_max:,} steps an event; {STEPS_MAX:,} are the most.")
    for each in forms if body.deepest > SURELY_TAKEN else ():
        generate(each, traced=False)


def _settled(bodies: Sequence[Body]) -> int:
    of_candles = (
        each.settled
        for body in bodies
        for each in body.series
        if body.event == "Candle" or each.clock != HERE
    )
    return max(of_candles, default=0)


def _pairs(checked: CheckedScript, forms: list[Form]) -> list[tuple[Body, Form]]:
    return list(zip(checked.bodies, forms, strict=True))


def _handler(index: int, body: Body, form: Form) -> Handler:
    return Handler(
        index,
        body.event,
        body.symbol,
        body.timeframe_ms,
        body.every_ms,
        body.cron,
        body.zone,
        body.fields,
        form.steps_max,
        body.warm,
        body.line,
        body.hears,
        body.key,
        body.takes,
    )


def _too_large(source: Source, body: Body, why: str) -> Diagnostic:
    starts = [0, *(at + 1 for at, letter in enumerate(source.text) if letter == "\n")]
    start = starts[body.line - 1]
    return Diagnostic("LF216", Span(start, start + 2), f"This handler is too large: {why}")
