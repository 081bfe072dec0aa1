"""Lefi as it was written before: every older form is read as the form of today, which is named.

The tree is today's, so such a script checks and runs; the message (LF107, a warning) carries the
edits that write it anew, and each of them alone leaves a script that is read the same. Names of
older methods stand in tables; the other forms are branches at the word where they begin.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from msgspec.structs import replace

from lefi_tui.lang import syntax as s
from lefi_tui.lang.diagnostic import Edit, Fix
from lefi_tui.lang.parse_base import Cursor
from lefi_tui.lang.source import Span
from lefi_tui.lang.tokens import Kind, Token

BLOCKS_MAX: Final = 24
CONDITION_WORDS_MAX: Final = 200  # looked through for its `then`
# Methods by their older names. A function that the script itself declares wins over all of them.
_RENAMED: Final = {
    "Transfer": "TransferAmount",
    "spot": "Spot",
    "ln": "Log",
    "exp": "Exp",
    "min": "Min",
    "max": "Max",
}
_CASTS: Final = frozenset({"StockAccount", "CashAccount"})
_WORDS: Final = {"autorize": "authorize"}  # as the older pages have it
_EVENTS: Final = {"TransferUpdate": "TransferUpdate", "TrasferUpdate": "TransferUpdate"}
OLDER_QUESTION: Final = "Authorize"
# Without parentheses on either side of ^: whatever binds at least as closely.
_SIMPLE: Final = (s.Number, s.Name, s.Call, s.Index, s.Field)
_BEHIND_STATEMENT: Final = re.compile(r"[^\S\n]*;?[^\S\n]*\n?[^\S\n]*")


class _Anew:
    """How a block is written today; a block without its `end` is a mistake."""

    def __init__(self, edits: Sequence[Edit] = ()) -> None:
        self.edits = list(edits)
        self.is_closed = True

    def put(self, span: Span, words: str) -> None:
        self.edits.append(Edit(span, words))


class Older(Cursor):
    def __init__(
        self, text: str, tokens: Sequence[Token], functions: frozenset[str] | None = None
    ) -> None:
        super().__init__(text, tokens)
        self.functions = _declared(tokens) if functions is None else functions
        self.ends = [each.span.start for each in tokens if each.text == "end"]

    def statement(self) -> s.Statement:
        raise NotImplementedError

    def call(self) -> s.Call:
        raise NotImplementedError

    def condition(self, *stops: str) -> s.Expr:
        raise NotImplementedError

    def _older(self, span: Span, message: str, today: str, edits: Sequence[Edit]) -> None:
        self.say("LF107", message, span, fix=Fix(f"Write {today}", tuple(edits)))

    # ---- methods

    def today(self, call: s.Call) -> s.Call:
        """A method under its name of today, with the arguments it takes today."""
        if call.name in self.functions:
            return call
        if call.name in _RENAMED:
            name = _RENAMED[call.name]
            message = f"`{call.name}` is an older name; today it is `{name}`."
            self._older(call.name_span, message, name, [Edit(call.name_span, name)])
            call = replace(call, name=name)
        is_plain = all(each.name is None for each in call.args)
        if call.name == "Spot" and is_plain and len(call.args) == 2:
            return self._without_provider(call)
        return call

    def _without_provider(self, call: s.Call) -> s.Call:
        start, end = self._comma_before(call.args[1]).start, call.span.end - 1
        message = "A provider is an older form; today prices come from the account's own market."
        self._older(call.args[1].value.span, message, "Spot(…)", [Edit(Span(start, end), "")])
        return replace(call, args=call.args[:1])

    def today_value(self, call: s.Call) -> s.Expr:
        """What is a method no more: a cast is what it casts, a power is written with ^."""
        count = len(call.args)
        is_plain = all(each.name is None for each in call.args) and call.name not in self.functions
        if is_plain and call.name in _CASTS and count == 1:
            return self._cast(call)
        if is_plain and call.name == "pow" and count == 2:
            return self._power_of(call)
        return call

    def _cast(self, call: s.Call) -> s.Expr:
        inside = call.args[0].value
        message = f"`{call.name}(…)` is an older form; today an account is a text."
        opening = Span(call.span.start, self._opening(call).end)
        closing = Span(call.span.end - 1, call.span.end)
        self._older(call.name_span, message, "the text", [Edit(opening, ""), Edit(closing, "")])
        return inside

    def _power_of(self, call: s.Call) -> s.Expr:
        base, power = call.args[0].value, call.args[1].value
        comma = self._comma_before(call.args[1])
        is_inner = self.sees("^", "[", ".")
        wraps_base = not isinstance(base, _SIMPLE)
        wraps_power = not isinstance(power, _SIMPLE)
        end = comma.end
        while self.text[end : end + 1] in {" ", "\t"}:
            end += 1
        edits = [
            Edit(Span(call.span.start, self._opening(call).end), "(" * (is_inner + wraps_base)),
            Edit(Span(comma.start, end), ")" * wraps_base + " ^ " + "(" * wraps_power),
            Edit(Span(call.span.end - 1, call.span.end), ")" * (is_inner + wraps_power)),
        ]
        self._older(call.name_span, "`pow` is an older form; today it is `a ^ b`.", "a ^ b", edits)
        return s.Binary(call.span, "^", comma, base, power, 1 + max(_depth(base), _depth(power)))

    def _comma_before(self, arg: s.Arg) -> Span:
        """The comma that stands before an argument, whatever parentheses it has."""
        at = self.at - 1
        while self.tokens[at].span.start >= arg.value.span.start or self.tokens[at].text != ",":
            at -= 1
        return self.tokens[at].span

    def _opening(self, call: s.Call) -> Span:
        at = self.at - 1
        while self.tokens[at].span.start > call.name_span.end or self.tokens[at].text != "(":
            at -= 1
        return self.tokens[at].span

    # ---- words

    def older_word(self) -> None:
        """A word as the older pages misspell it."""
        token = self.now
        if token.kind is not Kind.NAME or token.text not in _WORDS:
            return
        if self.following.kind is Kind.MARK and self.following.text != "{":
            return
        meant = _WORDS[token.text]
        message = f"`{token.text}` is an older spelling; today it is `{meant}`."
        self._older(token.span, message, meant, [Edit(token.span, meant)])
        self.tokens[self.at] = self.as_keyword(meant)

    def pass_line_end(self) -> None:
        """Behind a misspelled word, which was taken for a name, a line's end counted."""
        if self.now.kind is Kind.LINE_END and self.now.text == "\n":
            self.take()

    def today_event(self, event: Token, args: tuple[s.Arg, ...]) -> tuple[str, tuple[s.Arg, ...]]:
        """`on TransferUpdate`: today such news comes as an event of that name."""
        if event.text not in _EVENTS:
            return event.text, args
        name = _EVENTS[event.text]
        span = self.since(event.span)
        today = f'Event("{name}")'
        message = f"`{event.text}` is an older form; today it is `{today}`."
        self._older(event.span, message, today, [Edit(span, today)])
        return "Event", (s.Arg(None, event.span, s.Text(span, (name,))),)

    # ---- if … then … else … end

    def old_if(self, start: Span, condition: s.Expr) -> s.If:
        word, anew = self.now, _Anew()
        node = self._old_branch(start, condition, anew)
        message = "`if … then … end` is an older form; today it is `if … { … } else { … }`."
        self._say_if_closed(word, message, "if … { … }", anew)
        return node

    def _say_if_closed(self, word: Token, message: str, today: str, anew: _Anew) -> None:
        if anew.is_closed:
            self._older(word.span, message, today, anew.edits)
        else:
            self.say("LF102", f"No `end` closes this `{word.text}`.", word.span)

    def _old_branch(self, start: Span, condition: s.Expr, anew: _Anew) -> s.If:
        """From `then` on; `else if` goes on with the same rewriting."""
        anew.put(self.now.span, "{")
        then = self._old_block(self.take().span)
        other: s.Block | None = None
        if self.sees("else"):
            if self.is_old_else_if():
                return self._old_else_if(start, condition, then, anew)
            other = self._old_else(anew)
        self._old_end(anew)
        return s.If(self.since(start), condition, then, other)

    def _old_else(self, anew: _Anew) -> s.Block:
        anew.put(self.now.span, "} else {")
        return self._old_block(self.take().span)

    def _old_else_if(self, start: Span, condition: s.Expr, then: s.Block, anew: _Anew) -> s.If:
        """`else if c then … end`: one `end` for both, or one for each."""
        indent = self._indent(self._number_at(start))
        word, inner_start = self.take(), self.take().span
        self.blocks += 1
        self._refuse_depth(word.span)
        inner = self._old_branch(inner_start, self.condition("then"), anew)
        self.blocks -= 1
        own_end = self._end_behind(indent)
        anew.put(word.span, "} else" if own_end is None else "} else {")
        if own_end is not None:
            self.at = own_end
            self._old_end(anew)
        other = s.Block(inner.span, (inner,))
        return s.If(self.since(start), condition, then, other)

    def is_old_else_if(self) -> bool:
        """Whether `if … then` follows on the row of this `else`."""
        if self.following.text != "if" or self._is_first(self.at + 1):
            return False
        for token in self.tokens[self.at + 2 : self.at + CONDITION_WORDS_MAX]:
            if token.kind in {Kind.LINE_END, Kind.END} or token.text in {"then", "{"}:
                return token.text == "then"
        return False

    def _end_behind(self, indent: int) -> int | None:
        """The `end` that follows and does not stand further out than this."""
        at = self.at
        while self.tokens[at].kind is Kind.LINE_END:
            at += 1
        token = self.tokens[at]
        if token.kind is not Kind.NAME or token.text != "end":
            return None
        return None if self._is_first(at) and self._indent(at) < indent else at

    def _number_at(self, start: Span) -> int:
        at = self.at
        while at and self.tokens[at].span.start > start.start:
            at -= 1
        return at

    def _old_block(self, start: Span) -> s.Block:
        """Statements up to `else` or `end`."""
        self.blocks += 1
        self._refuse_depth(start)
        self.old_blocks += 1
        statements: list[s.Statement] = []
        while not self.sees_old_end():
            self.step(lambda: statements.append(self.statement()), can_resume=True)
        self.blocks -= 1
        self.old_blocks -= 1
        return s.Block(self.since(start), self.joined(statements))

    def _refuse_depth(self, span: Span) -> None:
        if self.blocks > BLOCKS_MAX:
            message = f"More than {BLOCKS_MAX} blocks inside each other; split the handler."
            self.fail("LF106", message, span)

    def _old_end(self, anew: _Anew) -> None:
        end = self.took_word("end")
        if end is None:
            anew.is_closed = False
        else:
            anew.put(end.span, "}")

    # ---- authorize … end, authorize TRANSACTION

    def old_authorize(self, word: Token) -> s.Authorize:
        if self._has_own_end(word):
            return self._old_authorize_block(word)
        if self.now.kind is not Kind.METHOD:
            self.fail("LF101", f"Expected `{{`, `by` or `within`{self.instead()}.")
        call = self.call()
        start, end = call.span
        edits = [Edit(Span(start, start), "{ "), Edit(Span(end, end), " }")]
        self._say_authorize(word, _Anew(edits))
        body = s.Block(call.span, (s.Do(call.span, call),))
        return s.Authorize(self.since(word.span), None, None, body, None)

    def _has_own_end(self, word: Token) -> bool:
        """Whether what follows is a block: below the word, or with its `end` on the same row."""
        if self.sees("then") or "\n" in self.text[word.span.end : self.now.span.start]:
            return True
        row_end = self.text.find("\n", word.span.end)
        number = bisect_left(self.ends, word.span.end)
        is_there = number < len(self.ends) and (row_end < 0 or self.ends[number] < row_end)
        return is_there and not self.old_blocks

    def _old_authorize_block(self, word: Token) -> s.Authorize:
        then, anew = self.took("then"), _Anew()
        end = word.span.end
        anew.put(then.span if then else Span(end, end), "{" if then else " {")
        body = self._old_block(self.now.span)
        other = self._old_else(anew) if self.sees("else") else None
        self._old_end(anew)
        self._say_authorize(word, anew)
        return s.Authorize(self.since(word.span), None, None, body, other)

    def _say_authorize(self, word: Token, anew: _Anew) -> None:
        message = "An older form of authorize; today it is `authorize { … }`."
        self._say_if_closed(word, message, "authorize { … }", anew)

    # ---- a = Authorize(); if a { }

    def older_question(self) -> None:
        """`if authorize { }` asks as `if Authorize() { }` does."""
        if self.sees("authorize"):
            self.tokens[self.at] = self.now._replace(kind=Kind.METHOD, text=OLDER_QUESTION)

    def asked(self, node: s.If, given: s.Assign | None = None) -> s.Statement:
        """`if Authorize() { }`, with or without a name for the answer, is `authorize { }`."""
        is_chain = node.other is not None and _is_chain(node.other)
        if is_chain or not _asks(given.value if given else node.condition):
            return node
        start, end = node.span.start, node.then.span.start
        words = self.text[start:end].rstrip()
        edits = [Edit(Span(start, start + len(words)), "authorize")]
        if given is not None:
            behind = _BEHIND_STATEMENT.match(self.text, given.span.end)
            assert behind is not None
            edits.insert(0, Edit(Span(given.span.start, min(behind.end(), start)), ""))
        place = given.span if given else node.condition.span
        message = f"`{OLDER_QUESTION}()` is an older form; today it is `authorize {{ … }}`."
        self._older(place, message, "authorize { … }", edits)
        span = node.span if given is None else given.span.to(node.span)
        return s.Authorize(span, None, None, node.then, node.other)

    def joined(self, statements: Sequence[s.Statement]) -> tuple[s.Statement, ...]:
        """`a = Authorize()` and the `if a` right behind it are one statement."""
        out: list[s.Statement] = []
        for each in statements:
            last = out[-1] if out else None
            if isinstance(each, s.If) and isinstance(last, s.Assign) and _is_of(each, last):
                now = self.asked(each, last)
                out[-1:] = [now] if now is not each else [last, each]
            else:
                out.append(each)
        return tuple(out)


def _declared(tokens: Sequence[Token]) -> frozenset[str]:
    """The functions of the script itself."""
    return frozenset(
        name.text
        for word, name in pairwise(tokens)
        if word.text == "fn" and word.kind is Kind.KEYWORD
    )


def _asks(node: s.Expr) -> bool:
    return isinstance(node, s.Call) and node.name == OLDER_QUESTION and not node.args


def _is_of(node: s.If, given: s.Assign) -> bool:
    is_name = isinstance(node.condition, s.Name) and node.condition.name == given.name
    return is_name and _asks(given.value)


def _is_chain(other: s.Block) -> bool:
    return bool(other.statements) and other.span == other.statements[0].span


def _depth(node: s.Expr) -> int:
    return node.depth if isinstance(node, s.Binary) else 0
