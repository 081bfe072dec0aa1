"""The event way: the intermediate form as generated Python, about a microsecond an event.

A handler that may wait becomes a generator: it hands out what it waits for, and is sent the slots
and reads as they stand when it goes on, with the answer.

Two variants of one text: the fast one, and one that notes each condition it meets, for "why".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

from lefi_tui.core.bot import Emitted, Given, Intent, Note, Planned, Refusal
from lefi_tui.core.order import ExitPlan, Level, LevelKind, Size, SizeKind, TimeInForce
from lefi_tui.core.record import Record
from lefi_tui.lang import maths
from lefi_tui.lang.form import (
    Ask,
    Await,
    Finish,
    Form,
    Leave,
    Let,
    Loop,
    Op,
    Plan,
    Put,
    Signal,
    Tell,
    Trade,
    V,
    When,
    Whole,
)
from lefi_tui.lang.waiting import (
    FINALIZED,
    ApprovalAwaited,
    BlockEnds,
    OrderAwaited,
    TransactionBegins,
    TransactionFailed,
)

NO_VALUE: Final = "NO_VALUE"

Run = Callable[..., tuple[list[Any], list[Any], bool]]

_INFIX: Final = {
    "add": "+", "sub": "-", "mul": "*", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==",
    "same": "==", "differs": "!=", "and": "and", "or": "or",
}  # fmt: skip
_CALLS: Final[dict[str, Callable[..., Any]]] = {
    "div": maths.div,
    "mod": maths.mod,
    "pow": maths.power,
    "finite": maths.finite,
    "ne": maths.differs,
    "round": maths.rounded,
    "floor": maths.floor,
    "ceil": maths.ceil,
    "sqrt": maths.sqrt,
    "log": maths.log,
    "exp": maths.exp,
    "min": maths.smaller,
    "max": maths.larger,
    "abs": abs,
    "hour": maths.hour,
    "minute": maths.minute,
    "weekday": maths.weekday,
    "day": maths.day,
    "month": maths.month,
}


_WAITS: Final = {
    "_Order": OrderAwaited,
    "_Approval": ApprovalAwaited,
    "_Begins": TransactionBegins,
    "_Failed": TransactionFailed,
    "_Ends": BlockEnds,
    "_FINALIZED": FINALIZED,
}


class Compiled(Record):
    """`run(S, E, R, carry, T)`: slots, event, reads -> new slots, effects, whether carried out."""

    run: Run
    text: str


def generate(form: Form, *, traced: bool) -> Compiled:
    """Python of one handler. Raises OverflowError where Python itself can't take the text."""
    writer = _Writer(traced)
    text = writer.function(form)
    names: dict[str, Any] = {f"_{name}": call for name, call in _CALLS.items()}
    names |= {"NAN": math.nan, "INF": math.inf, "_text": maths.text, "_trade": trade}
    names |= {
        "_tell": tell,
        "_C": writer.constants,
        "_seen": _seen,
        "_plan": planned,
        "_emit": emit,
    }
    names |= _WAITS if form.may_wait else {}
    try:
        code = compile(text, "<lefi>", "exec")
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise OverflowError(str(error)) from error
    exec(code, names)  # noqa: S102 -- our own text: numbers, names and operators only
    return Compiled(names["run"], text)


def _seen(trace: list[Any], number: int, outcome: Any, values: tuple[Any, ...]) -> Any:
    trace.append((number, bool(outcome), values))
    return outcome


