"""The gate on candle files: an order is measured at the last close, then the limits are asked.

There the venue fixes units at the fill, so what an order comes to is an estimate. The rule it
keeps: desk and direct loop tell it the venue's own doubles, so both refuse the same orders.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, localcontext
from typing import Final, Protocol

from msgspec import field
from msgspec.structs import replace

from lefi_tui.core.bars import bucket_start, fits
from lefi_tui.core.bot import Bar
from lefi_tui.core.messages import AccountReading, TradingState, Verdict
from lefi_tui.core.money import MONEY, ZERO, from_double
from lefi_tui.core.order import Level, OrderTerms, Side, Size, SizeKind
from lefi_tui.core.record import Record
from lefi_tui.core.risk import events
from lefi_tui.core.risk.facts import (
    NS_PER_MS,
    Facts,
    GateRequest,
    Held,
    Seen,
    VenueState,
    exit_price,
    stop_price,
)
from lefi_tui.core.risk.fitting import fitted, is_fitting
from lefi_tui.core.risk.gate import check, refusals
from lefi_tui.core.risk.limits import InForce, Limits
from lefi_tui.core.risk.looking import percent, short
from lefi_tui.core.risk.overlay import warmed
from lefi_tui.core.risk.periods import Worth
from lefi_tui.core.risk.release import Release

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 86_400_000
BARS_MAX: Final = 150  # what the longest measure needs, and a few
BOOK: Final = Decimal(10) ** 30  # units of each side: a candle takes any size
MODE: Final = "simulation"
NO_PRICE: Final = "NO_PRICE"
FREE_OF_LIMITS: Final = (
    "Limits: spread 0, the book takes any size at the slippage said, turnover and volatility come "
    "from the candles; drawdown_day_close keeps entries out and closes nothing, "
    "drawdown_month_demo does until the account recovers or the month ends; exit_guard is not asked"
)


class Market(Protocol):
    """What both an instrument and a candle market's rules tell."""

    @property
    def is_perpetual(self) -> bool: ...
    @property
    def base(self) -> str: ...
    @property
    def quote(self) -> str: ...


class Working(Record):
    """An entry that is not final; its units are None until it has reached the market."""

    terms: OrderTerms
    units: Decimal | None = None


class Scene(Record):
    """An account on candle files as it stands when an order is asked for."""

    at_ns: int
    reading: AccountReading  # of the last close
    worth: Worth
    seen: Mapping[str, Seen]
    markets: Mapping[str, Market]
    taker: Decimal
    slippage: Decimal
    working: tuple[Working, ...] = ()  # in the order sent
    stops: Mapping[str, Level] = field(default_factory=dict)
    leverages: Mapping[str, Decimal] = field(default_factory=dict)  # of what is held
    stopped: Mapping[str, int] = field(default_factory=dict)  # when a stop filled last
    sent_minute: int = 0
    entries_day: int = 0
    releases: tuple[Release, ...] = ()
    state: TradingState = TradingState.ACTIVE
    cause: str = ""
    signal: Mapping[str, float] = field(default_factory=dict)  # newest numbers its bot emitted

    def price(self, terms: OrderTerms) -> Decimal | None:
        """Its limit, else the last close; None where none was seen."""
        if terms.limit is not None and terms.limit > 0:
            return terms.limit
        seen = self.seen.get(terms.symbol)
        return seen.bid if seen is not None and seen.bid else None

    def held(self, symbol: str) -> Decimal:
        """Signed units."""
        found = (units for name, units, *_ in self.reading.positions if name == symbol)
        return from_double(next(found, 0.0))

    def leverage(self, terms: OrderTerms) -> Decimal:
        asked = terms.leverage
        if asked is not None and asked > 0:
            return asked
        return self.leverages.get(terms.symbol) or Decimal(1)


class Judged(Record):
    """The order as it may go, and the gate's verdicts."""

    terms: OrderTerms
    verdicts: tuple[Verdict, ...]

    @property
    def refusals(self) -> tuple[Verdict, ...]:
        return refusals(self.verdicts)


