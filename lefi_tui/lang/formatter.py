"""`lefi fmt`: one style for all scripts, so that two people's scripts read alike.

Four spaces a level and a statement a line; a short block that stood on one line stays there.
Comments, blank lines (one at most), numbers and texts stay as they were written, older forms
become today's. What a script means is never changed, and formatting twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct, field
from msgspec.structs import astuple

from lefi_tui.core.record import Record
from lefi_tui.lang.diagnostic import Diagnostic, Edit, Fix, applied
from lefi_tui.lang.parser import parse
from lefi_tui.lang.program import check
from lefi_tui.lang.scanner import Scanned, scan
from lefi_tui.lang.source import Source, Span
from lefi_tui.lang.tokens import CONSTANT_WORDS, LITERALS, Kind, Token
from lefi_tui.lang.written_lines import Block, Line, Piece, is_own_row, lines_of

WIDTH: Final = 100
STEP: Final = 4  # spaces a level
OLDER_ROUNDS_MAX: Final = 64  # of older forms inside each other
_REMARK: Final = "  "  # before a comment beside a statement
_TIGHT_BEFORE: Final = frozenset({",", ")", "]", ".", ".."})
_TIGHT_BEHIND: Final = frozenset({"(", "[", ".", ".."})
# Words with a meaning only in their place: what follows them is no argument and no index.
_PLACE_WORDS: Final = frozenset(["by", "within", "at", "per", "expect", "no", "candles", "price"])


class Formatted(Record):
    """The text in the one style; with mistakes, the text as it was."""

    text: str
    mistakes: tuple[Diagnostic, ...] = ()


def formatted(text: str) -> Formatted:
    """A script that can't be read is left as it is, and what is wrong is said."""
    parsed = parse(Source(text))
    mistakes = tuple(each for each in parsed.diagnostics if each.is_error)
    if mistakes:
        return Formatted(text, mistakes)
    today = modernized(text)
    scanned = scan(today)
    printer = _Printer(today, scanned)
    printer.lines(lines_of(today, scanned), 0)
    out = "".join(f"{row}\n" for row in printer.rows)
    # Whoever reads the script anew must read the same: a file is about to be replaced by this.
    assert meaning(out) == (_bare(parsed.script) if today == text else meaning(today))
    return Formatted(out)


def modernized(text: str) -> str:
    """The script with today's form in the place of every older one.

    A fix may stand inside another's place (`min(ln(x), 1)`): those of one round touch nothing of
    each other, and the next round finds the rest.
    """
    for _ in range(OLDER_ROUNDS_MAX):
        edits: list[Edit] = []
        for each in check(text).diagnostics:
            if each.code == "LF107" and each.fix and not _touch(edits, each.fix.edits):
                edits += each.fix.edits
        if not edits:
            break
        text = applied(text, Fix("", tuple(edits)))
    return text


def _touch(edits: list[Edit], others: Sequence[Edit]) -> bool:
    return any(
        each.span.start <= other.span.end and other.span.start <= each.span.end
        for each in edits
        for other in others
    )


def meaning(text: str) -> Any:
    """The tree of a script without the places in it."""
    return _bare(parse(Source(text)).script)


def _bare(node: Any) -> Any:
    if isinstance(node, tuple):
        return tuple(_bare(each) for each in node if not isinstance(each, Span))
    if isinstance(node, Record):
        return (type(node).__name__, *_bare(astuple(node)))
    return node


class _Row(Struct):
    """One row of the answer: words, and a comment beside them or alone."""

    indent: int
    words: str = ""
    comment: str = ""

    def __str__(self) -> str:
        between = _REMARK if self.words and self.comment else ""
        return f"{' ' * self.indent}{self.words}{between}{self.comment}"

    @property
    def is_wide(self) -> bool:
        """Comments don't count: they alone never open a block."""
        return self.indent + len(self.words) > WIDTH


class _Statement(Struct):
    """A line while it is laid out: its rows, and the blocks that stand below one of them."""

    indent: int
    rows: list[_Row | Block] = field(default_factory=list)
    depth: int = 0  # of brackets that are open
    last: Piece | None = None
    word: Piece | None = None  # the last that is no comment
    is_chained: bool = False  # that is the `else` of an if, not of a value
    is_over: bool = True  # the row: what follows begins one

    def begin(self, indent: int) -> None:
        self.rows.append(_Row(indent))
        self.is_over = False

    def add(self, words: str) -> None:
        row = self.rows[-1]
        assert isinstance(row, _Row)
        row.words += words

    def remark(self, comment: str) -> None:
        row = self.rows[-1]
        assert isinstance(row, _Row)
        row.comment = comment
        self.is_over = True


