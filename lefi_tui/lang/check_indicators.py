"""Indicators: what each is given, what it is of, and the events it needs, by the one table.

The rule it keeps: an indicator takes series and constants, and the same one asked for twice is one
computation.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from lefi_tui.lang import syntax as s
from lefi_tui.lang import types as t
from lefi_tui.lang.scope import Compared, Wrong, needs_later
from lefi_tui.lang.signatures import Builtin, Steps
from lefi_tui.lang.source import Span
from lefi_tui.lang.tree import X
from lefi_tui.lang.types import Type

if TYPE_CHECKING:
    from lefi_tui.lang.check_calls import Calls

DAY_MS: Final = 86_400_000
Args = dict[str, s.Arg]


def indicator(check: Calls, builtin: Builtin, args: Args, field: str, span: Span) -> X:
    match builtin.made_of:
        case (operator,):
            return _changed(check, builtin, args, operator, span)
        case (was, now):
            return _crossed(check, args, (was, now), span)
        case _:
            return _stepped(check, builtin, args, field, span)


def _changed(check: Calls, builtin: Builtin, args: Args, operator: str, span: Span) -> X:
    (source,) = _series(check, builtin, args)
    past = check.past_of(source, check.length(args["n"]), span)
    return check.make(operator, check.seen(source), [source, past], span=span)


def _crossed(check: Calls, args: Args, operators: tuple[str, str], span: Span) -> X:
    a, b = check.series(args["a"]), check.series(args["b"])
    if check.shared.bindings.unified(a.type, b.type) is None:
        message = f"{check.seen(a)} and {check.seen(b)} can't cross: they differ in unit."
        both = args["a"].value.span.to(args["b"].value.span)
        raise check.wrong("LF202", both, message)
    (a, b), _ = check.together((a, b), t.NUMBER)
    was, now = operators
    before = check.make(was, t.BOOL, [check.past_of(a, 1, span), check.past_of(b, 1, span)])
    here = check.make(now, t.BOOL, [a, b])
    sides = (args["a"].value.span, args["b"].value.span)
    check.shared.compared.append(Compared(span, sides, (before, here)))
    return check.make("and", t.BOOL, [before, here], span=span)


def _series(check: Calls, builtin: Builtin, args: Args) -> list[X]:
    """Those that it is given."""
    out = []
    for param in builtin.params:
        if param.kind in {"series", "condition"}:
            source = check.series(args[param.name])
            kind = check.seen(source)
            is_right = kind == t.BOOL if param.kind == "condition" else kind.kind in t.NUMERIC
            if not is_right:
                wanted = "a condition" if param.kind == "condition" else "numbers"
                message = f"{builtin.name} takes {wanted}; this is {kind}."
                raise check.wrong("LF211", args[param.name].value.span, message)
            out.append(source)
    return out


def _candle(check: Calls, builtin: Builtin, span: Span) -> list[X]:
    """The fields of the handler's candle that it reads."""
    assert builtin.steps is not None
    fields = check.scope.fields
    if "high" in check.scope.broken:
        raise Wrong
    if "high" not in fields:
        message = f"{builtin.name} reads the candle of an `on Candle(…)` handler."
        raise check.wrong("LF204", span, message)
    return [fields[name] for name in builtin.steps.candle]


def _numbers(check: Calls, builtin: Builtin, args: Args) -> tuple[float, ...]:
    """Lengths and factors, in the order of the parameters."""
    out = []
    for param in builtin.params:
        if param.name not in args:
            out += [] if param.default is None else [param.default]
        elif param.kind == "length":
            out.append(float(check.length(args[param.name])))
        elif param.kind == "constant":
            out.append(_factor(check, args[param.name], f"`{param.name}` of {builtin.name}"))
    return tuple(out)


def _factor(check: Calls, arg: s.Arg, what: str) -> float:
    number = check.number(arg, what)
    if not math.isfinite(number):
        raise check.wrong("LF204", arg.value.span, f"{what} is a number.")
    return number


def _stepped(check: Calls, builtin: Builtin, args: Args, field: str, span: Span) -> X:
    assert builtin.steps is not None
    given = _series(check, builtin, args) or _candle(check, builtin, span)
    numbers = _numbers(check, builtin, args)
    kind = _kind(check, builtin, given)
    sources, clock = check.together(given, t.NUMBER)
    key = ("indicator", builtin.name, numbers, *map(id, sources))
    value = check.scope.memo.get(key)
    if value is None:
        more = int(builtin.steps.first(*numbers)) - 1
        value = X(
            "indicator", kind, sources, builtin.name, span, is_series=True,
            warm=_warm(sources) + more, extra=numbers, clock=clock,
            needs=needs_later(sources, more),
            settled=_settled(check, builtin.steps, sources, numbers),
        )  # fmt: skip
        check.scope.memo[key] = value
    check.stateful(value)
    return _picked(check, builtin, value, field) if field else value


def _kind(check: Calls, builtin: Builtin, sources: list[X]) -> Type:
    if builtin.result == "number":
        return t.NUMBER
    if builtin.result == "same":
        return check.seen(sources[0])
    return check.read_type(builtin.result, check.scope.symbol)


def _warm(sources: tuple[X, ...]) -> int:
    return max(1, *(each.warm for each in sources))


def _settled(check: Calls, steps: Steps, sources: tuple[X, ...], numbers: tuple[float, ...]) -> int:
    before = max(1, *(each.settled for each in sources))
    if steps.is_daily and not numbers:
        return before - 1 + DAY_MS // check.scope.timeframe_ms
    return before - 1 + int(steps.settled(*numbers))


def _picked(check: Calls, builtin: Builtin, value: X, field: str) -> X:
    """One of its values, which may be there before the others."""
    assert builtin.steps is not None
    kind = t.NUMBER if field in builtin.numbers else value.type
    key = ("pick", field, id(value))
    known = check.scope.memo.get(key)
    if known is None:
        first = dict(builtin.steps.earlier).get(field, builtin.steps.first)
        more = int(first(*value.extra)) - 1
        known = X(
            "pick", kind, (value,), field, value.span, is_series=True,
            warm=_warm(value.args) + more, depth=value.depth + 1, clock=value.clock,
            needs=needs_later(value.args, more), settled=value.settled,
        )  # fmt: skip
        check.scope.memo[key] = known
    return known
