"""`apply`: what one event changes. It decides nothing, so recovery can fold the journal with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from lefi_tui.core.desk import (
    account_changes,
    bot_changes,
    flows,
    kill_changes,
    order_changes,
    risk_changes,
)
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.messages import (
    AccountOpened,
    AccountStateChanged,
    AnswerKept,
    ApprovalAnswered,
    ApprovalEnded,
    ApprovalRequested,
    ApprovalRulesSet,
    BarsSeen,
    BotFaulted,
    BotFinalized,
    BotPaused,
    BotRan,
    BotRefused,
    BotResumed,
    BotStarted,
    BotStopped,
    BotStopping,
    CalendarSet,
    CashFlowPlanned,
    CashFlowSettled,
    CloseGivenUp,
    CloseOnStopAsked,
    CommandGiven,
    CommandRefused,
    ConditionsKept,
    DeadHandled,
    EngineStarted,
    EquitySampled,
    Event,
    EventTaken,
    ExitPlaced,
    FillKept,
    FlattenTried,
    FundingBooked,
    InstrumentsListed,
    IntentRefused,
    KillBegan,
    KillRead,
    KillRulesSet,
    KillStepped,
    LimitBreached,
    LimitsChanged,
    LimitsSet,
    MarketSeen,
    NoteWritten,
    OrderAccepted,
    OrderCanceled,
    OrderCancelRequested,
    OrderDenied,
    OrderFilled,
    OrderRejected,
    OrderSubmitted,
    OrderUnconfirmed,
    OwedKept,
    ScriptSaved,
    SettingsChanged,
    TapeSealed,
    TimersKept,
    TradingStateChanged,
    Transient,
    VenueStateKept,
    WindowOpened,
)

Change = Callable[[Desk, Any], Desk]


def apply(desk: Desk, event: Event | Transient) -> Desk:
    """The desk after this event. Events that only tell (notes, refusals) change nothing."""
    change = _CHANGES.get(type(event))
    assert change is not None, f"no change is known for {type(event).__name__}"
    return change(desk, event)


def _same(desk: Desk, _event: Event) -> Desk:
    return desk


def _both(one: Change, other: Change) -> Change:
    """What an event changes in two places."""
    return lambda desk, event: other(one(desk, event), event)


_CHANGES: Final[dict[type, Change]] = {
    AccountOpened: account_changes.account_opened,
    InstrumentsListed: account_changes.instruments_listed,
    LimitsSet: risk_changes.limits_set,
    LimitsChanged: risk_changes.limits_changed,
    LimitBreached: risk_changes.breached,
    CalendarSet: risk_changes.calendar_set,
    ConditionsKept: risk_changes.conditions_kept,
    VenueStateKept: risk_changes.venue_kept,
    TradingStateChanged: account_changes.trading_state,
    AccountStateChanged: account_changes.account_state,
    ScriptSaved: bot_changes.script_saved,
    BotStarted: bot_changes.bot_started,
    SettingsChanged: bot_changes.settings_changed,
    BotStopping: bot_changes.bot_stopping,
    BotPaused: bot_changes.bot_paused,
    BotResumed: bot_changes.bot_goes_on,
    WindowOpened: bot_changes.bot_goes_on,
    TimersKept: bot_changes.timers_kept,
    OwedKept: bot_changes.owed_kept,
    CloseOnStopAsked: bot_changes.close_on_stop,
    CloseGivenUp: bot_changes.close_given_up,
    BotStopped: bot_changes.bot_stopped,
    BotFaulted: bot_changes.bot_faulted,
    BotFinalized: bot_changes.bot_finalized,
    AnswerKept: bot_changes.answer_kept,
    ApprovalRulesSet: bot_changes.approval_rules_set,
    ApprovalRequested: bot_changes.approval_requested,
    ApprovalAnswered: bot_changes.approval_over,
    ApprovalEnded: bot_changes.approval_over,
    CashFlowPlanned: flows.planned,
    CashFlowSettled: flows.settled,
    BotRan: bot_changes.bot_ran,
    FillKept: bot_changes.fill_kept,
    BarsSeen: bot_changes.bars_seen,
    MarketSeen: bot_changes.market_seen,
    OrderSubmitted: _both(order_changes.submitted, risk_changes.entered),
    OrderAccepted: order_changes.accepted,
    OrderRejected: order_changes.rejected,
    OrderCanceled: order_changes.canceled,
    OrderCancelRequested: order_changes.cancel_requested,
    OrderUnconfirmed: kill_changes.order_unconfirmed,
    ExitPlaced: order_changes.exit_placed,
    OrderFilled: _both(risk_changes.filled, kill_changes.order_filled),
    FundingBooked: order_changes.funding,
    BotRefused: _same,
    CommandGiven: _same,
    CommandRefused: _same,
    DeadHandled: _same,
    OrderDenied: kill_changes.order_denied,
    IntentRefused: _same,
    NoteWritten: _same,
    TapeSealed: _same,
    EquitySampled: _both(kill_changes.equity_sampled, risk_changes.equity_sampled),
    KillRulesSet: kill_changes.rules_set,
    KillBegan: kill_changes.began,
    KillStepped: kill_changes.stepped,
    KillRead: kill_changes.read,
    FlattenTried: kill_changes.tried,
    EngineStarted: bot_changes.engine_started,
    EventTaken: bot_changes.event_taken,
}
