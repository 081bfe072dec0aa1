"""Statements and blocks."""

from __future__ import annotations

from typing import Final

from lefi_tui.lang import syntax as s
from lefi_tui.lang.parse_base import NESTING_MAX, Mistake
from lefi_tui.lang.parse_expressions import Expressions
from lefi_tui.lang.scanner import Kind
from lefi_tui.lang.source import Span

CHAIN_LINKS_MAX: Final = 2 * NESTING_MAX
_ITEM_WORDS: Final = ("script", "kind", "setting", "state", "policy", "fn", "on", "test")


class Statements(Expressions):
    blocks = 0  # how many blocks stand around what is read

    def block(self) -> s.Block:
        opening = self.expect("{", "Expected `{`: a block begins here.")
        self.blocks += 1
        if self.blocks > NESTING_MAX:
            self.blocks = 0
            self.fail("LF106", f"More than {NESTING_MAX} blocks inside each other.", opening.span)
        statements: list[s.Statement] = []
        while not self.sees("}"):
            if self._lost(opening.span):
                break
            self._line(statements)
        self.took("}")
        self.blocks = max(0, self.blocks - 1)
        return s.Block(self.since(opening.span), tuple(statements))

    def _lost(self, opening: Span) -> bool:
        """Whether the block's end is missing: the script ends, or the next declaration begins."""
        begins_item = self.sees(*_ITEM_WORDS) and self._at_margin()
        if self.now.kind is not Kind.END and not begins_item:
            return False
        if not any(each.code == "LF102" for each in self.found):
            self.say("LF102", "This { has no } that closes it.", opening)
        return True

    def _at_margin(self) -> bool:
        start = self.now.span.start
        return start == 0 or self.text[start - 1] == "\n"

    def _line(self, out: list[s.Statement]) -> None:
        if self.now.kind is Kind.LINE_END:
            self.take()
            return
        try:
            out.append(self.statement())
            self.line_end()
        except Mistake:
            self.depth = 0
            self.skip_statement()

    def line_end(self) -> None:
        if self.now.kind in {Kind.LINE_END, Kind.END} or self.sees("}"):
            return
        self.fail("LF103", f"A new line or ; is missing before `{self.now.text}`.")

    def statement(self) -> s.Statement:  # noqa: PLR0911 -- dispatch
        start = self.now.span
        match self.now.text if self.now.kind is Kind.KEYWORD else "":
            case "return":
                self.take()
                return s.Return(start)
            case "if":
                self.take()
                return self._if(start)
            case "for":
                return self._for()
            case "repeat":
                self.take()
                return s.Repeat(start, self.expr(), self.block())
            case "decide":
                return self._decide()
            case "authorize" | "execute" | "finalize":
                return self._waiting()
            case _:
                return self.simple()

    def _if(self, start: Span) -> s.Statement:
        condition = self.expr()
        then = self.block()
        other = self._else() if self.sees("else") else None
        return s.If(self.since(start), condition, then, other)

    def _else(self) -> s.Block:
        start = self.take().span
        if not self.sees("if"):
            return self.block()
        self.take()
        self.blocks += 1
        if self.blocks > CHAIN_LINKS_MAX:
            self.fail("LF106", "Too many `else if` in a row; write `decide { … }`.", start)
        inner = self._if(start)
        self.blocks = max(0, self.blocks - 1)
        return s.Block(inner.span, (inner,))

    def _for(self) -> s.Statement:
        start = self.take().span
        name = self.expect_kind(Kind.NAME, "a name for each item")
        self.expect("in")
        items = self.expr()
        body = self.block()
        return s.For(self.since(start), name.text, name.span, items, body)

    def _decide(self) -> s.Statement:
        start = self.take().span
        if not self.sees("{"):
            call = self.call()
            return s.DecideStatement(self.since(start), call)
        opening = self.take()
        rows: list[s.Row] = []
        while not self.sees("}"):
            if self._lost(opening.span):
                break
            if self.now.kind is Kind.LINE_END:
                self.take()
                continue
            try:
                rows += self._row()
                self.line_end()
            except Mistake:
                self.depth = 0
                self.skip_statement()
        self.took("}")
        return s.DecideTable(self.since(start), tuple(rows))

    def _row(self) -> list[s.Row]:
        if self.took("else"):
            self.expect("=>")
            return [s.Row(None, self._action())]
        condition = self.expr()
        self.expect("=>", "Expected `=>` between a condition and its statement.")
        rows = [s.Row(condition, self._action())]
        if self.took("else"):
            self.expect("=>")
            rows.append(s.Row(None, self._action()))
        return rows

    def _action(self) -> s.Block:
        start = self.now.span
        if self.sees("{"):
            return self.block()
        if self.took("return"):
            return s.Block(start, (s.Return(start),))
        statement: s.Statement
        if self.took("decide"):
            statement = s.DecideStatement(self.since(start), self.call())
        else:
            statement = self.simple()
        return s.Block(statement.span, (statement,))

    def _waiting(self) -> s.Statement:
        word = self.take()
        if word.text == "finalize":
            return s.Finalize(word.span, self.block())
        role = within = None
        if word.text == "authorize":
            if self.sees_word("by"):
                self.take()
                role = self.plain_text("the role that may approve")
            if self.sees_word("within"):
                self.take()
                within = self.expr()
        body = self.block()
        other = self.block() if self.took("else") else None
        if word.text == "authorize":
            return s.Authorize(word.span, role, within, body, other)
        return s.Execute(word.span, body, other)

    def simple(self) -> s.Statement:
        if self.now.kind is Kind.METHOD:
            call = self.call()
            return s.Do(call.span, call)
        name = self.expect_kind(Kind.NAME, "a statement")
        if self.sees("("):
            call = self._call(name)
            return s.Do(call.span, call)
        if self.sees("pays"):
            value = self.pays_value()
            return s.Pays(self.since(name.span), name.text, name.span, value)
        self.expect("=", f"Expected `=` after `{name.text}`{self._instead()}.")
        value_expr: s.Expr = self.pays_value() if self.sees("pays") else self.expr()
        return s.Assign(self.since(name.span), name.text, name.span, value_expr)
