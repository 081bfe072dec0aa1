"""A script from its text to its blueprint: read, resolved, checked, compiled; nothing runs.

The answer is always a list of diagnostics, never an exception.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.core.symbol import Named
from lefi_tui.lang.blueprint import Blueprint, Handler, SiteInfo
from lefi_tui.lang.check_script import CheckedScript, check_script
from lefi_tui.lang.check_waits import Checker
from lefi_tui.lang.compiler import Compiler
from lefi_tui.lang.diagnostic import Diagnostic
from lefi_tui.lang.feeds import Feed
from lefi_tui.lang.form import Form, Slots
from lefi_tui.lang.nesting import BRACKETS_MAX, brackets
from lefi_tui.lang.parser import Parsed, parse
from lefi_tui.lang.resolver import Declared, resolve
from lefi_tui.lang.scope import STEPS_MAX, Scope, Shared, Spelled
from lefi_tui.lang.script_tests import ScriptTest, read_tests
from lefi_tui.lang.source import Source, Span
from lefi_tui.lang.tree import HERE, Body
from lefi_tui.lang.types import Bindings
from lefi_tui.lang.watch import Watch

READ_KEPT: Final = 8
OF_ALL: Final = frozenset({"LF251", "LF258"})  # what is said where all of a script is understood
SOURCE_MAX: Final = 200_000  # letters; a script is 5 to 100 lines


class Examined(Record):
    blueprint: Blueprint | None
    diagnostics: tuple[Diagnostic, ...]
    named: tuple[Spelled, ...] = ()  # markets, where they are named


def examined(
    source: str,
    *,
    settings: Mapping[str, str] | None = None,
    timeframe_ms: int | None = None,
    name: str = "script",
    watch: Watch | None = None,
) -> Examined:
    """A script, looked at from end to end. `settings` are values a person chose, as Lefi text;
    `timeframe_ms` runs its Candle handlers on another timeframe; `watch` is told what each piece
    is."""
    if len(source) > SOURCE_MAX:
        message = f"A script has at most {SOURCE_MAX:,} letters; this has {len(source):,}."
        return Examined(None, (Diagnostic("LF106", Span(0, 1), message),))
    text, parsed, declared = read(source, name)
    checked = check_script(text, declared, settings or {}, timeframe_ms, watch)
    tests, found = _tests(text, declared, checked)
    found = (*parsed.diagnostics, *declared.found, *checked.found, *found)
    if any(each.is_error for each in found):  # what could not be read or understood may use it
        found = tuple(each for each in found if each.code not in OF_ALL)
    blueprint = None
    if not any(each.is_error for each in found):
        blueprint, more = _compiled(text, checked, tests)
        found = (*found, *more)
    found = tuple(sorted(found, key=lambda each: each.span))
    return Examined(blueprint, found, checked.named)


def typed(
    source: str, settings: Mapping[str, str], timeframe_ms: int | None = None
) -> tuple[Source, CheckedScript]:
    """Its typed tree, and what was found: where that holds an error, the tree is not whole."""
    text, _, declared = read(source, "script")
    return text, check_script(text, declared, settings, timeframe_ms)


@lru_cache(maxsize=READ_KEPT)
def read(source: str, name: str) -> tuple[Source, Parsed, Declared]:
    """What no setting changes, read once for all of them; nobody writes to it."""
    text = Source(source, name)
    parsed = parse(text)
    return text, parsed, resolve(parsed.script)


def _tests(
    source: Source, declared: Declared, checked: CheckedScript
) -> tuple[tuple[ScriptTest, ...], tuple[Diagnostic, ...]]:
    shared = Shared(declared, Bindings())
    shared.constants = dict(checked.constants)
    shared.state_types = {name: kind for name, (kind, _) in checked.states.items()}
    shared.symbols = list(checked.symbols)
    reader = Checker(shared, Scope("test"), source.text)
    return read_tests(reader, declared.tests, source), tuple(shared.found)


def _compiled(
    source: Source, checked: CheckedScript, tests: tuple[ScriptTest, ...]
) -> tuple[Blueprint | None, tuple[Diagnostic, ...]]:
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
    blueprint = Blueprint(
        title=checked.declared.title,
        kind=checked.declared.kind,
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
        state_types=_state_types(checked),
        named=_named(source, checked),
        waits=tuple(f"{what} in line {source.place(at.start).line}" for what, at in checked.waits),
    )
    return blueprint, ()


def _state_types(checked: CheckedScript) -> dict[str, str]:
    """The unit that a bare number met is its own, as the last pass bound it."""
    seen = checked.bindings.seen
    return {name: str(seen(kind)) for name, (kind, _) in checked.states.items()}


def _sites(source: Source, checked: CheckedScript) -> tuple[SiteInfo, ...]:
    return tuple(
        SiteInfo(each.number, each.action, each.symbol, *source.place(each.span.start))
        for each in checked.sites
    )


def _named(source: Source, checked: CheckedScript) -> tuple[Named, ...]:
    """Of a setting it is what its value says, wherever that is used."""
    settings = checked.declared.settings.values()
    out = []
    for each in checked.named:
        start, end = each.span
        of = (
            setting.name
            for setting in settings
            if setting.name == source.text[start:end]
            or setting.default.span.start <= start < setting.default.span.end
        )
        out.append(Named(each.symbol, source.place(start).line, next(of, "")))
    return tuple(out)


def _refuse_too_large(body: Body, forms: list[Form]) -> None:
    steps_max = max(each.steps_max for each in forms)
    if steps_max > STEPS_MAX:
        raise OverflowError(f"{steps_max:,} steps an event; {STEPS_MAX:,} are the most.")
    if 2 * body.deepest > BRACKETS_MAX and max(map(brackets, forms)) > BRACKETS_MAX:
        raise OverflowError("Its values stand too deep in one another; give some a name.")


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
