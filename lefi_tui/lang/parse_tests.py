"""The lines of a `test` block: settings, candles, prices, events, answers, expectations."""

from __future__ import annotations

from collections.abc import Callable

from lefi_tui.lang import syntax as s
from lefi_tui.lang.parse_base import Mistake
from lefi_tui.lang.parse_statements import Statements
from lefi_tui.lang.scanner import Kind
from lefi_tui.lang.source import Span


class Checks(Statements):
    def braced(self, opening: Span, line: Callable[[], None]) -> None:
        """Lines up to the closing brace; a wrong one is passed over."""
        while not self.sees("}"):
            if self._lost(opening):
                break
            if self.now.kind is Kind.LINE_END:
                self.take()
                continue
            try:
                line()
                self.line_end()
            except Mistake:
                self.depth = 0
                self.skip_statement()
        self.took("}")

    def check(self) -> s.Check:
        start = self.now.span
        if self.took("setting"):
            values = [self._value()]
            while self.took(","):
                values.append(self._value())
            return s.TestSettings(self.since(start), tuple(values))
        word = self.expect_kind(Kind.NAME, "a line of a test: candles, price, event, expect …")
        match word.text:
            case "candles" | "price":
                return self._prices(word.text, start)
            case "event" | "command":
                return self._signal(word.text, start)
            case "approve" | "decline":
                return s.TestAnswer(start, word.text)
            case "after":
                duration = self.expr()
                return s.TestAfter(self.since(start), duration)
            case "expect":
                return self._expect(start)
            case _:
                self.fail(
                    "LF101",
                    "A line of a test begins with setting, candles, price, event, command, "
                    "approve, decline, after or expect.",
                    word.span,
                )

    def _value(self) -> s.Arg:
        name = self.expect_kind(Kind.NAME, "the name of a setting")
        self.expect("=")
        return s.Arg(name.text, name.span, self.expr())

    def _expect(self, start: Span) -> s.Check:
        negated = self.sees_word("no")
        if negated:
            self.take()
        value = self.expr()
        return s.TestExpect(self.since(start), negated, value)

    def _prices(self, what: str, start: Span) -> s.Check:
        symbol = self.plain_text("a symbol") if self.now.kind is Kind.TEXT else None
        rows: list[tuple[float, ...]] = []
        while self.now.kind not in {Kind.LINE_END, Kind.END} and not self.sees("}"):
            rows.append(self._candle() if self.sees("(") else (self._number(),))
        if not rows:
            self.fail("LF101", f"Expected prices after `{what}`.")
        return s.TestPrices(self.since(start), what, symbol, tuple(rows))

    def _candle(self) -> tuple[float, ...]:
        start = self.take().span
        numbers = [self._number()]
        while self.took(","):
            numbers.append(self._number())
        self.expect(")")
        if len(numbers) != 5:
            message = "A candle has five numbers: open, high, low, close, volume."
            self.fail("LF101", message, self.since(start))
        return tuple(numbers)

    def _number(self) -> float:
        value = self.bound()
        if isinstance(value, (s.Number, s.Amount)):
            return value.value
        if isinstance(value, s.Unary) and isinstance(value.operand, s.Number):
            return -value.operand.value
        self.fail("LF101", "A price is a number.", value.span)

    def bound(self) -> s.Expr:
        """A number, percent, duration or amount, with a sign at most."""
        start = self.now.span
        if self.took("-"):
            return s.Unary(self.since(start), "-", self.bound())
        kinds = {Kind.NUMBER, Kind.PERCENT, Kind.DURATION, Kind.AMOUNT}
        if self.now.kind not in kinds:
            self.expect_kind(Kind.NUMBER, "a number, percent, duration or amount")
        return self._primary()

    def _signal(self, what: str, start: Span) -> s.Check:
        name = self.plain_text("its name as a text")
        fields: list[s.Arg] = []
        if self.sees("{"):
            opening = self.take()
            self.braced(opening.span, lambda: fields.append(self._value()))
        return s.TestSignal(self.since(start), what, name, tuple(fields))
