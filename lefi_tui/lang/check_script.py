"""A whole script: settings and their bounds, states, policy, handlers.

It is gone through twice: a bare name may meet its unit only further down, so the first pass
collects units and the second one speaks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lefi_tui.core.instrument import parse_symbol
from lefi_tui.core.schedule import ScheduleError, next_due
from lefi_tui.lang import syntax as s
from lefi_tui.lang import types as t
from lefi_tui.lang.builtins import EVENTS, EVENTS_LATER, Builtin, EventKind
from lefi_tui.lang.check_policy import Policy, read_policy
from lefi_tui.lang.check_statements import Statements
from lefi_tui.lang.diagnostic import Diagnostic, nearest
from lefi_tui.lang.parse_base import Mistake
from lefi_tui.lang.parse_items import Items
from lefi_tui.lang.resolver import Declared
from lefi_tui.lang.scanner import scan
from lefi_tui.lang.scope import Scope, Shared, Site, Wrong
from lefi_tui.lang.source import Source, Span
from lefi_tui.lang.tree import Body, X
from lefi_tui.lang.types import Bindings, Type

TIMEFRAME_MIN_MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class SettingInfo:
    """A setting as a form shows it. Values are Lefi text."""

    name: str
    kind: str
    default: str
    value: str
    low: str
    high: str
    choices: tuple[str, ...]
    doc: str


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


@dataclass(slots=True)
class _Pass:
    source: Source
    declared: Declared
    overrides: Mapping[str, str]
    timeframe_ms: int | None
    shared: Shared
    settings: list[SettingInfo] = field(default_factory=list)
    states: dict[str, tuple[Type, Any]] = field(default_factory=dict)
    bodies: list[Body] = field(default_factory=list)
    policy: Policy = field(default_factory=Policy)


def check_script(
    source: Source,
    declared: Declared,
    overrides: Mapping[str, str],
    timeframe_ms: int | None,
) -> CheckedScript:
    bindings, currency = Bindings(), "USDT"
    for _ in range(2):
        shared = Shared(declared, bindings, currency=currency)
        now = _Pass(source, declared, overrides, timeframe_ms, shared)
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


def _go(now: _Pass) -> None:
    for setting in now.declared.settings.values():
        _attempt(lambda setting=setting: _setting(now, setting))
    for name in now.overrides:
        if name not in now.declared.settings:
            _statements(now, Scope("settings")).say(
                "LF201", Span(0, 0), f"There is no setting `{name}`; {_listed(now.declared)}."
            )
    for state in now.declared.states.values():
        _attempt(lambda state=state: _state(now, state))
    now.policy = read_policy(_statements(now, Scope("policy")), now.declared.rules)
    now.shared.has_rate = any(rule.name == "rate" for rule in now.declared.rules)
    for handler in now.declared.handlers:
        _attempt(lambda handler=handler: _handler(now, handler))
    if now.declared.body:
        _free_body(now)


def _attempt(check: Any) -> None:
    try:
        check()
    except Wrong:
        return


def _listed(declared: Declared) -> str:
    return f"it has {', '.join(declared.settings)}" if declared.settings else "it has none"


def _statements(now: _Pass, scope: Scope) -> Statements:
    return Statements(now.shared, scope, now.source.text)


# ---- settings and states


def _setting(now: _Pass, node: s.Setting) -> None:
    check = _statements(now, Scope("settings"))
    default = _constant(check, node.default)
    kind = _open_kind(default.type, f"setting {node.name}")
    chosen = default
    text = now.overrides.get(node.name)
    if text is not None:
        chosen = _override(now, node, text)
        if not _same_kind(default.type, chosen.type):
            message = f"`{node.name}` is {default.type}; {text} is {chosen.type}."
            raise check.wrong("LF202", node.name_span, message)
    limits = [_constant(check, each) for each in (node.low, node.high) if each is not None]
    choices = [_constant(check, each) for each in node.choices]
    place = node.default.span if text is None else node.name_span
    _within(check, node, chosen, (limits, choices), place)
    value = check.const(chosen.value, kind, node.default.span)
    now.shared.constants[node.name] = value
    now.settings.append(
        SettingInfo(
            node.name,
            kind.kind,
            _written(now, node.default),
            text if text is not None else _written(now, node.default),
            _written(now, node.low),
            _written(now, node.high),
            tuple(_written(now, each) for each in node.choices),
            node.doc,
        )
    )


def _constant(check: Statements, node: s.Expr) -> X:
    value = check.value(node)
    if not value.is_const:
        raise check.wrong("LF208", node.span, "This is constant: literals and settings.")
    return value


def _open_kind(kind: Type, name: str) -> Type:
    return Type(kind.kind, name=name) if kind.kind in t.OPEN else kind


def _same_kind(left: Type, right: Type) -> bool:
    words = left.kind in t.WORDS and right.kind in t.WORDS
    lists = left.kind == right.kind == "list"
    return left == right or words or lists or left.kind == right.kind == "bare"


def _override(now: _Pass, node: s.Setting, text: str) -> X:
    """A value a person gave, as Lefi text; a symbol or text may come without its quotes."""
    quoted = f'"{text}"' if _is_text(node) and not text.startswith('"') else text
    reader = Items(quoted, scan(quoted).tokens)
    check = _statements(now, Scope("settings"))
    try:
        value = reader.expr()
    except Mistake as error:
        message = f"`{text}` is no value for `{node.name}`: {reader.found[0].message}"
        raise check.wrong("LF205", node.name_span, message) from error
    return _constant(check, value)


def _is_text(node: s.Setting) -> bool:
    return isinstance(node.default, s.Text)


def _written(now: _Pass, node: s.Expr | None) -> str:
    return "" if node is None else now.source.text[node.span.start : node.span.end]


def _within(
    check: Statements,
    node: s.Setting,
    chosen: X,
    allowed: tuple[list[X], list[X]],
    place: Span,
) -> None:
    limits, choices = allowed
    if limits:
        low, high = limits
        kinds = {low.type.kind, high.type.kind, chosen.type.kind}
        if len(kinds) > 1 or low.type != high.type:
            raise check.wrong("LF202", node.span, "A setting and its bounds are of one kind.")
        if not low.value <= chosen.value <= high.value:
            message = f"`{node.name}` is outside its bounds {_plain(low)} to {_plain(high)}."
            raise check.wrong("LF205", place, message)
    if choices and all(chosen.value != each.value for each in choices):
        listed = ", ".join(_plain(each) for each in choices)
        raise check.wrong("LF205", place, f"`{node.name}` is one of {listed}.")


def _plain(value: X) -> str:
    if isinstance(value.value, float):
        return f"{value.value * 100:g}%" if value.type == t.PERCENT else f"{value.value:g}"
    return str(value.value)


def _state(now: _Pass, node: s.State) -> None:
    check = _statements(now, Scope("state"))
    initial = _constant(check, node.initial)
    kind = _open_kind(initial.type, f"state {node.name}")
    if kind.kind == "list":
        raise check.wrong("LF211", node.initial.span, "A state holds one value, not a list.")
    now.shared.state_types[node.name] = kind
    now.states[node.name] = (kind, initial.value)


# ---- handlers


def _handler(now: _Pass, node: s.Handler) -> None:
    scope = Scope(node.event)
    check = _statements(now, scope)
    if node.event in EVENTS_LATER:
        raise check.later(node.event_span, f"`on {node.event}`")
    event = EVENTS.get(node.event)
    if event is None:
        meant = nearest(node.event, list(EVENTS))
        hint = f"Did you mean `{meant}`?" if meant else f"There is {', '.join(EVENTS)}."
        raise check.wrong("LF217", node.event_span, f"There is no event `{node.event}`.", hint)
    timing = _timing(now, check, event, node)
    _fields(check, event)
    scope.bare_fields = node.event == "Candle"
    _finish(now, check, node.body.statements, timing, node.span)


@dataclass(frozen=True, slots=True)
class _Timing:
    every_ms: int = 0
    cron: str = ""
    zone: str = ""


def _timing(now: _Pass, check: Statements, event: EventKind, node: s.Handler) -> _Timing:
    """The event's arguments: its symbol, timeframe, period or crontab."""
    call = s.Call(node.event_span, event.name, node.event_span, node.args)
    args = check.bound(_as_builtin(event), call)
    scope = check.scope
    if "symbol" in args:
        scope.symbol = check.symbol(args["symbol"])
    if "timeframe" in args:
        scope.timeframe_ms = now.timeframe_ms or _duration(check, args["timeframe"])
    if "period" in args:
        return _Timing(every_ms=_duration(check, args["period"]))
    if "cron" not in args:
        return _Timing()
    cron = check.constant_text(args["cron"], "A schedule")
    zone = check.constant_text(args["zone"], "A time zone") if "zone" in args else "UTC"
    try:
        next_due(cron, zone, 0)
    except ScheduleError as error:
        raise check.wrong("LF204", args["cron"].value.span, str(error)) from error
    return _Timing(cron=cron, zone=zone)


