"""A program that counts its own steps: what a run costs for real, beside what was promised.

Each step of the intermediate form adds its cost to a slot as it is taken. Nothing else changes, so
the counting program trades as the other does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

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
    Slots,
    Tell,
    Trade,
    V,
    When,
    Whole,
    cost,
    value,
)
from lefi_tui.lang.program import Program


def counting(program: Program) -> Program:
    slots = Slots(program.slots.first, program.slots.names)
    forms = tuple(_counted(form, slots.take("steps", 0.0, 2)) for form in program.forms)
    return replace(program, forms=forms, slots=slots)


def most_steps(program: Program, state: list[Any]) -> list[float]:
    """Of each handler: the most that one run took."""
    first = len(state) - 2 * len(program.forms)
    return [max(state[at], state[at + 1]) for at in range(first, len(state), 2)]


def _counted(form: Form, slot: int) -> Form:
    """`slot` counts the run under way, the one behind it keeps the most."""
    now, most = V("slot", value=slot), V("slot", value=slot + 1)
    anew = Put(slot + 1, None, V("max", (most, now))), Put(slot, None, value(0.0))
    return replace(
        form,
        always=(*anew, *_each(form.always, slot)),
        steps=_each(form.steps, slot),
        after=_each(form.after, slot),
    )


def _each(ops: Iterable[Op], slot: int) -> tuple[Op, ...]:
    out: list[Op] = []
    for op in ops:
        own, inner = _parted(op, slot)
        out += [Put(slot, None, V("slot", value=slot) + float(own)), inner]
    return tuple(out)


def _parted(op: Op, slot: int) -> tuple[int, Op]:
    """What the step itself costs, and the step with its blocks counted."""
    match op:
        case When() | Ask() | Whole():
            then, other = _each(op.then, slot), _each(op.other, slot)
            return cost((replace(op, then=(), other=()),)), replace(op, then=then, other=other)
        case Finish():
            return cost((replace(op, then=()),)), replace(op, then=_each(op.then, slot))
        case Loop():
            return cost((replace(op, body=()),)), replace(op, body=_each(op.body, slot))
        case Let() | Put() | Leave() | Trade() | Await() | Tell() | Signal() | Plan():
            return cost((op,)), op
