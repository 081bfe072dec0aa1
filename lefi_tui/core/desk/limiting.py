"""Limits as they are changed, the calendar, the market's conditions; and the breach that closes.

The rule it keeps: a change acts on the next order, and its journal row says who made it, from what
to what. What closes by itself does it once a day, with reducing orders only.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from lefi_tui.core.desk import back_to_demo, closing, valuation
from lefi_tui.core.desk.closes import closes_of
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.gathering import in_force
from lefi_tui.core.desk.orders import cancel_orders
from lefi_tui.core.desk.risk_changes import has_limits, is_entry, limits_of
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.messages import (
    CalendarSet,
    ChangeLimits,
    ClosePosition,
    ConditionsKept,
    ConditionsSeen,
    LimitBreached,
    LimitsChanged,
    LimitsSet,
    SetCalendar,
    SetLimits,
    TradingState,
    VenueStateKept,
    VenueStateSeen,
)
from lefi_tui.core.order import HAND
from lefi_tui.core.record import Record
from lefi_tui.core.risk.events import RELEASES_MAX
from lefi_tui.core.risk.facts import NS_PER_MS
from lefi_tui.core.risk.limits import (
    ABOUT,
    DESK,
    SETTINGS,
    LimitError,
    Limits,
    Stricter,
    from_text,
    to_text,
)
from lefi_tui.core.risk.looking import percent

OF_ACCOUNT: Final = "drawdown_month_demo"
BY: Final = "limits"  # who closes where a limit is breached


def set_limits(draft: Draft, command: SetLimits) -> None:
    """Of a journal that an older program wrote."""
    wanted = Limits(command.order_notional_max, command.orders_per_minute_max)
    if wanted != draft.desk.limits:
        draft.say(LimitsSet(command.order_notional_max, command.orders_per_minute_max))


def change_limits(draft: Draft, command: ChangeLimits) -> None:
    """In force from here on: what was decided before keeps the limits it was decided by."""
    refusal = _place_wrong(draft.desk, command.place)
    wanted: dict[str, str] = {}
    try:
        wanted = {name: to_text(from_text(name, text)) for name, text in command.values}
    except LimitError as error:
        refusal = refusal or str(error)
    refusal = refusal or _not_here(command)
    if refusal:
        draft.refuse("ChangeLimits", command.at_ns, refusal)
        return
    before = limits_of(draft.desk, command.place)
    whole = dict.fromkeys(ABOUT, "") | wanted if command.is_whole else wanted
    changed = tuple(
        (name, to_text(getattr(before, name)), to_text(from_text(name, text)))
        for name, text in whole.items()
        if from_text(name, text) != getattr(before, name)
    )
    if changed:
        known = draft.desk.own_limits.get(command.place)
        version = 1 if known is None else known.version + 1
        told = (command.place, changed, version, command.at_ns, command.by, command.reason)
        draft.say(LimitsChanged(*told))


def _place_wrong(desk: Desk, place: str) -> str:
    kind, _, name = place.partition("/")
    if place in {SETTINGS, DESK}:
        return ""
    if kind == "account" and name in desk.accounts:
        return ""
    if kind == "bot" and name in desk.bots:
        return ""
    return (
        f"Limits stand at desk, account/NAME or bot/NAME; {place!r} is none of them. "
        f"Accounts: {', '.join(desk.accounts)}; bots: {', '.join(desk.bots) or 'none'}."
    )


def _not_here(command: ChangeLimits) -> str:
    """When a day begins is one for all; back to demo goes an account, never one of its bots."""
    for name, text in command.values:
        if text and name == OF_ACCOUNT and command.place.startswith("bot/"):
            return f"{name} is of an account, not of a bot. Set it for the account or the desk."
        if text and ABOUT[name].stricter is Stricter.NONE and command.place != SETTINGS:
            return f"{name} is one for the whole desk. Set it under [limits] in config.toml."
    return ""


def set_calendar(draft: Draft, command: SetCalendar) -> None:
    if len(command.releases) > RELEASES_MAX:
        text = f"{len(command.releases)} releases; {RELEASES_MAX} are the most. Shorten the file."
        draft.refuse("SetCalendar", command.at_ns, text)
    elif command.releases != draft.desk.releases:
        told = (command.releases, command.source, command.at_ns, command.by)
        draft.say(CalendarSet(*told))


# ---- what limits look at


class Wanted(Record):
    """One market that a limit looks at, and what of it."""

    account: str
    symbol: str
    volume: bool
    book: bool
    bars: bool


def wanted(desk: Desk) -> tuple[Wanted, ...]:
    """What the engine asks of the market for the limits; nothing where none needs it."""
    if not has_limits(desk):
        return ()
    return tuple(each for account in desk.accounts for each in _wanted_of(desk, account))


def _wanted_of(desk: Desk, account: str) -> Iterator[Wanted]:
    """What the account holds must be valued; what its bots trade must be as their limits want."""
    bots = [each for each in desk.bots.values() if each.account == account and each.is_alive]
    forces = [in_force(desk, account), *(in_force(desk, account, bot.id) for bot in bots)]
    needs: dict[str, list[Needs]] = {}
    if any(_needs_marks(force.limits) for force in forces):
        for position in desk.positions.values():
            if position.account == account and position.units:
                needs.setdefault(position.symbol, [])
    for bot, force in zip(bots, forces[1:], strict=True):
        own = _needs(force.limits)
        symbols = bot.needs.symbols if bot.needs.can_trade else ()
        told = (force.limits.spread_bps_max, force.limits.drawdown_month_demo)
        if any(own) or any(each is not None for each in told):
            for symbol in dict.fromkeys((*symbols, *needs)):
                needs.setdefault(symbol, []).append(own)
    for symbol, asked in needs.items():
        yield Wanted(
            account, symbol, *(any(each) for each in zip((False,) * 3, *asked, strict=True))
        )


Needs = tuple[bool, bool, bool]  # turnover, book, candles


def _needs(limits: Limits) -> Needs:
    candles = (
        limits.volatility_ratio_max,
        limits.correlation_max,
        limits.correlation_sum_max,
        limits.size_atr_risk,
        limits.size_kelly,
        limits.edge_bps_min,
    )
    switches = limits.overlay or limits.anomaly_lockout or limits.exit_guard
    return (
        limits.volume_24h_min is not None,
        limits.slippage_bps_max is not None,
        switches or any(each is not None for each in candles),
    )


def _needs_marks(limits: Limits) -> bool:
    """Whether what the account holds must be valued, or compared with an entry."""
    money = (
        *(limits.daily_loss_max, limits.position_notional_max, limits.deployed_share_max),
        *(limits.risk_share_max, limits.open_risk_share_max, limits.size_share),
        *(limits.drawdown_day_max, limits.drawdown_day_close, limits.drawdown_week_halve),
        *(limits.drawdown_month_max, limits.drawdown_month_demo),
        *(limits.correlation_max, limits.correlation_sum_max),
    )
    return limits.overlay or any(each is not None for each in money)


def conditions_seen(draft: Draft, message: ConditionsSeen) -> None:
    """Kept where a limit wants it; then whatever the account lost is looked at."""
    keys = {(each.account, each.symbol) for each in wanted(draft.desk)}
    if (message.account, message.symbol) not in keys:
        return
    draft.say(ConditionsKept(message))
    _close_if_breached(draft, message.account, message.at_ms * NS_PER_MS)
    back_to_demo.send_if_fallen(draft, message.account, message.at_ms * NS_PER_MS)


def watched(desk: Desk) -> tuple[str, ...]:
    """The accounts whose venue the thermostat looks at."""
    if not has_limits(desk):
        return ()
    return tuple(account for account in desk.accounts if _is_warm(desk, account))


def _is_warm(desk: Desk, account: str) -> bool:
    mine = (each.id for each in desk.bots.values() if each.account == account and each.is_alive)
    return any(in_force(desk, account, owner).limits.overlay for owner in (HAND, *mine))


def venue_seen(draft: Draft, message: VenueStateSeen) -> None:
    if message.account in watched(draft.desk):
        draft.say(VenueStateKept(message))


# ---- the breach that closes


def _close_if_breached(draft: Draft, account: str, at_ns: int) -> None:
    bound = in_force(draft.desk, account).limits.drawdown_day_close
    worth = draft.desk.worths.get(account)
    if bound is None or worth is None or draft.desk.breached.get(account) == worth.day:
        return
    if valuation.old_marks(draft.desk, account, at_ns) or not _is_at_stake(draft.desk, account):
        return
    below = worth.below(worth.day_peak)
    if below < bound or draft.desk.trading_state is TradingState.HALTED:
        return
    draft.say(_breach(account, below, bound, at_ns, worth.day))
    _close_all(draft, account, at_ns)


def _breach(account: str, below: Decimal, bound: Decimal, *when: int) -> LimitBreached:
    at_ns, day = when
    return LimitBreached(account, "drawdown_day_close", percent(below), percent(bound), at_ns, day)


def _is_at_stake(desk: Desk, account: str) -> bool:
    return any(each.units for each in desk.positions.values() if each.account == account)


def _close_all(draft: Draft, account: str, at_ns: int) -> None:
    """Entries that work are taken back, then each position is closed at market."""
    mine = [each for each in draft.desk.orders.values() if each.account == account]
    cancel_orders(draft, [each for each in mine if is_entry(draft.desk, each)], at_ns, BY)
    for position in list(draft.desk.positions.values()):
        is_closing = bool(closes_of(draft.desk, account, position.symbol))
        if position.account == account and position.units and not is_closing:
            asked = ClosePosition(account, position.symbol, at_ns, by=BY)
            closing.close_position(draft, asked)
