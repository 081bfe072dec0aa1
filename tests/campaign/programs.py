"""Random scripts, right and wrong: the checker always answers, and what is right runs as promised.

Each program has a number; a case is a hundred of them. `python -m tests.campaign.programs SEED
NUMBER` writes one and says what is wrong with it.
"""

from __future__ import annotations

import json
import random
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import process_time
from typing import Any, Final

from msgspec.structs import astuple, replace

from bots.automated.plan import refusal_of
from bots.automated.state import BotState
from lefi_tui.core.bot import Bar, Emitted, Occasion, Print
from lefi_tui.core.matching import Fees, market_rules
from lefi_tui.core.order import Side
from lefi_tui.lang.diagnostic import Diagnostic, Edit, Fix, applied
from lefi_tui.lang.formatter import formatted
from lefi_tui.lang.parser import parse
from lefi_tui.lang.program import Program, check
from lefi_tui.lang.source import Source, Span
from lefi_tui.simulate.prepared import instrument_of
from lefi_tui.simulate.trial import BOT, Trial
from tests.campaign.broken import broken
from tests.campaign.counted import counting, most_steps
from tests.campaign.runner import Campaign, Finding
from tests.campaign.script_writer import written

PROGRAMS: Final = 100  # a case
HANGS_AFTER_S: Final = 20.0  # of processor time: a machine that sleeps hangs nothing
LIVES: Final = {30: 0.8, 100: 0.18, 400: 0.02}  # candles of a right script, and how often
PATIENCE: Final = 100  # candles that one which has not traded yet gets all the same
CANDLES_MAX: Final = max(LIVES)
SOME_CANDLES: Final = 30
LONG_EVERY: Final = 400  # programs; the others are as long as traders write them
LONG_STATEMENTS: Final = 150
FORMATTED_EVERY: Final = 16  # a right one and a wrong one of them
STEP_MS: Final = 300_000
BEGINS_MS: Final = 1_704_067_200_000
FEES: Final = Fees(0.0002, 0.0005, 0.0)


@dataclass
class Tally:
    """What a case came to."""

    counts: dict[str, int] = field(default_factory=dict)
    slowest_ms: float = 0.0
    slowest: str = ""  # which
    wrong: list[str] = field(default_factory=list)

    def count(self, name: str, is_so: object = True) -> None:  # noqa: FBT002 -- as counted
        self.counts[name] = self.counts.get(name, 0) + bool(is_so)

    def fail(self, number: int, kind: str, why: str, text: str) -> None:
        self.count(kind)
        self.wrong.append(f"{text}\nprogram {number}, {kind}: {why}")


def case(number: int, seed: int) -> Finding:
    tally = Tally()
    for each in range(number * PROGRAMS, (number + 1) * PROGRAMS):
        one(each, seed, tally)
    slowest = (round(tally.slowest_ms, 1), tally.slowest)
    return Finding("\n\n".join(tally.wrong), tally.counts, {"slowest_check_ms": slowest})


def one(number: int, seed: int, tally: Tally) -> str:
    """One program, tried; its text."""
    chance = random.Random(seed * 1_000_000_007 + number)
    text = written(chance, size=0 if number % LONG_EVERY else LONG_STATEMENTS)
    is_broken, mistakes = number % 2 == 1, 0
    if is_broken:
        text, mistakes = broken(text, chance)
    tally.count("programs")
    if number % FORMATTED_EVERY in {1, 2}:
        text = text.replace("    ", " " * chance.randint(0, 5)).replace(" == ", "==")
    try:
        with _no_longer_than(HANGS_AFTER_S):
            if is_broken:
                found = _try_wrong(number, text, tally, chance)
                _try_fixes(number, text, found, tally, is_strict=mistakes == 1)
            else:
                _try_right(number, text, tally, chance)
            if number % FORMATTED_EVERY in {1, 2}:
                _try_formatted(text, tally)
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is what is looked for
        kind = _kind_of(error)
        tally.fail(number, kind, traceback.format_exc(), text)
    return text


def _kind_of(error: Exception) -> str:
    words = str(error)
    if "goes beyond" in words:
        return "contract_exceeded"
    if isinstance(error, StepsExceededError):
        return "steps_exceeded"
    return "hangs" if isinstance(error, TimeoutError) else "crashes"


class StepsExceededError(Exception):
    """A run took more steps than were promised."""


@contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    def late(_signal: int, _frame: Any) -> None:
        raise TimeoutError(f"over {seconds:g} s")

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


# ---- wrong ones


def _try_wrong(
    number: int, text: str, tally: Tally, chance: random.Random
) -> tuple[Diagnostic, ...]:
    begin = process_time()
    found = check(text).diagnostics
    _timed(process_time() - begin, f"program {number}, {_lines(text)} lines", tally)
    errors = _errors(found)
    tally.count("broken")
    tally.count("broken_refused", errors)
    if not errors:  # right all the same, in a way that nobody would write
        run = Run(text, chance, is_counted=False)
        for at in range(SOME_CANDLES):
            run.candle(at)
        run.end()
    _places(number, text, found, tally)
    return found


