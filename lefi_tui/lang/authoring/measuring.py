"""A program made again so that its run tells both sides of every comparison that it meets.

The rule it keeps: it has the slots of the program itself, so the program's own runs are measured,
and the program that trades carries nothing for it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.core.record import Record
from lefi_tui.lang import tree
from lefi_tui.lang.builtins import BUILTINS
from lefi_tui.lang.check_script import CheckedScript
from lefi_tui.lang.compiler import HANDED_ON, Compiler
from lefi_tui.lang.examine import typed
from lefi_tui.lang.form import Form, Let, Slots, V, When
from lefi_tui.lang.labels import label_of
from lefi_tui.lang.program import Program
from lefi_tui.lang.python_way import Run, generate
from lefi_tui.lang.source import Source, Span
from lefi_tui.lang.tree import NOWHERE, X
from lefi_tui.lang.types import Type

COMPARED: Final = frozenset({"lt", "le", "gt", "ge", "eq", "ne", "same", "differs"})
PROGRAMS_KEPT: Final = 8
_FIELDS_READ: Final = frozenset(
    field for each in BUILTINS.values() if each.group == "read" for field in each.fields
)
_ALWAYS: Final = V("const", value=True)
LABEL_MAX: Final = 60


class Sides(Record):
    """A comparison; its values stand at `at` and behind."""

    op: str
    left: str  # as a trader calls it; a constant has no name, a setting its own
    right: str
    type: Type
    at: int
    is_fixed: bool  # constants, whatever comes
    is_past: bool  # of earlier candles: it comes no nearer


class Truth(Record):
    """What is no comparison; its value stands at `at`, -1 where none can be told."""

    label: str
    at: int
    is_fixed: bool = False


class Joint(Record):
    """`and`, `or` and `not`"""

    op: str
    parts: tuple[Gauge, ...]
    text: str = ""  # as written
    is_call: bool = False  # of a method that is made of several comparisons


Gauge = Sides | Truth | Joint


class Condition(Record):
    """Of one handler, as it stands in the text."""

    span: Span
    line: int
    text: str
    gauge: Gauge


class Measured(Record):
    """A handler's run that tells; `conditions` by the number that it tells, and which of them are
    looked at whether the run comes there or not."""

    run: Run
    may_wait: bool
    conditions: tuple[Condition, ...]
    looked_at: frozenset[int]


def measured(program: Program) -> tuple[Measured, ...]:
    """Of each handler, in their order."""
    settings = tuple((each.name, each.value) for each in program.settings)
    frames = {each.timeframe_ms for each in program.handlers if each.event == "Candle"}
    made = _made(program.source, settings, frames.pop() if len(frames) == 1 else None)
    assert made.slots == len(program.slots.first), "the same script has the same slots"
    return made.handlers


class _Made(Record):
    slots: int
    handlers: tuple[Measured, ...]


@lru_cache(maxsize=PROGRAMS_KEPT)
def _made(source: str, settings: tuple[tuple[str, str], ...], timeframe_ms: int | None) -> _Made:
    text, checked = typed(source, dict(settings), timeframe_ms)
    slots = Slots()
    handlers = tuple(_handlers(text, checked, slots))
    return _Made(len(slots.first), handlers)


def _handlers(source: Source, checked: CheckedScript, slots: Slots) -> list[Measured]:
    reads: dict[Any, int] = {key: number for number, key in enumerate(checked.reads)}
    states = {name: slots.take(name, first) for name, (_, first) in checked.states.items()}
    out = []
    for number, body in enumerate(checked.bodies):
        compiler = _Measuring(slots, states, reads, source, body)
        compiler.settings = {id(x): name for name, x in checked.constants.items()}
        form = compiler.form()
        compiler.feeds(number, form.others)  # they take slots of their own
        run = generate(form, traced=True).run
        looked_at = frozenset(range(compiler.told, len(form.notes)))
        out.append(Measured(run, form.may_wait, tuple(compiler.conditions), looked_at))
    return out


class _Measuring(Compiler):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.conditions: list[Condition] = []
        self.settings: dict[int, str] = {}  # by the id of their value
        self.told = 0  # from here on they are looked at first

    def form(self) -> Form:
        form = super().form()
        self.told = len(self.notes)
        there = {each.temp for each in form.always if isinstance(each, Let)}
        looks = []
        for note, condition in zip(form.notes, tuple(self.conditions), strict=True):
            if all(_is_there(v, there) for _, v in note.shown):
                looks.append(When(_ALWAYS, (), (), len(self.notes)))
                self.notes.append(note)
                self.conditions.append(condition)
        return replace(form, steps=(*looks, *form.steps), notes=tuple(self.notes))

    def _note(self, node: tree.Branch) -> int:
        number = super()._note(node)  # what it shows of other candles has slots too
        values: list[V] = []
        gauge = self._gauge(node.condition, values)
        note = self.notes[number]
        self.notes[number] = replace(note, shown=tuple(("", each) for each in values))
        self.conditions.append(Condition(node.span, note.line, node.text, gauge))
        return number

    def _gauge(self, x: X, values: list[V]) -> Gauge:
        if x.op in {"and", "or", "not"}:
            parts = tuple(self._gauge(each, values) for each in x.args)
            is_call = all(each.op in COMPARED and each.span == NOWHERE for each in x.args)
            return Joint(x.op, parts, "" if x.span == NOWHERE else self._written(x), is_call)
        if x.op in HANDED_ON:
            return self._gauge(x.args[0], values)
        if x.op in COMPARED and x.args[0].type.kind != "bool":
            sides = [self._looked(each) for each in x.args]
            if None not in sides:
                values += [each for each in sides if each is not None]
                kind = _kind(*(each.type for each in x.args))
                left, right = (self._label(each) for each in x.args)
                is_fixed = all(each.is_const for each in x.args)
                is_past = all(each.is_const or each.op in {"hist", "past"} for each in x.args)
                return Sides(x.op, left, right, kind, len(values) - 2, is_fixed, is_past)
        value = self._looked(x)
        values += [] if value is None else [value]
        return Truth(self._label(x), -1 if value is None else len(values) - 1, x.is_const)

    def _looked(self, x: X) -> V | None:
        """The value, where it can be told without a slot more in the program."""
        if id(x) in self.lets or id(x) in self.series:
            return self._known(x)
        if self.is_foreign(x):
            return None
        if x.op in HANDED_ON:
            return self._looked(x.args[0])
        if x.op in {"pick", "past"} or not x.args:
            return self.value(x)
        args = [self._looked(each) for each in x.args]
        if x.op in {"text", "order", "pow"}:
            return None if None in args else self.value(x)
        return None if None in args else V(x.op, tuple(each for each in args if each is not None))

    def _label(self, x: X) -> str:
        if x.op == "hist":
            return f"{self._label(x.args[0])}[{x.value}]"
        if x.is_const:
            return self.settings.get(id(x), "")
        named = next((name for each, name in self.body.labels if each is x), "")
        if named or x.span == NOWHERE or x.op in {"local", "state", "event"}:
            return named or label_of(x, self.body) or x.op
        return self._written(x.args[0] if x.op == "pick" else x) + _field(x)

    def _written(self, x: X) -> str:
        written = " ".join(self.source.text[x.span.start : x.span.end].split())
        return written if len(written) <= LABEL_MAX else f"{written[: LABEL_MAX - 1]}…"


def _field(x: X) -> str:
    """Of an indicator or reading of several values, which of them."""
    if x.op == "pick":
        return f".{x.value}"
    return f".{x.value.kind}" if x.op == "read" and x.value.kind in _FIELDS_READ else ""


def _kind(left: Type, right: Type) -> Type:
    return right if left.kind in {"bare", "none"} else left


def _is_there(v: V, there: set[str]) -> bool:
    """Whether a value is known where a run begins."""
    if v.op == "temp":
        return v.value in there
    return v.op != "order" and all(_is_there(each, there) for each in v.args)
