"""What a text declares and names, found by its words: also where it can't be parsed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.lang.authoring.lines import LINES_KEPT, Lines, begins_item, scanned_line
from lefi_tui.lang.check_script import SYMBOL_TEXT
from lefi_tui.lang.tokens import Kind, Token
from lefi_tui.lang.told_statements import DECLARATIONS

# `setting name = default`, `fn name(a, b) = expression`: what gives a name of the script's own.
DECLARING: Final = tuple(
    each.name for each in DECLARATIONS.values() if each.form.startswith(f"{each.name} name")
)
_ALSO_IN_TESTS: Final = "setting"
_STARTS: Final = frozenset({";", "{", "}"})
_DOC: Final = "///"


class Known(Record):
    """A name that a line declares."""

    word: str  # setting state fn
    name: str
    form: str  # as written, without its word
    row: int = 0


@lru_cache(maxsize=LINES_KEPT)
def _declared_in(line: str) -> tuple[Known, ...]:
    words = scanned_line(line).words
    return tuple(
        Known(word.text, words[number + 1].text, _form(line, words, number + 1))
        for number, word in enumerate(words[:-1])
        if word.text in DECLARING
        and word.kind is Kind.KEYWORD
        and words[number + 1].kind is Kind.NAME
        and (number == 0 or words[number - 1].text in _STARTS)
        and (word.text != _ALSO_IN_TESTS or word.span.start == 0 or words[number - 1].text == ";")
    )


def _form(line: str, words: tuple[Token, ...], number: int) -> str:
    """To the end of the declaration, or of the line."""
    behind = (each for each in words[number:] if each.text == ";")
    last = next((each.span.start for each in behind), words[-1].span.end)
    return line[words[number].span.start : last].strip()


def declared(lines: Lines) -> Iterator[Known]:
    """In the order of the text; a test's own `setting` is none of them."""
    seen: set[str] = set()
    for row, line in enumerate(lines.lines):
        if not any(each in line for each in DECLARING):
            continue
        for each in _declared_in(line):
            if each.name not in seen:
                seen.add(each.name)
                yield Known(each.word, each.name, each.form, row)


def has_handler(lines: Lines) -> bool:
    """Beside one, statements stand inside `on … { }`."""
    return any(line.startswith("on ") and begins_item(line) for line in lines.lines)


def is_indicator(lines: Lines) -> bool:
    """A script of that kind computes and tells; it may not transact."""
    kinds = (line.split()[:2] for line in lines.lines if line.startswith("kind "))
    return ["kind", "indicator"] in kinds


def docs_above(lines: Lines, row: int) -> str:
    """What `///` says above this row."""
    out: list[str] = []
    while row > 0 and lines.lines[row - 1].lstrip().startswith(_DOC):
        row -= 1
        out.append(lines.lines[row].strip().removeprefix(_DOC).strip())
    return "\n".join(reversed(out))


def symbols_in(text: str) -> list[str]:
    return list(dict.fromkeys(SYMBOL_TEXT.findall(text)))


def durations_in(lines: Lines) -> list[str]:
    """Those that the script names: a handler's timeframe is mostly one of them."""
    found = (
        word.text
        for line in lines.lines
        for word in scanned_line(line).words
        if word.kind is Kind.DURATION
    )
    return list(dict.fromkeys(found))


def given_with(lines: Lines, text: str) -> list[str]:
    """Names before `=` behind this text, on lines where it is sent or fed."""
    return [
        word.text
        for line in lines.lines
        if text and text in line
        for word, behind in pairwise(scanned_line(line).words)
        if word.kind is Kind.NAME and behind.text == "="
    ]


def fields_read(words: Sequence[Token]) -> list[str]:
    """Names behind `event.`"""
    behind = zip(words, words[1:], words[2:], strict=False)
    return [name.text for one, dot, name in behind if (one.text, dot.text) == ("event", ".")]


def read_of(lines: Lines, text: str, event: str) -> list[str]:
    """Fields that handlers of the event with this text read."""
    rows = (row for row, line in enumerate(lines.lines) if f"on {event}({text}" in line)
    return [name for row in rows if text for name in fields_read(lines.words(*lines.item(row)))]
