"""An order on its way through the gate: its units, what it needs, and what the gate is told."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.desk import on_file
from lefi_tui.core.desk.gathering import biases, gathered, in_force
from lefi_tui.core.desk.in_doubt import doubt_of
from lefi_tui.core.desk.risk_changes import has_limits
from lefi_tui.core.desk.state import Account, Desk
from lefi_tui.core.desk.valuation import free_cash, units_offered
from lefi_tui.core.instrument import (
    Conformed,
    Instrument,
    NotConforming,
    conform,
    limit_wrong,
    reducing,
)
from lefi_tui.core.messages import Sizing, TradingState, Verdict
from lefi_tui.core.money import EXACT, MONEY, ZERO, from_double, words
from lefi_tui.core.order import HAND, Order, Side, SizeKind
from lefi_tui.core.position import Position, reducible
from lefi_tui.core.record import Record
from lefi_tui.core.risk.advisers import ADVISERS
from lefi_tui.core.risk.checks import set_checks
from lefi_tui.core.risk.dust import dust_left
from lefi_tui.core.risk.facts import Facts, GateRequest, exit_price, stop_price
from lefi_tui.core.risk.fitting import Fit, is_fitting
from lefi_tui.core.risk.fitting import fitted as sized
from lefi_tui.core.risk.gate import check, guard, refusals
from lefi_tui.core.risk.heat import ONE
from lefi_tui.core.risk.limits import FREE
from lefi_tui.core.risk.looking import short
from lefi_tui.core.risk.overlay import warmed

MINUTE_NS: Final = 60_000_000_000


class Answer(Record):
    """The order as the venue would get it, and the gate's verdicts."""

    order: Order
    verdicts: tuple[Verdict, ...]

    @property
    def refusals(self) -> tuple[Verdict, ...]:
        """Those that stop it; none lets it through."""
        return refusals(self.verdicts)


class _Case(Record):
    """All that sizing an order looks at."""

    order: Order
    instrument: Instrument
    position: Position
    price: Decimal
    leverage: Decimal
    free: Decimal  # cash
    offered: Decimal  # units that working sells have promised

    @property
    def opens(self) -> bool:
        """Whether it opens or enlarges a position."""
        return self.position.units * self.order.terms.side.sign >= 0

    @property
    def cost_of_one(self) -> Decimal:
        """Free cash that one unit takes: margin or the whole price, and the taker fee."""
        share = 1 / self.leverage if self.instrument.is_perpetual else Decimal(1)
        return self.price * (share + self.instrument.taker)


def gate_answer(desk: Desk, order: Order, at_ns: int) -> Answer:
    account = desk.accounts[order.account]
    instrument = desk.instruments.get((order.account, order.terms.symbol))
    if instrument is None:
        text = f"Account {order.account} has no market {order.terms.symbol}."
        return answered(desk, order, invalid(order, "MARKET_UNKNOWN", text), at_ns)
    if account.sizing is Sizing.AT_FILL:
        if has_limits(desk):
            judged = on_file.asked(desk, order, at_ns)
            return Answer(replace(order, terms=judged.terms), judged.verdicts)
        terms = order.terms
        is_reducing = terms.is_reduce_only or terms.size.kind is SizeKind.ALL
        request = GateRequest(
            terms.side,
            terms.symbol,
            account.currency,
            None,
            None,
            is_reducing=is_reducing,
            is_undo=order.is_undo,
        )
        return answered(desk, order, request, at_ns)
    return _sized(desk, order, (account, instrument), at_ns)


def answered(
    desk: Desk, order: Order, request: GateRequest, at_ns: int, free: Decimal = ZERO
) -> Answer:
    """`free` is looked at only where the request says what it needs."""
    force = in_force(desk, order.account, order.owner)
    return Answer(order, check(request, force, _facts(desk, order, at_ns, free)))


