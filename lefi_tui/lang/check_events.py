"""Custom events: what a handler reads of one, what an `Emit` sends, and circles of both.

The rule it keeps: a field is a Number, a Text or a Bool, typed by its use; what comes otherwise is
refused before the handler runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import astuple, replace

from lefi_tui.core.record import Record
from lefi_tui.lang import syntax as s
from lefi_tui.lang import types as t
from lefi_tui.lang.scope import Sent
from lefi_tui.lang.tree import Say, Send, Statement, X
from lefi_tui.lang.types import Type

if TYPE_CHECKING:
    from lefi_tui.lang.check_fields import Fields
    from lefi_tui.lang.check_statements import Statements
    from lefi_tui.lang.signatures import Builtin

FIELDS_MAX: Final = 32  # of one event
_KINDS: Final = {"bool": "bool", "text": "text", "symbol": "text", "account": "text"}
_OTHER: Final = frozenset({"percent", "duration", "time", "order", "list"})


def own_field(check: Fields, node: s.Field) -> X:
    """A field of `on Event`, known by its first use; it takes its type from all of them."""
    scope, name = check.scope, node.name
    if len(scope.fields) > FIELDS_MAX:
        raise check.wrong("LF216", node.span, f"An event has at most {FIELDS_MAX} fields.")
    kind = Type("none", name=f"event.{name}@{scope.start}")
    number = len(scope.fields)
    scope.fields[name] = X("event", kind, (), number, node.span, is_series=True, warm=1)
    return scope.fields[name]


def kinds_of_fields(check: Fields, statements: Iterable[Any]) -> tuple[tuple[str, str], ...]:
    """Of each field: number, text or bool; `any` where it only stands in texts and other events."""
    if check.scope.event != "Event":
        return ()
    used = _used_as_values((*statements, *check.scope.series))
    out: list[tuple[str, str]] = []
    for name, field in check.scope.fields.items():
        kind = check.seen(field)
        if kind.kind in _OTHER and name != "time":
            message = f"An event gives `{name}` as a Number, Text or Bool; here it is {kind}."
            check.say("LF202", field.span, message, f"Write 1% * event.{name} for a percent.")
        is_open = kind.kind in t.OPEN and id(field) not in used
        out.append((name, "any" if is_open else _KINDS.get(kind.kind, "number")))
    return tuple(each for each in out if each[0] != "time")


def _used_as_values(nodes: Sequence[Any]) -> set[int]:
    """Ids of the values that something is made of, texts aside."""
    used: set[int] = set()
    seen: set[int] = set()
    waiting: list[Any] = list(nodes)
    while waiting:
        now = waiting.pop()
        if isinstance(now, X):
            if id(now) not in seen:
                seen.add(id(now))
                used |= {id(each) for each in now.args if now.op != "text"}
                waiting += now.args
        elif isinstance(now, (dict, tuple)):
            waiting += now.values() if isinstance(now, dict) else now
        elif isinstance(now, Record):
            parts = astuple(now)
            if not isinstance(now, (Say, Send)):
                used |= {id(each) for each in parts if isinstance(each, X)}
            waiting += parts
    return used


def sent(check: Statements, builtin: Builtin, call: s.Call) -> Statement:
    """`Emit("name", field = value, …)`"""
    placed = replace(call, args=tuple(each for each in call.args if each.name is None))
    args = check.bound(builtin, placed)
    name = check.constant_text(args["name"], "An event's name")
    fields: dict[str, X] = {}
    for arg in call.args:
        if arg.name is None:
            continue
        if arg.name in fields:
            raise check.wrong("LF204", arg.name_span, f"`{arg.name}` is given twice.")
        if arg.name == "time":
            message = "`time` is when the event happens; give the field another name."
            raise check.wrong("LF204", arg.name_span, message)
        fields[arg.name] = _given(check, arg)
    if len(fields) > FIELDS_MAX:
        raise check.wrong("LF216", call.span, f"An event has at most {FIELDS_MAX} fields.")
    check.shared.sent.append(Sent(check.scope.hears, name, call.span))
    return Send(name, fields, call.span)


def _given(check: Statements, arg: s.Arg) -> X:
    value = check.value(arg.value)
    kind = check.seen(value)
    if kind.kind not in t.NUMERIC and kind.kind not in _KINDS:
        message = f"An event's field is a Number, a Text or a Bool; this is {kind}."
        raise check.wrong("LF202", arg.value.span, message)
    return value


def circles(all_sent: Sequence[Sent]) -> list[Sent]:
    """Each `Emit` whose event leads back to its own handler."""
    leads: dict[str, set[str]] = {}
    for each in all_sent:
        leads.setdefault(each.heard, set()).add(each.name)
    return [each for each in all_sent if each.heard and _reaches(leads, each.name, each.heard)]


def _reaches(leads: dict[str, set[str]], start: str, end: str) -> bool:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        now = waiting.pop()
        if now == end:
            return True
        if now not in seen:
            seen.add(now)
            waiting += leads.get(now, ())
    return False