def _try_fixes(
    number: int, text: str, found: tuple[Diagnostic, ...], tally: Tally, *, is_strict: bool
) -> None:
    """All at once, and each by itself. Of several mistakes beside each other a fix may misread what
    was meant, so that is counted; of one it never makes more."""
    errors = _errors(found)
    fixes = [each.fix for each in found if each.fix is not None]
    if not fixes:
        return
    tally.count("with_fixes")
    for ways in [fixes, *([each] for each in fixes)] if len(fixes) > 1 else [fixes]:
        _try_edits(number, text, errors, _edits(ways), tally, is_strict=is_strict)


def _try_edits(  # noqa: PLR0913 -- one program, what was wrong with it, and what would mend it
    number: int,
    text: str,
    errors: list[Diagnostic],
    edits: list[Edit],
    tally: Tally,
    *,
    is_strict: bool,
) -> None:
    mended = applied(text, Fix("all", tuple(edits)))
    left = _errors(check(mended).diagnostics)
    tally.count("mended", not left)
    if not _is_worse(errors, mended, left, edits):
        return
    tally.count("several_made_worse", not is_strict)
    if is_strict:
        source = Source(mended)
        said = "\n".join(each.render(source) for each in left)
        why = f"{len(errors)} errors, {len(left)} after the fixes\n{mended}\n{said}"
        tally.fail(number, "fixes_made_it_worse", why, text)


def _is_worse(
    before: list[Diagnostic], mended: str, after: list[Diagnostic], edits: list[Edit]
) -> bool:
    """Whether more can't be read; or, where all could be read, whether more is wrong, not counting
    what a mended name brought to light elsewhere in its item: what can't be read hides what it
    means, and a wrong name hides what hangs on it."""
    unread, was_unread = (sum(each.code < "LF2" for each in errors) for errors in (after, before))
    if unread or was_unread:
        return unread > was_unread
    items = parse(Source(mended)).script.items
    written = list(_written(edits))
    touched = [each for each in items if any(_meet(each.span, place) for place in written)]
    counted = [
        each
        for each in after
        if any(_meet(each.span, place) for place in written)
        or not any(_meet(each.span, item.span) for item in touched)
    ]
    return len(counted) > len(before)


def _written(edits: list[Edit]) -> Iterator[Span]:
    """Where in the mended script the fixes wrote."""
    moved = 0
    for each in sorted(edits, key=lambda edit: edit.span):
        start = each.span.start + moved
        yield Span(start, start + len(each.text))
        moved += len(each.text) - (each.span.end - each.span.start)


def _errors(found: tuple[Diagnostic, ...]) -> list[Diagnostic]:
    return [each for each in found if each.is_error]


def _places(number: int, text: str, found: tuple[Diagnostic, ...], tally: Tally) -> None:
    source = Source(text)
    for each in found:
        each.render(source)
        if not 0 <= each.span.start <= each.span.end <= len(text) + 1:
            tally.fail(number, "places_outside", f"{each.code} {each.span}", text)


def _edits(fixes: list[Fix]) -> list[Edit]:
    """Of all offered fixes at once, save those that would change the same letters."""
    edits: list[Edit] = []
    for fix in fixes:
        if not any(_meet(mine.span, theirs.span) for mine in fix.edits for theirs in edits):
            edits += fix.edits
    return edits


def _meet(one: Span, other: Span) -> bool:
    return one.start <= other.end and other.start <= one.end


def _try_formatted(text: str, tally: Tally) -> None:
    """One style, which formatting again leaves as it is; what it means is asserted inside."""
    first = formatted(text)
    tally.count("formatted", first.text != text)
    assert formatted(first.text).text == first.text, f"formatted twice:\n{first.text}"


# ---- right ones


def _try_right(number: int, text: str, tally: Tally, chance: random.Random) -> None:
    begin = process_time()
    refusal = refusal_of(text, {})
    _timed(process_time() - begin, f"program {number}, {_lines(text)} lines", tally)
    tally.count("right")
    if refusal:
        tally.fail(number, "refused", refusal, text)
        return
    run = Run(text, chance, is_counted=number % 4 == 0)
    (life,) = chance.choices(tuple(LIVES), tuple(LIVES.values()))
    at = 0
    while at < life or (at < PATIENCE and not run.has_traded()):
        run.candle(at)
        if at == life // 2 and number % 4 == 2:
            run.written_and_read()
        at += 1
    run.end()
    _distributed(run, tally)


def _timed(seconds: float, which: str, tally: Tally) -> None:
    if seconds * 1_000 > tally.slowest_ms:
        tally.slowest_ms, tally.slowest = seconds * 1_000, which


def _lines(text: str) -> int:
    return text.count("\n")


