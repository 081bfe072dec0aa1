"""The thermostat: how much smaller entries are made, each reason with its factor; they multiply.

The rules it keeps: no factor is above 1, and what is not known is a reason to wait. A stop is the
script's own term: no thermostat moves it, but while it is on an entry needs a closer one.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.money import ZERO
from lefi_tui.core.risk.facts import NS_PER_S, Facts
from lefi_tui.core.risk.heat import NORMAL, ONE, Reason, Thermostat
from lefi_tui.core.risk.limits import Limits
from lefi_tui.core.risk.looking import old_mark, percent, short
from lefi_tui.core.risk.measures import (
    VOLATILITY_BARS,
    WILD,
    correlation,
    is_thin,
    regime_shift,
    spread_bps,
    volatility_ratio,
)

HALF: Final = Decimal("0.5")
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
ALIKE: Final = 0.8
BACKLOG: Final = 5
VENUE_NS_MAX: Final = 60 * NS_PER_S  # of what the venue said
FAILED_SHARE: Final = Decimal("0.1")  # of the calls of ten minutes
FAILED_LEAST: Final = 3  # one failure among few calls is bad luck
DRIFT_MAX: Final = Decimal(50)  # in the account's currency
BROAD_LEAST: Final = 2  # markets: one alone says nothing of the others
STOP_BPS_LESS: Final = Decimal(30)  # while it is on, off what a stop may be away
EDGE_BPS_MORE: Final = Decimal(20)  # and on top of what an entry must promise


def stage_of(below: Decimal) -> tuple[str, Decimal]:
    """By the drawdown from the month's highest equity."""
    for bound, name, factor in STAGES:
        if below >= bound:
            return name, factor
    return NORMAL, ONE


def warmed(facts: Facts, limits: Limits, symbol: str) -> Facts:
    """The facts of an entry with its thermostat, which sizes and checks then don't ask again."""
    is_any = limits.overlay or limits.drawdown_week_halve is not None
    return replace(facts, heat=thermostat(limits, facts, symbol)) if is_any else facts


def heat_of(facts: Facts, limits: Limits, symbol: str) -> Thermostat:
    return facts.heat or thermostat(limits, facts, symbol)


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


def stop_bps(limits: Limits, facts: Facts, symbol: str) -> Decimal:
    """How far a stop may lie now; never under half of what was set."""
    most = limits.stop_bps_max or ZERO
    return max(most - STOP_BPS_LESS, most * HALF) if _is_on(limits, facts, symbol) else most


def edge_bps(limits: Limits, facts: Facts, symbol: str) -> Decimal:
    """What a trade must promise now."""
    least = limits.edge_bps_min or ZERO
    return least + EDGE_BPS_MORE if _is_on(limits, facts, symbol) else least


def _is_on(limits: Limits, facts: Facts, symbol: str) -> bool:
    return heat_of(facts, limits, symbol).stage != NORMAL


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
    yield from _liquidity(facts)
    yield from _venue(facts)


def _liquidity(facts: Facts) -> Iterator[Reason]:
    """Thin in most of the markets that are known: it is no matter of one market."""
    told = (is_thin(facts.candles(symbol), _spread(facts, symbol)) for symbol in facts.seen)
    known = [each for each in told if each is not None]
    thin = sum(known)
    if len(known) >= BROAD_LEAST and 2 * thin > len(known):
        text = f"{thin} of {len(known)} markets are thin: half a day's turnover, or a wide spread"
        yield Reason("liquidity", text, Decimal("0.4"))


def _spread(facts: Facts, symbol: str) -> float | None:
    seen = facts.fresh(symbol)
    if seen is None or seen.bid is None or seen.ask is None:
        return None
    return float(spread_bps(seen.bid, seen.ask))


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
