"""Settings with their bounds and what a person chose; states with their first values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lefi_tui.lang import syntax as s
from lefi_tui.lang import types as t
from lefi_tui.lang.check_waits import Checker
from lefi_tui.lang.parser import parse_value
from lefi_tui.lang.ranges import ALL
from lefi_tui.lang.scope import Scope
from lefi_tui.lang.script_pass import Pass, SettingInfo, statements_of
from lefi_tui.lang.source import Span
from lefi_tui.lang.tree import X
from lefi_tui.lang.types import Type


def read_setting(now: Pass, node: s.Setting) -> None:
    check = statements_of(now, Scope("settings"))
    default = _constant(check, node.default)
    kind = _open_kind(default.type, f"setting {node.name}")
    chosen = default
    text = now.overrides.get(node.name)
    if text is not None:
        chosen = _override(now, node, text, default.type)
        if not _same_kind(default.type, chosen.type):
            message = f"`{node.name}` is {default.type}; {text} is {chosen.type}."
            raise check.wrong("LF202", node.name_span, message)
    limits = [_constant(check, each) for each in (node.low, node.high) if each is not None]
    choices = [_constant(check, each) for each in node.choices]
    place = node.default.span if text is None else node.name_span
    allowed = _between([*limits, *choices])
    value = check.const(_of_list(check, chosen.value), kind, node.default.span, allowed)
    now.shared.constants[node.name] = check.watched(node.name_span, value)
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
            str(kind),
        )
    )
    # Last: a setting with a wrong value is still known, and its name means nothing else below.
    _within(check, node, chosen, (limits, choices), place)


def _between(limits: Sequence[X]) -> tuple[float, ...]:
    """What a person may choose from."""
    known = [each.value for each in limits if isinstance(each.value, float)]
    return (min(known), max(known)) if known else ALL


def _of_list(check: Checker, value: Any) -> Any:
    """Also what stands in a list may be chosen otherwise."""
    if not isinstance(value, tuple):
        return value
    return tuple(check.const(each.value, each.type, each.span, ALL) for each in value)


def _constant(check: Checker, node: s.Expr) -> X:
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


def _override(now: Pass, node: s.Setting, text: str, kind: Type) -> X:
    """A value a person gave, as Lefi text; a symbol or text may come without its quotes, an
    amount without its unit."""
    quoted = f'"{text}"' if _is_text(node) and not text.startswith('"') else text
    read = parse_value(quoted)
    check = statements_of(now, Scope("settings"))
    if read.value is None:
        message = f"`{text}` is no value for `{node.name}`: {read.diagnostics[0].message}"
        raise check.wrong("LF205", node.name_span, message)
    given = _constant(check, read.value)
    if given.type.kind == "bare" and kind.kind == "amount":
        return check.const(given.value, kind, node.default.span)
    return given


def _is_text(node: s.Setting) -> bool:
    return isinstance(node.default, s.Text)


def _written(now: Pass, node: s.Expr | None) -> str:
    return "" if node is None else now.source.text[node.span.start : node.span.end]


def _within(
    check: Checker,
    node: s.Setting,
    chosen: X,
    allowed: tuple[list[X], list[X]],
    place: Span,
) -> None:
    limits, choices = allowed
    if limits:
        low, high = limits
        types = (chosen.type, low.type, high.type)
        if any(each != types[0] for each in types):
            message = "A setting and its bounds are of one kind; these are {}, {} and {}."
            span = node.default.span.to(node.high.span) if node.high else node.span
            raise check.wrong("LF202", span, message.format(*types))
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


def read_state(now: Pass, node: s.State) -> None:
    check = statements_of(now, Scope("state"))
    initial = _constant(check, node.initial)
    kind = _open_kind(initial.type, f"state {node.name}")
    if kind.kind == "list":
        raise check.wrong("LF211", node.initial.span, "A state holds one value, not a list.")
    check.watched(node.name_span, X("state", kind, value=node.name, span=node.span))
    now.shared.state_types[node.name] = kind
    now.states[node.name] = (kind, initial.value)