def _as_builtin(event: EventKind) -> Builtin:
    """Events are called like methods."""
    return Builtin(event.name, "event", event.params, "nothing", event.docs)


def _duration(check: Statements, arg: s.Arg) -> int:
    value = check.value(arg.value)
    if not value.is_const or value.type != t.DURATION:
        message = "This is a duration, like 5m or 1h30m."
        raise check.wrong("LF204", arg.value.span, message)
    if value.value < TIMEFRAME_MIN_MS:
        raise check.wrong("LF204", arg.value.span, "The shortest is 1s.")
    return int(value.value)


def _fields(check: Statements, event: EventKind) -> None:
    scope = check.scope
    for number, (name, rule) in enumerate(event.fields):
        if rule == "symbol" and scope.symbol:
            scope.fields[name] = check.const(scope.symbol, t.SYMBOL, Span(0, 0))
            continue
        kind = _field_type(check, rule)
        scope.fields[name] = X("event", kind, (), number, is_series=True, warm=1)


def _field_type(check: Statements, rule: str) -> Type:
    symbol = check.scope.symbol
    if symbol and rule in {"price", "base"}:
        base, quote = check.pair(symbol)
        return t.price(base, quote) if rule == "price" else t.amount(base)
    plain = {"time": t.TIME, "text": t.TEXT, "symbol": t.SYMBOL}
    if rule == "account":
        return t.amount(check.shared.currency)
    return plain.get(rule, t.NUMBER)


