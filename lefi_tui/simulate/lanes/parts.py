"""A handler's series cut into parts, each a function of candles and of parts before it.

A part is all that shares a slot: one indicator, one value of the candle before. It becomes text of
the dialect with every number as an input, so that two settings of one script have the same text,
and what has the same text, numbers and inputs is one column, however many cells look at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from msgspec import Struct, field

from lefi_tui.lang.form import Form, Let, Loop, Op, Put, V, When
from lefi_tui.lang.program import Program
from lefi_tui.simulate.machine.kinds import TEXT, TRUTH, UNFIT, Kinds, Texts
from lefi_tui.simulate.machine.steps import Shared, Writer
from lefi_tui.simulate.machine.trade_steps import Templates

Name = tuple[str, Any]  # ("temp", name), ("slot", number), ("event", number)


class UnfitError(Exception):
    """What no part can hold, in words."""


class Part(Struct):
    """`given` and `gives` in the order of its columns."""

    text: str  # of its body
    numbers: tuple[float, ...]
    given: tuple[Name, ...]
    gives: tuple[Name, ...]
    slots: tuple[int, ...]  # of the program, in the sequence of its own
    first: tuple[float, ...] = ()  # of those
    is_delay: bool = False  # of the one it is given


class Use(Struct):
    """What an operation reads and writes."""

    reads: set[Name] = field(default_factory=set)
    writes: set[Name] = field(default_factory=set)


def values_in(v: V) -> Iterator[V]:
    yield v
    for each in v.args:
        yield from values_in(each)


def use_of(ops: Iterable[Op], count_slot: int) -> Use:
    use = Use()
    for op in ops:
        match op:
            case Let():
                values: Sequence[V] = (op.value,)
                use.writes.add(("temp", op.temp))
            case Put():
                values = (op.value,) if op.index is None else (op.value, op.index)
                use.writes.add(("slot", op.slot))
            case When():
                values = (op.condition,)
                inner = use_of((*op.then, *op.other), count_slot)
                use.reads |= inner.reads
                use.writes |= inner.writes
            case Loop():
                values = ()
                inner = use_of(op.body, count_slot)
                use.reads |= inner.reads - {("temp", op.temp)}
                use.writes |= inner.writes
            case _:
                raise UnfitError("its series do more than compute")
        for value in values:
            use.reads |= set(_names(value, count_slot))
    return use


def _names(value: V, count_slot: int) -> Iterator[Name]:
    for each in values_in(value):
        match each.op:
            case "temp" | "event":
                yield each.op, each.value
            case "slot" | "at" if each.value != count_slot:
                yield "slot", each.value
            case "read":
                yield "read", each.value
            case _:
                continue


def divided(form: Form) -> tuple[list[Op], list[Op]]:
    """Its series, and the names among them that the account is in: those are made when it runs."""
    series: list[Op] = []
    named: list[Op] = []
    hidden: set[Name] = set()
    for op in form.always:
        use = use_of((op,), form.count_slot)
        if not any(name in hidden or name[0] == "read" for name in use.reads):
            series.append(op)
        elif any(name[0] == "slot" for name in use.reads | use.writes):
            raise UnfitError("its series read the account")
        else:
            named.append(op)
            hidden |= use.writes
    return series, named


def groups(series: Sequence[Op], count_slot: int) -> list[list[int]]:
    """Operations that belong together, by their numbers; in the order they can be computed."""
    uses = [use_of((op,), count_slot) for op in series]
    owner: dict[Name, int] = {}
    leads = list(range(len(uses)))

    def lead(number: int) -> int:
        while leads[number] != number:
            number = leads[number]
        return number

    for number, use in enumerate(uses):
        slots = {each for each in use.reads if each[0] == "slot"}
        for name in slots | use.writes:
            one, other = lead(number), lead(owner.setdefault(name, number))
            leads[max(one, other)] = min(one, other)
    found: dict[int, list[int]] = {}
    for number in range(len(uses)):
        found.setdefault(lead(number), []).append(number)
    out = list(found.values())
    return out if _is_straight(out, uses) else [list(range(len(uses)))]


def _is_straight(out: Sequence[Sequence[int]], uses: Sequence[Use]) -> bool:
    """Whether each reads only what earlier ones have given whole."""
    known: set[Name] = set()
    for group in out:
        writes = {name for each in group for name in uses[each].writes}
        reads = {name for each in group for name in uses[each].reads if name[0] == "temp"}
        if not reads <= known | writes:
            return False
        known |= writes
    return True


class Numbered(Writer):
    """Every number is an input, `K[…]`, in the sequence of the text."""

    def __init__(self, number: int, kinds: Kinds, texts: Texts, begin: int = 0) -> None:
        super().__init__(number, Shared(kinds, texts, Templates({})))
        self.texts = texts
        self.begin, self.numbers = begin, list[float]()

    def place(self, value: float) -> str:
        self.numbers.append(value)
        return f"K[{self.begin + len(self.numbers) - 1}]"

    def _literal(self, value: Any) -> str:
        if isinstance(value, bool):
            return repr(value)
        return self.place(self.texts.number(value) if isinstance(value, str) else value)


class _PartWriter(Numbered):
    def __init__(
        self, number: int, kinds: Kinds, texts: Texts, slots: Mapping[int, str | int]
    ) -> None:
        super().__init__(number, kinds, texts)
        self.slots, self.offsets = slots, dict[int, float]()

    def lines(self, ops: Sequence[Op]) -> list[str]:
        lines, ends = self._ops(ops, 2)
        if ends:
            raise UnfitError("its series need Python")
        return lines

    def _cell(self, slot: int, index: V | None) -> str:
        local = self.slots[slot]
        base = local if isinstance(local, str) else f"S[{local}]"
        if index is None:
            return base
        return f"S[whole({self.place(self.offsets[slot])}) + whole({self.number_of(index)})]"

    def _value(self, v: V) -> str:
        if v.op == "slot":
            return self._cell(v.value, None)
        if v.op == "at":
            return self._cell(v.value, v.args[0])
        return super()._value(v)

    def _put(self, op: Put, pad: str) -> tuple[list[str], bool]:
        if UNFIT in self.kinds.of(self.number, op.value):
            raise UnfitError("its series make texts")
        return [f"{pad}{self._cell(op.slot, op.index)} = {self.number_of(op.value)}"], False

    def _loop(self, op: Loop, depth: int) -> list[str]:
        pad = " " * depth
        count = f"whole({self.place(float(op.count))})"
        body, _ = self._ops(op.body, depth + 1)
        head = f"{pad}for i_{op.temp} in range({count}):"
        return [head, f"{pad} {op.temp} = float(i_{op.temp})", *body]


class Cut(Struct):
    """A program's one handler, cut."""

    parts: list[Part]
    kinds: Kinds
    texts: Texts


