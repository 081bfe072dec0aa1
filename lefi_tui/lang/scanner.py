"""Text to tokens. Never fails: what can't be read is a diagnostic, and reading goes on."""

from __future__ import annotations

import math
import re
import string
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.lang.diagnostic import Diagnostic, Edit, Fix
from lefi_tui.lang.layout import with_line_ends
from lefi_tui.lang.source import Span
from lefi_tui.lang.tokens import (
    FOREIGN,
    KEYWORDS,
    UNIT_MS,
    Kind,
    Token,
    run_together,
    shifted,
    shown,
    text_length,
)

__all__ = ["KEYWORDS", "Kind", "Scanned", "Token", "scan"]

TEXT_NESTING_MAX: Final = 8  # texts inside the { } of texts
_DIGITS: Final = r"[0-9]+(?:_[0-9]+)*"
NUMBER: Final = re.compile(rf"{_DIGITS}(?:\.{_DIGITS})?(?:[eE][+-]?[0-9]+)?")
DURATION: Final = re.compile(r"(?:[0-9]+(?:ms|[smhdw]))+(?!\w)")
_PART: Final = re.compile(r"([0-9]+)(ms|[smhdw])")
UNIT: Final = re.compile(r"[^\S\n](?!(?:AND|OR|NOT)(?!\w))([A-Z][A-Z0-9]{1,9})(?![\w(])")
# `25 %` and `5 m`, where no value follows that the sign or letter could belong to.
_SPACED: Final = re.compile(r"[^\S\n]+(%|ms|[smhdw])(?!\w)(?![^\S\n]*[\w(\"=.])")
_OPERAND: Final = re.compile(r"%[^\S\n]*[\w(]")
_GLUED_UNIT: Final = re.compile(r"[A-Z][A-Z0-9]{1,9}(?![\w(%])")
WORD: Final = re.compile(r"\w+")
_GLUED: Final = re.compile(r"\w+%?")
MARK: Final = re.compile(r"=>|==|!=|<=|>=|\?\?|\.\.|[-+*/]=|[-+*/^<>=(){}\[\],.;]")
_FOREIGN: Final = re.compile(
    "={3,}|!={2,}|"
    + "|".join(re.escape(each) for each in sorted(FOREIGN, key=len, reverse=True))
    + r"|'[^'\n]*'|[“”„][^“”\"\n]*[“”\"]"
)
_LETTERS: Final = frozenset(string.ascii_letters + "_")
# Looked at first: they begin no longer mark, and are a third of a script.
_PLAIN_MARKS: Final = frozenset("(){}[],;")
_SPACE: Final = re.compile(r"(?:[^\S\n]|\ufeff)+")
_ESCAPES: Final = {'"': '"', "\\": "\\", "n": "\n", "{": "{"}
_STRAY: Final = {
    "%": "A percent has no space before its sign, like 25%; the rest of a division is `mod`.",
    "?": "A choice is written `if c then a else b`.",
    **dict.fromkeys("'“”„", 'Texts stand between double quotes, like "BTC/USDT".'),
}


class Scanned(Record):
    tokens: tuple[Token, ...]  # ends with END
    comments: tuple[Token, ...]
    diagnostics: tuple[Diagnostic, ...]


def scan(text: str) -> Scanned:
    scanner = _Scanner(text, 0, len(text))
    scanner.run()
    doc = "\n".join(scanner.docs)
    tokens = with_line_ends(text, scanner.tokens, scanner.breaks, doc)
    return Scanned(tokens, tuple(scanner.comments), tuple(scanner.diagnostics))


