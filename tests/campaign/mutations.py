"""Is a shipped script's test sharp? Every comparison and sign in the script is flipped, one at a
time; each time a test in the script has to fail, or the checker has to refuse it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from lefi_tui.errors import ScriptRefusedError
from lefi_tui.lang.scanner import Kind, Token, scan
from lefi_tui.lang.source import Source
from lefi_tui.simulate.script_tests import run_script_tests
from tests.campaign.runner import ROOT, Campaign

SCRIPTS: Final = tuple(sorted((ROOT / "scripts").glob("*.lefi")))
# Mirrored, negated, and with the other answer at equality.
FLIPS: Final[dict[str, tuple[str, ...]]] = {
    "<": (">", ">=", "<="),
    ">": ("<", "<=", ">="),
    "<=": (">=", ">", "<"),
    ">=": ("<=", "<", ">"),
    "==": ("!=",),
    "!=": ("==",),
    "+": ("-",),
    "-": ("+",),
    "CrossesAbove": ("CrossesBelow",),
    "CrossesBelow": ("CrossesAbove",),
}
# After one of these a minus has no left side.
_BEFORE_A_SIGN: Final = frozenset({"(", "[", "{", ",", "=", "..", "=>", *FLIPS, "*", "/", "??"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """One script with one flip."""

    script: str
    place: str  # line:column
    before: str
    after: str
    text: str

    def __str__(self) -> str:
        return f"{self.script}:{self.place} `{self.before}` to `{self.after or 'nothing'}`"


def mutants(file: Path) -> Iterator[Mutant]:
    text = file.read_text()
    source = Source(text)
    tokens = tuple(_outside_tests(scan(text).tokens))
    for before, token in zip((None, *tokens), tokens, strict=False):
        for after in _flips(token, before):
            line, column = source.place(token.span.start)
            flipped = text[: token.span.start] + after + text[token.span.end :]
            yield Mutant(file.name, f"{line}:{column}", token.text, after, flipped)


def _flips(token: Token, before: Token | None) -> tuple[str, ...]:
    if token.kind not in {Kind.MARK, Kind.METHOD}:
        return ()
    if token.text == "-" and (before is None or before.text in _BEFORE_A_SIGN):
        return ("",)
    return FLIPS.get(token.text, ())


def _outside_tests(tokens: tuple[Token, ...]) -> Iterator[Token]:
    """The tokens of the script itself: what a test expects is not what is tested."""
    depth, test_depth = 0, -1
    for token in tokens:
        is_keyword = token.kind is Kind.KEYWORD and token.text == "test"
        if is_keyword and depth == 0 and test_depth < 0:
            test_depth = depth
        if test_depth < 0:
            yield token
        depth += (token.text == "{") - (token.text == "}") if token.kind is Kind.MARK else 0
        if token.text == "}" and token.kind is Kind.MARK and depth == test_depth:
            test_depth = -1


@cache
def all_mutants(seed: int) -> tuple[Mutant, ...]:
    """Of all scripts, shuffled, so that a short campaign touches each of them."""
    found = [mutant for file in SCRIPTS for mutant in mutants(file)]
    random.Random(seed).shuffle(found)
    return tuple(found)


def failures(source: str) -> list[str]:
    """What the script's own tests, or the checker, find wrong with it."""
    try:
        outcomes = run_script_tests(source)
    except ScriptRefusedError as error:
        return [error.why]
    return [f"{each.name}: {unmet}" for each in outcomes for unmet in each.unmet]


def survived(mutant: Mutant) -> str:
    """Empty when the flip was noticed, else the words of the failure."""
    return "" if failures(mutant.text) else f"{mutant} is noticed by no test"


def case(number: int, seed: int) -> str:
    return survived(all_mutants(seed)[number])


CAMPAIGN: Final = Campaign(
    "every comparison and sign of the shipped scripts, flipped, fails a test",
    length=len(all_mutants(0)),
    case=case,
    is_finite=True,
)