COUNTED: Final = "float(h)"  # events before this one


def cut(program: Program, kinds: Kinds, series: Sequence[Op], wanted: set[Name]) -> Cut:
    """`wanted` is what its steps look at."""
    count_slot, texts = program.forms[0].count_slot, Texts()
    chosen = groups(series, count_slot)
    uses = [use_of([series[each] for each in group], count_slot) for group in chosen]
    read = wanted.union(*(use.reads - use.writes for use in uses)) if uses else wanted
    parts = []
    for group, use in zip(chosen, uses, strict=True):
        gives = sorted(each for each in use.writes & read if each[0] == "temp" or each in wanted)
        given = sorted(each for each in use.reads - use.writes if each[0] != "slot")
        if gives:
            ops = [series[each] for each in group]
            parts.append(_part(program, kinds, texts, (ops, use, tuple(given), tuple(gives))))
    return Cut(parts, kinds, texts)


def _part(
    program: Program,
    kinds: Kinds,
    texts: Texts,
    what: tuple[Sequence[Op], Use, tuple[Name, ...], tuple[Name, ...]],
) -> Part:
    ops, use, given, gives = what
    form = program.forms[0]
    bases = [*sorted(kinds.bases), len(program.slots.first)]
    sizes = {one: other - one for one, other in pairwise(bases)}
    mine = sorted({each[1] for each in use.reads | use.writes if each[0] == "slot"})
    if any(kinds.slots.get(each, frozenset()) & {TEXT, UNFIT} for each in mine):
        raise UnfitError("its series keep texts")
    mine.sort(key=lambda each: sizes.get(each, 1))
    slots: dict[int, str | int] = {form.count_slot: COUNTED}
    writer = _PartWriter(0, kinds, texts, slots)
    kept: list[int] = []
    for each in mine:
        slots[each], writer.offsets[each] = len(kept), float(len(kept))
        kept += range(each, each + sizes.get(each, 1))
    body = writer.lines(ops)
    heads = [_taken(kinds, name, number) for number, name in enumerate(given)]
    tails = [_told(kinds, name, slots, number) for number, name in enumerate(gives)]
    text, numbers = "\n".join([*heads, *body, *tails]), tuple(writer.numbers)
    return Part(text, numbers, given, gives, tuple(kept), is_delay=_is_delay(ops, given))


def _is_delay(ops: Sequence[Op], given: Sequence[Name]) -> bool:
    """Whether a slot is told, and then takes what is given."""
    match ops:
        case (Let(value=V(op="slot", value=told)), Put(slot=slot, index=None, value=taken)):
            return told == slot and [(taken.op, taken.value)] == list(given)
        case _:
            return False


def variable(name: Name) -> str:
    kind, value = name
    return f"e{value}" if kind == "event" else f"f{value}" if kind == "slot" else str(value)


def is_truth(kinds: Kinds, name: Name) -> bool:
    return name[0] == "temp" and kinds.temps.get((0, name[1])) == frozenset({TRUTH})


def _taken(kinds: Kinds, name: Name, number: int) -> str:
    return taken(kinds, name, f"I{number}", 2)


def taken(kinds: Kinds, name: Name, column: str, depth: int) -> str:
    """A column's value at the candle, under its name."""
    of_it = f"{column}[h] != 0.0" if is_truth(kinds, name) else f"{column}[h]"
    return f"{' ' * depth}{variable(name)} = {of_it}"


def _told(kinds: Kinds, name: Name, slots: Mapping[int, str | int], number: int) -> str:
    if name[0] == "slot":
        return f"  O{number}[h] = S[{slots[name[1]]}]"
    value = f"(1.0 if {name[1]} else 0.0)" if is_truth(kinds, name) else name[1]
    return f"  O{number}[h] = {value}"


def function(part: Part, name: str) -> str:
    columns = [f"I{each}" for each in range(len(part.given))]
    columns += [f"O{each}" for each in range(len(part.gives))]
    takes = "".join(f", {each}: Floats" for each in columns)
    head = f"def {name}(n: int, K: Floats, S: Floats{takes}) -> None:"
    return f"{head}\n for h in range(n):\n{part.text}\n"
