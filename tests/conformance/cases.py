"""Conformance cases as text: a script, with what the checker says of it written where it says it.

    == units.sums: two currencies
    x = «0.5 BTC + 10 USDT»
    ! LF202 `+` does not join BTC and USDT.
    ! fix: x = 0.5 BTC * Spot("BTC/USDT") + 10 USDT

`== RULE: words` begins a case; RULE stands in rules.txt. « » hold the place of a message, «» the
place behind a line that ends too early. Under the line stand the code and the message, and under
it the line as the offered fix leaves it (⏎ is a new line). A case without messages is accepted,
and its own tests are run; `! unmet: …` under an `expect` is what happened instead. `! waits: why`
is a case for which something is not there yet: it must fail, so that nobody forgets it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lefi_tui.errors import ScriptRefusedError
from lefi_tui.lang.diagnostic import Diagnostic, applied
from lefi_tui.lang.program import check
from lefi_tui.simulate.script_tests import run_script_tests

FOLDER: Final = Path(__file__).parent
_HEAD: Final = re.compile(r"== ([a-z_]+\.[a-z0-9_]+)(?:: (.+))?")


@dataclass(frozen=True, slots=True)
class Case:
    chapter: str  # the file's name
    line: int
    rule: str
    name: str
    written: str  # the script with marks and messages
    waits: str  # why, or empty

    @property
    def source(self) -> str:
        lines = [each for each in self.written.split("\n") if not each.startswith("! ")]
        return "\n".join(lines).replace("«", "").replace("»", "")

    @property
    def is_refused(self) -> bool:
        """Whether something is said of it: an error, a warning, or what is unmet."""
        return any(each.startswith("! ") for each in self.written.split("\n"))

    def __str__(self) -> str:
        return f"{self.chapter}:{self.line}:{self.rule}"


def all_cases() -> list[Case]:
    files = sorted(each for each in FOLDER.glob("*.txt") if each.name[0].isdigit())
    return [case for file in files for case in cases_of(file)]


def cases_of(file: Path) -> Iterator[Case]:
    head: tuple[int, re.Match[str]] | None = None
    body: list[str] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1):
        if found := _HEAD.fullmatch(line):
            if head is not None:
                yield _case(file.stem, head, body)
            head, body = (number, found), []
        elif head is not None:
            assert not line.startswith("=="), f"{file.name}:{number} is no header: {line}"
            body.append(line)
    if head is not None:
        yield _case(file.stem, head, body)


def _case(chapter: str, head: tuple[int, re.Match[str]], body: list[str]) -> Case:
    number, found = head
    waits = [each.removeprefix("! waits: ") for each in body if each.startswith("! waits: ")]
    kept = [each for each in body if not each.startswith("! waits: ")]
    written = "\n".join(kept).strip("\n")
    return Case(chapter, number, found[1], found[2] or "", written, " ".join(waits))


def told(source: str) -> str:
    """The script with what is said of it, as a case is written."""
    checked = check(source)
    below: dict[int, list[str]] = {}
    marks: list[tuple[int, int, str]] = []
    for each in checked.diagnostics:
        start = each.span.start
        end = min(each.span.end, len(source.rstrip("\n")))
        end = start if source[start:end] in {"", "\n"} else end
        marks += [(start, 1, "«"), (end, 0 if end > start else 2, "»")]
        below.setdefault(source.count("\n", 0, start), []).extend(_said(source, each))
    if checked.program is not None and checked.program.tests:
        for line, happened in _unmet(source):
            below.setdefault(line - 1, []).append(f"! unmet: {happened}")
    marked = source
    for at, _, mark in sorted(marks, reverse=True):
        marked = marked[:at] + mark + marked[at:]
    return "\n".join(_with_messages(marked.split("\n"), below))


def _with_messages(lines: list[str], below: dict[int, list[str]]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield line
        yield from below.get(number, [])


def _said(source: str, found: Diagnostic) -> Iterator[str]:
    yield f"! {found.code} {found.message}"
    if found.fix is None:
        return
    mended = applied(source, found.fix)
    before, after = source.split("\n"), mended.split("\n")
    first = source.count("\n", 0, min(each.span.start for each in found.fix.edits))
    behind = len(before) - 1 - source.count("\n", 0, max(e.span.end for e in found.fix.edits))
    yield f"! fix: {'⏎'.join(after[first : len(after) - behind])}"


def _unmet(source: str) -> list[tuple[int, str]]:
    try:
        outcomes = run_script_tests(source)
    except ScriptRefusedError as error:
        return [(1, error.why)]
    return [(each.line, each.happened) for outcome in outcomes for each in outcome.unmet]
