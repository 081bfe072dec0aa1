"""Expressions, from loosest to tightest: if, or, and, not, comparison, ??, + -, * / mod, -, ^."""

from __future__ import annotations

from typing import Final

from lefi_tui.lang import syntax as s
from lefi_tui.lang.diagnostic import Edit, Fix
from lefi_tui.lang.parse_base import CHAIN_MAX, HOLES_MAX, NESTING_MAX, Mistake
from lefi_tui.lang.parse_older import Older
from lefi_tui.lang.source import Span
from lefi_tui.lang.tokens import CONSTANT_WORDS, LITERALS, WORD_KINDS, Kind, Token, shown

_WORDS: Final = frozenset({Kind.NAME, *LITERALS})
_BEHIND_VALUE: Final = frozenset({")", "]", "}", ",", "{"})
_COMPARISONS: Final = ("<", "<=", ">", ">=", "==", "!=")


class Expressions(Older):
    def expr(self) -> s.Expr:
        start, depth = self.now.span, self.depth
        self.deepen()
        if self._is_one_word():
            value = self._primary()
        else:
            value = self._choice(start) if self.took("if") else self._or()
        self.depth = depth
        return value

    def _is_one_word(self) -> bool:
        """Most values are: then nothing has to be asked of every operator in turn."""
        if self.now.kind not in _WORDS:
            return False
        following = self.following
        is_over = following.kind is Kind.MARK and following.text in _BEHIND_VALUE
        return is_over or following.kind is Kind.LINE_END

    def _choice(self, start: Span) -> s.Expr:
        condition = self.expr()
        self.expect("then", "A value is chosen by `if c then a else b`; expected `then`")
        one = self.expr()
        self.expect("else", "Both values are needed; expected `else`")
        other = self.expr()
        return s.Choice(self.since(start), condition, one, other)

    def _binary(self, start: Span, op: Token, left: s.Expr, right: s.Expr) -> s.Expr:
        depth = 1 + max(_depth(left), _depth(right))
        if depth > CHAIN_MAX:
            message = f"More than {CHAIN_MAX} operators in a row; give the parts names."
            self.fail("LF106", message, op.span)
        return s.Binary(self.since(start), op.text, op.span, left, right, depth)

    def _or(self) -> s.Expr:
        start = self.now.span
        left, mixed = self._and()
        bare = [self.since(start)] if mixed else []  # what needs parentheses
        while op := self.took("or"):
            begin = self.now.span
            right, mixed = self._and()
            bare += [self.since(begin)] if mixed else []
            if bare:
                message = "`and` is taken before `or`; parentheses say what is meant."
                self.say("LF254", message, op.span, fix=_in_parentheses(bare))
                bare = []
            left = self._binary(start, op, left, right)
        return left

    def _and(self) -> tuple[s.Expr, bool]:
        start = self.now.span
        left, mixed = self._not(), False
        while op := self.took("and"):
            left, mixed = self._binary(start, op, left, self._not()), True
        return left, mixed

    def _not(self) -> s.Expr:
        start = self.now.span
        if not self.took("not"):
            return self._comparison()
        self.deepen()
        operand = self._not()
        self.depth -= 1
        return s.Unary(self.since(start), "not", operand)

    def _comparison(self) -> s.Expr:
        start = self.now.span
        left = self._filled()
        op = self.took(*_COMPARISONS)
        if op is None:
            return left
        middle = self.now.span
        value = self._binary(start, op, left, self._filled())
        if self.sees(*_COMPARISONS):
            self._say_chained(op, self.since(middle))
            raise Mistake
        return value

    def _say_chained(self, op: Token, middle: Span) -> None:
        is_between = not {op.text, self.now.text} & {"==", "!="}
        words = f" and {self.text[middle.start : middle.end]}"
        fix = Fix("Write a < b and b < c", (Edit(Span(middle.end, middle.end), words),))
        message = "Comparisons do not chain; write `a < b and b < c`."
        self.say("LF105", message, self.now.span, fix=fix if is_between else None)

    def _filled(self) -> s.Expr:
        start = self.now.span
        left = self._sum()
        while op := self.took("??"):
            right = self._unary()
            if self.sees("+", "-", "*", "/", "mod"):
                self._say_parentheses(left, right)
                raise Mistake
            left = self._binary(start, op, left, right)
        return left

    def _say_parentheses(self, left: s.Expr, right: s.Expr) -> None:
        """`x ?? 0 + 1` is refused, for half of its readers would read it the other way."""
        start, end = left.span.start, right.span.end
        fix = Fix(
            f"Write ({shown(self.text[start:end])}) {self.now.text} …",
            (Edit(Span(start, start), "("), Edit(Span(end, end), ")")),
        )
        message = "The right side of ?? is one term; parentheses say what is meant."
        self.say("LF104", message, self.now.span, fix=fix)

    def _sum(self) -> s.Expr:
        start = self.now.span
        left = self._term()
        while op := self.took("+", "-"):
            left = self._binary(start, op, left, self._term())
        return left

    def _term(self) -> s.Expr:
        start = self.now.span
        left = self._unary()
        while op := self.took("*", "/", "mod"):
            left = self._binary(start, op, left, self._unary())
        return left

    def _unary(self) -> s.Expr:
        start = self.now.span
        if not self.took("-"):
            return self._power()
        self.deepen()
        operand = self._unary()
        self.depth -= 1
        return s.Unary(self.since(start), "-", operand)

    def _power(self) -> s.Expr:
        start = self.now.span
        base = self._postfix()
        op = self.took("^")
        if op is None:
            return base
        self.deepen()
        right = self._unary()
        self.depth -= 1
        return self._binary(start, op, base, right)

    def _postfix(self) -> s.Expr:
        start = self.now.span  # of `(a + b)[1]` the parenthesis belongs to it
        value = self._primary()
        links = 0
        while self.sees("[", "."):
            links += 1
            if links > NESTING_MAX:
                self.fail("LF106", f"More than {NESTING_MAX} fields in a row.")
            value = self._index(value, start) if self.took("[") else self._field(value, start)
        return value

    def _index(self, value: s.Expr, start: Span) -> s.Expr:
        index = self.expr()
        self.closing("]")
        return s.Index(self.since(start), value, index)

    def _field(self, value: s.Expr, start: Span) -> s.Expr:
        self.take()
        if self.now.kind not in WORD_KINDS:
            self.fail("LF101", f"Expected the name of a field after the point{self.instead()}.")
        word = self.take()
        return s.Field(self.since(start), value, word.text, word.span)

    def _primary(self) -> s.Expr:
        token = self.now
        if token.kind in LITERALS or self.sees(*CONSTANT_WORDS):
            return self.literal()
        if token.kind in {Kind.NAME, Kind.METHOD}:
            return self._name()
        if self.took("("):
            return self._parenthesis()
        if self.took("["):
            return self._items(token)
        if self.took("decide"):
            call = self.call()
            return s.DecideCall(self.since(token.span), call)
        if self.sees(".") and self.following.kind is Kind.NUMBER:
            self.fail("LF101", f"A number begins with a digit: 0.{self.following.text}.")
        self.fail("LF101", f"Expected a value{self.instead()}.")

    def literal(self) -> s.Expr:
        token = self.take()
        return self._text(token) if token.kind is Kind.TEXT else _literal(token)

    def _name(self) -> s.Expr:
        token = self.take()
        if self.sees("("):
            return self.today_value(self.call_of(token))
        if token.kind is Kind.METHOD:  # `expect no Sell`; elsewhere its arguments are missed
            return s.Call(token.span, token.text, token.span, ())
        return s.Name(token.span, token.text)

    def _parenthesis(self) -> s.Expr:
        value: s.Expr = self.pays_value() if self.sees("pays") else self.expr()
        self.closing(")")
        return value

    def _items(self, start: Token) -> s.Expr:
        items: list[s.Expr] = []
        if not self.sees("]"):
            items.append(self.expr())
            while self.took(","):
                items.append(self.expr())
        self.closing("]", "Expected `,` or `]`")
        return s.Items(self.since(start.span), tuple(items))

    def pays_value(self) -> s.PaysValue:
        start = self.expect("pays").span
        amount = self.expr()
        on = within = at = None
        if self.took("on"):
            on = self.plain_text('the day it is due, like "2026-12-31"')
        elif self.took("in"):
            within = self.expr()
        if self.took_word("at"):
            at = self.expr()
        return s.PaysValue(self.since(start), amount, on, within, at)

    def plain_text(self, what: str) -> s.Text:
        if self.now.kind is Kind.WRONG:  # a text that is not closed, most likely
            return s.Text(self.take().span, ())
        text = self._text(self.expect_kind(Kind.TEXT, what))
        if text.plain is None:
            self.fail(
                "LF101", "This text is read before the script runs; it holds no { }.", text.span
            )
        return text

    def call(self) -> s.Call:
        return self.call_of(self.expect_kind(Kind.METHOD, "a method, like Buy(…)"))

    def call_of(self, name: Token) -> s.Call:
        args = self.args()
        return self.today(s.Call(self.since(name.span), name.text, name.span, args))

    def args(self) -> tuple[s.Arg, ...]:
        """`( a, b, name = c )`: any word but a keyword names an argument before `=`."""
        self.expect("(")
        out: list[s.Arg] = []
        if not self.sees(")"):
            out.append(self._arg())
            while self.took(","):
                out.append(self._arg())
        self.closing(")", "Expected `,` or `)`")
        return tuple(out)

    def _arg(self) -> s.Arg:
        token = self.now
        if token.kind is Kind.NAME and self.following.text == "=":
            self.take()
            self.take()
            return s.Arg(token.text, token.span, self.expr())
        if token.kind is Kind.KEYWORD and self.following.text == "=":
            self.fail("LF108", f"`{token.text}` is a word of the language; it names no argument.")
        value = self.expr()
        return s.Arg(None, value.span, value)

    def _text(self, token: Token) -> s.Text:
        parts: list[str | s.Expr] = []
        if len(token.parts) > 2 * HOLES_MAX + 1:
            self.fail("LF106", f"A text holds at most {HOLES_MAX} expressions.", token.span)
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
            self.say("LF005", "Write an expression between { and }.", tokens[0].span)
            return s.Broken(text.span)
        inner = Expressions(self.text, tokens, self.functions)
        inner.depth = self.depth
        value = inner.tried(inner.whole_hole)
        self.found += inner.found
        return value

    def whole_hole(self) -> s.Expr:
        value = self.expr()
        if self.now.kind is not Kind.END:
            self.fail("LF005", "Between { and } stands one expression only.")
        return value


def _literal(token: Token) -> s.Expr:  # noqa: PLR0911 -- dispatch
    match token.kind:
        case Kind.NUMBER:
            return s.Number(token.span, token.value)
        case Kind.PERCENT:
            return s.Percent(token.span, token.value)
        case Kind.DURATION:
            return s.Duration(token.span, token.value)
        case Kind.AMOUNT:
            return s.Amount(token.span, token.value, token.text.split()[-1])
        case Kind.KEYWORD if token.text == "none":
            return s.Missing(token.span)
        case Kind.KEYWORD:
            return s.Bool(token.span, token.text == "true")
        case _:
            assert token.kind is Kind.WRONG
            return s.Broken(token.span)


def _in_parentheses(spans: list[Span]) -> Fix:
    edits = [(Edit(Span(a, a), "("), Edit(Span(b, b), ")")) for a, b in spans]
    return Fix("Write the parentheses", tuple(edit for pair in edits for edit in pair))


def _depth(node: s.Expr) -> int:
    return node.depth if isinstance(node, s.Binary) else 0
