"""The table of rules: each sentence of the language's page, and why a rule may lack a case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tests.conformance.cases import FOLDER

PAGE: Final = FOLDER.parents[2] / "shared" / "lefi.md"
_ID: Final = re.compile(r"[a-z_]+\.[a-z0-9_]+")
_REASONS: Final = ("never refused: ", "never accepted: ", "shown by: ")


@dataclass(slots=True)
class Rule:
    id: str
    words: list[str] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)


def all_rules() -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    now = Rule("")
    for line in (FOLDER / "rules.txt").read_text(encoding="utf-8").splitlines():
        if _ID.fullmatch(line):
            assert line not in rules, f"{line} stands twice"
            now = rules[line] = Rule(line)
        elif line.startswith("  "):
            _add(now, line.strip())
    return rules


def _add(rule: Rule, line: str) -> None:
    for each in _REASONS:
        if line.startswith(each):
            rule.reasons[each.removesuffix(": ")] = line.removeprefix(each)
            return
    rule.words.append(line)


def plain(text: str) -> str:
    """In one line, however the page breaks it."""
    return " ".join(text.split())


def sentences(page: str) -> Iterator[str]:
    """Of paragraphs, points, rows of tables and productions, one by one."""
    without_code = re.sub(r"```lefi\n.*?```", "", page, flags=re.DOTALL)
    blocks = re.split(r"\n(?=- |\d\. |\||[a-z]+ += )|\n\n|```", without_code)
    for block in blocks:
        text = plain(block)
        if not text or text.startswith(("#", "| expression", "|---", "ebnf")):
            continue
        if re.match(r"[a-z]+ = |\|", text):
            yield text
        else:
            text = re.sub(r"^\d\. ", "", text)
            yield from re.split(r"(?<=[.)]) (?=[A-Z`*])", text)
