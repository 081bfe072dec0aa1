"""Feeding a program by hand, candle by candle: what every test of the language stands on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lefi_tui.core.bot import Intent, Note
from lefi_tui.core.read_key import ReadKey
from lefi_tui.lang.diagnostic import Diagnostic
from lefi_tui.lang.program import Program, check
from lefi_tui.lang.source import Source

MINUTE_MS = 60_000


def program(source: str, settings: Mapping[str, str] | None = None) -> Program:
    """The program of a script that must be right."""
    checked = check(source, settings=settings)
    said = "\n".join(each.render(Source(source)) for each in checked.diagnostics)
    assert checked.program is not None, said
    return checked.program


def mistakes(source: str) -> list[Diagnostic]:
    return [each for each in check(source).diagnostics if each.is_error]


def codes(source: str) -> list[str]:
    return [each.code for each in mistakes(source)]


def place(source: str, diagnostic: Diagnostic) -> str:
    """line:column+length, as lefi.md writes places."""
    line, column = Source(source).place(diagnostic.span.start)
    return f"{line}:{column}+{diagnostic.span.end - diagnostic.span.start}"


@dataclass
class Tape:
    """One handler fed with candles; remembers what it wanted and said, event by event."""

    program: Program
    reads: Mapping[ReadKey, float] = field(default_factory=dict)
    handler: int = 0
    state: Any = None
    at_ms: int = 1_640_995_200_000  # 1 January 2022
    close: float | None = None
    intents: list[tuple[Intent, ...]] = field(default_factory=list)
    notes: list[tuple[Note, ...]] = field(default_factory=list)
    warming: list[tuple[int, int] | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.state is None:
            self.state = self.program.initial()

    def candle(self, *numbers: float, carry: bool = True) -> None:
        """A close alone, or open, high, low, close, volume."""
        if len(numbers) == 1:
            close = numbers[0]
            before = close if self.close is None else self.close
            numbers = (before, max(before, close), min(before, close), close, 1.0)
        open_, high, low, close, volume = numbers
        known: dict[str, float | str] = {
            "symbol": "BTC/USDT",
            "time": float(self.at_ms),
            "open": open_,
            "high": high,
            "low": low,
            "close": close,
            "volume": volume,
        }
        self.event(known, carry=carry)
        self.close = close
        self.at_ms += MINUTE_MS

    def event(self, known: Mapping[str, float | str], *, carry: bool = True) -> None:
        values = self.values(known)
        answers = [self.reads.get(key, math.nan) for key in self.program.reads]
        result = self.program.step(self.handler, self.state, values, answers, carry=carry)
        self.state = result.state
        self.intents.append(result.intents)
        self.notes.append(result.notes)
        self.warming.append(result.warming)

    def values(self, known: Mapping[str, float | str]) -> Sequence[float | str]:
        fields = self.program.handlers[self.handler].fields
        return [known.get(name, math.nan) for name in fields]

    def closes(self, prices: Iterable[float]) -> Tape:
        for each in prices:
            self.candle(each)
        return self

    def value(self, name: str) -> Any:
        return self.program.state_value(self.state, name)

    @property
    def said(self) -> list[str]:
        return [note.text for notes in self.notes for note in notes]

    @property
    def wanted(self) -> list[Intent]:
        return [intent for intents in self.intents for intent in intents]


def on_candles(body: str, prices: Iterable[float], head: str = "") -> Tape:
    """A script of one handler on minute candles, run over closes."""
    source = f'{head}\non Candle("BTC/USDT", 1m) {{\n{body}\n}}'
    return Tape(program(source)).closes(prices)


def series_of(expression: str, candles: Iterable[Sequence[float]]) -> list[float]:
    """What an expression is at each candle; not-a-number while the handler warms up."""
    head = "state out = none\n"
    source = f'{head}on Candle("BTC/USDT", 1m) {{\nout = none\nout = {expression}\n}}'
    tape = Tape(program(source))
    values = []
    for each in candles:
        tape.candle(*each)
        value = tape.value("out")
        values.append(math.nan if value is None else float(value))
    return values
