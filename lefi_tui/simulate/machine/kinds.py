"""What each slot and each name of a script's forms holds: a number, a truth or a text.

The forms name no types; machine code needs them. Texts that are only compared become numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct, field

from lefi_tui.lang.form import Form, Let, Loop, Op, Put, V, When
from lefi_tui.lang.program import Program

NUMBER: Final = "number"
TRUTH: Final = "truth"
TEXT: Final = "text"
UNFIT: Final = "unfit"  # words made at run time, an order's outcome: Python's alone
Kind = frozenset[str]  # a missing number counts as a number

TRUTHS: Final = frozenset(
    {"lt", "le", "gt", "ge", "eq", "ne", "same", "differs", "and", "or", "not"}
    | {"isnone", "isthere"}
)
_UNFIT: Final = frozenset({"text", "order", "filled"})
_TEXT_FIELDS: Final = frozenset({"symbol", "side", "order", "reason"})
_EITHER: Final = frozenset({"choice", "coalesce"})


class Texts(Struct):
    """Texts by number, from 1: equal texts have equal numbers."""

    known: list[str] = field(default_factory=list)
    numbers: dict[str, float] = field(default_factory=dict)

    def number(self, text: str) -> float:
        if text not in self.numbers:
            self.known.append(text)
            self.numbers[text] = float(len(self.known))
        return self.numbers[text]


class Kinds(Struct):
    slots: dict[int, Kind] = field(default_factory=dict)
    temps: dict[tuple[int, str], Kind] = field(default_factory=dict)  # of a form, by its name
    bases: set[int] = field(default_factory=set)  # first slots of all that is named
    events: dict[int, Sequence[str]] = field(default_factory=dict)  # fields of a form's event
    is_settled: bool = False

    def of(self, form: int, v: V) -> Kind:
        match v.op:
            case "const":
                return _of_constant(v.value)
            case "slot" | "at":
                inner = [self.of(form, each) for each in v.args]
                self.bases.add(v.value)
                kind = self.slots.get(v.value, frozenset())
                return kind | {UNFIT} if any(UNFIT in each for each in inner) else kind
            case "temp":
                return self.temps.get((form, v.value), frozenset())
            case "event":
                names = self.events.get(form, ())
                is_text = v.value < len(names) and names[v.value] in _TEXT_FIELDS
                return frozenset({TEXT if is_text else NUMBER})
            case _:
                return self._of_operation(form, v)

    def _of_operation(self, form: int, v: V) -> Kind:
        inner = [self.of(form, each) for each in v.args]
        if v.op in _UNFIT or any(UNFIT in each for each in inner):
            return frozenset({UNFIT, TRUTH} if v.op in TRUTHS else {UNFIT})
        if v.op in _EITHER:
            return inner[-2] | inner[-1]
        return frozenset({TRUTH if v.op in TRUTHS else NUMBER})

    def learn(self, form: int, ops: Iterable[Op]) -> None:
        for op in ops:
            match op:
                case Let():
                    self._temp(form, op.temp, self.of(form, op.value))
                case Put():
                    self.bases.add(op.slot)
                    kind = self.of(form, op.value)
                    # Python writes what is unfit: a text, unless it compares texts.
                    is_text = UNFIT in kind and TRUTH not in kind
                    self._slot(op.slot, (kind - {UNFIT}) | ({TEXT} if is_text else set()))
                case Loop():
                    self._temp(form, op.temp, frozenset({NUMBER}))
                    self.learn(form, op.body)
                case When():
                    self.of(form, op.condition)
                    self.learn(form, op.then)
                    self.learn(form, op.other)
                case _:
                    continue

    def _temp(self, form: int, name: str, kind: Kind) -> None:
        before = self.temps.get((form, name), frozenset())
        if (form, name) not in self.temps or not kind <= before:
            self.temps[form, name] = before | kind
            self.is_settled = False

    def _slot(self, slot: int, kind: Kind) -> None:
        before = self.slots.get(slot, frozenset())
        if not kind <= before:
            self.slots[slot] = before | kind
            self.is_settled = False


def _of_constant(value: object) -> Kind:
    if isinstance(value, bool):
        return frozenset({TRUTH})
    if isinstance(value, str):
        return frozenset({TEXT})
    if not isinstance(value, float):
        return frozenset({UNFIT})
    return frozenset({NUMBER})


def all_forms(program: Program) -> tuple[Form, ...]:
    """Those of its handlers, then those of its feeds."""
    return (*program.forms, *(each.form for each in program.feeds))


def kinds_of(program: Program) -> Kinds:
    kinds = Kinds()
    for each in program.handlers:
        kinds.events[each.index] = each.fields
    for slot, first in enumerate(program.slots.first):
        if isinstance(first, (bool, str)):
            kinds.slots[slot] = _of_constant(first)
    while not kinds.is_settled:
        kinds.is_settled = True
        for number, form in enumerate(all_forms(program)):
            for ops in (form.always, form.steps, form.after):
                kinds.learn(number, ops)
    kinds.bases |= {*program.states.values(), *(form.count_slot for form in all_forms(program))}
    return kinds