def judged(terms: OrderTerms, scene: Scene, force: InForce, *, is_undo: bool = False) -> Judged:
    with localcontext(MONEY):
        coming, free = _coming(scene)
        request = _request(terms, scene, free, is_undo=is_undo)
        stopped_ns = scene.stopped.get(terms.symbol)
        known = _facts(scene, force)
        facts = replace(known, coming=coming, free=free, stopped_ns=stopped_ns)
        facts = warmed(facts, force.limits, terms.symbol)
        more: tuple[Verdict, ...] = ()
        is_entry = not (request.is_reducing or is_undo or request.invalid)
        if is_entry and is_fitting(force.limits):
            terms, request, verdict = _smaller(terms, request, force, facts)
            more = (verdict,)
        return Judged(terms, (*check(request, force, facts), *more))


# ---- what a candle leaves behind


def seen_after(before: Seen | None, bar: Bar, at_ns: int) -> Seen:
    """Price, and candles of an hour; of the data's own length where an hour can't be built."""
    close = from_double(bar.close)
    return Seen(at_ns, close, close, bars=_joined(() if before is None else before.bars, bar))


def _joined(bars: tuple[Bar, ...], bar: Bar) -> tuple[Bar, ...]:
    """The last one is in the making until its time is over."""
    if not bar.low > 0:
        return bars
    step = HOUR_MS if fits(HOUR_MS, bar.timeframe_ms) else bar.timeframe_ms
    start = bucket_start(bar.time_ms, step)
    if not bars and start != bar.time_ms:
        return bars  # the data begins inside it
    opening, high, low, volume = bar.open, bar.high, bar.low, bar.volume
    if bars and bars[-1].time_ms == start:
        *others, last = bars
        opening, high, low = last.open, max(last.high, high), min(last.low, low)
        bars, volume = tuple(others), last.volume + volume
    whole = Bar(bar.symbol, step, start, opening, high, low, bar.close, volume)
    return (*bars, whole)[-BARS_MAX:]


