"""A form as a function of the dialect: exactly what lang.python_way makes of it, on doubles.

The rules it keeps: a step that meets something only Python can do answers LEAVES; its caller takes
back all it wrote, and Python carries the handlers out. The text holds no number of the script: they
stand in K, so a script with another number is the same machine code.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterable, Sequence
from itertools import pairwise
from typing import Any, Final

from msgspec import Struct, field

from lefi_tui.lang.builtins import TIME_FIELDS
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
from lefi_tui.simulate.machine.kinds import TEXT, TRUTH, TRUTHS, UNFIT, Kinds, Texts
from lefi_tui.simulate.machine.trade_steps import Templates, trade_lines
from lefi_tui.simulate.machine.wanted_layout import ASKS_MAX

LEAVES: Final = 1
_LEAVE: Final = f"return {LEAVES}"

_LOCAL: Final = re.compile(r"\bL\[(\d+)\]")
_INFIX: Final = {
    "add": "+", "sub": "-", "mul": "*", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==",
    "same": "==", "differs": "!=",
}  # fmt: skip
_CALLS: Final = frozenset(
    {"div", "mod", "pow", "finite", "ne", "round", "floor", "ceil", "sqrt", "log", "exp", "min"}
    | {"max", "isnone", "coalesce", *TIME_FIELDS}
)
_PREFIXES: Final = {"neg": "-", "abs": "abs", "isthere": "not op_isnone"}
# What Result counts of each: other words of them nobody reads in a simulation.
NOTES: Final = ("print", "notify", "signal", "emit", "planned")

Lines = tuple[list[str], bool]  # and whether all that follows is never reached


class Numbers(Struct):
    """Those of a script, in the sequence of its text: what K holds. None is left out because there
    is an equal one: two settings may be equal today."""

    values: list[float] = field(default_factory=list)

    def place(self, number: float) -> str:
        self.values.append(number)
        return f"K[{len(self.values) - 1}]"


class Shared(Struct):
    """Of all steps of one script."""

    kinds: Kinds
    texts: Texts
    templates: Templates
    numbers: Numbers = field(default_factory=Numbers)
    windows: set[int] = field(default_factory=set)  # first slots of what is found by an index


class Writer:
    """Of one form."""

    def __init__(self, number: int, shared: Shared) -> None:
        self.number, self.shared, self.kinds = number, shared, shared.kinds
        self.leaves = False  # whether it may
        self.trades = 0  # how many asks a run makes at most
        self.fields: set[int] = set()  # of the event that it reads
        self.turns = 1

    def function(self, form: Form, fields: int) -> str:
        """`step_N(L, S, R, M, N, A, I, K, C, T, m, e0, …)`: slots, of which those found by an index
        stand in S, reads, market, asks, numbers, notes counted, the moment, event fields."""
        given = "".join(f", e{each}: float" for each in range(fields))
        head = (
            f"def step_{self.number}(L: Floats, S: Floats, R: Floats, M: Floats, N: Ints, "
            f"A: Floats, I: Ints, K: Floats, C: Ints, T: Floats, m: int{given}) -> int:"
        )
        lines, ends = self._ops(form.always, 1)
        if not ends:
            lines += self._warm(form)
        return "\n".join([head, *lines]) + "\n"

    def _warm(self, form: Form) -> list[str]:
        count = f"L[{form.count_slot}]"
        waits = [(form.count_slot, form.warm), *((slot, n) for slot, n in form.others if n)]
        numbers = self.shared.numbers
        late = " or ".join(f"L[{slot}] < {numbers.place(float(n))}" for slot, n in waits)
        steps, ends = self._ops(form.steps, 2)
        lines = [f" {count} = {count} + 1.0", f" if {late}:", "  return 0", " while True:", *steps]
        lines += [] if ends else ["  break"]
        after, ends = self._ops(form.after, 1)
        return lines + after + ([] if ends else [" return 0"])

    def _found(self, slot: int, index: V) -> str:
        self.shared.windows.add(slot)
        return f"S[{slot} + whole({self.number_of(index)})]"

    def _left(self, pad: str) -> Lines:
        self.leaves = True
        return [pad + _LEAVE], True

    # ---- operations

    def _ops(self, ops: Sequence[Op], depth: int) -> Lines:
        out: list[str] = []
        for op in ops:
            lines, ends = self._op(op, depth)
            out += lines
            if ends:
                return out, True
        return out, False

    def _op(self, op: Op, depth: int) -> Lines:
        pad = " " * depth
        match op:
            case Let() | Put():
                out = self._kept(op, pad)
            case When():
                out = self._when(op, depth)
            case Loop():
                out = self._loop(op, depth), False
            case Leave():
                out = [f"{pad}break"], True
            case Trade():
                out = self._trade(op, pad)
            case Tell() | Signal() | Plan():
                out = self._note(op, pad)
            case Await() | Ask() | Whole() | Finish():
                out = self._left(pad)
        return out

    def _loop(self, op: Loop, depth: int) -> list[str]:
        pad = " " * depth
        head = f"{pad}for i_{op.temp} in range(whole({self.shared.numbers.place(op.count)})):"
        self.turns *= op.count
        body, _ = self._ops(op.body, depth + 1)
        self.turns //= op.count or 1
        return [head, f"{pad} {op.temp} = float(i_{op.temp})", *body]

    def _is_fit(self, *values: V) -> bool:
        return not any(UNFIT in self.kinds.of(self.number, each) for each in values)

    def _kept(self, op: Let | Put, pad: str) -> Lines:
        return (self._let(op, pad), False) if isinstance(op, Let) else self._put(op, pad)

    def _let(self, op: Let, pad: str) -> list[str]:
        """A name that only words are made of is not needed."""
        kind = self.kinds.temps[self.number, op.temp]
        if UNFIT in kind:
            return []
        is_truth = kind == {TRUTH}
        return [f"{pad}{op.temp} = {(self.truth if is_truth else self.number_of)(op.value)}"]

    def _put(self, op: Put, pad: str) -> Lines:
        if not self._is_fit(op.value, *(() if op.index is None else (op.index,))):
            return self._left(pad)
        place = f"L[{op.slot}]" if op.index is None else self._found(op.slot, op.index)
        return [f"{pad}{place} = {self.number_of(op.value)}"], False

    def _when(self, op: When, depth: int) -> Lines:
        pad = " " * depth
        if not self._is_fit(op.condition):
            return self._left(pad)
        then, then_ends = self._ops(op.then, depth + 1)
        other, other_ends = self._ops(op.other, depth + 1)
        lines = [f"{pad}if {self.truth(op.condition)}:", *(then or [f"{pad} 0"])]
        lines += [f"{pad}else:", *other] if other else []
        return lines, then_ends and other_ends and bool(other)

    def _trade(self, op: Trade, pad: str) -> Lines:
        values = [v for name, _, v in op.named if name != "tif"]
        values += [] if op.size is None else [op.size]
        self.trades += self.turns
        if self.trades > ASKS_MAX or not self.shared.templates.can(op) or not self._is_fit(*values):
            return self._left(pad)
        place = self.shared.templates.place(op)
        return list(trade_lines(op, place, self.number_of, pad)), False

    def _note(self, op: Tell | Signal | Plan, pad: str) -> Lines:
        match op:
            case Tell():
                kind = op.kind
            case Signal():
                kind = "emit"
            case Plan():
                kind = "planned"
        if kind not in NOTES:
            return self._left(pad)
        return [f"{pad}C[{NOTES.index(kind)}] += 1"], False

    # ---- values

    def truth(self, v: V) -> str:
        text = self._value(v)
        return text if self._is_truth(v) else f"({text} != 0.0)"

    def number_of(self, v: V) -> str:
        text = self._value(v)
        return f"(1.0 if {text} else 0.0)" if self._is_truth(v) else text

    def _is_truth(self, v: V) -> bool:
        """Whether its text is one of a truth: slots hold doubles."""
        match v.op:
            case "const":
                return isinstance(v.value, bool)
            case "temp":
                return self.kinds.temps.get((self.number, v.value)) == frozenset({TRUTH})
            case "choice":
                return all(self._is_truth(each) for each in v.args[1:])
            case _:
                return v.op in TRUTHS

    def _value(self, v: V) -> str:
        match v.op:
            case "const":
                text = self._literal(v.value)
            case "slot":
                text = f"L[{v.value}]"
            case "at":
                text = self._found(v.value, v.args[0])
            case "temp":
                text = str(v.value)
            case "event":
                self.fields.add(v.value)
                text = f"e{v.value}"
            case "read":
                text = f"R[{v.value}]"
            case _:
                text = self._operation(v)
        return text

    def _literal(self, value: Any) -> str:
        if isinstance(value, bool):
            return repr(value)
        number = self.shared.texts.number(value) if isinstance(value, str) else value
        return "NAN" if math.isnan(number) else self.shared.numbers.place(number)

    def _operation(self, v: V) -> str:
        if v.op in {"and", "or"}:
            return f"({self.truth(v.args[0])} {v.op} {self.truth(v.args[1])})"
        if v.op == "not":
            return f"(not {self.truth(v.args[0])})"
        if v.op == "choice":
            of = self.truth if self._is_truth(v) else self.number_of
            return f"({of(v.args[1])} if {self.truth(v.args[0])} else {of(v.args[2])})"
        return self._of_numbers(v.op, [self.number_of(each) for each in v.args])

    def _of_numbers(self, op: str, args: list[str]) -> str:
        if op in _INFIX:
            return f"({args[0]} {_INFIX[op]} {args[1]})"
        if op in _CALLS:
            return f"op_{op}({', '.join(args)})"
        assert op in _PREFIXES, f"no machine code for {op}"
        return f"({_PREFIXES[op]}({args[0]}))"


def placed(text: str, memory: Container[int]) -> str:
    """The text with the slots that stand in memory in S; the others are the loop's own, in L."""
    return _LOCAL.sub(lambda at: f"{'S' if int(at[1]) in memory else 'L'}[{at[1]}]", text)


