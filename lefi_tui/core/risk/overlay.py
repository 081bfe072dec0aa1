"""The thermostat: how much smaller entries are made, each reason with its factor; they multiply.

The rule it keeps: no factor is above 1, and what is not known is a reason to wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from lefi_tui.core.money import ZERO
from lefi_tui.core.record import Record
from lefi_tui.core.risk.facts import NS_PER_S, Facts
from lefi_tui.core.risk.limits import Limits
from lefi_tui.core.risk.looking import old_mark, percent, short
from lefi_tui.core.risk.measures import VOLATILITY_BARS, correlation, regime_shift, volatility_ratio

ONE: Final = Decimal(1)
HALF: Final = Decimal("0.5")
NORMAL: Final = "normal"
REDUCED: Final = "reduced"
NO_ENTRIES: Final = "no new entries"
EXITS_ONLY: Final = "flatten only"
# Below the month's highest equity, the worst first.
STAGES: Final = (
    (Decimal("0.08"), EXITS_ONLY, ZERO),
    (Decimal("0.05"), NO_ENTRIES, ZERO),
    (Decimal("0.03"), REDUCED, HALF),
)
CONCENTRATION: Final = Decimal("0.6")
WILD: Final = 2.5
ALIKE: Final = 0.8
BACKLOG: Final = 5
VENUE_NS_MAX: Final = 60 * NS_PER_S  # of what the venue said
FAILED_SHARE: Final = Decimal("0.1")  # of the calls of ten minutes
FAILED_LEAST: Final = 3  # one failure among few calls is bad luck
DRIFT_MAX: Final = Decimal(50)  # in the account's currency


class Reason(Record):
    name: str
    text: str
    factor: Decimal


class Thermostat(Record):
    """What entries are multiplied by now, and why."""

    stage: str = NORMAL
    reasons: tuple[Reason, ...] = ()

    @property
    def factor(self) -> Decimal:
        out = ONE
        for each in self.reasons:
            out *= each.factor
        return out

    @property
    def words(self) -> str:
        return "; ".join(f"{each.text} ×{short(each.factor)}" for each in self.reasons)


def stage_of(below: Decimal) -> tuple[str, Decimal]:
    """By the drawdown from the month's highest equity."""
    for bound, name, factor in STAGES:
        if below >= bound:
            return name, factor
    return NORMAL, ONE


def thermostat(limits: Limits, facts: Facts, symbol: str = "") -> Thermostat:
    """Of an account; with a symbol also of that market."""
    reasons = list(_week(limits, facts))
    if not limits.overlay:
        return Thermostat(REDUCED if reasons else NORMAL, tuple(reasons))
    stage, found = _drawdown(facts)
    reasons += [*found, *_account(facts), *(_market(facts, symbol) if symbol else ())]
    if stage == NORMAL and any(each.factor < ONE for each in reasons):
        stage = REDUCED if all(each.factor for each in reasons) else NO_ENTRIES
    return Thermostat(stage, tuple(reasons))


def _week(limits: Limits, facts: Facts) -> Iterator[Reason]:
    bound = limits.drawdown_week_halve
    if bound is None:
        return
    why = old_mark(facts)
    if facts.worth is None or why:
        yield Reason("week", why, ZERO)
        return
    below = facts.worth.below(facts.worth.week_peak)
    if below >= bound:
        yield Reason("week", f"{percent(below)} below the week's highest", HALF)


def _drawdown(facts: Facts) -> tuple[str, list[Reason]]:
    why = old_mark(facts)
    if facts.worth is None or why:
        return NO_ENTRIES, [Reason("drawdown", why, ZERO)]
    below = facts.worth.below(facts.worth.month_peak)
    stage, factor = stage_of(below)
    if stage == NORMAL:
        return stage, []
    return stage, [Reason("drawdown", f"{percent(below)} below the month's highest", factor)]


def _account(facts: Facts) -> Iterator[Reason]:
    largest = max(facts.held, key=lambda each: each.worth, default=None)
    equity = ZERO if facts.worth is None else facts.worth.equity
    if largest is not None and equity > 0 and largest.worth > CONCENTRATION * equity:
        share = percent(largest.worth / equity)
        yield Reason("concentration", f"{largest.symbol} is {share} of equity", HALF)
    if facts.releases:
        names = ", ".join(each.name for each in facts.releases)
        yield Reason("event", f"{names} is near", Decimal("0.3"))
    yield from _venue(facts)


def _venue(facts: Facts) -> Iterator[Reason]:
    """What its answers and our books say."""
    venue = facts.venue
    if venue is None:
        yield Reason("venue", "nothing is known of the venue yet", ZERO)
        return
    if facts.at_ns - venue.at_ns > VENUE_NS_MAX:
        yield Reason("venue", "nothing was heard of the venue for a minute", ZERO)
    if venue.failed >= FAILED_LEAST and venue.failed > FAILED_SHARE * venue.asked:
        text = f"{venue.failed} of {venue.asked} calls to the venue failed in ten minutes"
        yield Reason("API errors", text, ZERO)
    if venue.drift > DRIFT_MAX:
        text = f"the venue's holdings and our books are {short(venue.drift)} apart"
        yield Reason("drift", text, ZERO)
    if facts.unconfirmed + venue.waiting > BACKLOG:
        waiting = f", {venue.waiting} messages wait" if venue.waiting else ""
        text = f"{facts.unconfirmed} orders are unconfirmed{waiting}"
        yield Reason("backlog", text, Decimal("0.3"))


def _market(facts: Facts, symbol: str) -> Iterator[Reason]:
    bars = facts.candles(symbol)
    ratio = volatility_ratio(bars)
    if not bars:
        yield Reason("volatility", f"no candles of {symbol} are known yet", ZERO)
    elif ratio is None:
        text = f"{len(bars)} of {VOLATILITY_BARS} candles of {symbol}"
        yield Reason("volatility", text, Decimal("0.4"))
    elif ratio > WILD:
        text = f"ATR of {symbol} is {short(ratio)} times its median"
        yield Reason("volatility", text, Decimal("0.4"))
    if regime_shift(bars):
        yield Reason("regime", f"the trend of {symbol} has turned", Decimal("0.6"))
    for held in facts.held:
        alike = None
        if held.symbol != symbol:
            alike = correlation(bars, facts.candles(held.symbol))
        if alike is not None and alike > ALIKE:
            yield Reason("correlation", f"{symbol} moves with {held.symbol}", HALF)
            return
