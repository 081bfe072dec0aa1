"""The tests in a script as data: what is fed, in order, and what is expected."""

from __future__ import annotations

from typing import Any, Final

from lefi_tui.core.record import Record
from lefi_tui.lang import syntax as s
from lefi_tui.lang import types as t
from lefi_tui.lang.builtins import BUILTINS
from lefi_tui.lang.check_waits import Checker
from lefi_tui.lang.scope import Wrong
from lefi_tui.lang.source import Source, Span

_ANY_SIZE: Final[tuple[float | None, str, str]] = (None, "", "")
_OPS: Final = ("==", "!=", "<", "<=", ">", ">=")


class Feed(Record):
    """Candles (o, h, l, c, v) or single prices of one symbol ("": the script's first)."""

    what: str  # candles | price
    symbol: str
    rows: tuple[tuple[float, ...], ...]
    line: int


class ExpectOrder(Record):
    action: str
    symbol: str
    size: float | None
    size_kind: str  # percent amount number, "" when none is named
    unit: str
    is_negated: bool
    line: int
    text: str
    accounts: tuple[str, ...] = ()  # of a transfer: from, to


class ExpectNote(Record):
    kind: str
    words: str | None
    is_negated: bool
    line: int
    text: str


class ExpectState(Record):
    name: str
    op: str
    value: Any
    is_negated: bool
    line: int
    text: str


class Verdict(Record):
    """`approve` or `decline`: the answer to what has waited longest."""

    is_approved: bool
    line: int


class After(Record):
    """Time passes without a candle."""

    ms: int
    line: int


class ExpectFinalized(Record):
    is_negated: bool
    line: int
    text: str


class Signaled(Record):
    """A custom event, or a command of a person; no time passes."""

    what: str  # event | command
    name: str
    fields: tuple[tuple[str, float | str | bool], ...]
    line: int


Line = Feed | ExpectOrder | ExpectNote | ExpectState | Signaled | Verdict | After | ExpectFinalized


class ScriptTest(Record):
    name: str
    line: int
    settings: tuple[tuple[str, str], ...]  # name, value as Lefi text
    lines: tuple[Line, ...]


def read_tests(check: Checker, tests: list[s.Test], source: Source) -> tuple[ScriptTest, ...]:
    return tuple(_Reader(check, source).test(each) for each in tests)


