"""Handlers: their event and its fields, their statements, and how long they wait."""

from __future__ import annotations

from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.core.schedule import ScheduleError, next_due
from lefi_tui.lang import syntax as s
from lefi_tui.lang import types as t
from lefi_tui.lang import ways_out
from lefi_tui.lang.builtins import CANDLE_NAMES, EVENTS, EventKind
from lefi_tui.lang.check_events import kinds_of_fields
from lefi_tui.lang.check_waits import Checker
from lefi_tui.lang.scope import Scope, Wrong
from lefi_tui.lang.script_pass import Pass, statements_of
from lefi_tui.lang.signatures import Builtin
from lefi_tui.lang.source import Span
from lefi_tui.lang.tree import Body, X
from lefi_tui.lang.types import Type
from lefi_tui.lang.warmth import other_needs, own_events, waits_of

_ALWAYS: Final = "* * * * *"


def read_handler(now: Pass, node: s.Handler) -> None:
    scope = Scope(node.event, start=node.span.start)
    check = statements_of(now, scope)
    event = EVENTS.get(node.event)
    if event is None:
        hint, fix = ways_out.meant(node.event, node.event_span, list(EVENTS))
        check.say("LF217", node.event_span, f"There is no event `{node.event}`.", hint, fix)
        _look_only(check)
        check.body(node.body.statements)
        return
    try:
        timing = _timing(now, check, event, node)
    except Wrong:
        _look_only(check)
        check.body(node.body.statements)
        raise
    _fields(check, event)
    scope.bare_fields = node.event == "Candle"
    _finish(now, check, node.body.statements, timing, node.span)


def _look_only(check: Checker) -> None:
    """What follows is looked at for its own mistakes; what the event would give is taken as is."""
    scope = check.scope
    scope.broken |= {"event", "symbol", *CANDLE_NAMES}
    scope.fields["time"] = X("event", t.TIME, (), 0, is_series=True, warm=1)


def look_at_function(now: Pass, function: s.Function) -> None:
    """A function that nothing calls has no units yet; its names are looked at all the same."""
    check = statements_of(now, Scope("fn"))
    _look_only(check)
    check.scope.broken |= {each.name for each in function.params}
    check.look_at([function.body])


class _Timing(Record):
    every_ms: int = 0
    cron: str = ""
    zone: str = ""
    key: str = ""


def _timing(now: Pass, check: Checker, event: EventKind, node: s.Handler) -> _Timing:
    """The event's arguments: its symbol, timeframe, period or crontab."""
    call = s.Call(node.event_span, event.name, node.event_span, node.args)
    args = check.bound(_as_builtin(event), call)
    scope = check.scope
    if "symbol" in args:
        scope.symbol = check.symbol(args["symbol"])
    if "timeframe" in args:
        scope.timeframe_ms = now.timeframe_ms or check.duration(args["timeframe"])
    if "name" in args:
        return _named(now, check, node, args)
    if "period" in args:
        return _Timing(every_ms=check.duration(args["period"]))
    if "cron" not in args:
        return _Timing()
    cron = check.constant_text(args["cron"], "A schedule")
    zone = check.constant_text(args["zone"], "A time zone") if "zone" in args else "UTC"
    if "zone" in args:
        _checked_schedule(check, _ALWAYS, zone, args["zone"])
    _checked_schedule(check, cron, zone, args["cron"])
    return _Timing(cron=cron, zone=zone)


def _checked_schedule(check: Checker, cron: str, zone: str, guilty: s.Arg) -> None:
    try:
        next_due(cron, zone, 0)
    except ScheduleError as error:
        raise check.wrong("LF204", guilty.value.span, str(error)) from error


def _named(now: Pass, check: Checker, node: s.Handler, args: dict[str, s.Arg]) -> _Timing:
    """A custom event, or a command with its key."""
    check.scope.hears = check.constant_text(args["name"], "A name")
    kind = now.declared.kind
    if node.event == "Command" and kind != "manual":
        message = f"A person gives commands to a manual bot; this script is of kind {kind}."
        raise check.wrong("LF220", node.event_span, message, "Write `kind manual`, or on Event.")
    key = check.constant_text(args["key"], "A key") if "key" in args else ""
    return _Timing(key=key)


def _as_builtin(event: EventKind) -> Builtin:
    """Events are called like methods."""
    return Builtin(event.name, "event", event.params, "nothing", event.docs)


def _fields(check: Checker, event: EventKind) -> None:
    scope = check.scope
    for number, (name, rule) in enumerate(event.fields):
        if rule == "symbol" and scope.symbol:
            scope.fields[name] = check.const(scope.symbol, t.SYMBOL, Span(0, 0))
            continue
        kind = _field_type(check, rule)
        scope.fields[name] = X("event", kind, (), number, is_series=True, warm=1)


def _field_type(check: Checker, rule: str) -> Type:
    symbol = check.scope.symbol or check.shared.symbol
    if symbol and rule in {"price", "base"}:
        base, quote = check.pair(symbol)
        return t.price(base, quote) if rule == "price" else t.amount(base)
    plain = {"time": t.TIME, "text": t.TEXT, "symbol": t.SYMBOL}
    if rule == "account":
        return t.amount(check.shared.currency)
    return plain.get(rule, t.NUMBER)


def read_body(now: Pass) -> None:
    """A script without handlers runs at every price update of the markets it reads."""
    first = now.declared.body[0].span
    scope = Scope("body")
    check = statements_of(now, scope)
    if now.declared.handlers:
        message = "Beside handlers, statements stand inside `on … { }`."
        check.say("LF101", first, message)
        return
    scope.fields["time"] = X("event", t.TIME, (), 0, is_series=True, warm=1)
    _finish(now, check, now.declared.body, _Timing(), first)
    if not now.shared.symbols and not now.shared.found:
        check.say(
            "LF256",
            first,
            "It reads no market, so nothing ever runs it.",
            "Put it in a handler: on Start { … }.",
        )


def _finish(
    now: Pass,
    check: Checker,
    statements: tuple[s.Statement, ...],
    timing: _Timing,
    span: Span,
) -> None:
    scope = check.scope
    out = check.body(statements)
    for local in scope.named:
        if not local.is_used:
            name = local.id.rpartition("_")[0]
            check.say("LF251", local.span, f"`{name}` is never used.", ways_out.UNUSED)
    waits = waits_of(out)
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
            own_events(waits),
            now.source.place(span.start).line,
            tuple(
                (each.series, each.id.rpartition("_")[0])
                for each in scope.named
                if each.series is not None
            ),
            needs=other_needs(waits, scope.candles),
            hears=scope.hears,
            key=timing.key,
            takes=kinds_of_fields(check, out),
            deepest=scope.deepest,
        )
    )
