"""A reader of TextMate grammars, as small as ours needs: which scopes each letter of a line has.

At each place the rule that matches first wins, of several there the one that stands first; a rule
with `begin` holds until its `end`, over lines. (Compared once, letter by letter, with the engine
that VS Code uses: the same on all shipped scripts and on the texts of the tests.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

Rule = Mapping[str, Any]


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


class Reader:
    def __init__(self, grammar: Rule) -> None:
        self._grammar = grammar
        self._open: list[Rule] = []

    def scopes(self, line: str) -> list[str]:
        """The innermost scope of each letter, "" for plain ones."""
        self._colors = [self._scope()] * len(line)
        at = 0
        while (found := self._next(line, at)) is not None:
            match, rule, is_end = found
            self._color(match.start(), len(line), self._scope())
            self._taken(match, rule, is_end=is_end)
            at = match.end()
            if is_end is False and match.end() == match.start():
                break
            self._color(at, len(line), self._scope())
        return self._colors

    def _taken(self, match: re.Match[str], rule: Rule, *, is_end: bool) -> None:
        if is_end:
            self._color(*match.span(), self._scope())
            self._open.pop()
        elif "begin" in rule:
            outside = self._scope()
            self._open.append(rule)
            self._color(*match.span(), rule.get("name", outside))
        else:
            self._color(*match.span(), rule.get("name", self._scope()))
            for number, each in rule.get("captures", {}).items():
                self._color(*match.span(int(number)), each["name"])

    def _color(self, start: int, end: int, scope: str) -> None:
        self._colors[start:end] = [scope] * (end - start)

    def _scope(self) -> str:
        named = [name for each in self._open if (name := each.get("name"))]
        return named[-1] if named else ""

    def _next(self, line: str, at: int) -> tuple[re.Match[str], Rule, bool] | None:
        ends = [(self._open[-1]["end"], self._open[-1], True)] if self._open else []
        known = self._open[-1].get("patterns", ()) if self._open else self._grammar["patterns"]
        rules = [(each.get("match") or each["begin"], each, False) for each in self._all(known)]
        found = [
            (match.start(), number, match, rule, is_end)
            for number, (pattern, rule, is_end) in enumerate([*ends, *rules])
            if (match := compiled(pattern).search(line, at))
        ]
        if not found:
            return None
        _, _, match, rule, is_end = min(found, key=lambda each: each[:2])
        return match, rule, is_end

    def _all(self, rules: Sequence[Rule]) -> Iterator[Rule]:
        for each in rules:
            include = each.get("include")
            if include == "$self":
                yield from self._all(self._grammar["patterns"])
            elif include:
                yield from self._all(self._grammar["repository"][include[1:]]["patterns"])
            else:
                yield each