class Run:
    """One right script on a random market."""

    def __init__(self, text: str, chance: random.Random, *, is_counted: bool) -> None:
        self._script: tuple[str, dict[str, str]] = (text, {})
        self._chance = chance
        bound = BOT.begin(*self._script).bound
        symbols = bound.program.symbols or ("BTC/USDT",)
        tick = chance.choice((0.0, 0.1))
        markets = {each: replace(market_rules(instrument_of(each)), tick=tick) for each in symbols}
        approves = chance.random() < 0.8
        self.trial = Trial(self._script, markets, FEES, 10_000.0, approves=approves)
        self._prices = dict.fromkeys(symbols, 100.0)
        self._is_counted = is_counted
        if is_counted:
            bound = replace(bound, program=counting(bound.program))
            slots = bound.program.initial()
            self.trial.state = replace(self.trial.state, bound=bound, slots=slots)

    @property
    def program(self) -> Program:
        return self.trial.state.bound.program

    def has_traded(self) -> bool:
        book = self.trial.book
        return bool(book.trades or book.open(self.trial.readings.closes))

    def candle(self, at: int) -> None:
        opened_ms = BEGINS_MS + at * STEP_MS
        bars = tuple(self._bar(symbol, opened_ms) for symbol in self._prices)
        self.trial.candles(bars)
        self._moment(opened_ms + STEP_MS, bars, is_first=at == 0)

    def _moment(self, at_ms: int, bars: tuple[Bar, ...], *, is_first: bool = False) -> None:
        trial, bound = self.trial, self.trial.state.bound
        prints = tuple(
            Print(each.symbol, at_ms, 100.0, 0.5, Side.BUY) for each in bound.prints if bars
        )
        is_news = bool(bound.events) and self._chance.random() < 0.2
        events = (Emitted("news", (("score", 1.5), ("why", "because"))),) if is_news else ()
        commands = tuple(each.hears for each in bound.commands if self._chance.random() < 0.2)
        trial.handlers(
            Occasion(
                at_ms, bars, prints=prints, fills=trial.fills(), events=events, commands=commands,
                started=is_first, stopping=not bars, is_file=True,
            )
        )  # fmt: skip

    def _bar(self, symbol: str, opened_ms: int) -> Bar:
        chance, opening = self._chance, self._prices[symbol]
        draw = chance.random()
        move = 0.0 if draw < 0.05 else (chance.random() - 0.5) * (0.5 if draw > 0.98 else 0.04)
        close = opening * (1 + move)
        self._prices[symbol] = close
        wick = chance.random() * 0.01
        high, low = max(opening, close) * (1 + wick), min(opening, close) * (1 - wick)
        volume = 0.0 if draw < 0.02 else chance.random() * 10
        return Bar(symbol, STEP_MS, opened_ms, opening, high, low, close, volume)

    def written_and_read(self) -> None:
        """A snapshot taken and read back goes on as if nothing had been."""
        before = self.trial.state
        data = json.loads(json.dumps(BOT.encode(before)))
        after = BOT.decode(*self._script, data)
        one, other = (_memory(each) for each in (before, after))
        assert one == other, f"read back otherwise:\n{one}\n{other}"
        self.trial.state = after

    def end(self) -> None:
        """Stopped, and its steps are looked at."""
        self._moment(BEGINS_MS + CANDLES_MAX * STEP_MS, ())
        self.trial.end()
        program = self.program
        if not self._is_counted or (program.waits and program.policy.overlap == "parallel"):
            return  # parallel runs of one handler count into one slot
        for handler, most in zip(
            program.handlers, most_steps(program, self.trial.state.slots), strict=True
        ):
            if most > handler.steps_max:
                raise StepsExceededError(f"{most:g} of {handler.steps_max}, line {handler.line}")


def _memory(state: BotState) -> str:
    """All that it remembers, to the last digit and type."""
    return repr(astuple(replace(state, bound=None)))


def _distributed(run: Run, tally: Tally) -> None:
    """What kinds of scripts were written."""
    intents = [each.intent for each in run.trial.asks]
    exits = [each.exits for each in intents]
    program = run.program
    tally.count("asks_for_orders", intents)
    tally.count("trades", run.has_traded())
    tally.count(
        "stops_or_targets", any(each.stop_loss or each.take_profit or each.trail for each in exits)
    )
    tally.count(
        "short_or_levered",
        any(
            ":" in each.symbol and (each.action == "sell" or (each.leverage or 1) > 1)
            for each in intents
        ),
    )
    tally.count("several_handlers", len(program.handlers) > 1)
    tally.count("waits", program.waits)


CAMPAIGN: Final = Campaign(
    f"{PROGRAMS} random scripts a case: the checker answers, contracts and steps hold",
    length=100,
    case=case,
)

if __name__ == "__main__":
    told = Tally()
    text = one(int(sys.argv[2]), int(sys.argv[1]), told)
    sys.stdout.write("\n".join(told.wrong or [text, f"{told.counts}"]) + "\n")
