"""Statements and blocks."""

from __future__ import annotations

from typing import Final

from lefi_tui.lang import syntax as s
from lefi_tui.lang.diagnostic import Edit, Fix
from lefi_tui.lang.parse_base import Mistake
from lefi_tui.lang.parse_expressions import Expressions
from lefi_tui.lang.parse_older import BLOCKS_MAX
from lefi_tui.lang.source import Span
from lefi_tui.lang.tokens import ITEM_WORDS, STATEMENT_WORDS, Kind, shown

LINKS_MAX: Final = 40  # of else if behind each other
# What can stand behind a word that begins a statement or a declaration: it tells a misspelled
# word of the language from a name.
_VALUE: Final = frozenset({"name", "method", "not", "decide", "true", "false"})
_FOLLOWERS: Final[dict[str, frozenset[str]]] = {
    "if": _VALUE,
    "for": frozenset({"name"}),
    "repeat": frozenset({"name", "number"}),
    "decide": frozenset({"method", "{"}),
    "authorize": frozenset({"name", "{"}),
    "execute": frozenset({"{"}),
    "finalize": frozenset({"{"}),
    "return": frozenset({"end"}),
    "else": frozenset({"{", "if"}),
    "script": frozenset({"text"}),
    "kind": frozenset({"name"}),
    "setting": frozenset({"name"}),
    "state": frozenset({"name"}),
    "policy": frozenset({"{"}),
    "fn": frozenset({"name"}),
    "on": frozenset({"method"}),
    "test": frozenset({"text"}),
}
_ELSEWHERE: Final = {
    "while": "Every loop ends: `repeat N { … }` or `for x in LIST { … }`.",
    "let": "A name needs no word before it: x = 1.",
    "var": "A name needs no word before it: x = 1.",
    "const": "A name needs no word before it: x = 1.",
    "def": "A function is written `fn name(a, b) = expression`.",
    "func": "A function is written `fn name(a, b) = expression`.",
    "function": "A function is written `fn name(a, b) = expression`.",
}

_NEEDLESS: Final = ("let", "var", "const")