def _market_now(seen: Seen, scene: Scene) -> Seen:
    """Bid and ask are the close (simulation.md, 9); a market order pays the slippage said."""
    close = seen.bid
    assert close is not None, seen
    bars = seen.bars
    if bars and bars[-1].time_ms + bars[-1].timeframe_ms > scene.at_ns // NS_PER_MS:
        bars = bars[:-1]
    return Seen(
        scene.at_ns,
        close,
        close,
        _turnover(bars, scene.at_ns // NS_PER_MS),
        ((close * (1 - scene.slippage), BOOK),),
        ((close * (1 + scene.slippage), BOOK),),
        bars,
    )


def _turnover(bars: tuple[Bar, ...], now_ms: int) -> Decimal | None:
    """Of the last 24 hours, in quote; None where the data does not reach back so far."""
    if not bars or bars[0].time_ms > now_ms - DAY_MS:
        return None
    day = (bar for bar in bars if bar.time_ms + bar.timeframe_ms > now_ms - DAY_MS)
    return sum((from_double(bar.close * bar.volume) for bar in day), ZERO)


# ---- the order, measured


def _request(terms: OrderTerms, scene: Scene, free: Decimal, *, is_undo: bool) -> GateRequest:
    price = scene.price(terms)
    invalid = None
    if price is None and terms.size.kind is not SizeKind.ALL:
        invalid = (NO_PRICE, f"No candle of {terms.symbol} was seen yet. Wait for its first.")
    quantity, opening = _units(terms, scene, free)
    price, sign, plan = price or ZERO, terms.side.sign, terms.exits
    return GateRequest(
        terms.side,
        terms.symbol,
        scene.markets[terms.symbol].quote,
        quantity * price,
        None,
        is_reducing=terms.is_reduce_only or (invalid is None and opening <= 0),
        invalid=invalid,
        price=price,
        opening=opening,
        quantity=quantity,
        is_undo=is_undo,
        leverage=scene.leverage(terms),
        stop=stop_price(plan, price, sign),
        target=exit_price(plan.take_profit, price, sign),
    )


def _units(terms: OrderTerms, scene: Scene, free: Decimal) -> tuple[Decimal, Decimal]:
    """All units that simulation.md's rule 6 would give it now, and what of them opens."""
    held, size, price = scene.held(terms.symbol), terms.size, scene.price(terms)
    is_against = held * terms.side.sign < 0
    if size.kind is SizeKind.ALL or price is None:
        return abs(held), ZERO
    if size.kind is SizeKind.SHARE:
        if is_against:
            return abs(held) * size.value, ZERO
        units = max(free, ZERO) * size.value / (price * _share(terms, scene))
    else:
        units = size.value if size.kind is SizeKind.UNITS else size.value / price
    return units, _opening(terms, scene, units)


def _opening(terms: OrderTerms, scene: Scene, units: Decimal) -> Decimal:
    """Spot never goes below zero: a sell there opens nothing."""
    if terms.side is Side.SELL and not scene.markets[terms.symbol].is_perpetual:
        return ZERO
    held = scene.held(terms.symbol)
    return units - abs(held) if held * terms.side.sign < 0 else units


def _share(terms: OrderTerms, scene: Scene) -> Decimal:
    """Of what one unit costs, the cash that it takes: margin or all of it, and the fee."""
    return 1 / scene.leverage(terms) + scene.taker


def _coming(scene: Scene) -> tuple[dict[str, Decimal], Decimal]:
    """What working entries are worth by market, and the cash that those before it leave."""
    out: dict[str, Decimal] = {}
    free = from_double(scene.reading.cash)
    for each in scene.working:
        terms, price = each.terms, scene.price(each.terms)
        if price is None or terms.is_reduce_only:
            continue
        if each.units is None:
            opening = _units(terms, scene, free)[1]
            free -= max(opening, ZERO) * price * _share(terms, scene)
        else:
            opening = _opening(terms, scene, each.units)
        if opening > 0:
            out[terms.symbol] = out.get(terms.symbol, ZERO) + opening * price
    return out, free


# ---- the account and the market, as facts


def _facts(scene: Scene, force: InForce) -> Facts:
    limits = force.limits
    near: tuple[Release, ...] = ()
    if limits.event_lockout or limits.overlay:
        now_ms = scene.at_ns // NS_PER_MS
        near = events.locking(scene.releases, now_ms, with_templates=limits.event_templates)
    return Facts(
        *_trading(scene, limits),
        ZERO,
        scene.sent_minute,
        at_ns=scene.at_ns,
        mode=MODE,
        cash=from_double(scene.reading.cash),
        worth=scene.worth,
        held=tuple(_held(scene)),
        entries_day=scene.entries_day,
        seen={symbol: _market_now(seen, scene) for symbol, seen in scene.seen.items()},
        venue=VenueState(scene.at_ns),  # a file answers always
        releases=near,
        signal=scene.signal,
    )


def _trading(scene: Scene, limits: Limits) -> tuple[TradingState, str]:
    """Nobody is there to lift what the desk would keep: an account far down enters no more."""
    bound, below = limits.drawdown_month_demo, scene.worth.below(scene.worth.month_peak)
    if bound is None or below < bound or scene.state is not TradingState.ACTIVE:
        return scene.state, scene.cause
    return TradingState.REDUCING, f"back to demo: {percent(below)} below the month's highest"


def _held(scene: Scene) -> list[Held]:
    out = []
    for symbol, doubles, entry, _ in scene.reading.positions:
        if doubles:
            units, mark = from_double(doubles), scene.seen[symbol].bid
            assert mark is not None, symbol
            stop = exit_price(scene.stops.get(symbol), from_double(entry), -units)
            out.append(Held(symbol, units, mark, stop))
    return out


# ---- made smaller


def _smaller(
    terms: OrderTerms, request: GateRequest, force: InForce, facts: Facts
) -> tuple[OrderTerms, GateRequest, Verdict]:
    """With no more than sizers and thermostat allow; what closes of it stays whole."""
    fit = fitted(request, force.limits, facts)
    value = f"{short(request.opened)} {request.currency} asked"
    if fit.missing:
        bound, text = "not known", fit.missing
        failed = Verdict("size", value, bound, passed=False, code="SIZE_UNKNOWN", text=text)
        return terms, request, failed
    if fit.units >= request.opening:
        return terms, request, Verdict("size", value, "no less", passed=True)
    if not fit.units > 0:
        text = f"Nothing is left of it: {fit.why}. Wait; exits still go."
        failed = Verdict("size", value, "0", passed=False, code="SIZE_NOTHING", text=text)
        return terms, request, failed
    quantity = request.quantity - request.opening + fit.units
    terms = replace(terms, size=Size(SizeKind.UNITS, quantity))
    bound = f"{short(fit.units * request.price)} {request.currency}: {fit.why}"
    less = replace(request, quantity=quantity, opening=fit.units, notional=quantity * request.price)
    return terms, less, Verdict("size", value, bound, passed=True)
