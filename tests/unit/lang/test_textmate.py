"""The grammar for other editors: made of the scanner's table, and coloring as the scanner reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from lefi_tui.lang.reference import page
from lefi_tui.lang.scanner import scan
from lefi_tui.lang.textmate import grammar
from lefi_tui.lang.tokens import KEYWORDS, Kind, Token
from tests.unit.lang.textmate_kit import Reader
from tests.unit.lang.write_reference import GRAMMAR

ROOT: Final = Path(__file__).parents[3]
SCRIPTS: Final = sorted((ROOT / "scripts").glob("*.lefi"))
# The beginning of a scope's name, the longer first, and the scanner's kind it stands for.
KINDS: Final = {
    "comment": Kind.COMMENT,
    "string": Kind.TEXT,
    "constant.character": Kind.TEXT,
    "keyword.operator.lefi": Kind.MARK,
    "punctuation": Kind.MARK,
    "keyword": Kind.KEYWORD,
    "storage": Kind.KEYWORD,
    "constant.language": Kind.KEYWORD,
    "constant.numeric.percent": Kind.PERCENT,
    "constant.numeric.duration": Kind.DURATION,
    "constant.numeric.amount": Kind.AMOUNT,
    "constant.numeric": Kind.NUMBER,
    "entity.name.function": Kind.METHOD,
    "variable": Kind.NAME,
    "invalid": Kind.WRONG,
}


def test_the_kept_grammar_is_the_one_that_the_table_makes() -> None:
    assert GRAMMAR.read_text(encoding="utf-8") == grammar(), "run `make reference`"


def colored(text: str) -> list[Kind | None]:
    """The kind of each letter by the grammar; None for what is plain."""
    reader = Reader(json.loads(grammar()))
    out: list[Kind | None] = []
    for line in text.splitlines(keepends=True):
        scopes = reader.scopes(line.removesuffix("\n"))
        out += [
            next((KINDS[name] for name in KINDS if each.startswith(name)), None) for each in scopes
        ]
        out += [None] * (len(line) - len(scopes))
    return out


def pieces(token: Token) -> Iterator[Token]:
    """The innermost: of a text with expressions, those."""
    inside = [each for part in token.parts if not isinstance(part, str) for each in part]
    for each in inside:
        yield from pieces(each)
    if not inside:
        yield token


def differing(text: str) -> list[str]:
    found = colored(text)
    scanned = scan(text)
    words = [piece for each in scanned.tokens for piece in pieces(each)] + [*scanned.comments]
    return [
        f"{text[each.span.start : each.span.end]!r} is {each.kind}, colored {sorted(seen)}"
        for each in words
        if each.kind not in {Kind.LINE_END, Kind.END}
        and (seen := {f"{found[at]}" for at in range(*each.span)} - {"None"}) != {f"{each.kind}"}
    ]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda each: each.stem)
def test_a_shipped_script_is_colored_as_the_scanner_reads_it(script: Path) -> None:
    assert differing(script.read_text()) == []


def test_every_example_of_the_reference_is_colored_as_the_scanner_reads_it() -> None:
    examples = [each.partition("```")[0] for each in page().split("```lefi\n")[1:]]
    assert len(examples) >= 100
    assert [found for each in examples if (found := differing(each))] == []


EDGES: Final = """/// said 🚀 of what follows
x = 1_000 + 0.5 - 1e-3 * 25% / 1h30m mod 100 USDT ^ -2
y = Bollinger(close, 20, 2).upper ?? event.kind  // `kind` is a field here
Print("a \\" b \\n \\{ {x + Max(1, 2)} c {"in {y} a text"} {Spot("BTC/USDT") >= 1}")
z = [1, 2][1]; ok = not true and none != false or x => 1..2
/* over
   two lines */ w = 1 AND_ + 1 OR
"""


def test_every_kind_of_word_is_colored_as_the_scanner_reads_it() -> None:
    assert differing(EDGES) == []


def test_every_keyword_is_one() -> None:
    assert differing("\n".join(sorted(KEYWORDS))) == []


def test_what_the_scanner_cant_read_is_marked_as_wrong() -> None:
    assert set(colored("1var")) == {Kind.WRONG}
