"""A whole script: settings and their bounds, states, policy, handlers.

It is gone through again where the first pass learned what counts from the top on: the unit that a
bare name meets only further down, the account's currency, the one symbol that fills can be of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from lefi_tui.core.record import Record
from lefi_tui.core.symbol import parse_symbol
from lefi_tui.lang import ways_out
from lefi_tui.lang.check_events import circles
from lefi_tui.lang.check_handlers import look_at_function, read_body, read_handler
from lefi_tui.lang.check_policy import Policy, read_policy
from lefi_tui.lang.check_settings import read_setting, read_state
from lefi_tui.lang.diagnostic import Diagnostic
from lefi_tui.lang.resolver import Declared
from lefi_tui.lang.scope import Scope, Shared, Site, Spelled
from lefi_tui.lang.script_pass import Pass, SettingInfo, attempt, statements_of
from lefi_tui.lang.source import Source, Span
from lefi_tui.lang.tree import Body, X
from lefi_tui.lang.types import Bindings, Type
from lefi_tui.lang.unchanging import Facts, joined_so, unchanging
from lefi_tui.lang.watch import Watch

SYMBOL_TEXT: Final = re.compile(r'"([A-Z0-9]+/[A-Z0-9]+(?::[A-Z0-9]+)?)"')
PASSES_MAX: Final = 4  # symbols, then units, then one that speaks; one to spare


class CheckedScript(Record):
    declared: Declared
    settings: tuple[SettingInfo, ...]
    states: dict[str, tuple[Type, Any]]  # type and first value
    policy: Policy
    bodies: tuple[Body, ...]
    sites: tuple[Site, ...]
    symbols: tuple[str, ...]
    reads: tuple[Any, ...]
    constants: dict[str, X]
    found: tuple[Diagnostic, ...]
    waits: tuple[tuple[str, Span], ...]  # places where a run may wait
    bindings: Bindings  # the unit that each bare name took
    named: tuple[Spelled, ...] = ()  # markets, where they are named


def check_script(
    source: Source,
    declared: Declared,
    overrides: Mapping[str, str],
    timeframe_ms: int | None,
    watch: Watch | None = None,
) -> CheckedScript:
    # What its texts look like saves a pass where it is right, and costs one where it is not.
    learned, bindings = _learned(SYMBOL_TEXT.findall(source.text)), Bindings()
    for _ in range(PASSES_MAX):
        units_before = dict(bindings.units)
        shared = Shared(declared, bindings, learned.currency, learned.symbol, watch)
        if watch is not None:
            watch.begin(bindings)
        now = Pass(source, declared, overrides, timeframe_ms, shared)
        _go(now)
        before, learned = learned, _learned(shared.symbols)
        if learned != before:
            bindings = Bindings()  # units met in the wrong currency are forgotten
        elif bindings.units == units_before:
            break
    shared.found += _unchanging(now)
    return CheckedScript(
        declared,
        tuple(now.settings),
        now.states,
        now.policy,
        tuple(now.bodies),
        tuple(shared.sites),
        tuple(shared.symbols),
        tuple(shared.reads),
        shared.constants,
        tuple(shared.found),
        tuple(dict.fromkeys(shared.waits)),
        bindings,
        tuple(shared.named),
    )


def _unchanging(now: Pass) -> list[Diagnostic]:
    """Comparisons by themselves, then those that are joined."""
    first = {name: X("const", kind, value=value) for name, (kind, value) in now.states.items()}
    text, shared, facts = now.source.text, now.shared, Facts(now.bodies, first)
    alone = list(unchanging(text, shared.compared, facts))
    return [*alone, *joined_so(text, (shared.joined, shared.compared), facts, alone)]


class _Learned(Record):
    """What the symbols that a script names say of its account and its fills."""

    currency: str = "USDT"
    symbol: str = ""  # the only one, where there is only one


def _learned(symbols: list[str]) -> _Learned:
    parsed = parse_symbol(symbols[0]) if symbols else None
    if parsed is None:
        return _Learned()
    return _Learned(parsed[2] or parsed[1], symbols[0] if len(set(symbols)) == 1 else "")


def _go(now: Pass) -> None:
    _declarations(now)
    for handler in now.declared.handlers:
        attempt(lambda handler=handler: read_handler(now, handler))
    if now.declared.body:
        attempt(lambda: read_body(now))
    for function in now.declared.functions.values():
        if function.name not in now.shared.used:
            attempt(lambda function=function: look_at_function(now, function))
    for each in circles(now.shared.sent):
        message = f'`Emit("{each.name}")` leads back to its own handler and triggers itself.'
        statements_of(now, Scope("events")).say(
            "LF257", each.span, message, "Send an event of another name."
        )
    if not now.shared.found:
        _warn_of_unused(now)


def _declarations(now: Pass) -> None:
    for setting in now.declared.settings.values():
        attempt(lambda setting=setting: read_setting(now, setting))
    for name in now.overrides:
        if name not in now.declared.settings:
            statements_of(now, Scope("settings")).say(
                "LF201", Span(0, 0), f"There is no setting `{name}`; {_listed(now.declared)}."
            )
    for state in now.declared.states.values():
        attempt(lambda state=state: read_state(now, state))
    now.policy = read_policy(statements_of(now, Scope("policy")), now.declared.rules)
    now.shared.discount, now.shared.approval_ms = now.policy.discount, now.policy.approval_ms
    now.shared.has_rate = any(rule.name == "rate" for rule in now.declared.rules)


def _warn_of_unused(now: Pass) -> None:
    for setting in now.declared.settings.values():
        if setting.name not in now.shared.used:
            message = f"The setting `{setting.name}` is never used."
            statements_of(now, Scope("settings")).say(
                "LF251", setting.name_span, message, ways_out.UNUSED
            )


def _listed(declared: Declared) -> str:
    return f"it has {', '.join(declared.settings)}" if declared.settings else "it has none"