class _Reader:
    def __init__(self, check: Checker, source: Source) -> None:
        self.check, self.source = check, source

    def test(self, node: s.Test) -> ScriptTest:
        settings: list[tuple[str, str]] = []
        lines: list[Line] = []
        for each in node.checks:
            try:
                if isinstance(each, s.TestSettings):
                    settings += [self._setting(value) for value in each.values]
                else:
                    lines.append(self._line(each))
            except Wrong:
                continue
        place = self.source.place(node.span.start)
        return ScriptTest(node.name.plain or "", place.line, tuple(settings), tuple(lines))

    def _setting(self, arg: s.Arg) -> tuple[str, str]:
        assert arg.name is not None
        if arg.name not in self.check.shared.declared.settings:
            message = f"There is no setting `{arg.name}`."
            raise self.check.wrong("LF201", arg.name_span, message)
        return arg.name, self._written(arg.value.span)

    def _written(self, span: Span) -> str:
        return self.source.text[span.start : span.end]

    def _line(self, node: s.Check) -> Line:
        line = self.source.place(node.span.start).line
        match node:
            case s.TestPrices():
                return self._feed(node, line)
            case s.TestExpect():
                return self._expect(node, line)
            case s.TestSignal():
                return self._signaled(node, line)
            case s.TestAnswer():
                return Verdict(node.what == "approve", line)
            case s.TestAfter():
                return self._after(node, line)
            case s.TestSettings():
                raise AssertionError("settings are read before")

    def _feed(self, node: s.TestPrices, line: int) -> Line:
        symbol = ""
        if node.symbol is not None:
            symbol = self.check.symbol(s.Arg(None, node.symbol.span, node.symbol))
        if not symbol and not self.check.shared.symbols:
            message = f'The script names no market; write `{node.what} "BTC/USDT" …`.'
            raise self.check.wrong(
                "LF204", Span(node.span.start, node.span.start + len(node.what)), message
            )
        return Feed(node.what, symbol, node.rows, line)

    def _signaled(self, node: s.TestSignal, line: int) -> Signaled:
        if node.what == "command" and node.fields:
            raise self.check.wrong("LF204", node.fields[0].name_span, "A command has no fields.")
        fields = {arg.name or "": self._given(arg) for arg in node.fields}
        return Signaled(node.what, node.name.plain or "", tuple(fields.items()), line)

    def _given(self, arg: s.Arg) -> float | str | bool:
        value = self.check.value(arg.value)
        if not value.is_const or not isinstance(value.value, (float, str, bool)):
            message = "A field is a constant: a number, a text, true or false."
            raise self.check.wrong("LF208", arg.value.span, message)
        return value.value

    def _after(self, node: s.TestAfter, line: int) -> After:
        wait = self.check.value(node.duration)
        if not wait.is_const or wait.type != t.DURATION or not wait.value > 0:
            raise self.check.wrong("LF204", node.duration.span, "Time passes by a duration: 10m.")
        return After(int(wait.value), line)

    def _expect(self, node: s.TestExpect, line: int) -> Line:
        value, text = node.value, self._written(node.span)
        if isinstance(value, s.Call) and value.name in BUILTINS:
            return self._expect_call(value, node.negated, (line, text))
        if isinstance(value, s.Binary) and isinstance(value.left, s.Name) and value.op in _OPS:
            return self._expect_state(value, node.negated, (line, text))
        if isinstance(value, s.Name) and value.name == "finalized":
            return ExpectFinalized(node.negated, line, text)
        message = "Expect an order, a notice, or `name == value`."
        raise self.check.wrong("LF204", value.span, message)

    def _expect_state(self, node: s.Binary, negated: bool, where: tuple[int, str]) -> Line:  # noqa: FBT001 -- as written
        name = node.left
        assert isinstance(name, s.Name)
        if name.name not in self.check.shared.state_types:
            message = f"`{name.name}` is no state; a test looks at states."
            raise self.check.wrong("LF201", name.span, message)
        wanted = self.check.value(node.right)
        if not wanted.is_const:
            raise self.check.wrong("LF208", node.right.span, "What is expected is constant.")
        is_none = isinstance(node.right, s.Missing)
        value = None if is_none else wanted.value
        return ExpectState(name.name, node.op, value, negated, *where)

    def _expect_call(self, node: s.Call, negated: bool, where: tuple[int, str]) -> Line:  # noqa: FBT001 -- as written
        builtin = BUILTINS[node.name]
        if builtin.group == "word":
            words = self.check.constant_text(node.args[0], "A notice") if node.args else None
            return ExpectNote(node.name.lower(), words, negated, *where)
        if builtin.group != "transaction":
            message = f"`{node.name}` is no order and no notice."
            raise self.check.wrong("LF204", node.span, message)
        if builtin.result == "transfer":
            return self._expect_transfer(node, negated, where)
        symbol = self.check.symbol(node.args[0]) if node.args else ""
        size = self._size(node.args[1]) if len(node.args) > 1 else _ANY_SIZE
        return ExpectOrder(node.name.lower(), symbol, *size, negated, *where)

    def _expect_transfer(self, node: s.Call, negated: bool, where: tuple[int, str]) -> Line:  # noqa: FBT001 -- as written
        accounts = [self.check.constant_text(each, "An account") for each in node.args[:2]]
        size = self._size(node.args[2]) if len(node.args) > 2 else _ANY_SIZE
        return ExpectOrder("transfer", "", *size, negated, *where, tuple(accounts))

    def _size(self, arg: s.Arg) -> tuple[float | None, str, str]:
        value = self.check.value(arg.value)
        if not value.is_const or not isinstance(value.value, float):
            raise self.check.wrong("LF208", arg.value.span, "A size is constant here.")
        return value.value, value.type.kind, value.type.base