class _Writer:
    def __init__(self, traced: bool) -> None:  # noqa: FBT001 -- one of two variants
        self.traced = traced
        self.constants: list[Any] = []  # texts and trades: never written into the code
        self.notes: Sequence[Any] = ()
        self.around: list[str] = []  # flags of the blocks that end with their first failure

    def function(self, form: Form) -> str:
        self.notes = form.notes
        count = f"S[{form.count_slot}]"
        lines = ["def run(S, E, R, carry=True, T=None):", " S = S[:]", " out = []"]
        if form.may_wait:
            lines.append(" if False: yield")  # a generator, also where nothing in it waits
        lines += self._ops(form.always, 1)
        lines.append(f" {count} += 1.0")
        late = "".join(f" or S[{slot}] < {need}" for slot, need in form.others if need)
        lines.append(f" if not carry or {count} < {form.warm}{late}: return S, out, False")
        lines.append(" while True:")
        lines += self._ops(form.steps, 2)
        lines.append("  break")
        lines += self._ops(form.after, 1)
        lines.append(" return S, out, True")
        return "\n".join(lines) + "\n"

    def _ops(self, ops: Sequence[Op], depth: int) -> list[str]:
        out: list[str] = []
        for op in ops:
            out += self._op(op, depth)
        return out

    def _op(self, op: Op, depth: int) -> list[str]:  # noqa: C901, PLR0911, PLR0912 -- dispatch
        pad = " " * depth
        match op:
            case Let():
                return [f"{pad}{op.temp} = {self.value(op.value)}"]
            case Put():
                index = "" if op.index is None else f" + int({self.value(op.index)})"
                return [f"{pad}S[{op.slot}{index}] = {self.value(op.value)}"]
            case When():
                return self._when(op, depth)
            case Loop():
                head = f"{pad}for {op.temp} in range({op.count}):"
                return [head, *self._ops(op.body, depth + 1)]
            case Leave():
                return [f"{pad}break"]
            case Trade():
                return [f"{pad}out.append({self._trade(op)})"]
            case Tell():
                place = self._constant((op.kind, op.channel))
                return [f"{pad}out.append(_tell({place}, {self.value(op.text)}))"]
            case Signal():
                given = "".join(f"{self.value(v)}, " for _, v in op.fields)
                return [f"{pad}out.append(_emit({self._constant(op)}, ({given})))"]
            case Plan():
                values = [self.value(each) for each in (op.amount, op.due, op.rate, op.present)]
                place = self._constant((op.name, op.unit))
                return [f"{pad}out.append(_plan({place}, {', '.join(values)}))"]
            case Await():
                return [*self._wait(op.temp, f"_Order({self._trade(op.trade)})", depth),
                        *self._end_unless(f"{op.temp}.is_filled", depth)]  # fmt: skip
            case Ask():
                return self._ask(op, depth)
            case Whole():
                return self._whole(op, depth)
            case Finish():
                return self._finish(op, depth)

    def _wait(self, temp: str, what: str, depth: int) -> list[str]:
        pad = " " * depth
        return [f"{pad}S, R, {temp} = yield S, out, {what}", f"{pad}out = []"]

    def _end_unless(self, condition: str, depth: int) -> list[str]:
        """The innermost block around ends here where its step failed."""
        if not self.around:
            return []
        pad = " " * depth
        return [f"{pad}if not {condition}:", f"{pad} {self.around[-1]} = False", f"{pad} break"]

    def _ask(self, op: Ask, depth: int) -> list[str]:
        pad, flag = " " * depth, f"k{op.number}"
        out = self._wait(flag, f"_Approval({op.number}, {op.role!r}, {op.within_ms!r})", depth)
        out.append(f"{pad}if {flag}:")
        out += self._ops(op.then, depth + 1)
        out.append(f"{pad} out.append(_Ends({op.number}))")
        if op.other:
            out += [f"{pad}else:", *self._ops(op.other, depth + 1)]
        return out + self._end_unless(flag, depth)

    def _whole(self, op: Whole, depth: int) -> list[str]:
        pad, flag = " " * depth, f"k{op.number}"
        out = self._wait(flag, f"_Begins({op.number})", depth)
        out.append(f"{pad}while {flag}:")
        self.around.append(flag)
        out += self._ops(op.then, depth + 1)
        self.around.pop()
        out += [f"{pad} out.append(_Ends({op.number}))", f"{pad} break"]
        out.append(f"{pad}if not {flag}:")
        out += self._wait("_undone", f"_Failed({op.number})", depth + 1)
        out += self._ops(op.other, depth + 1)
        return out + self._end_unless(flag, depth)

    def _finish(self, op: Finish, depth: int) -> list[str]:
        pad, flag = " " * depth, f"k{op.number}"
        out = [f"{pad}{flag} = True", f"{pad}while {flag}:"]
        self.around.append(flag)
        out += self._ops(op.then, depth + 1)
        self.around.pop()
        done = [f"{pad} out.append(_FINALIZED)", f"{pad} break"]
        return [*out, f"{pad} break", f"{pad}if {flag}:", *done]

    def _when(self, op: When, depth: int) -> list[str]:
        pad = " " * depth
        condition = self.value(op.condition)
        if self.traced and op.note >= 0:
            shown = "".join(f"{self.value(v)}, " for _, v in self.notes[op.note].shown)
            condition = f"_seen(T, {op.note}, {condition}, ({shown}))"
        out = [f"{pad}if {condition}:"]
        out += self._ops(op.then, depth + 1) or [f"{pad} pass"]
        if len(op.other) == 1 and isinstance(op.other[0], When):
            # `elif`: a long table of rows must not nest, Python counts its margins.
            inner = self._when(op.other[0], depth)
            out += [f"{pad}el{inner[0].lstrip()}", *inner[1:]]
        elif op.other:
            out += [f"{pad}else:", *self._ops(op.other, depth + 1)]
        return out

    def _trade(self, op: Trade) -> str:
        place = self._constant(op)
        size = "NAN" if op.size is None else self.value(op.size)
        values = "".join(f"{self.value(v)}, " for _, _, v in op.named)
        return f"_trade({place}, {size}, ({values}))"

    def _constant(self, value: Any) -> str:
        self.constants.append(value)
        return f"_C[{len(self.constants) - 1}]"

    def value(self, v: V) -> str:
        match v.op:
            case "const":
                return self._literal(v.value)
            case "slot":
                return f"S[{v.value}]"
            case "at":
                return f"S[{v.value} + int({self.value(v.args[0])})]"
            case "temp":
                return str(v.value)
            case "event" | "read":
                return f"{'E' if v.op == 'event' else 'R'}[{v.value}]"
            case _:
                return self._operation(v, [self.value(each) for each in v.args])

    def _literal(self, value: Any) -> str:
        if isinstance(value, bool):
            return repr(value)
        if not isinstance(value, float):
            return self._constant(value)
        if math.isfinite(value):
            return repr(value)
        return "NAN" if math.isnan(value) else ("INF" if value > 0 else "(-INF)")

    def _operation(self, v: V, args: list[str]) -> str:
        if v.op in _INFIX:
            return f"({args[0]} {_INFIX[v.op]} {args[1]})"
        if v.op in {"div", "mod"} and _is_safe(v.args[1]):
            return f"({args[0]} {'/' if v.op == 'div' else '%'} {args[1]})"
        if v.op in _CALLS:
            return f"_{v.op}({', '.join(args)})"
        return self._special(v, args)

    def _special(self, v: V, args: list[str]) -> str:  # noqa: C901, PLR0911 -- dispatch
        match v.op:
            case "neg":
                return f"(-{args[0]})"
            case "not":
                return f"(not {args[0]})"
            case "isnone":
                return f"((_n := {args[0]}) != _n)"
            case "isthere":
                return f"((_n := {args[0]}) == _n)"
            case "coalesce":
                return f"(_n if (_n := {args[0]}) == _n else {args[1]})"
            case "choice":
                return f"({args[1]} if {args[0]} else {args[2]})"
            case "order":
                return f"{args[0]}.{v.value}"
            case "filled":
                return f"{args[0]}.is_filled"
            case "text":
                return f"_text(({''.join(f'{each}, ' for each in args)}), {v.value!r})"
            case _:
                raise AssertionError(f"no Python for {v.op}")


