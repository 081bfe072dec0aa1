"""A name for what is read by field: `bands = Bollinger(close, 20, 2)`, then `bands.upper`.

The rule it keeps: each field that is read is a name of its own, given its value where the name is,
so that every rule of names holds for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lefi_tui.lang import syntax as s
from lefi_tui.lang import types as t
from lefi_tui.lang import ways_out
from lefi_tui.lang.builtins import BUILTINS
from lefi_tui.lang.resolver import fields_read, names_of_one_method
from lefi_tui.lang.scope import Held, Local
from lefi_tui.lang.signatures import Builtin
from lefi_tui.lang.source import Span
from lefi_tui.lang.tree import X
from lefi_tui.lang.types import Type

if TYPE_CHECKING:
    from lefi_tui.lang.check_fields import Fields


def held_in(statements: tuple[s.Statement, ...]) -> Held:
    """Of a whole handler: the names that hold one method's fields, and which are read."""
    methods = names_of_one_method(statements)
    builtins = {name: BUILTINS[each] for name, each in methods.items() if each in BUILTINS}
    found = {name: each for name, each in builtins.items() if each.fields}
    read = fields_read(statements) if found else {}
    return {
        name: (each, tuple(field for field in read.get(name, ()) if field in each.fields))
        for name, each in found.items()
    }


def names_of_fields(check: Fields, node: s.Assign) -> list[tuple[s.Assign, X]]:
    """The names that this one stands for, each with its value: `bands.upper`, …"""
    call = node.value
    if node.name not in check.scope.held or not isinstance(call, s.Call):
        return []
    builtin, read = check.scope.held[node.name]
    values = [(each, check.picked(call, each)) for each in read]
    if check.shared.watch is not None:
        check.watch_fields(node.name_span, _kinds(check, builtin, call))
    place = Span(node.name_span.end, node.name_span.end)  # no word of the text is one of them
    return [
        (replace(node, name=f"{node.name}.{each}", name_span=place), value)
        for each, value in values
    ]


def _kinds(check: Fields, builtin: Builtin, call: s.Call) -> dict[str, Type]:
    """Of all fields, also those that nothing reads: of fees each would be asked of the market."""
    if builtin.group == "read":
        return dict.fromkeys(builtin.fields, t.PERCENT)
    return {each: check.picked(call, each).type for each in builtin.fields}


def is_whole(check: Fields, node: s.Assign) -> bool:
    """Whether the name has no value of its own, only fields."""
    return node.name in check.scope.held and not check.scope.held[node.name][0].has_own


def hold(check: Fields, node: s.Assign) -> None:
    """A name without a value of its own; its arguments are looked at, whatever is read of it."""
    scope, call = check.scope, node.value
    builtin, read = scope.held[node.name]
    if not read and isinstance(call, s.Call):
        check.picked(call, builtin.fields[0])
    if node.name not in scope.locals:
        scope.locals[node.name] = Local(f"{node.name}_{scope.names}", t.NONE, None, node.name_span)
        scope.named.append(scope.locals[node.name])
    scope.assigned.add(node.name)
    scope.broken.discard(node.name)


def field_of_name(check: Fields, node: s.Field, name: s.Name) -> X | None:
    """None where the name holds nothing that has fields."""
    scope = check.scope
    local = scope.locals.get(name.name)
    if local is None or name.name not in scope.held or name.name in scope.broken:
        return None
    local.is_used = True
    builtin, _ = scope.held[name.name]
    if node.name not in builtin.fields:
        raise check.no_field(node, list(builtin.fields))
    return check.value(s.Name(node.span, f"{name.name}.{node.name}"))


def refuse_whole(check: Fields, node: s.Name) -> None:
    """`close > bands`: one of its values is meant."""
    if node.name in check.scope.held and not check.scope.held[node.name][0].has_own:
        fields = check.scope.held[node.name][0].fields
        message = ways_out.by_field(node.name, fields, node.name)
        fix = ways_out.with_field(fields, node.span)
        raise check.wrong("LF214", node.span, message, fix=fix)
