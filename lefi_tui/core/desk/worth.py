"""What a script prints as market and account stand: run once on its newest candles, by nobody.

The rule it keeps: nothing it wants is carried out, and no bot or order knows of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from lefi_tui.core.bot import Bar, BotKind, Needs, Occasion
from lefi_tui.core.desk import waiting
from lefi_tui.core.desk.saying import KIND, as_bot
from lefi_tui.core.desk.snapshot import DeskSnapshot
from lefi_tui.core.desk.state import ALIVE, BotRecord, Desk
from lefi_tui.core.nearness import Gauging, Nearness
from lefi_tui.core.record import Record

PRINT: Final = "print"  # kind of a note
NS_PER_MS: Final = 1_000_000


class Asked(Record):
    account: str
    source: str
    settings: Mapping[str, str]
    at_ns: int


class Printed(Record):
    values: tuple[str, ...] = ()
    refusal: str = ""
    at_ms: int = 0  # close of the newest candle; 0: it reads none


def needs_of(desk: Desk, asked: Asked) -> Needs | str:
    """What it must be fed, or why it can't be asked there."""
    account, kind = asked.account, desk.kinds[KIND]
    if account not in desk.accounts:
        return f"There is no account {account!r}; there are {', '.join(desk.accounts)}."
    if waiting.is_file(desk, account):
        return f"{account} is a candle file: it has no present to ask about."
    wrong = kind.refused(asked.source, asked.settings)
    if wrong:
        return wrong
    needs = kind.needs(asked.source, asked.settings)
    unknown = [each for each in needs.symbols if (account, each) not in desk.instruments]
    return f"Account {account} has no market {unknown[0]}." if unknown else needs


def printed(desk: Desk, asked: Asked, needs: Needs, bars: Iterable[Bar]) -> Printed:
    """Its series step by all candles, close by close; what it prints at the newest counts."""
    newest = _newest(desk, asked, needs, bars)
    decision = newest.kind.decide(newest.state, newest.occasion, newest.snapshot)
    values = tuple(each.text for each in decision.notes if each.kind == PRINT)
    if decision.fault or values:
        return Printed(values, decision.fault, newest.close_ms)
    return Printed((), _why_nothing(decision.warming), newest.close_ms)


def near(desk: Desk, asked: Asked, needs: Needs, bars: Iterable[Bar]) -> Nearness:
    """How close its conditions are to coming true, by the same run."""
    newest = _newest(desk, asked, needs, bars)
    assert isinstance(newest.kind, Gauging)
    found = newest.kind.nearness_at(newest.state, newest.occasion, newest.snapshot)
    return replace(found, at_ms=newest.close_ms)


def near_of(desk: Desk, bot: BotRecord) -> Nearness:
    """The same, by the last run of a bot."""
    kind = desk.kinds[bot.kind]
    if not isinstance(kind, Gauging):
        return Nearness(refusal=f"A bot of kind {bot.kind} has no conditions to tell of.")
    return kind.nearness(bot.state)


def running(desk: Desk, asked: Asked, named: str) -> BotRecord | None:
    """The bot that runs this very text, however its lines end: the named one, else any one of the
    account."""
    lines = asked.source.splitlines()
    for bot in desk.bots.values():
        is_it = bot.id == named if named else bot.account == asked.account
        is_alive = bot.status in ALIVE and isinstance(desk.kinds[bot.kind], Gauging)
        if is_it and is_alive and bot.source.splitlines() == lines:
            return bot
    return None


class _Newest(NamedTuple):
    """All that one run of it takes."""

    kind: BotKind
    state: Any
    occasion: Occasion
    snapshot: DeskSnapshot
    close_ms: int  # of the newest candle; 0: it reads none


def _newest(desk: Desk, asked: Asked, needs: Needs, bars: Iterable[Bar]) -> _Newest:
    """Warmed by all candles but the newest, which is still to be run."""
    kind = desk.kinds[KIND]
    snapshot = DeskSnapshot(desk, as_bot(desk, asked.account, asked.source, needs, asked.at_ns))
    state = kind.begin(asked.source, asked.settings)
    steps = [(at, tuple(some)) for at, some in groupby(sorted(bars, key=_close_ms), key=_close_ms)]
    close_ms, last = steps.pop() if steps else (0, ())
    for at_ms, some in steps:
        state = kind.decide(state, Occasion(at_ms, some, is_history=True), snapshot).state
    occasion = Occasion(asked.at_ns // NS_PER_MS, last, started=True)
    return _Newest(kind, state, occasion, snapshot, close_ms)


def _close_ms(bar: Bar) -> int:
    return bar.time_ms + bar.timeframe_ms


def _why_nothing(warming: str) -> str:
    if warming:
        return f"Its candles do not reach back far enough yet: {warming} are known."
    return "Nothing was said: what stands before it did not let it come so far."