def slots_in(slots: Sequence[Any], texts: Texts) -> list[float]:
    """As the step takes them."""
    return [texts.number(each) if isinstance(each, str) else each for each in slots]


class Places:
    """Which slots hold texts and truths, to give them back as Python has them."""

    def __init__(self, kinds: Kinds, count: int) -> None:
        bases = [*sorted(kinds.bases), count]
        ranges = dict(pairwise(bases))
        texts = [slot for slot, kind in kinds.slots.items() if TEXT in kind]
        self.texts = [each for slot in texts for each in range(slot, ranges.get(slot, slot + 1))]
        self.truths = [slot for slot, kind in kinds.slots.items() if kind == {TRUTH}]

    def out(self, slots: list[Any], texts: Texts) -> list[Any]:
        for place in self.texts:
            value = slots[place]
            if value >= 1.0:
                slots[place] = texts.known[int(value) - 1]
        for place in self.truths:
            value = slots[place]
            if value == value:  # noqa: PLR0124 -- only NaN differs from itself
                slots[place] = bool(value)
        return slots


def windows_of(found: Iterable[int], names: Sequence[str]) -> frozenset[int]:
    """All slots of these names: those beside a slot that is found by an index, and itself."""
    out: set[int] = set()
    for slot in found:
        first = last = slot
        while first > 0 and names[first - 1] == names[slot]:
            first -= 1
        while last + 1 < len(names) and names[last + 1] == names[slot]:
            last += 1
        out |= set(range(first, last + 1))
    return frozenset(out)
