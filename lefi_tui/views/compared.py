"""Two texts of a script beside each other: their lines, and what the change means."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import unified_diff
from itertools import islice
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.lang.meaning import Meaning, meaning
from lefi_tui.lang.meaning_words import in_words
from lefi_tui.lang.program import Program, check

TIMEFRAME: Final = "@timeframe"  # for all candle handlers, beside the settings of a script
HEAD_LINES: Final = 2  # --- and +++, which name files
NO_LINE: Final = "The texts are the same, letter for letter."


class Compared(Record):
    """`lines` are a unified diff's; without a meaning, `why_not` says why it can't be told."""

    lines: tuple[str, ...]
    meaning: Meaning | None
    why_not: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        return (self.why_not,) if self.meaning is None else tuple(in_words(self.meaning))


def compared(
    before: str,
    after: str,
    chosen: Mapping[str, str] | None = None,
    then: Mapping[str, str] | None = None,
) -> Compared:
    """`chosen` are the settings that the first runs with, `then` the other's; where they are not
    said it takes those it still has."""
    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="")
    told = tuple(islice(lines, HEAD_LINES, None))
    timeframe_ms = _timeframe_ms(chosen or {})
    first = _named(chosen or {})
    old = _program(before, first, timeframe_ms)
    wanted = kept(after, first) if then is None else _named(then)
    then_ms = timeframe_ms if then is None else _timeframe_ms(then)
    new = _program(after, wanted, then_ms)
    if old is None or new is None:
        which = "the earlier text" if old is None else "the later text"
        return Compared(told, None, f"What it means can't be told: {which} does not check clean.")
    return Compared(told, meaning(old, new, then_ms))


def kept(source: str, chosen: Mapping[str, str]) -> dict[str, str]:
    """Those of the chosen settings that a text still has, and takes."""
    if not chosen:
        return {}
    program = check(source).program
    names = set() if program is None else {each.name for each in program.settings}
    wanted = {name: value for name, value in chosen.items() if name in names}
    if check(source, settings=wanted).program is not None:
        return wanted
    return {
        name: value
        for name, value in wanted.items()
        if check(source, settings={name: value}).program is not None
    }


def _named(chosen: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in chosen.items() if name != TIMEFRAME}


def _timeframe_ms(chosen: Mapping[str, str]) -> int | None:
    return int(chosen[TIMEFRAME]) if chosen.get(TIMEFRAME) else None


def _program(source: str, chosen: Mapping[str, str], timeframe_ms: int | None) -> Program | None:
    return check(source, settings=chosen, timeframe_ms=timeframe_ms).program
