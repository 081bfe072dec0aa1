"""The tree of a script as it was written: what the parser makes and nobody changes."""

from __future__ import annotations

from dataclasses import dataclass

from lefi_tui.lang.source import Span


@dataclass(frozen=True, slots=True)
class Node:
    span: Span


# ---- expressions


@dataclass(frozen=True, slots=True)
class Number(Node):
    value: float


@dataclass(frozen=True, slots=True)
class Percent(Node):
    value: float  # a share: 25% is 0.25


@dataclass(frozen=True, slots=True)
class Duration(Node):
    ms: float


@dataclass(frozen=True, slots=True)
class Amount(Node):
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Text(Node):
    parts: tuple[str | Expr, ...]

    @property
    def plain(self) -> str | None:
        """The text itself, when no expression stands in it."""
        if all(isinstance(part, str) for part in self.parts):
            return "".join(part for part in self.parts if isinstance(part, str))
        return None


@dataclass(frozen=True, slots=True)
class Bool(Node):
    value: bool


@dataclass(frozen=True, slots=True)
class Missing(Node):
    """`none`"""


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Arg:
    name: str | None
    name_span: Span
    value: Expr


@dataclass(frozen=True, slots=True)
class Call(Node):
    name: str
    name_span: Span
    args: tuple[Arg, ...]


@dataclass(frozen=True, slots=True)
class Items(Node):
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Index(Node):
    target: Expr
    index: Expr


@dataclass(frozen=True, slots=True)
class Field(Node):
    target: Expr
    name: str
    name_span: Span


@dataclass(frozen=True, slots=True)
class Unary(Node):
    op: str  # - not
    operand: Expr


@dataclass(frozen=True, slots=True)
class Binary(Node):
    op: str
    op_span: Span
    left: Expr
    right: Expr
    depth: int = 0  # how deep the tree below is


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """`if condition then one else other`"""

    condition: Expr
    one: Expr
    other: Expr


@dataclass(frozen=True, slots=True)
class DecideCall(Node):
    call: Call


@dataclass(frozen=True, slots=True)
class PaysValue(Node):
    amount: Expr
    on: Text | None
    within: Expr | None
    at: Expr | None


@dataclass(frozen=True, slots=True)
class Broken(Node):
    """What could not be read; it was said where it stands, so whoever meets it says nothing."""


Expr = (
    Number | Percent | Duration | Amount | Text | Bool | Missing | Name | Call | Items
    | Index | Field | Unary | Binary | Choice | DecideCall | PaysValue | Broken
)  # fmt: skip


# ---- statements


@dataclass(frozen=True, slots=True)
class Assign(Node):
    name: str
    name_span: Span
    value: Expr


@dataclass(frozen=True, slots=True)
class Pays(Node):
    name: str
    name_span: Span
    value: PaysValue


@dataclass(frozen=True, slots=True)
class Do(Node):
    """A call that stands alone."""

    call: Call


@dataclass(frozen=True, slots=True)
class Return(Node):
    pass


@dataclass(frozen=True, slots=True)
class If(Node):
    condition: Expr
    then: Block
    other: Block | None


@dataclass(frozen=True, slots=True)
class For(Node):
    name: str
    name_span: Span
    items: Expr
    body: Block


@dataclass(frozen=True, slots=True)
class Repeat(Node):
    count: Expr
    body: Block


@dataclass(frozen=True, slots=True)
class Row:
    condition: Expr | None  # None: the else row
    action: Block


@dataclass(frozen=True, slots=True)
class DecideTable(Node):
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class DecideStatement(Node):
    call: Call


@dataclass(frozen=True, slots=True)
class Authorize(Node):
    role: Text | None
    within: Expr | None
    body: Block
    other: Block | None


@dataclass(frozen=True, slots=True)
class Execute(Node):
    body: Block
    other: Block | None


@dataclass(frozen=True, slots=True)
class Finalize(Node):
    body: Block


@dataclass(frozen=True, slots=True)
class Block(Node):
    statements: tuple[Statement, ...]


Statement = (
    Assign | Pays | Do | Return | If | For | Repeat | DecideTable | DecideStatement
    | Authorize | Execute | Finalize
)  # fmt: skip


# ---- declarations


@dataclass(frozen=True, slots=True)
class ScriptName(Node):
    title: Text


@dataclass(frozen=True, slots=True)
class Kind(Node):
    kind: str


@dataclass(frozen=True, slots=True)
class Setting(Node):
    name: str
    name_span: Span
    default: Expr
    low: Expr | None
    high: Expr | None
    choices: tuple[Expr, ...]
    doc: str


@dataclass(frozen=True, slots=True)
class State(Node):
    name: str
    name_span: Span
    initial: Expr
    doc: str


@dataclass(frozen=True, slots=True)
class Rule(Node):
    name: str
    name_span: Span
    value: Expr
    per: Expr | None
    is_within: bool


@dataclass(frozen=True, slots=True)
class Policy(Node):
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Function(Node):
    name: str
    name_span: Span
    params: tuple[Name, ...]
    body: Expr
    doc: str


@dataclass(frozen=True, slots=True)
class Handler(Node):
    event: str
    event_span: Span
    args: tuple[Arg, ...]
    body: Block
    doc: str


# ---- tests


@dataclass(frozen=True, slots=True)
class TestSettings(Node):
    values: tuple[Arg, ...]


@dataclass(frozen=True, slots=True)
class TestPrices(Node):
    """`candles` or `price`; a candle is one close or five numbers."""

    what: str
    symbol: Text | None
    rows: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class TestSignal(Node):
    """`event "name" { … }` or `command "NAME"`"""

    what: str
    name: Text
    fields: tuple[Arg, ...]


@dataclass(frozen=True, slots=True)
class TestAnswer(Node):
    """approve or decline"""

    what: str


@dataclass(frozen=True, slots=True)
class TestAfter(Node):
    duration: Expr


@dataclass(frozen=True, slots=True)
class TestExpect(Node):
    negated: bool
    value: Expr


Check = TestSettings | TestPrices | TestSignal | TestAnswer | TestAfter | TestExpect


@dataclass(frozen=True, slots=True)
class Test(Node):
    name: Text
    checks: tuple[Check, ...]


Item = ScriptName | Kind | Setting | State | Policy | Function | Handler | Test


@dataclass(frozen=True, slots=True)
class Script(Node):
    items: tuple[Item, ...]
    body: tuple[Statement, ...]  # of a script without handlers, or what stands outside them
