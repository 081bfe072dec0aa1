"""A handler's shape: all of it but its numbers. Settings that leave the shape leave the text.

The rule it keeps: two programs of one shape differ in nothing but the numbers told beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from lefi_tui.lang.form import Form, Let, Loop, Op, Put, Trade, V, When
from lefi_tui.lang.program import Program

Shape = tuple[Any, ...]


class Numbered(float):
    """A number of the script that remembers its place among all of them."""

    place: int

    @classmethod
    def at(cls, place: int, value: float) -> Numbered:
        out = cls(value)
        out.place = place
        return out


class Reader:
    """Goes through operations in their order, and keeps each number it comes by."""

    def __init__(self) -> None:
        self.numbers: list[float] = []

    def of_program(self, program: Program) -> Shape:
        form = program.forms[0]
        return (
            self.ops(form.always),
            self.ops(form.steps),
            bool(form.after),
            form.count_slot,
            program.reads,
            program.policy,
            program.handlers[0].timeframe_ms,
            tuple(program.states.items()),
            tuple([isinstance(each, str) for each in program.slots.first]),
        )

    def ops(self, ops: Sequence[Op]) -> Shape:
        return tuple([self._op(op) for op in ops])

    def _op(self, op: Op) -> Shape:
        match op:
            case Let():
                return "let", op.temp, self._value(op.value)
            case Put():
                index = None if op.index is None else self._value(op.index)
                return "put", op.slot, index, self._value(op.value)
            case When():
                return "when", self._value(op.condition), self.ops(op.then), self.ops(op.other)
            case Loop():
                return "loop", op.temp, op.count, self.ops(op.body)
            case Trade():
                size = None if op.size is None else self._value(op.size)
                named = tuple([(name, of, self._value(each)) for name, of, each in op.named])
                return (op.site, op.action, op.symbol, op.account, op.size_kind, size, named)
            case _:
                return (type(op).__name__,)

    def _value(self, v: V) -> Any:
        """A 0 is told apart: what is compared with it may be known before it is asked."""
        if v.op != "const":
            return (v.op, v.value, *[self._value(each) for each in v.args])
        if type(v.value) is not float:
            return "const", v.value
        self.numbers.append(v.value)
        return v.value == 0.0


class Marker(Reader):
    """The same way through, with each number's place on it."""

    def marked(self, program: Program) -> Program:
        form = program.forms[0]
        always, steps = self._all(form.always), self._all(form.steps)
        forms: tuple[Form, ...] = (replace(form, always=always, steps=steps),)
        return replace(program, forms=forms)

    def _all(self, ops: Sequence[Op]) -> tuple[Op, ...]:
        return tuple([self._mark(op) for op in ops])

    def _mark(self, op: Op) -> Op:
        match op:
            case Let():
                return Let(op.temp, self._v(op.value))
            case Put():
                index = None if op.index is None else self._v(op.index)
                return Put(op.slot, index, self._v(op.value))
            case When():
                condition = self._v(op.condition)
                return When(condition, self._all(op.then), self._all(op.other), op.note)
            case Loop():
                return Loop(op.temp, op.count, self._all(op.body))
            case Trade():
                size = None if op.size is None else self._v(op.size)
                named = tuple([(name, of, self._v(each)) for name, of, each in op.named])
                return replace(op, size=size, named=named)
            case _:
                return op

    def _v(self, v: V) -> V:
        if v.op == "const" and type(v.value) is float:
            self.numbers.append(v.value)
            return V("const", value=Numbered.at(len(self.numbers) - 1, v.value))
        return V(v.op, tuple([self._v(each) for each in v.args]), v.value) if v.args else v


def filled(kept: Sequence[float], numbers: Sequence[float]) -> tuple[float, ...]:
    """The numbers of another program of the shape, where this one's stand."""
    return tuple([numbers[n.place] if isinstance(n, Numbered) else n for n in kept])