class _Scanner:
    """Reads `text[at:end]`; offsets are those of the whole text."""

    def __init__(self, text: str, at: int, end: int, level: int = 0) -> None:
        self.text, self.at, self.end, self.level = text, at, end, level
        self.tokens: list[Token] = []
        self.comments: list[Token] = []
        self.diagnostics: list[Diagnostic] = []
        self.breaks: dict[int, int] = {}  # token number: offset of the line end before it
        self.docs: list[str] = []
        self.has_stars = True  # whether a */ may follow

    def run(self) -> None:
        while self.at < self.end:
            if self.text[self.at] == " ":
                self.at += 1
            else:
                self._one()

    def _one(self) -> None:
        letter = self.text[self.at]
        if letter == "\n":
            self.breaks.setdefault(len(self.tokens), self.at)
            self.at += 1
        elif letter in _PLAIN_MARKS:
            self._add(Kind.MARK, self.at + 1)
        elif (letter in _LETTERS or letter > "~") and (
            word := WORD.match(self.text, self.at, self.end)
        ):
            self._word(word.group(), word.end())
        elif space := _SPACE.match(self.text, self.at, self.end):
            self.at = space.end()
        elif letter == "#" or (letter == "/" and self.text.startswith(("//", "/*"), self.at)):
            self._comment()
        elif letter in "0123456789":
            self._number()
        elif letter == '"':
            self._text()
        else:
            self._mark(letter)

    def _say(self, code: str, span: Span, message: str, fix: Fix | None = None) -> None:
        self.diagnostics.append(Diagnostic(code, span, message, fix=fix))

    def _add(
        self,
        kind: Kind,
        end: int,
        value: float = 0.0,
        parts: tuple[str | tuple[Token, ...], ...] = (),
        meant: str = "",
    ) -> None:
        words = meant or self.text[self.at : end]
        doc = "\n".join(self.docs) if self.docs else ""
        self.tokens.append(Token(kind, Span(self.at, end), words, value, parts, doc))
        if doc and words != ";":  # a `;` declares nothing
            self.docs = []
        self.at = end

    def _comment(self) -> None:
        stop = self._comment_end()
        words = self.text[self.at : stop].rstrip("\r")
        span = Span(self.at, self.at + len(words))
        if words.startswith("#"):
            self._say("LF107", span, "Comments begin with // today.", _write(span, "//", 1))
        if words.startswith("/*"):
            self._say("LF001", span, "Comments begin with //, on each line.")
        if words.startswith("///") and not words.startswith("////"):
            self.docs.append(words[3:].strip())
        self.comments.append(Token(Kind.COMMENT, span, words))
        self.at = stop

    def _comment_end(self) -> int:
        if self.text.startswith("/*", self.at) and self.has_stars:
            stop = self.text.find("*/", self.at + 2, self.end)
            self.has_stars = stop >= 0  # looked for once, not from every /* again
            if stop >= 0:
                return stop + 2
        stop = self.text.find("\n", self.at, self.end)
        return self.end if stop < 0 else stop

    # ---- numbers

    def _number(self) -> None:
        if duration := DURATION.match(self.text, self.at, self.end):
            parts = _PART.findall(duration.group())
            ms = sum(float(count) * UNIT_MS[unit] for count, unit in parts)
            self._finite(Kind.DURATION, duration.end(), ms)
            return
        number = NUMBER.match(self.text, self.at, self.end)
        assert number is not None
        digits, end = number.group().replace("_", ""), number.end()
        is_percent = end < self.end and self.text[end] == "%"
        end += is_percent
        if glued := _GLUED.match(self.text, end, self.end):
            self._glued(end, glued.end())
        elif is_percent:
            self._finite(Kind.PERCENT, end, shifted(digits, -2))
        elif spaced := self._spaced(number.group(), end):
            self._apart_from_its_unit(number.group(), spaced)
        elif unit := UNIT.match(self.text, end, self.end):
            self._finite(Kind.AMOUNT, unit.end(), float(digits))
        else:
            self._finite(Kind.NUMBER, end, float(digits))

    def _spaced(self, digits: str, at: int) -> re.Match[str] | None:
        found = _SPACED.match(self.text, at, self.end)
        return found if found and (found[1] == "%" or digits.isdecimal()) else None

    def _apart_from_its_unit(self, digits: str, unit: re.Match[str]) -> None:
        """`25 %` and `5 m`: said, and read as what is meant."""
        span, meant = Span(self.at, unit.end()), f"{digits}{unit[1]}"
        fix = Fix(f"Write {meant}", (Edit(Span(unit.start(), unit.start(1)), ""),))
        if unit[1] == "%":
            self._say("LF001", span, "A percent has no space before its sign.", fix)
            self._finite(Kind.PERCENT, span.end, shifted(digits.replace("_", ""), -2))
        else:
            self._say("LF002", span, "A duration has no space before its unit.", fix)
            self._finite(Kind.DURATION, span.end, float(digits) * UNIT_MS[unit[1]])

    def _finite(self, kind: Kind, end: int, value: float) -> None:
        if math.isinf(value):
            self._say("LF006", Span(self.at, end), "The largest number is about 1.8e308.")
            kind, value = Kind.WRONG, 0.0
        self._add(kind, end, value)

    def _glued(self, digits_end: int, end: int) -> None:
        """`1var` is one word, and a wrong one."""
        number = self.text[self.at : digits_end]
        letters = self.text[digits_end:end]
        is_unit = _GLUED_UNIT.match(self.text, digits_end) is not None
        if is_unit and self._follows_one_number():
            self._other_ticker(number + letters, end)
            return
        message, meant = run_together(number, letters, is_unit=is_unit)
        span = Span(self.at, end)
        self._say("LF002", span, message, _write(span, meant) if meant else None)
        self._add(Kind.WRONG, end)

    def _follows_one_number(self) -> bool:
        """Whether a number stands before this on its line, and no row of them."""
        kinds = [each.kind for each in self.tokens[-2:]]
        if not kinds or kinds[-1] is not Kind.NUMBER or kinds[:-1] == [Kind.NUMBER]:
            return False
        return "\n" not in self.text[self.tokens[-1].span.end : self.at]

    def _other_ticker(self, ticker: str, end: int) -> None:
        """`5 1INCH`: a ticker that is no unit."""
        start = self.tokens.pop().span.start
        meant = f'Amount({self.text[start : self.at].strip()}, "{ticker}")'
        message = f"A unit begins with a capital; other tickers are written {shown(meant)}."
        self.at, span = start, Span(start, end)
        self._say("LF002", span, message, Fix(f"Write {shown(meant)}", (Edit(span, meant),)))
        self._add(Kind.WRONG, end)

    # ---- words and marks

    def _word(self, word: str, end: int) -> None:
        if word.isascii():
            kind = Kind.METHOD if word[0].isupper() else Kind.NAME
            is_field = bool(self.tokens) and self.tokens[-1].text == "."
            self._add(Kind.KEYWORD if word in KEYWORDS and not is_field else kind, end)
            return
        message = "Names are written with the letters a to z, digits and _."
        self._say("LF001", Span(self.at, end), message)
        self._add(Kind.WRONG, end)

    def _mark(self, letter: str) -> None:
        foreign = _FOREIGN.match(self.text, self.at, self.end)
        mark = MARK.match(self.text, self.at, self.end)
        if letter == "%" and not _OPERAND.match(self.text, self.at, self.end):
            foreign = None
        if foreign and (mark is None or foreign.end() > mark.end()):
            self._foreign(foreign.group(), foreign.end())
        elif mark:
            self._add(Kind.MARK, mark.end())
        else:
            self._stray(letter)

    def _stray(self, letter: str) -> None:
        span = Span(self.at, self._stray_end(letter))
        if not letter.isprintable():
            message = f"An invisible character, U+{ord(letter):04X}."
            self._say("LF001", span, message, Fix("Remove it", (Edit(span, ""),)))
            self.at = span.end
            return
        if letter != ":" or not self._follows_a_question_mark():
            self._say("LF001", span, _STRAY.get(letter, f"`{letter}` has no meaning in Lefi."))
        self._add(Kind.WRONG, span.end)

    def _stray_end(self, letter: str) -> int:
        """Behind all of its kind; of a quote that is none in Lefi, behind what it quotes."""
        if letter in "'“”„":
            line_end = self.text.find("\n", self.at, self.end)
            words = self.text[self.at : self.end if line_end < 0 else line_end]
            return self.at + max(1, text_length(words))
        end = self.at + 1
        while end < self.end and self.text[end] == letter:
            end += 1
        return end

    def _follows_a_question_mark(self) -> bool:
        """The other half of `a ? b : c`, said already."""
        last = self.diagnostics[-1].span if self.diagnostics else Span(0, 0)
        return self.text[last.start : last.end] == "?" and not self.text.count(
            "\n", last.end, self.at
        )

    def _foreign(self, words: str, end: int) -> None:
        """What is clearly meant is read as that, and said once."""
        span = Span(self.at, end)
        if words[0] in "'“”„":
            inside = words[1:-1]
            fix = Fix('Write "…"', (Edit(span, f'"{inside}"'),))
            self._say("LF001", span, _STRAY["'"], fix)
            self._add(Kind.TEXT, end, parts=(inside,))
            return
        meant = FOREIGN.get(words) or words[:2]  # `====` and its like
        if words == "**":
            self._say("LF107", span, "Powers are written with ^ today.", _write(span, "^"))
        else:
            fix = Fix(f"Write {meant}", (Edit(span, self._apart(meant, span)),))
            self._say("LF001", span, f"`{words}` is written `{meant}`.", fix)
        self._add(Kind.KEYWORD if meant in KEYWORDS else Kind.MARK, end, meant=meant)

    def _apart(self, meant: str, span: Span) -> str:
        """`a&&b` becomes `a and b`, not `aandb`."""
        if not meant.isalpha():
            return meant
        before = WORD.match(self.text, span.start - 1) if span.start else None
        behind = WORD.match(self.text, span.end)
        return f"{' ' * bool(before)}{meant}{' ' * bool(behind)}"

    # ---- texts

    def _text(self) -> None:
        parts: list[str | tuple[Token, ...]] = []
        words: list[str] = []
        at = self.at + 1
        while at < self.end and self.text[at] not in '"\n':
            letter = self.text[at]
            if letter == "{":
                hole = self._hole(at)
                if hole is None:
                    return
                parts += ["".join(words), hole[1]]
                at, words = hole[0], []
            elif letter == "\\":
                at += self._escape(at, words)
            else:
                words.append(letter)
                at += 1
        if at >= self.end or self.text[at] != '"':
            self._unclosed(at)
            return
        self._add(Kind.TEXT, at + 1, parts=(*parts, "".join(words)))

    def _unclosed(self, line_end: int) -> None:
        """The text probably ends before the brackets at its line's end: those close something."""
        words = self.text[self.at : line_end].rstrip()
        end = self.at + text_length(words)
        fix = Fix('Close the text with "', (Edit(Span(end, end), '"'),))
        message = 'This text has no closing " on its line.'
        self._say("LF003", Span(self.at, self.at + len(words)), message, fix)
        self._add(Kind.WRONG, end)

    def _escape(self, at: int, words: list[str]) -> int:
        """Reads `\\n` and its like; how many letters that took."""
        letter = self.text[at + 1] if at + 1 < self.end else "\n"
        if letter == "\n":  # the line ends; that is said of the text
            return 1
        if letter not in _ESCAPES:
            fix = Fix(r"Write \\", (Edit(Span(at, at), "\\"),))
            message = r"In a text there are \" \\ \n and \{ only."
            self._say("LF004", Span(at, at + 2), message, fix)
        words.append(_ESCAPES.get(letter, letter))
        return 2

    def _hole(self, at: int) -> tuple[int, tuple[Token, ...]] | None:
        """The expression in `{ }`, and where the text goes on behind it; None: given up."""
        close = _hole_end(self.text, at + 1, self.end)
        if close < 0:
            self._give_up(at, "LF005", "This { has no } on its line; write \\{ for a {.")
            return None
        if self.level >= TEXT_NESTING_MAX:
            message = f"More than {TEXT_NESTING_MAX} texts inside each other; name the parts."
            self._give_up(at, "LF106", message)
            return None
        inner = _Scanner(self.text, at + 1, close, self.level + 1)
        inner.run()
        self.diagnostics += inner.diagnostics
        end = Token(Kind.END, Span(close, close + 1), "}")
        return close + 1, (*inner.tokens, end)

    def _give_up(self, at: int, code: str, message: str) -> None:
        """One message; the text is taken to end at its line's last quote."""
        line_end = self.text.find("\n", at, self.end)
        line_end = self.end if line_end < 0 else line_end
        quote = self.text.rfind('"', at, line_end)
        if quote < 0:
            self._unclosed(line_end)
            return
        self._say(code, Span(at, at + 1), message)
        self._add(Kind.WRONG, quote + 1)


def _write(span: Span, words: str, length: int | None = None) -> Fix:
    end = span.end if length is None else span.start + length
    return Fix(f"Write {shown(words)}", (Edit(Span(span.start, end), words),))


def _hole_end(text: str, at: int, end: int) -> int:
    """Where the `}` of a hole stands, texts and holes inside it skipped; -1 if not on its line."""
    inside = ["{"]
    while at < end and text[at] != "\n":
        letter = text[at]
        in_text = inside[-1] == '"'
        if in_text and letter == "\\":
            at += 1
        elif letter == '"' and in_text:
            inside.pop()
        elif letter in '{"':
            inside.append(letter)
        elif letter == "}" and not in_text:
            inside.pop()
            if not inside:
                return at
        at += 1
    return -1
