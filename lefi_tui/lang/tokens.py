"""The words of a script: what kinds there are, and what other languages write for them.

One table for the parser and for the editor's colors.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from lefi_tui.lang.source import Span


class Kind(StrEnum):
    NAME = "name"
    METHOD = "method"
    KEYWORD = "keyword"
    NUMBER = "number"
    PERCENT = "percent"
    DURATION = "duration"
    AMOUNT = "amount"
    TEXT = "text"
    MARK = "mark"  # operators, braces, commas
    LINE_END = "line end"
    END = "end"
    COMMENT = "comment"
    WRONG = "wrong"  # can't be read, and said so already


_KEYWORDS: Final = """
script kind setting state policy fn on test if else for in repeat decide authorize execute
finalize pays return and or not then mod true false none
"""
KEYWORDS: Final = frozenset(_KEYWORDS.split())
ITEM_WORDS: Final = ("script", "kind", "setting", "state", "policy", "fn", "on", "test")
STATEMENT_WORDS: Final = (
    *("if", "for", "repeat", "decide", "authorize", "execute", "finalize", "return"),
)
CONSTANT_WORDS: Final = ("true", "false", "none")
OPERATORS: Final = frozenset(
    ["+", "-", "*", "/", "^", "==", "!=", "<", ">", "<=", ">=", "??", "and", "or", "mod"]
)
WORD_KINDS: Final = frozenset({Kind.NAME, Kind.METHOD, Kind.KEYWORD})
LITERALS: Final = frozenset(
    {Kind.NUMBER, Kind.PERCENT, Kind.DURATION, Kind.AMOUNT, Kind.TEXT, Kind.WRONG}
)
# What a hand used to other languages writes, and a word processor makes of it.
FOREIGN: Final = {
    "&&": "and",
    "||": "or",
    "!": "not",
    "<>": "!=",
    ":=": "=",
    "**": "^",
    "%": "mod",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "×": "*",
    "÷": "/",
    "−": "-",
    "–": "-",
}
UNIT_MS: Final = {
    "ms": 1.0,
    "s": 1e3,
    "m": 60e3,
    "h": 3600e3,
    "d": 86400e3,
    "w": 604800e3,
}
LONG_UNITS: Final = {
    **dict.fromkeys(("sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
    **dict.fromkeys(("week", "weeks"), "w"),
}


def run_together(number: str, letters: str, *, is_unit: bool) -> tuple[str, str]:
    """What is wrong with `100USDT`, `1.5h` or `1min`, and what to write; "" where nobody knows."""
    if is_unit:
        return "Between a number and its unit stands a space.", f"{number} {letters}"
    if letters in LONG_UNITS and "." not in number:
        meant = f"{number}{LONG_UNITS[letters]}"
        return f"The units of a duration are letters: {meant}.", meant
    if letters in UNIT_MS:
        return "A duration is in whole numbers, like 1h30m or 90m.", ""
    return f"{shown(number + letters)} is neither a number nor a name.", ""


class Token(NamedTuple):
    kind: Kind
    span: Span
    text: str  # as Lefi writes it
    value: float = 0.0
    parts: tuple[str | tuple[Token, ...], ...] = ()  # of a text: words and scanned expressions
    doc: str = ""  # of the first token after `///` lines


_CLOSERS: Final = " \t\r)]};,{"  # what stands behind a text at its line's end
_PAIRS: Final = {")": "(", "]": "[", "}": "{"}


def text_length(words: str) -> int:
    """How much of a line is a text that nobody closed: without the brackets at its end, save those
    that close what the text itself opened."""
    end = len(words.rstrip(_CLOSERS))
    for at in range(end, len(words)):
        opener = _PAIRS.get(words[at], "")
        if opener and words[:at].count(opener) > words[:at].count(words[at]):
            end = at + 1
    return end


SHOWN_MAX: Final = 40


def shown(words: str) -> str:
    """A piece of a script inside a message: short, and harmless to a terminal."""
    clean = "".join(each if each.isprintable() else "·" for each in words[: SHOWN_MAX + 1])
    return f"{clean[:SHOWN_MAX]}…" if len(words) > SHOWN_MAX else clean


def shifted(digits: str, places: int) -> float:
    """25 -> 0.25: the double nearest to the decimal value, not a double divided by 100."""
    mantissa, _, exponent = digits.lower().partition("e")
    if len(exponent) > 9:  # past any double, and past what is read as a whole number
        return float(digits)
    return float(f"{mantissa}e{int(exponent or '0') + places}")