class Statements(Expressions):
    # ---- blocks

    def block(self) -> s.Block:
        opening = self.now.span
        if self.blocks >= BLOCKS_MAX:
            message = f"More than {BLOCKS_MAX} blocks inside each other; split the handler."
            self.fail("LF106", message)
        self.blocks += 1
        statements: list[s.Statement] = []
        self.braced(lambda: statements.append(self.statement()), can_resume=True)
        self.blocks -= 1
        return s.Block(self.since(opening), self.joined(statements))

    def condition(self, *stops: str) -> s.Expr:
        """An expression before one of the marks; what stands behind it is read in any case."""
        value = self.tried(self.expr, *stops)
        if self.sees("="):
            span = self.now.span
            fix = Fix("Write ==", (Edit(span, "=="),))
            self.say("LF101", "`=` gives a name a value; `==` compares.", span, fix=fix)
            self.skip_to(*stops)
            value = s.Broken(value.span)
        if isinstance(value, s.Broken) and not self.sees(*stops):
            raise Mistake
        return value

    # ---- statements

    def statement(self) -> s.Statement:  # noqa: PLR0911 -- dispatch
        self.mend_first_word()
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
                return self._repeat()
            case "decide":
                return self._decide()
            case "authorize" | "execute" | "finalize":
                return self._waiting()
            case _:
                return self.simple()

    def mend_first_word(self) -> None:
        """`autorize { }`: a word that can't begin a statement, and what it was meant to be."""
        self.older_word()
        if self.now.kind not in {Kind.NAME, Kind.METHOD}:
            return
        following = self.following
        is_plain = following.kind in {Kind.MARK, Kind.KEYWORD}
        behind = following.text if is_plain else following.kind.value
        if following.kind in {Kind.LINE_END, Kind.END} or following.text == "}":
            behind = "end"
        is_name = behind in {"=", "("}
        if self.now.kind is Kind.NAME and self.now.text in _ELSEWHERE and not is_name:
            self._say_elsewhere(self.now.text)
            return
        words = [word for word, followers in _FOLLOWERS.items() if behind in followers]
        if "else" in words and not self._is_behind_block():
            words.remove("else")
        if self.mend(words) and self.sees("else"):
            raise Mistake

    def _is_behind_block(self) -> bool:
        """An else follows a `}` on its line or a later one, and nothing else, not even a `;`."""
        at = self.at - 1
        while at >= 0 and self.tokens[at].kind is Kind.LINE_END and self.tokens[at].text == "\n":
            at -= 1
        return at >= 0 and self.tokens[at].text == "}"

    def _say_elsewhere(self, word: str) -> None:
        """A word of other languages; `let x = 1` is read as `x = 1`."""
        start = self.now.span
        if word not in _NEEDLESS or self.following.kind is not Kind.NAME:
            self.fail("LF101", _ELSEWHERE[word])
        gap = Span(start.start, self.following.span.start)
        fix = Fix(f"Leave out {word}", (Edit(gap, ""),))
        self.say("LF101", _ELSEWHERE[word], start, fix=fix)
        self.take()

    def _for(self) -> s.Statement:
        start = self.take().span
        name = self.expect_kind(Kind.NAME, "a name for each item")
        self.expect("in")
        items = self.condition("{")
        body = self.block()
        return s.For(self.since(start), name.text, name.span, items, body)

    def _repeat(self) -> s.Statement:
        start = self.take().span
        count = self.condition("{")
        body = self.block()
        return s.Repeat(self.since(start), count, body)

    # ---- if

    def _if(self, start: Span) -> s.Statement:
        self.older_question()
        condition = self.condition("{", "then")
        if self.sees("then"):
            return self.asked(self.old_if(start, condition))
        links = [(start, condition, self.block())]
        other: s.Block | None = None
        while self._took_else():
            begin = self.now.span
            if not self.took("if"):
                other = self.block()
                break
            if len(links) > LINKS_MAX:
                message = f"More than {LINKS_MAX} `else if`; write `decide {{ … }}`."
                self.fail("LF106", message, begin)
            links.append((begin, self.condition("{"), self.block()))
        return self.asked(self._chained(links, other))

    def _took_else(self) -> bool:
        if self.sees_word("elif", "elseif"):
            span = self.now.span
            fix = Fix("Write else if", (Edit(span, "else if"),))
            self.say("LF101", f"`{self.now.text}` is written `else if`.", span, fix=fix)
            self.tokens[self.at] = self.as_keyword("if")
            return True
        is_own = self.following.text in {"{", "if"}
        if self.old_blocks and (not is_own or self.is_old_else_if()):
            return False  # that of `if … then` around
        if self.now.kind is Kind.NAME and is_own:
            self.mend(["else"])
        return self.took("else") is not None

    def _chained(self, links: list[tuple[Span, s.Expr, s.Block]], other: s.Block | None) -> s.If:
        """`if … else if … else …` as ifs inside each other's else."""
        end = self.last.span
        start, condition, then = links[-1]
        chain = s.If(start.to(end), condition, then, other)
        for start, condition, then in reversed(links[:-1]):
            chain = s.If(start.to(end), condition, then, s.Block(chain.span, (chain,)))
        return chain

    # ---- decide

    def _decide(self) -> s.Statement:
        start = self.take().span
        if self.now.kind is Kind.METHOD:
            call = self.call()
            return s.DecideStatement(self.since(start), call)
        rows: list[s.Row] = []
        self.braced(lambda: rows.extend(self._row()))
        return s.DecideTable(self.since(start), tuple(rows))

    def _row(self) -> list[s.Row]:
        condition = self.condition("=>")
        self.expect("=>", "Expected `=>` between a condition and what it leads to")
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
            call = self.call()
            statement = s.DecideStatement(self.since(start), call)
        else:
            statement = self.simple()
        return s.Block(statement.span, (statement,))

    # ---- authorize, execute, finalize

    def _waiting(self) -> s.Statement:
        word = self.take()
        if word.text == "finalize":
            body = self.block()
            return s.Finalize(self.since(word.span), body)
        role = within = None
        if word.text == "authorize":
            self.pass_line_end()
            if not self.sees("{") and not self.sees_word("by", "within"):
                return self.old_authorize(word)
            role = self._role()
            within = self._within()
        body = self.block()
        other = self.block() if self._took_else() else None
        span = self.since(word.span)
        if word.text == "authorize":
            return s.Authorize(span, role, within, body, other)
        return s.Execute(span, body, other)

    def _role(self) -> s.Text | None:
        if not self.took_word("by"):
            return None
        return self.plain_text("the role that may approve, as a text")

    def _within(self) -> s.Expr | None:
        return self.condition("{") if self.took_word("within") else None

    # ---- simple statements

    def simple(self) -> s.Statement:
        if self.now.kind is Kind.METHOD:
            call = self.call()
            return s.Do(call.span, call)
        if self.now.kind is Kind.KEYWORD and self.following.text != "=":
            self.fail("LF101", self._why_not_here())
        name = self.expect_kind(Kind.NAME, "a statement")
        if self.sees("("):
            call = self.call_of(name)
            return s.Do(call.span, call)
        if self.sees("pays"):
            value = self.pays_value()
            return s.Pays(self.since(name.span), name.text, name.span, value)
        given = self._given(name.text)
        return s.Assign(self.since(name.span), name.text, name.span, given)

    def _given(self, name: str) -> s.Expr:
        """What stands right of `=`; where that is wrong, the name has a value all the same."""
        if not self.took("="):
            start = self.now.span
            self._say_no_equals(name)
            self.skip_to()
            return s.Broken(self.since(start))
        return self.tried(self.pays_value if self.sees("pays") else self.expr)

    def _why_not_here(self) -> str:
        word = self.now.text
        if word == "else":
            return "This `else` follows no if: it stands right behind a `}`."
        if word in ITEM_WORDS:
            return f"`{word}` declares something, so it stands outside all blocks."
        if word in STATEMENT_WORDS:
            return f"Inside a row, `{word}` stands in braces: => {{ {word} … }}."
        return f"`{word}` can't begin a statement."

    def _say_no_equals(self, name: str) -> None:
        found = self.now
        if self.sees("=="):
            fix = Fix("Write =", (Edit(found.span, "="),))
            self.say("LF101", "`==` compares; `=` gives a name a value.", found.span, fix=fix)
        elif self.sees("+=", "-=", "*=", "/="):
            written = f"{shown(name)} = {shown(name)} {found.text[0]} …"
            fix = Fix(f"Write {written}", (Edit(found.span, f"= {name} +"),))
            message = f"There is no `{found.text}`; write {written}"
            self.say("LF101", message, found.span, fix=fix if found.text == "+=" else None)
        else:
            self.fail("LF101", f"Expected `=` after `{shown(name)}`{self.instead()}.")
