"""A run of the Lab in words: its facts, and two runs side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lefi_tui.core.money import words
from lefi_tui.core.record import Record
from lefi_tui.core.timeframe import candles, span
from lefi_tui.errors import (
    CandlesUnfitError,
    LefiError,
    MarketsUnfitError,
    NoCandleError,
    ScriptRefusedError,
    SettingRefusedError,
    shown,
)
from lefi_tui.views import numbers
from lefi_tui.views.lab_view import Refused, Run
from lefi_tui.views.numbers import NS_PER_MS
from lefi_tui.views.report_words import HOLD, Fact

EXPOSURE: Final = "exposure"
EQUAL_BELOW: Final = 1e-12
CHECKED: Final = ScriptRefusedError.code  # the script itself: its first finding says all


class Measure(Record):
    """One number of a run. `better`: 1 where more is better, -1 where less is, 0 where neither."""

    name: str
    of: Callable[[Run], float | None]
    words: Callable[[float | None], str]
    better: int = 0


def _ratio(value: float | None) -> str:
    return numbers.price(value, 2)


def _count(value: float | None) -> str:
    return numbers.UNKNOWN if value is None else f"{int(value):,}"


MEASURES: Final = (
    Measure("return", lambda run: run.numbers.total_return, numbers.share, 1),
    Measure(HOLD, lambda run: run.buy_and_hold, numbers.share),
    Measure("final equity", lambda run: run.final, _ratio, 1),
    Measure("max drawdown", lambda run: run.numbers.max_drawdown, numbers.percent, -1),
    Measure("Sharpe", lambda run: run.numbers.sharpe, _ratio, 1),
    Measure("Sortino", lambda run: run.numbers.sortino, _ratio, 1),
    Measure("trades", lambda run: float(run.traded), _count),
    Measure("win rate", lambda run: run.numbers.win_rate, numbers.percent, 1),
    Measure("profit factor", lambda run: run.numbers.profit_factor, _ratio, 1),
    Measure(EXPOSURE, lambda run: run.numbers.exposure, numbers.percent),
    Measure("fees", lambda run: run.fees, _ratio, -1),
    Measure("funding", lambda run: run.funding, _ratio, -1),
    Measure("CAGR", lambda run: run.numbers.cagr, numbers.share, 1),
    Measure("refused orders", lambda run: float(run.refused), _count, -1),
)
SIGNED: Final = frozenset({"return", HOLD, "CAGR"})  # a gain or a loss by itself


def facts(run: Run) -> tuple[Fact, ...]:
    """The most asked for first."""
    return tuple(_fact(each, run) for each in MEASURES)


def _told(measure: Measure, run: Run) -> str:
    if measure.name == EXPOSURE:
        return numbers.exposure(run.numbers.exposure, run.traded, run.candles)
    return measure.words(measure.of(run))


def _fact(measure: Measure, run: Run) -> Fact:
    value = measure.of(run)
    tone = 0 if value is None or measure.name not in SIGNED else (value > 0) - (value < 0)
    return Fact(measure.name, _told(measure, run), tone)


class Difference(Record):
    """One measure of two runs; `tone` is above 0 where the second is better."""

    name: str
    first: str
    second: str
    change: str
    tone: int


def side_by_side(first: Run, second: Run) -> tuple[Difference, ...]:
    return tuple(_difference(each, first, second) for each in MEASURES)


def _difference(measure: Measure, first: Run, second: Run) -> Difference:
    a, b = measure.of(first), measure.of(second)
    told = measure.name, _told(measure, first), _told(measure, second)
    if a is None or b is None or abs(b - a) < EQUAL_BELOW:
        return Difference(*told, "" if a is None or b is None else "=", 0)
    sign = "+" if b > a else "-"
    size = measure.words(abs(b - a)).lstrip("+")
    moved = (b > a) - (b < a)
    return Difference(*told, sign + size, moved * measure.better)


def data_words(run: Run, room: int = 0) -> str:
    """Which candles it ran over; where that is too long for `room`, its first market alone."""
    first, last = (numbers.moment(each * NS_PER_MS)[:10] for each in (run.from_ms, run.to_ms))
    told = f" {span(run.data_ms)}  {first} to {last}"
    whole = f"{', '.join(run.symbols)}{told}"
    is_long = room and len(whole) > room and len(run.symbols) > 1
    return f"{run.symbols[0]} +{len(run.symbols) - 1}{told}" if is_long else whole


def costs_words(run: Run) -> str:
    """Over how many candles, and what was paid."""
    costs = run.ground.costs
    rates = {"taker": costs.taker, "maker": costs.maker, "slippage": costs.slippage}
    told = [f"{name} {words((rate * 100).normalize())}%" for name, rate in rates.items() if rate]
    return ", ".join((candles(run.candles), *(told or ["no costs"])))


def named(run: Run) -> str:
    """A run in a list: its letters, what it came to, settings that differ from the script's."""
    values = ", ".join(f"{name} {value}" for name, value in run.ground.values)
    made = numbers.share(run.numbers.total_return)
    return f"{run.key}  {run.script}  {made}{f'  {values}' if values else ''}"


# What a command line is told by its switches is done by keys here.
LISTED: Final = "Outside the text {lab_data} lists the candles there are, those that fit first"
BY_KEYS: Final = {
    CandlesUnfitError.code: f"{LISTED}; {{lab_settings}} sets another `timeframe`",
    MarketsUnfitError.code: LISTED,
    SettingRefusedError.code: "Outside the text {lab_settings} sets another",
    NoCandleError.code: "Outside the text {lab_settings} sets another `from` and `to`, and "
    "{lab_data} lists the candles there are",
}
KEYS: Final = ("lab_data", "lab_settings")


def lacking(shown_key: Callable[[str], str], *, has_script: bool, has_data: bool) -> str:
    """What has to be chosen before anything can run; nothing once all is."""
    if not has_script:
        return f"No script is open: {shown_key('lab_open')} lists them."
    if has_data:
        return ""
    key = shown_key("lab_data")
    return f"No candles are chosen: outside the text {key} lists them; then each edit runs."


def refusal_words(said: Refused, shown_key: Callable[[str], str]) -> str:
    """Of a script that does not check, its first finding; all else in its four parts."""
    if said.code == CHECKED and said.where:
        return shown(said.why, keep="")
    next_step = said.next_step
    if said.code in BY_KEYS:
        next_step = BY_KEYS[said.code].format(**{each: shown_key(each) for each in KEYS})
    where = said.where
    if where.startswith("--"):
        where = where.partition(" ")[2]  # what stands behind the switch
    error = LefiError(said.why, where=where, next_step=next_step)
    error.code, error.what = said.code, said.title
    return four_parts(error)


def four_parts(error: LefiError) -> str:
    """On one line."""
    where = f" ({error.where})" if error.where else ""
    words = f"{error.code} {error.what}{where}: {error.why.rstrip('.')}. {error.next_step}."
    return shown(words, keep="")