def _free_body(now: _Pass) -> None:
    """A script without handlers runs at every price update of the markets it reads."""
    first = now.declared.body[0].span
    scope = Scope("body")
    check = _statements(now, scope)
    if now.declared.handlers:
        message = "Beside handlers, statements stand inside `on … { }`."
        check.say("LF101", first, message)
        return
    scope.fields["time"] = X("event", t.TIME, (), 0, is_series=True, warm=1)
    _finish(now, check, now.declared.body, _Timing(), first)
    if not now.shared.symbols and not now.shared.found:
        check.say("LF256", first, "It reads no market, so nothing ever runs it.")


def _finish(
    now: _Pass,
    check: Statements,
    statements: tuple[s.Statement, ...],
    timing: _Timing,
    span: Span,
) -> None:
    scope = check.scope
    out = check.body(statements)
    for local in scope.named:
        if not local.is_used:
            name = local.id.rpartition("_")[0]
            check.say("LF251", local.span, f"`{name}` is never used.")
    warm = max(1, _waits(out))
    now.bodies.append(
        Body(
            scope.event,
            scope.symbol,
            scope.timeframe_ms,
            timing.every_ms,
            timing.cron,
            timing.zone,
            tuple(scope.fields),
            out,
            tuple(scope.series),
            tuple(scope.pasts.values()),
            warm,
            now.source.place(span.start).line,
            tuple(
                (each.series, each.id.rpartition("_")[0])
                for each in scope.named
                if each.series is not None
            ),
        )
    )


def _waits(statements: Any) -> int:
    """Events the statements' own values wait for; what stands left of ?? is not waited for."""
    return max((_statement_warm(each) for each in statements), default=1)


def _statement_warm(node: Any) -> int:
    values = [getattr(node, name, None) for name in ("value", "condition", "size", "text")]
    values += list(getattr(node, "named", {}).values())
    own = max((each.warm for each in values if isinstance(each, X)), default=1)
    inner = (*getattr(node, "then", ()), *getattr(node, "other", ()))
    return max([own, *(_statement_warm(each) for each in inner)])
