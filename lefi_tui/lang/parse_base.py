"""The cursor all parts of the parser share: looking at a token, taking it, saying what is wrong,
and finding the way back after a mistake."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NoReturn

from lefi_tui.lang import syntax as s
from lefi_tui.lang.closing import with_brace, with_brackets
from lefi_tui.lang.diagnostic import Diagnostic, Edit, Fix, nearest
from lefi_tui.lang.layout import braces
from lefi_tui.lang.source import Span
from lefi_tui.lang.tokens import ITEM_WORDS, KEYWORDS, LITERALS, STATEMENT_WORDS, Kind, Token, shown

# Deeper than any script a person reads; keeps every later pass far from Python's own limit.
NESTING_MAX: Final = 24
CHAIN_MAX: Final = 120
HOLES_MAX: Final = 64  # expressions in one text
REPAIRS_MAX: Final = 8  # each reads the script's braces anew
_NO_END: Final = "Write a } where this block ends."
_WORDS_AND_MARKS: Final = frozenset({Kind.MARK, Kind.KEYWORD})


class Mistake(Exception):  # noqa: N818 -- not an error of the program: it ends one statement
    """Said already; ends the statement it stands in."""


class Cursor:
    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.text = text
        self.tokens = list(tokens)
        self.partners = braces(text, tokens)
        self.at = 0
        self.depth = 0  # of the expression that is read
        self.blocks = 0  # how many blocks stand around what is read
        self.old_blocks = 0  # how many of them are of the older form, ended by `end`
        self.openings: list[int] = []  # of the braces around what is read
        self.repairs = 0
        self.resumed_at = -1  # where reading went on after a mistake
        self.found: list[Diagnostic] = []

    # ---- looking and taking

    @property
    def now(self) -> Token:
        return self.tokens[self.at]

    @property
    def last(self) -> Token:
        return self.tokens[max(0, self.at - 1)]

    @property
    def following(self) -> Token:
        return self.tokens[min(self.at + 1, len(self.tokens) - 1)]

    def sees(self, *texts: str) -> bool:
        token = self.tokens[self.at]
        return token.text in texts and token.kind in _WORDS_AND_MARKS

    def sees_word(self, *words: str) -> bool:
        """A word with a meaning only in its place."""
        return self.now.kind is Kind.NAME and self.now.text in words

    def sees_end(self) -> bool:
        return self.now.kind in {Kind.LINE_END, Kind.END} or self.sees("}")

    def sees_old_end(self) -> bool:
        """Where a block of the older form is over."""
        if self.now.kind is Kind.END or self.sees("}", "else", *ITEM_WORDS):
            return True
        return self.sees_word("end") and self.following.text != "="

    def take(self) -> Token:
        token = self.now
        if token.kind is not Kind.END:
            self.at += 1
        return token

    def took(self, *texts: str) -> Token | None:
        token = self.tokens[self.at]
        if token.text not in texts or token.kind not in _WORDS_AND_MARKS:
            return None
        self.at += 1
        return token

    def took_word(self, word: str) -> Token | None:
        return self.take() if self.sees_word(word) else None

    def expect(self, text: str, message: str = "") -> Token:
        if self.sees(text):
            return self.take()
        self.fail("LF101", f"{message or f'Expected `{text}`'}{self.instead()}.")

    def closing(self, bracket: str, message: str = "") -> Token:
        """The bracket; where its line, block or statement ends without it, it is missing there."""
        if self.sees(bracket):
            return self.take()
        if Kind.WRONG in {self.now.kind, self.last.kind} or not self._is_cut_off():
            return self.expect(bracket, message)
        end = self.last.span.end
        is_here = "\n" not in self.text[end : self.now.span.start] and self.sees("{", "}")
        words = self.instead() if is_here else ", but the line ends here"
        span = self.now.span if is_here else Span(end, end + 1)
        fix = with_brackets(self.tokens, self.at)
        self.say("LF101", f"{message or f'Expected `{bracket}`'}{words}.", span, fix=fix)
        raise Mistake

    def _is_cut_off(self) -> bool:
        """Whether what stands here can't be of an expression whose bracket is open; a brace that
        strayed into one has more of it behind it."""
        behind = self.following
        if self.now.kind in {Kind.LINE_END, Kind.END}:
            return True
        if self.sees("}"):
            return behind.kind in {Kind.LINE_END, Kind.END} or behind.text in {"else", "}"}
        if self.sees("{"):
            return behind.kind is not Kind.MARK or behind.text == "}"
        return self._is_first(self.at) and self._begins_statement()

    def expect_kind(self, kind: Kind, what: str) -> Token:
        if self.now.kind is kind:
            return self.take()
        if self.now.kind is Kind.KEYWORD and kind is Kind.NAME:
            self.fail("LF108", f"`{self.now.text}` is a word of the language; choose another name.")
        self.fail("LF101", f"Expected {what}{self.instead()}.")

    def instead(self) -> str:
        if self.now.kind is Kind.END and not self.now.text:
            return ", but the script ends here"
        if self.now.kind is Kind.LINE_END and self.now.text == "\n":
            return ", but the line ends here"
        return f", not `{shown(self.now.text)}`"

    def since(self, start: Span) -> Span:
        return Span(start.start, max(start.end, self.last.span.end))

    # ---- saying

    def fail(self, code: str, message: str, span: Span | None = None, hint: str = "") -> NoReturn:
        is_said = Kind.WRONG in {self.now.kind, self.last.kind}  # by the scanner
        if span is not None or not is_said:
            self.say(code, message, span or self.place(), hint)
        raise Mistake

    def place(self) -> Span:
        """The token here; where a line ends too early, just behind its last word."""
        is_line_end = self.now.kind is Kind.LINE_END and self.now.text == "\n"
        is_end = self.now.kind is Kind.END and not self.now.text
        if (is_line_end or is_end) and self.at:
            end = self.last.span.end
            return Span(end, end + 1)
        return self.now.span

    def say(
        self, code: str, message: str, span: Span, hint: str = "", fix: Fix | None = None
    ) -> None:
        self.found.append(Diagnostic(code, span, message, hint, fix))

    def mend(self, words: Sequence[str]) -> bool:
        """A misspelled word of the language is said and then read as what it was meant to be."""
        token = self.now
        if token.kind not in {Kind.NAME, Kind.METHOD}:
            return False
        meant = nearest(token.text, list(words))
        if meant is None or meant == token.text:
            return False
        fix = Fix(f"Write {meant}", (Edit(token.span, meant),))
        message = f"`{token.text}` is not known here; did you mean `{meant}`?"
        self.say("LF201", message, token.span, fix=fix)
        kind = Kind.KEYWORD if meant in KEYWORDS else Kind.NAME
        self.tokens[self.at] = token._replace(kind=kind, text=meant)
        return True

    # ---- nesting, and the way back after a mistake

    def deepen(self) -> None:
        self.depth += 1
        if self.depth > NESTING_MAX:
            message = f"More than {NESTING_MAX} levels inside each other; give the parts names."
            self.fail("LF106", message)

    def as_keyword(self, word: str) -> Token:
        return self.now._replace(kind=Kind.KEYWORD, text=word)

    def tried(self, read: Callable[[], s.Expr], *stops: str) -> s.Expr:
        """An expression; where it is wrong, what stands behind it is read all the same."""
        start, depth = self.now.span, self.depth
        try:
            return read()
        except Mistake:
            self.depth = depth
            self.skip_to(*stops)
            end = self.last.span.end
            return s.Broken(Span(min(start.start, end), end))

    def skip_to(self, *stops: str) -> None:
        """To the end of this statement, or to one of the marks before it; a line that begins like
        a statement is one, even where the line's end before it does not count."""
        while self.now.kind not in {Kind.LINE_END, Kind.END} and not self.sees(*stops):
            if self.sees("}") and (self.at in self.partners or self._is_first(self.at)):
                break
            if self._begins_statement() and self._is_first(self.at):
                break
            if self.old_blocks and self.sees_old_end():
                break
            self._pass()
        self.resumed_at = self.at

    def _pass(self) -> None:
        """Over one word, or over a block."""
        self.at = self.partners.get(self.at, self.at) + 1

    def step(self, read: Callable[[], None], *, can_resume: bool) -> None:
        """One line, or what stands between lines. Always goes on: no text holds the reader up."""
        before = self.at, len(self.tokens)
        if self.now.kind is Kind.LINE_END:
            self.take()
        elif self.sees("{", "}"):
            self._pass_brace()
        else:
            self.line(read, can_resume=can_resume)
        if before == (self.at, len(self.tokens)):
            self._pass()

    def line(self, read: Callable[[], None], *, can_resume: bool = False) -> None:
        """One line of a block, a table, a policy or a test; a wrong one is passed over."""
        start, depth, blocks = self.at, self.depth, self.blocks
        try:
            read()
            self.line_end(can_resume=can_resume)
        except Mistake:
            self.depth, self.blocks = depth, blocks
            if self.at == start:
                self._pass()
            self.skip_to()

    def line_end(self, *, can_resume: bool) -> None:
        if self._is_line_end():
            return
        word = shown(self.now.text)
        if self.now.kind in {Kind.MARK, *LITERALS}:
            self.fail("LF101", f"`{word}` can't stand here.")
        meant = self.now.text.lower()
        if self.now.kind is Kind.METHOD and meant in KEYWORDS:
            self.mend([meant])
            raise Mistake
        if self.last.kind is not Kind.WRONG:
            message = f"A new line or ; is missing before `{word}`."
            self.say("LF103", message, self.now.span, fix=self._with_line_end())
        if not (can_resume and self._begins_statement()):
            raise Mistake

    def _with_line_end(self) -> Fix | None:
        """`;` within a block of one line, else a new line as far in as this one."""
        if not self._begins_statement():
            return None
        start = self.now.span.start
        gap = Span(self.last.span.end, start)
        if "\n" in self.text[gap.start : start]:
            return None  # the line end does not count: a bracket before it is open
        opening = self.tokens[self.openings[-1]].span.start if self.openings else 0
        if self.openings and "\n" not in self.text[opening:start]:
            return Fix("Put a ; between them", (Edit(gap, "; "),))
        indent = self._indent(self.at)
        return Fix("Begin a new line", (Edit(gap, "\n" + " " * indent),))

    def _is_line_end(self) -> bool:
        if self.sees_end() or self.last.kind is Kind.LINE_END:  # the latter: of a lost block
            return True
        if self.at == self.resumed_at:  # behind a mistake
            return True
        if self.old_blocks and self.sees_old_end():
            return True
        return bool(self.openings) and self.sees("else")  # the block around it knows more

    def _begins_statement(self) -> bool:
        if self.sees(*ITEM_WORDS, *STATEMENT_WORDS):
            return True
        opens = self.following.text in {"=", "(", "pays"}
        return self.now.kind in {Kind.NAME, Kind.METHOD} and opens

    def braced(
        self, read: Callable[[], None], *, can_resume: bool = False, own: tuple[str, ...] = ()
    ) -> None:
        """`{`, lines, `}`. A brace that nothing closes is said once, where it was opened."""
        self.openings.append(self.at)
        self._open()
        while not self._is_over(own):
            self.step(read, can_resume=can_resume)
        number = self.openings.pop()
        closing = self.partners.get(number)
        if closing is None:
            self._say_no_end(number)
        elif self.at == closing:
            self.take()

    def _open(self) -> Token:
        """`{`; where it is missing and its `}` is not, what follows is read as if it stood here."""
        if not self.sees("{"):
            message = f"Expected `{{`, which begins a block{self.instead()}."
            is_wrong = self.now.kind is Kind.WRONG
            span = self.place()
            if is_wrong or not self._repaired("{"):
                self.openings.pop()
                self.fail("LF101", message)
            self.say("LF101", message, span)
        return self.take()

    def _repaired(self, brace: str) -> bool:
        """Puts the brace in if that leaves fewer braces without a partner."""
        start = self.now.span.start
        tokens = [*self.tokens]
        tokens.insert(self.at, Token(Kind.MARK, Span(start, start), brace))
        return self._took_over(tokens, len(self.partners) + 2)

    def _pass_brace(self) -> None:
        """A `{` where no block begins: left out if that leaves fewer braces without a partner,
        else passed over with what it holds. A `}` that closes nothing: passed over."""
        if self.sees("}"):
            if self.at not in self.partners:  # else its { was spoken of and passed over
                self.say("LF101", "This } closes nothing.", self.now.span)
            self.take()
            while self.sees("}") and self.at not in self.partners:
                self.take()
            return
        message = "No block begins here: `{` stands behind if, for, repeat, on and their like."
        self.say("LF101", message, self.now.span)
        fewer = self.tokens[: self.at] + self.tokens[self.at + 1 :]
        if not self._took_over(fewer, len(self.partners)):
            self.skip_to()

    def _took_over(self, tokens: list[Token], paired_min: int) -> bool:
        """Goes on with these tokens if at least so many of their braces have a partner."""
        self.repairs += 1
        if self.repairs > REPAIRS_MAX:
            return False
        partners = braces(self.text, tokens)
        if len(partners) < paired_min:
            return False
        self.tokens, self.partners = tokens, partners
        return True

    def _is_over(self, own: tuple[str, ...]) -> bool:
        """Whether the innermost block ends here, if only because another declaration begins."""
        if self.now.kind is Kind.END or (self.sees("}") and self.at in self.partners):
            return True
        if self.sees("else"):
            return self._is_closed_for_else()
        opening = self.openings[-1]
        if opening in self.partners:
            return False
        begins_item = self.sees(*ITEM_WORDS) and self.now.text not in own
        return begins_item or self._is_outdented(opening)

    def _is_closed_for_else(self) -> bool:
        """`if a { b  else { c }`: the brace before the `else` is the one that is missing."""
        opening = self.openings[-1]
        if not self._repaired("}"):
            return False
        self._say_no_end(opening)
        return True

    def _say_no_end(self, opening: int) -> None:
        """Of a block that is over here."""
        fix = None if self.old_blocks else with_brace(self.text, self.tokens, opening, self.at)
        message = "No } closes this {."
        self.say("LF102", message, self.tokens[opening].span, _NO_END, fix)

    def _is_outdented(self, opening: int) -> bool:
        """Whether this line stands no further in than the line that opened a block whose first
        line does, or that has it beside its brace: then the block was meant to end before."""
        if not self._is_first(self.at) or self.at == opening + 1:
            return False
        indent = self._indent(opening)
        is_beside = not self._is_first(opening + 1)
        return self._indent(self.at) <= indent and (is_beside or indent < self._indent(opening + 1))

    def _is_first(self, number: int) -> bool:
        """Whether a token is the first on its line."""
        if number == 0:
            return True
        before, here = self.tokens[number - 1], self.tokens[number]
        end = before.span.start if before.kind is Kind.LINE_END else before.span.end
        return "\n" in self.text[end : here.span.start]

    def _indent(self, number: int) -> int:
        """How far in the line of a token begins."""
        start = self.text.rfind("\n", 0, self.tokens[number].span.start) + 1
        line = self.text[start : self.tokens[number].span.start]
        return len(line) - len(line.lstrip())
