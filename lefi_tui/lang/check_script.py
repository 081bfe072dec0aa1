"""A whole script: settings and their bounds, states, policy, handlers.

It is gone through twice: a bare name may meet its unit only further down, so the first pass
collects units and the second one speaks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lefi_tui.core.instrument import parse_symbol
from lefi_tui.lang.check_handlers import read_body, read_handler
from lefi_tui.lang.check_policy import Policy, read_policy
from lefi_tui.lang.check_settings import read_setting, read_state
from lefi_tui.lang.diagnostic import Diagnostic
from lefi_tui.lang.resolver import Declared
from lefi_tui.lang.scope import Scope, Shared, Site
from lefi_tui.lang.script_pass import Pass, SettingInfo, attempt, statements_of
from lefi_tui.lang.source import Source, Span
from lefi_tui.lang.tree import Body, X
from lefi_tui.lang.types import Bindings, Type


@dataclass(frozen=True, slots=True)
class CheckedScript:
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


def check_script(
    source: Source,
    declared: Declared,
    overrides: Mapping[str, str],
    timeframe_ms: int | None,
) -> CheckedScript:
    bindings, currency = Bindings(), "USDT"
    for _ in range(2):
        shared = Shared(declared, bindings, currency=currency)
        now = Pass(source, declared, overrides, timeframe_ms, shared)
        _go(now)
        if shared.symbols:
            parsed = parse_symbol(shared.symbols[0])
            assert parsed is not None
            currency = parsed[2] or parsed[1]
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
    )


def _go(now: Pass) -> None:
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
    now.shared.has_rate = any(rule.name == "rate" for rule in now.declared.rules)
    for handler in now.declared.handlers:
        attempt(lambda handler=handler: read_handler(now, handler))
    if now.declared.body:
        read_body(now)


def _listed(declared: Declared) -> str:
    return f"it has {', '.join(declared.settings)}" if declared.settings else "it has none"
