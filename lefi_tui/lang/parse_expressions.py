"""Expressions, from loosest to tightest: if, or, and, not, comparison, ??, + -, * / mod, -, ^."""

from __future__ import annotations

from typing import Final

from lefi_tui.lang import syntax as s
from lefi_tui.lang.diagnostic import Edit, Fix
from lefi_tui.lang.parse_base import CHAIN_MAX, NESTING_MAX, Cursor, Mistake
from lefi_tui.lang.scanner import Kind, Token
from lefi_tui.lang.source import Span

_COMPARISONS: Final = ("<", "<=", ">", ">=", "==", "!=")
_WORDS: Final = frozenset({Kind.NAME, Kind.METHOD, Kind.KEYWORD})


class Expressions(Cursor):
    def expr(self) -> s.Expr:
        self.depth += 1
        if self.depth > NESTING_MAX:
            self.depth = 0
            self.fail("LF106", f"More than {NESTING_MAX} levels; give the inner parts a name.")
        start = self.now.span
        value = self._choice(start) if self.took("if") else self._or()
        self.depth = max(0, self.depth - 1)
        return value

    def _choice(self, start: Span) -> s.Expr:
        condition = self.expr()
        self.expect("then", "Expected `then`: a value is chosen by `if c then a else b`.")
        one = self.expr()
        self.expect("else", "Expected `else`: both values are needed.")
        other = self.expr()
        return s.Choice(self.since(start), condition, one, other)

    def _binary(self, op: Token, left: s.Expr, right: s.Expr) -> s.Expr:
        depth = 1 + max(_depth(left), _depth(right))
        if depth > CHAIN_MAX:
            self.fail(
                "LF106", f"More than {CHAIN_MAX} operators in a row; name the parts.", op.span
            )
        return s.Binary(left.span.to(right.span), op.text, op.span, left, right, depth)

    def _or(self) -> s.Expr:
        left, mixed = self._and()
        while op := self.took("or"):
            right, right_mixed = self._and()
            if mixed or right_mixed:
                message = "`and` binds before `or`; parentheses say which is meant."
                self.say("LF254", message, op.span)
            mixed = False
            left = self._binary(op, left, right)
        return left

    def _and(self) -> tuple[s.Expr, bool]:
        left, mixed = self._not(), False
        while op := self.took("and"):
            left, mixed = self._binary(op, left, self._not()), True
        return left, mixed

    def _not(self) -> s.Expr:
        start = self.now.span
        if self.took("not"):
            self.depth += 1
            if self.depth > NESTING_MAX:
                self.fail("LF106", "Too many `not` in a row.")
            operand = self._not()
            self.depth -= 1
            return s.Unary(self.since(start), "not", operand)
        return self._comparison()

    def _comparison(self) -> s.Expr:
        left = self._filled()
        op = self.took(*_COMPARISONS)
        if op is None:
            return left
        value = self._binary(op, left, self._filled())
        if self.sees(*_COMPARISONS):
            self.fail("LF105", "Comparisons do not chain; write `a < b and b < c`.")
        return value

    def _filled(self) -> s.Expr:
        left = self._sum()
        op = self.took("??")
        if op is None:
            return left
        right = self._unary()
        if self.sees("??", "+", "-", "*", "/", "mod"):
            edits = (
                Edit(Span(left.span.start, left.span.start), "("),
                Edit(Span(right.span.end, right.span.end), ")"),
            )
            words = f"({self.text[left.span.start : right.span.end]}) {self.now.text} …"
            fix = Fix(f"Write {words}", edits)
            message = "The right side of ?? is one term; parentheses say what is meant."
            self.say("LF104", message, self.now.span, fix=fix)
            raise Mistake
        return self._binary(op, left, right)

    def _sum(self) -> s.Expr:
        left = self._term()
        while op := self.took("+", "-"):
            left = self._binary(op, left, self._term())
        return left

    def _term(self) -> s.Expr:
        left = self._unary()
        while op := self.took("*", "/", "mod"):
            left = self._binary(op, left, self._unary())
        return left

    def _unary(self) -> s.Expr:
        start = self.now.span
        if not self.took("-"):
            return self._power()
        self.depth += 1
        if self.depth > NESTING_MAX:
            self.fail("LF106", "Too many signs in a row.")
        operand = self._unary()
        self.depth -= 1
        return s.Unary(self.since(start), "-", operand)

    def _power(self) -> s.Expr:
        base = self._postfix()
        if self.sees("**"):
            span = self.now.span
            fix = Fix("Write ^", (Edit(span, "^"),))
            self.say("LF107", "Powers are written with ^ today.", span, fix=fix)
            raise Mistake
        if op := self.took("^"):
            self.depth += 1
            if self.depth > NESTING_MAX:
                self.fail("LF106", "Too many powers in a row.")
            right = self._unary()
            self.depth -= 1
            return self._binary(op, base, right)
        return base

    def _postfix(self) -> s.Expr:
        value = self._primary()
        links = 0
        while self.sees("[", "."):
            links += 1
            if links > NESTING_MAX:
                self.fail("LF106", "Too many fields in a row.")
            if self.took("["):
                index = self.expr()
                self.expect("]")
                value = s.Index(self.since(value.span), value, index)
            else:
                self.take()
                if self.now.kind not in _WORDS:
                    self.fail("LF101", "Expected the name of a field after the point.")
                word = self.take()
                value = s.Field(self.since(value.span), value, word.text, word.span)
        return value

    def _primary(self) -> s.Expr:
        token = self.now
        literal = _literal(token)
        if literal is not None:
            self.take()
            return literal
        if token.kind is Kind.TEXT:
            return self._text(self.take())
        if token.kind in {Kind.NAME, Kind.METHOD}:
            return self._name()
        if self.took("("):
            return self._parenthesis()
        if self.took("["):
            return self._items(token)
        if self.took("decide"):
            call = self.call()
            return s.DecideCall(self.since(token.span), call)
        self.expect_kind(Kind.NUMBER, "a value")
        raise AssertionError("a number is a literal")

    def _name(self) -> s.Expr:
        token = self.take()
        if self.sees("("):
            return self._call(token)
        if token.kind is Kind.METHOD:  # `expect no Sell`; elsewhere its arguments are missed
            return s.Call(token.span, token.text, token.span, ())
        return s.Name(token.span, token.text)

    def _parenthesis(self) -> s.Expr:
        value: s.Expr = self.pays_value() if self.sees("pays") else self.expr()
        self.expect(")")
        return value

    def _items(self, start: Token) -> s.Expr:
        items: list[s.Expr] = []
        while not self.sees("]"):
            items.append(self.expr())
            if not self.took(","):
                break
        self.expect("]")
        return s.Items(self.since(start.span), tuple(items))

    def pays_value(self) -> s.PaysValue:
        start = self.expect("pays").span
        amount = self.expr()
        on = within = at = None
        if self.took("on"):
            on = self.plain_text('the day it is due, like "2026-12-31"')
        elif self.took("in"):
            within = self.expr()
        if self.sees_word("at"):
            self.take()
            at = self.expr()
        return s.PaysValue(self.since(start), amount, on, within, at)

    def plain_text(self, what: str) -> s.Text:
        text = self._text(self.expect_kind(Kind.TEXT, what))
        if text.plain is None:
            self.fail(
                "LF101", "This text is read before the script runs; it holds no { }.", text.span
            )
        return text

    def call(self) -> s.Call:
        return self._call(self.expect_kind(Kind.METHOD, "a method, like Buy(…)"))

    def _call(self, name: Token) -> s.Call:
        args = self.args()
        return s.Call(self.since(name.span), name.text, name.span, args)

    def args(self) -> tuple[s.Arg, ...]:
        """`( a, b, name = c )`: any word but a keyword names an argument before `=`."""
        self.expect("(")
        out: list[s.Arg] = []
        while not self.sees(")"):
            out.append(self._arg())
            if not self.took(","):
                break
        self.expect(")", "Expected `,` or `)`.")
        return tuple(out)

    def _arg(self) -> s.Arg:
        token = self.now
        following = self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        if token.kind is Kind.NAME and following.text == "=":
            self.take()
            self.take()
            return s.Arg(token.text, token.span, self.expr())
        value = self.expr()
        return s.Arg(None, value.span, value)

    def _text(self, token: Token) -> s.Text:
        parts: list[str | s.Expr] = []
        for part in token.parts:
            if isinstance(part, str):
                if part:
                    parts.append(part)
            else:
                parts.append(self._hole(part, token))
        return s.Text(token.span, tuple(parts))

    def _hole(self, tokens: tuple[Token, ...], text: Token) -> s.Expr:
        """One expression inside a text; its tokens were scanned with the text."""
        if len(tokens) == 1:
            self.fail("LF005", "Write an expression between { and }.", text.span)
        inner = Expressions(self.text, tokens)
        inner.depth = self.depth + 1
        try:
            value = inner.expr()
            if inner.now.kind is not Kind.END:
                inner.fail("LF005", "Between { and } stands one expression only.")
        finally:
            self.found += inner.found
        return value


def _literal(token: Token) -> s.Expr | None:  # noqa: PLR0911 -- dispatch
    match token.kind:
        case Kind.NUMBER:
            return s.Number(token.span, token.value)
        case Kind.PERCENT:
            return s.Percent(token.span, token.value)
        case Kind.DURATION:
            return s.Duration(token.span, token.value)
        case Kind.AMOUNT:
            return s.Amount(token.span, token.value, token.text.split(" ")[-1])
        case Kind.KEYWORD if token.text in {"true", "false"}:
            return s.Bool(token.span, token.text == "true")
        case Kind.KEYWORD if token.text == "none":
            return s.Missing(token.span)
        case _:
            return None


def _depth(node: s.Expr) -> int:
    return node.depth if isinstance(node, s.Binary) else 0