def _facts(desk: Desk, order: Order, at_ns: int, free: Decimal) -> Facts:
    bot = desk.bots.get(order.owner)
    times = () if bot is None else bot.order_times_ns
    sent = sum(at_ns - each < MINUTE_NS for each in times)
    state, cause, resume = _trading(desk, order.account)
    signal = {} if bot is None else bot.gave
    doubt = doubt_of(desk, order.account, order.terms.symbol)
    return Facts(state, cause, free, sent, signal=signal, doubt=doubt, resume=resume)


def _trading(desk: Desk, account: str) -> tuple[TradingState, str, str]:
    """The state that counts, its cause, and what lifts it; the desk's comes first."""
    own = desk.state_of(account)
    if desk.trading_state is not TradingState.ACTIVE or own.state is TradingState.ACTIVE:
        return desk.trading_state, desk.trading_cause, "lefi resume"
    lift = f"lefi resume --account {account}" if own.lift else f"lefi keys test {account}"
    return own.state, own.cause, lift


def invalid(order: Order, code: str, text: str) -> GateRequest:
    terms = order.terms
    return GateRequest(
        terms.side,
        terms.symbol,
        "",
        None,
        None,
        is_reducing=terms.is_reduce_only,
        invalid=(code, text),
    )


def _sized(desk: Desk, order: Order, where: tuple[Account, Instrument], at_ns: int) -> Answer:
    """Units fixed now, from the snapshot: books and exchanges take units, not shares."""
    account, instrument = where
    price = _price(desk, order)
    if price is None:
        text = f"No price of {order.terms.symbol} was seen yet. Try again when the feed is up."
        return answered(desk, order, invalid(order, "NO_PRICE", text), at_ns)
    key = (order.account, order.terms.symbol)
    position = desk.positions.get(key) or Position(*key)
    asked = order.terms.leverage
    held = position.leverage if position.units else Decimal(1)
    leverage = held if asked is None else asked
    free = free_cash(desk, account.name, order.owner)
    offered = units_offered(desk, *key)
    case = _Case(order, instrument, position, price, leverage, free, offered)
    fitted = _conforming(case)
    if isinstance(fitted, NotConforming):
        return answered(desk, order, invalid(order, fitted.code, fitted.text), at_ns)
    answer = _judged(desk, case, fitted, at_ns)
    sent, fee = answer.order, fee_in_base(account, instrument)
    more = dust_left(instrument, sent, position.units, price, fee)
    return replace(answer, verdicts=(*answer.verdicts, *more)) if more else answer


def fee_in_base(account: Account, instrument: Instrument) -> Decimal:
    """The share of what is bought that an exchange takes of it; elsewhere fees are in quote."""
    return instrument.taker if account.mode == "live" and not instrument.is_perpetual else ZERO


def _judged(desk: Desk, case: _Case, fitted: Conformed, at_ns: int) -> Answer:
    order, leverage, free = case.order, case.leverage, case.free
    request = _request(case, fitted)
    if request.is_reducing or request.is_undo:
        return _leaving(desk, _fitted(order, fitted, leverage), request, at_ns, free)
    if not order.is_advised and not has_limits(desk):  # as most are: nothing more is looked at
        facts = _facts(desk, order, at_ns, free)
        return Answer(_fitted(order, fitted, leverage), check(request, FREE, facts))
    with localcontext(MONEY):
        return _limited(desk, case, (fitted, request), at_ns)


def _leaving(desk: Desk, order: Order, request: GateRequest, at_ns: int, free: Decimal) -> Answer:
    """Stopped by validity and state alone, unless its script asks: a `decide` meets the guard."""
    answer = answered(desk, order, request, at_ns, free)
    force = in_force(desk, order.account, order.owner)
    if not (order.is_advised and force.limits.exit_guard) or order.is_undo:
        return answer
    facts = _facts(desk, order, at_ns, ZERO)
    facts = gathered(desk, (order.account, order.terms.symbol), at_ns, force.limits, facts)
    return Answer(order, (*answer.verdicts, *guard(request, force, facts)))


