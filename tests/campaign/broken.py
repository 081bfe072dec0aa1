"""Scripts with mistakes: words lost, doubled, swapped and misspelled, units mixed, random bytes."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import Final

_WORD: Final = re.compile(r"\w+|\"[^\"\n]*\"|[^\w\s]")
_UNITS: Final = re.compile(r"\b(?:USDT|BTC|ETH|XBT|close|volume|open)\b|%|Equity\(\)")
_OTHERS: Final = ("USDT", "BTC", "%", "close", "volume", " 5m", '"x"', "", "Now()", "none")
_STRAYS: Final = ("{", "}", "(", ")", '"', ";", "\n", "=", "??", "#", "\u00e9", "\x00", "1a", "[")
MISTAKES_MAX: Final = 3

Span = tuple[int, int]


def broken(text: str, chance: random.Random) -> tuple[str, int]:
    """The script with up to three mistakes, and how many; now and then no script at all."""
    draw = chance.random()
    if draw < 0.03:
        return chance.randbytes(chance.randint(0, 200)).decode("utf-8", "replace"), 0
    if draw < 0.08:
        return text[: int(chance.random() * len(text))], 1
    mistakes = chance.randint(1, MISTAKES_MAX)
    for _ in range(mistakes):
        text = chance.choice(_WAYS)(text, chance)
    return text, mistakes


def _spans(pattern: re.Pattern[str], text: str) -> Sequence[Span]:
    return [found.span() for found in pattern.finditer(text)] or [(0, 0)]


def _in(text: str, span: Span, word: str) -> str:
    return text[: span[0]] + word + text[span[1] :]


def _lost(text: str, chance: random.Random) -> str:
    return _in(text, chance.choice(_spans(_WORD, text)), "")


def _doubled(text: str, chance: random.Random) -> str:
    span = chance.choice(_spans(_WORD, text))
    word = text[span[0] : span[1]]
    return _in(text, span, f"{word} {word}")


def _swapped(text: str, chance: random.Random) -> str:
    spans = _spans(_WORD, text)
    one, other = sorted((chance.choice(spans), chance.choice(spans)))
    if one == other:
        return text
    words = text[one[0] : one[1]], text[other[0] : other[1]]
    return _in(_in(text, other, words[0]), one, words[1])


def _misspelled(text: str, chance: random.Random) -> str:
    span = chance.choice(_spans(_WORD, text))
    word = text[span[0] : span[1]]
    return _in(text, span, chance.choice((word[:-1], word.swapcase(), word[::-1], f"{word}x")))


def _mixed(text: str, chance: random.Random) -> str:
    return _in(text, chance.choice(_spans(_UNITS, text)), chance.choice(_OTHERS))


def _strayed(text: str, chance: random.Random) -> str:
    at = int(chance.random() * (len(text) + 1))
    return _in(text, (at, at), chance.choice(_STRAYS))


def _line_moved(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    line = lines.pop(int(chance.random() * len(lines)))
    lines.insert(int(chance.random() * (len(lines) + 1)), line)
    return "\n".join(lines)


_WAYS: Final[Sequence[Callable[[str, random.Random], str]]] = (
    _lost, _doubled, _swapped, _misspelled, _mixed, _strayed, _line_moved,
)  # fmt: skip
