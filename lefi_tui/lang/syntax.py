"""The tree of a script as it was written: what the parser makes and nobody changes."""

from __future__ import annotations

from lefi_tui.core.record import Record
from lefi_tui.lang.source import Span


class Node(Record):
    span: Span


# ---- expressions


class Number(Node):
    value: float


class Percent(Node):
    value: float  # a share: 25% is 0.25


class Duration(Node):
    ms: float


class Amount(Node):
    value: float
    unit: str


class Text(Node):
    parts: tuple[str | Expr, ...]

    @property
    def plain(self) -> str | None:
        """The text itself, when no expression stands in it."""
        if all(isinstance(part, str) for part in self.parts):
            return "".join(part for part in self.parts if isinstance(part, str))
        return None


class Bool(Node):
    value: bool


class Missing(Node):
    """`none`"""


class Name(Node):
    name: str


class Arg(Record):
    name: str | None
    name_span: Span
    value: Expr


class Call(Node):
    name: str
    name_span: Span
    args: tuple[Arg, ...]


class Items(Node):
    items: tuple[Expr, ...]


class Index(Node):
    target: Expr
    index: Expr


class Field(Node):
    target: Expr
    name: str
    name_span: Span


class Unary(Node):
    op: str  # - not
    operand: Expr


class Binary(Node):
    op: str
    op_span: Span
    left: Expr
    right: Expr
    depth: int = 0  # how deep the tree below is


class Choice(Node):
    """`if condition then one else other`"""

    condition: Expr
    one: Expr
    other: Expr


class DecideCall(Node):
    call: Call


class PaysValue(Node):
    amount: Expr
    on: Text | None
    within: Expr | None
    at: Expr | None


class Broken(Node):
    """What could not be read; it was said where it stands, so whoever meets it says nothing."""


Expr = (
    Number | Percent | Duration | Amount | Text | Bool | Missing | Name | Call | Items
    | Index | Field | Unary | Binary | Choice | DecideCall | PaysValue | Broken
)  # fmt: skip


# ---- statements


class Assign(Node):
    name: str
    name_span: Span
    value: Expr


class Pays(Node):
    name: str
    name_span: Span
    value: PaysValue


class Do(Node):
    """A call that stands alone."""

    call: Call


class Return(Node):
    pass


class If(Node):
    condition: Expr
    then: Block
    other: Block | None


class For(Node):
    name: str
    name_span: Span
    items: Expr
    body: Block


class Repeat(Node):
    count: Expr
    body: Block


class Row(Record):
    condition: Expr | None  # None: the else row
    action: Block


class DecideTable(Node):
    rows: tuple[Row, ...]


class DecideStatement(Node):
    call: Call


class Authorize(Node):
    role: Text | None
    within: Expr | None
    body: Block
    other: Block | None


class Execute(Node):
    body: Block
    other: Block | None


class Finalize(Node):
    body: Block


class Block(Node):
    statements: tuple[Statement, ...]


Statement = (
    Assign | Pays | Do | Return | If | For | Repeat | DecideTable | DecideStatement
    | Authorize | Execute | Finalize
)  # fmt: skip


# ---- declarations


class ScriptName(Node):
    title: Text


class Kind(Node):
    kind: str


class Setting(Node):
    name: str
    name_span: Span
    default: Expr
    low: Expr | None
    high: Expr | None
    choices: tuple[Expr, ...]
    doc: str


class State(Node):
    name: str
    name_span: Span
    initial: Expr
    doc: str


class Rule(Node):
    name: str
    name_span: Span
    value: Expr
    per: Expr | None
    is_within: bool


class Policy(Node):
    rules: tuple[Rule, ...]


class Function(Node):
    name: str
    name_span: Span
    params: tuple[Name, ...]
    body: Expr
    doc: str


class Handler(Node):
    event: str
    event_span: Span
    args: tuple[Arg, ...]
    body: Block
    doc: str


# ---- tests


class TestSettings(Node):
    values: tuple[Arg, ...]


class TestPrices(Node):
    """`candles` or `price`; a candle is one close or five numbers."""

    what: str
    symbol: Text | None
    rows: tuple[tuple[float, ...], ...]


class TestSignal(Node):
    """`event "name" { … }` or `command "NAME"`"""

    what: str
    name: Text
    fields: tuple[Arg, ...]


class TestAnswer(Node):
    """approve or decline"""

    what: str


class TestAfter(Node):
    duration: Expr


class TestExpect(Node):
    negated: bool
    value: Expr


Check = TestSettings | TestPrices | TestSignal | TestAnswer | TestAfter | TestExpect


class Test(Node):
    name: Text
    checks: tuple[Check, ...]


Item = ScriptName | Kind | Setting | State | Policy | Function | Handler | Test


class Script(Node):
    items: tuple[Item, ...]
    body: tuple[Statement, ...]  # of a script without handlers, or what stands outside them