def _limited(desk: Desk, case: _Case, asked: tuple[Conformed, GateRequest], at_ns: int) -> Answer:
    """An entry as the limits and the advisers let it: whole, smaller, or not at all."""
    fitted, request = asked
    order, market = case.order, (case.order.account, case.order.terms.symbol)
    force = in_force(desk, order.account, order.owner)
    facts = _facts(desk, order, at_ns, case.free)
    if set_checks(force.limits) or is_fitting(force.limits):
        facts = gathered(desk, market, at_ns, force.limits, facts)
        facts = warmed(facts, force.limits, market[1])
    more: list[Verdict] = []
    if is_fitting(force.limits):
        fitted, verdict = _smaller(case, fitted, sized(request, force.limits, facts))
        request = _request(case, fitted)
        more.append(verdict)
    verdicts = check(request, force, facts)
    if order.is_advised:
        facts = replace(facts, biases=biases(desk, order.terms.symbol))
        fitted, advice = _advised(case, fitted, facts)
        more += advice
    return Answer(_fitted(order, fitted, case.leverage), (*verdicts, *more))


def _smaller(case: _Case, fitted: Conformed, fit: Fit) -> tuple[Conformed, Verdict]:
    """The entry with no more than the fit allows; what closes of it stays whole."""
    base, opening = case.instrument.base, _opening(case, fitted)
    value = f"{words(opening)} {base} asked"
    if fit.missing:
        bound = "not known"
        failed = Verdict("size", value, bound, passed=False, code="SIZE_UNKNOWN", text=fit.missing)
        return fitted, failed
    if fit.units >= opening:
        return fitted, Verdict("size", value, "no less", passed=True)
    if not fit.units > 0:
        text = f"Nothing is left of it: {fit.why}. Wait; exits still go."
        failed = Verdict("size", value, "0", passed=False, code="SIZE_NOTHING", text=text)
        return fitted, failed
    terms = case.order.terms
    quantity = fitted.quantity - opening + fit.units
    again = conform(case.instrument, terms.side, quantity, fitted.limit, case.price)
    bound = f"{short(fit.units)} {base}: {fit.why}"
    if isinstance(again, NotConforming):
        text = f"Only {bound}. {again.text}"
        return fitted, Verdict("size", value, bound, passed=False, code="SIZE_TOO_SMALL", text=text)
    bound = f"{words(_opening(case, again))} {base}: {fit.why}"
    return again, Verdict("size", value, bound, passed=True)


def _advised(case: _Case, fitted: Conformed, facts: Facts) -> tuple[Conformed, tuple[Verdict, ...]]:
    """Each adviser's word; the least of their shares is what remains."""
    request = _request(case, fitted)
    advice = [each.advise(request, facts) for each in ADVISERS]
    verdicts = tuple(each.verdict for each in advice)
    share = min((each.share for each in advice), default=ONE)
    if share >= ONE:
        return fitted, verdicts
    fit = Fit(request.opening * share, f"advised ×{short(share)}")
    fitted, verdict = _smaller(case, fitted, fit)
    return fitted, (*verdicts, verdict)


def _opening(case: _Case, fitted: Conformed) -> Decimal:
    """What of it opens or enlarges; negative where all of it reduces."""
    return fitted.quantity if case.opens else fitted.quantity - abs(case.position.units)


def _conforming(case: _Case) -> Conformed | NotConforming:
    """A price and a leverage to divide by come before what is divided by them."""
    terms, instrument = case.order.terms, case.instrument
    wrong = limit_wrong(instrument, terms.side, terms.limit)
    wrong = wrong or _leverage_wrong(case) or _units_wrong(case)
    market = reducing(instrument) if terms.is_reduce_only else instrument
    return wrong or conform(market, terms.side, _units(case), terms.limit, case.price)


def _fitted(order: Order, fitted: Conformed, leverage: Decimal) -> Order:
    terms = replace(order.terms, limit=fitted.limit, leverage=leverage)
    return replace(order, terms=terms, quantity=fitted.quantity)


