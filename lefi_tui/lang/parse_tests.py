"""The lines of a `test` block: settings, candles, prices, events, answers, expectations."""

from __future__ import annotations

from typing import Final

from lefi_tui.lang import syntax as s
from lefi_tui.lang.parse_statements import Statements
from lefi_tui.lang.source import Span
from lefi_tui.lang.tokens import Kind

_BOUNDS: Final = frozenset({Kind.NUMBER, Kind.PERCENT, Kind.DURATION, Kind.AMOUNT})
CHECK_WORDS: Final = (
    *("candles", "price", "event", "command", "approve", "decline", "after", "expect", "setting"),
)
_SAID: Final = (
    "A line of a test begins with setting, candles, price, event, command, approve, decline, "
    "after or expect."
)


class Checks(Statements):
    def check(self) -> s.Check:
        start = self.now.span
        if not self.sees("setting") and not self.sees_word(*CHECK_WORDS):
            self.mend(CHECK_WORDS)
        if self.sees("setting"):
            return self._settings()
        match self.now.text if self.now.kind is Kind.NAME else "":
            case "candles" | "price":
                return self._prices(self.take().text, start)
            case "event" | "command":
                return self._signal(self.take().text, start)
            case "approve" | "decline":
                return s.TestAnswer(start, self.take().text)
            case "after":
                self.take()
                duration = self.expect_kind(Kind.DURATION, "a duration, like 10m")
                value = s.Duration(duration.span, duration.value)
                return s.TestAfter(self.since(start), value)
            case "expect":
                self.take()
                negated = self.took_word("no") is not None
                wanted = self.expr()
                return s.TestExpect(self.since(start), negated, wanted)
            case _:
                self.fail("LF101", _SAID)

    def _settings(self) -> s.Check:
        start = self.take().span
        values = [self._value()]
        while self.took(","):
            values.append(self._value())
        return s.TestSettings(self.since(start), tuple(values))

    def _value(self) -> s.Arg:
        name = self.expect_kind(Kind.NAME, "a name")
        self.expect("=")
        return s.Arg(name.text, name.span, self.expr())

    def _prices(self, what: str, start: Span) -> s.Check:
        symbol = self.plain_text("a symbol") if self.now.kind is Kind.TEXT else None
        rows: list[tuple[float, ...]] = []
        if self.sees("("):
            while self.sees("("):
                rows.append(self._candle())
        else:
            rows.append((self._number(),))
            while not self.sees_end() and not self.sees("("):
                rows.append((self._number(),))
        return s.TestPrices(self.since(start), what, symbol, tuple(rows))

    def _candle(self) -> tuple[float, ...]:
        start = self.take().span
        numbers = [self._number()]
        while self.took(","):
            numbers.append(self._number())
        self.closing(")", "Expected `,` or `)`")
        if len(numbers) != 5:
            message = "A candle has five numbers: open, high, low, close, volume."
            self.fail("LF101", message, self.since(start))
        return tuple(numbers)

    def _number(self) -> float:
        value = self.bound()
        match value:
            case s.Number() | s.Amount():
                return value.value
            case s.Unary(operand=s.Number() as number):
                return -number.value
            case s.Broken():
                return 0.0  # said where it stands
            case _:
                self.fail("LF101", "A price is a number.", value.span)

    def bound(self) -> s.Expr:
        """A number, percent, duration or amount, with a sign at most."""
        start = self.now.span
        sign = self.took("-")
        if self.now.kind not in _BOUNDS and self.now.kind is not Kind.WRONG:
            what = "a number, percent, duration or amount"
            self.fail("LF101", f"Expected {what}{self.instead()}.")
        value = self.literal()
        return s.Unary(self.since(start), "-", value) if sign else value

    def _signal(self, what: str, start: Span) -> s.Check:
        name = self.plain_text("its name as a text")
        fields: list[s.Arg] = []
        names_a_field = self.now.kind is Kind.NAME and self.following.text == "="
        if self.sees("{") or names_a_field:
            self.braced(lambda: fields.append(self._value()))
        return s.TestSignal(self.since(start), what, name, tuple(fields))