class _Printer:
    def __init__(self, text: str, scanned: Scanned) -> None:
        self.text = text
        self.signs = _signs(text, scanned.tokens)
        self.rows: list[str] = []

    def lines(self, lines: Sequence[Line], indent: int) -> None:
        for line in lines:
            if line.blank_before:
                self.rows.append("")
            for row in self._laid_out(line, indent):
                if isinstance(row, Block):
                    self.lines(row.lines, indent + STEP)
                else:
                    self.rows.append(str(row))

    def _laid_out(self, line: Line, indent: int) -> list[_Row | Block]:
        """Blocks that stood on one line stay there, or all of a line are opened."""
        rows = self._statement(line, indent, is_flat=True)
        if any(isinstance(row, _Row) and row.is_wide for row in rows):
            return self._statement(line, indent, is_flat=False)
        return rows

    def _statement(self, line: Line, indent: int, *, is_flat: bool) -> list[_Row | Block]:
        now = _Statement(indent)
        for number, piece in enumerate(line.pieces):
            if isinstance(piece, Block):
                self._block(now, piece, is_flat=is_flat)
            elif piece.kind is Kind.COMMENT:
                self._comment(now, piece)
            else:
                following = line.pieces[number + 1] if number + 1 < len(line.pieces) else None
                self._word(now, piece, following)
                now.is_chained = piece.text == "else" and isinstance(now.word, Block)
            now.last = piece
            if isinstance(piece, Block) or piece.kind is not Kind.COMMENT:
                now.word = piece
        return now.rows

    # ---- pieces of a statement

    def _block(self, now: _Statement, block: Block, *, is_flat: bool) -> None:
        if now.is_over:
            now.begin(now.indent)
        elif now.last is not None:
            now.add(" ")
        if block.is_empty or (is_flat and block.is_inline):
            now.add(self._inline(block))
            return
        now.add("{")
        if block.remark is not None:
            now.remark(block.remark.text.rstrip())
        now.rows.append(block)
        now.begin(now.indent)
        now.add("}")

    def _inline(self, block: Block) -> str:
        inside = "; ".join(self._inline_line(each) for each in block.lines)
        return f"{{ {inside} }}" if inside else "{ }"

    def _inline_line(self, line: Line) -> str:
        words = ""
        last: Piece | None = None
        for piece in line.pieces:
            if isinstance(piece, Block):
                words += f" {self._inline(piece)}"
            else:
                words += self._between(last, piece) + self._written(piece)
            last = piece
        return words

    def _comment(self, now: _Statement, comment: Token) -> None:
        words = comment.text.rstrip()
        if now.is_over or is_own_row(self.text, comment.span):
            is_below = now.word is not None and not isinstance(now.word, Block)
            now.begin(now.indent + STEP * is_below)
        now.remark(words)

    def _word(self, now: _Statement, token: Token, following: Piece | None) -> None:
        is_row = token.text == "else" and isinstance(following, Token) and following.text == "=>"
        if now.last is None or is_row:  # a `decide` has its `else` under the other rows
            now.begin(now.indent)
        elif now.is_over or self._breaks(now, token):
            now.begin(self._indent_below(now, token))
        else:
            now.add(self._between(now.last, token))
        now.add(self._written(token))
        now.depth += (token.text in {"(", "["}) - (token.text in {")", "]"})

    def _breaks(self, now: _Statement, token: Token) -> bool:
        """Whether a person began a new row here; `} else if` and `} else {` stand on one."""
        last = now.last
        assert last is not None
        if token.text == "else" and isinstance(last, Block):
            return False
        if token.text == "if" and now.is_chained:
            return False
        return "\n" in self.text[last.span.end : token.span.start]

    def _indent_below(self, now: _Statement, token: Token) -> int:
        """How far in a statement goes on: a level for each bracket that is open."""
        if token.text in {")", "]"}:
            return now.indent + STEP * max(0, now.depth - 1)
        is_else = token.text == "else" and isinstance(now.word, Block)
        return now.indent + (0 if is_else else STEP * max(1, now.depth))

    # ---- words and what stands between them

    def _written(self, token: Token) -> str:
        words = self.text[token.span.start : token.span.end]
        return " ".join(words.split()) if token.kind is Kind.AMOUNT else words

    def _between(self, last: Piece | None, token: Token) -> str:
        if last is None:
            return ""
        if isinstance(last, Block):
            return " "
        is_mark = token.kind is Kind.MARK
        is_tight = (is_mark and token.text in _TIGHT_BEFORE) or last.span.start in self.signs
        is_tight |= last.kind is Kind.MARK and last.text in _TIGHT_BEHIND
        is_tight |= is_mark and token.text in {"(", "["} and self._takes(last, token)
        return "" if is_tight else " "

    def _takes(self, last: Token, token: Token) -> bool:
        """Whether these brackets belong to the word before them: f(x), x[1]."""
        if last.kind is Kind.NAME and last.text in _PLACE_WORDS:
            return last.span.end == token.span.start  # as written: it may be a name
        if token.text == "(":
            return last.kind in {Kind.NAME, Kind.METHOD}
        return _ends_a_value(last)


def _signs(text: str, tokens: Sequence[Token]) -> frozenset[int]:
    """Where each `-` stands that joins nothing: before it is no value."""
    out: set[int] = set()
    last: Token | None = None
    for token in tokens:
        if token.kind is Kind.MARK and token.text == "-":
            is_place = last is not None and last.kind is Kind.NAME and last.text in _PLACE_WORDS
            is_apart = text[token.span.end : token.span.end + 1].isspace()
            if last is None or not _ends_a_value(last) or (is_place and not is_apart):
                out.add(token.span.start)
        last = token
    return frozenset(out)


def _ends_a_value(token: Token) -> bool:
    if token.kind in LITERALS or token.kind in {Kind.NAME, Kind.METHOD}:
        return True
    return token.text in (CONSTANT_WORDS if token.kind is Kind.KEYWORD else {")", "]"})