def _is_safe(divisor: V) -> bool:
    return divisor.op == "const" and bool(divisor.value) and math.isfinite(divisor.value)


# ---- what a run hands out


def tell(place: tuple[str, str], text: str) -> Note:
    return Note(place[0], text, place[1])


def emit(op: Signal, values: tuple[Given, ...]) -> Emitted:
    """A value that is none is not given."""
    pairs = zip(op.fields, values, strict=True)
    return Emitted(op.name, tuple((name, v) for (name, _), v in pairs if v == v))  # noqa: PLR0124 -- only NaN differs from itself


def planned(
    place: tuple[str, str], amount: float, due: float, rate: float, present: float
) -> Planned:
    return Planned(*place[:1], amount, place[1], due, rate, present)


def trade(op: Trade, size: float, values: tuple[Any, ...]) -> Intent | Refusal:
    """The intent of one site. A number that is missing makes it a refusal, never a guess."""
    named = {name: (kind, v) for (name, kind, _), v in zip(op.named, values, strict=True)}
    missing = [name for name, (_, v) in named.items() if isinstance(v, float) and v != v]  # noqa: PLR0124 -- only NaN differs from itself
    if op.size is not None and not math.isfinite(size):
        missing.append("size")
    intent = Intent(
        action=op.action,
        symbol=op.symbol,
        site=op.site,
        account=str(named["account"][1]) if "account" in named else op.account,
        size=_size(op, size) if op.size is not None and math.isfinite(size) else None,
        is_advised=op.is_advised,
        to=op.to,
        unit=op.unit,
        **_details({name: each for name, each in named.items() if name not in missing}),
    )
    if not missing:
        return intent
    return Refusal(intent, NO_VALUE, no_value(op, missing))


def no_value(op: Trade, missing: Sequence[str]) -> str:
    words = f"{' and '.join(missing)} of {op.action} {op.symbol} has no value (none)"
    return f"{words}; write `?? …` for what to use instead."


def _size(op: Trade, size: float) -> Size:
    return Size(SizeKind(op.size_kind), Decimal(repr(float(size))))


def _details(named: dict[str, tuple[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    exits = {name: _of(named, name) for name in ("stop_loss", "take_profit", "trail")}
    if any(exits.values()):
        out["exits"] = ExitPlan(**exits)
    if "at" in named:
        out["limit"] = Decimal(repr(float(named["at"][1])))
    if "leverage" in named:
        out["leverage"] = Decimal(repr(float(named["leverage"][1])))
    if "tif" in named:
        out["time_in_force"] = TimeInForce(named["tif"][1])
    for name in ("reduce_only", "post_only"):
        if name in named:
            out[f"is_{name}"] = bool(named[name][1])
    return out


def _of(named: dict[str, tuple[str, Any]], name: str) -> Level | None:
    if name not in named:
        return None
    kind, level = named[name]
    return Level(LevelKind(kind), Decimal(repr(float(level))))