def _request(case: _Case, fitted: Conformed) -> GateRequest:
    terms = case.order.terms
    opening, plan = _opening(case, fitted), terms.exits
    is_reducing = terms.is_reduce_only or opening <= 0
    is_spot_sale = terms.side is Side.SELL and not case.instrument.is_perpetual
    needed = ZERO if is_reducing or is_spot_sale else opening * case.cost_of_one
    return GateRequest(
        terms.side,
        terms.symbol,
        case.instrument.quote,
        fitted.quantity * case.price,
        needed,
        is_reducing=is_reducing,
        price=case.price,
        opening=opening,
        quantity=fitted.quantity,
        is_undo=case.order.is_undo,
        leverage=case.leverage,
        stop=stop_price(plan, case.price, terms.side.sign),
        target=exit_price(plan.take_profit, case.price, terms.side.sign),
    )


def _price(desk: Desk, order: Order) -> Decimal | None:
    if order.terms.limit is not None:
        return order.terms.limit
    quote = desk.quotes.get((order.account, order.terms.symbol))
    if quote is None:
        return None
    return from_double(quote.ask if order.terms.side is Side.BUY else quote.bid)


def _units(case: _Case) -> Decimal:
    """Units asked, before they are fitted: lefi.md, Methods, sizes."""
    size = case.order.terms.size
    held = _own(case)
    match size.kind:
        case SizeKind.ALL:
            return held
        case SizeKind.UNITS:
            units = size.value
        case SizeKind.WORTH:
            units = size.value / case.price
        case SizeKind.SHARE:
            if not case.opens:
                return min(held, held * size.value)
            units = case.free * size.value / case.cost_of_one
    terms = case.order.terms
    if not terms.is_reduce_only:
        return units
    if case.order.is_undo:
        units = min(units, held)  # an exit may have closed it, and what is open now is another's
    return reducible(case.position, terms.side, units)


def _own(case: _Case) -> Decimal:
    """What its owner may give back, never more than is open: a bot its share, a person all."""
    side, owner = case.order.terms.side, case.order.owner
    own = case.position.units if owner == HAND else case.position.shares.get(owner, ZERO)
    return reducible(case.position, side, own.copy_abs()) if own * side.sign < 0 else ZERO


def _leverage_wrong(case: _Case) -> NotConforming | None:
    terms = case.order.terms
    if not case.leverage > 0:
        text = f"Leverage {words(case.leverage)} of {terms.symbol}: ask for 1 or more."
        return NotConforming("LEVERAGE_INVALID", text)
    if case.leverage > case.instrument.leverage_max:
        return NotConforming(
            "LEVERAGE_EXCEEDS_MAXIMUM",
            f"{words(case.leverage)}x asked, {terms.symbol} allows "
            f"{words(case.instrument.leverage_max)}x. Lower the leverage.",
        )
    if case.position.units and case.leverage != case.position.leverage:
        return NotConforming(
            "LEVERAGE_DIFFERS",
            f"{words(case.leverage)}x asked, the open position of {terms.symbol} has "
            f"{words(case.position.leverage)}x. Close it first, or use the same.",
        )
    return None


def _units_wrong(case: _Case) -> NotConforming | None:
    """Spot can't go below zero; a reducing order needs something to reduce."""
    terms = case.order.terms
    held = case.position.units
    if terms.is_reduce_only and held * terms.side.sign >= 0:
        return NotConforming(
            "NOTHING_TO_REDUCE",
            f"There is no {terms.symbol} position that a {terms.side} makes smaller.",
        )
    if terms.side is Side.BUY or case.instrument.is_perpetual:
        return None
    free = EXACT.subtract(held, case.offered)
    if _units(case) > free:
        offered = f", {words(case.offered)} of it offered already" if case.offered else ""
        return NotConforming(
            "UNITS_TOO_FEW",
            f"{words(_units(case))} {case.instrument.base} to sell, {words(held)} held"
            f"{offered}. Ask for less, or close the position.",
        )
    return None
