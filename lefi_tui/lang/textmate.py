"""The scanner's table as a TextMate grammar, for editors that color by one (VS Code and others).

The rule it keeps: every pattern and every list of words is the scanner's own; only the names that
themes give colors to stand here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from lefi_tui.lang.scanner import DURATION, MARK, NUMBER, UNIT, WORD
from lefi_tui.lang.tokens import CONSTANT_WORDS, ITEM_WORDS, KEYWORDS, OPERATORS

SCOPE: Final = "source.lefi"
_WORD_OPERATORS: Final = (KEYWORDS & OPERATORS) | {"not"}
_NO_WORD: Final = r"(?!\w)"


def grammar() -> str:
    """As JSON, the way it is kept beside this module."""
    whole = {
        "name": "Lefi",
        "scopeName": SCOPE,
        "fileTypes": ["lefi"],
        "patterns": [{"include": f"#{name}"} for name in _PARTS],
        "repository": {name: {"patterns": rules} for name, rules in _PARTS.items()},
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _rule(name: str, pattern: str) -> dict[str, Any]:
    return {"name": f"{name}.lefi", "match": pattern}


def _words(words: Iterable[str]) -> str:
    return rf"(?<!\w)(?:{'|'.join(sorted(words))}){_NO_WORD}"


_NUMERAL: Final = f"(?:{NUMBER.pattern})"
_AMOUNT: Final = f"{_NUMERAL}{UNIT.pattern}"
_PARTS: Final[Mapping[str, list[dict[str, Any]]]] = {
    "comments": [
        _rule("comment.line.documentation", r"///(?!/).*$"),
        _rule("comment.line.double-slash", r"//.*$"),
        _rule("comment.line.number-sign", r"#.*$"),
        {"name": "comment.block.lefi", "begin": r"/\*", "end": r"\*/"},
    ],
    "texts": [
        {
            "name": "string.quoted.double.lefi",
            "begin": '"',
            "end": '"|$',
            "patterns": [
                _rule("constant.character.escape", r'\\[\\"n{]'),
                {
                    "begin": r"\{",
                    "end": r"\}|$",
                    "contentName": "meta.embedded.lefi",
                    "patterns": [{"include": "$self"}],
                },
            ],
        },
    ],
    "fields": [
        {
            "match": r"(?<!\.)(\.)\s*([A-Za-z_]\w*)",  # of `1..n` the dots are one mark
            "captures": {
                "1": {"name": "punctuation.lefi"},
                "2": {"name": "variable.other.member.lefi"},
            },
        },
    ],
    "numbers": [
        _rule("constant.numeric.duration", DURATION.pattern),
        _rule("constant.numeric.percent", f"{_NUMERAL}%{_NO_WORD}"),
        _rule("constant.numeric.amount", _AMOUNT),
        _rule("constant.numeric", f"{_NUMERAL}{_NO_WORD}"),
        _rule("invalid.illegal", rf"[0-9]{WORD.pattern}"),
    ],
    "words": [
        _rule("constant.language", _words(CONSTANT_WORDS)),
        _rule("keyword.operator.word", _words(_WORD_OPERATORS)),
        _rule("storage.type", _words(ITEM_WORDS)),
        _rule(
            "keyword.control",
            _words(KEYWORDS - set(CONSTANT_WORDS) - _WORD_OPERATORS - set(ITEM_WORDS)),
        ),
        _rule("entity.name.function", rf"[A-Z][A-Za-z0-9_]*{_NO_WORD}"),
        _rule("variable.other", rf"[a-z_][A-Za-z0-9_]*{_NO_WORD}"),
    ],
    "marks": [
        _rule("punctuation", r"[{}()\[\],;.]"),
        _rule("keyword.operator", MARK.pattern),
    ],
}
