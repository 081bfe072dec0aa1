"""`step`: what a message leads to. One line a message; each case is a function beside its kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from lefi_tui.core.desk import (
    approvals,
    back_to_demo,
    closing,
    commands,
    comparing,
    doubts,
    flows,
    games,
    guarding,
    hand,
    kept_here,
    killing,
    letters,
    lifecycle,
    limiting,
    live,
    market,
    moving,
    protecting,
    reports,
    saying,
    transfers,
    triggers,
    updating,
    wallets,
)
from lefi_tui.core.desk.draft import Draft, Placing
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.messages import (
    AcceptWallet,
    AdoptOrder,
    AdoptUnits,
    AdvanceKill,
    AnswerApproval,
    BarsClosed,
    CancelOrder,
    ChangeLimits,
    ChangeSettings,
    ClosePosition,
    Command,
    ConditionsSeen,
    DeadManSeen,
    DeclareDead,
    Effect,
    EmitEvent,
    Event,
    ExitMet,
    FeedStated,
    FundingCharged,
    GiveCommand,
    HandleDead,
    HistoryLoaded,
    HoldBots,
    KeyChecked,
    Kill,
    ListInstruments,
    ListOffers,
    LookAgain,
    MarketInput,
    MoneyMoved,
    MoveFlow,
    MoveOrder,
    OpenAccount,
    OrdersHeard,
    PauseBot,
    PeakSeen,
    PlaceOrder,
    PlayGame,
    ProtectPosition,
    QuoteChanged,
    Report,
    Resume,
    ResumeBot,
    SayStatement,
    SetApprovalRules,
    SetCalendar,
    SetKillRules,
    SetLimits,
    SetProtectionRules,
    SettleCashFlow,
    StartBot,
    StopBot,
    TakeOrders,
    TendProtection,
    TimersDue,
    TradePrinted,
    Transient,
    UpdateBot,
    VenueAccepted,
    VenueCanceled,
    VenueFilled,
    VenueNeverSaw,
    VenueRead,
    VenueRejected,
    VenueSilent,
    VenueStateSeen,
    VenueViewed,
    WalletMoved,
    WalletSeen,
)
from lefi_tui.core.record import Record


class Step(Record):
    """What a message led to. Market input that no bot consumed leads to nothing at all."""

    events: tuple[Event | Transient, ...] = ()
    effects: tuple[Effect, ...] = ()

    @property
    def is_consumed(self) -> bool:
        return bool(self.events)


def step(desk: Desk, message: Command | Report | MarketInput) -> Step:
    return advance(desk, message)[1]


def advance(
    desk: Desk, message: Command | Report | MarketInput, placing: tuple[Placing, ...] = ()
) -> tuple[Desk, Step]:
    """The step, and the desk after all its events: the same as applying them one by one.

    `placing` is what the journal has of a message that is carried out again.
    """
    draft = Draft(desk, placing=placing)
    match message:
        case Command():
            _command(draft, message)
        case Report():
            _report(draft, message)
        case MarketInput():
            _market(draft, message)
    return draft.desk, Step(tuple(draft.events), tuple(draft.effects))


def _command(draft: Draft, command: Command) -> None:
    carry_out = _COMMANDS.get(type(command))
    assert carry_out is not None, f"no command of the desk: {command!r}"
    carry_out(draft, command)


_COMMANDS: Final[dict[type[Command], Callable[[Draft, Any], None]]] = {
    OpenAccount: commands.open_account,
    SetLimits: limiting.set_limits,
    ChangeLimits: limiting.change_limits,
    SetCalendar: limiting.set_calendar,
    ListInstruments: commands.list_instruments,
    ListOffers: live.list_offers,
    StartBot: commands.start_bot,
    StopBot: commands.stop_bot,
    ChangeSettings: commands.change_settings,
    UpdateBot: updating.update_bot,
    CancelOrder: commands.cancel_order,
    ClosePosition: closing.close_position,
    PlaceOrder: hand.place_order,
    MoveOrder: moving.move_order,
    SayStatement: saying.say_statement,
    ProtectPosition: protecting.protect_position,
    Kill: killing.kill,
    Resume: back_to_demo.resume,
    AdvanceKill: killing.advance_kill,
    TakeOrders: killing.take_orders,
    SetKillRules: killing.set_kill_rules,
    SetProtectionRules: guarding.set_rules,
    TendProtection: guarding.tend_all,
    HandleDead: letters.handle_dead,
    LookAgain: doubts.look_again,
    AdoptOrder: doubts.adopt_order,
    AdoptUnits: doubts.adopt_units,
    DeclareDead: doubts.declare_dead,
    AnswerApproval: commands.answer_approval,
    SetApprovalRules: approvals.set_rules,
    SettleCashFlow: flows.settle,
    MoveFlow: transfers.move,
    AcceptWallet: wallets.accept,
    EmitEvent: triggers.emit_event,
    GiveCommand: triggers.give_command,
    PlayGame: games.play_game,
    PauseBot: lifecycle.pause_bot,
    ResumeBot: lifecycle.resume_bot,
    HoldBots: lifecycle.hold_bots,
}


def _report(draft: Draft, report: Report) -> None:
    hear = _REPORTS.get(type(report))
    assert hear is not None, f"no report of the desk: {report!r}"
    hear(draft, report)


_REPORTS: Final[dict[type[Report], Callable[[Draft, Any], None]]] = {
    VenueAccepted: reports.accepted,
    VenueRejected: reports.rejected,
    VenueFilled: reports.filled,
    VenueCanceled: reports.canceled,
    VenueSilent: reports.silent,
    VenueNeverSaw: reports.never_saw,
    FundingCharged: reports.funding,
    WalletMoved: wallets.entry,
    MoneyMoved: transfers.answered,
    TimersDue: market.timers_due,
    VenueRead: killing.venue_read,
    VenueViewed: comparing.venue_viewed,
    ExitMet: kept_here.exit_met,
    PeakSeen: guarding.peak_seen,
    KeyChecked: live.key_checked,
}


def _market(draft: Draft, message: MarketInput) -> None:
    hear = _MARKET.get(type(message))
    assert hear is not None, f"no market input of the desk: {message!r}"
    hear(draft, message)


def _shown(_draft: Draft, _message: FeedStated | OrdersHeard) -> None:
    """A screen reads it; the desk decides nothing by it."""


_MARKET: Final[dict[type[MarketInput], Callable[[Draft, Any], None]]] = {
    BarsClosed: market.bars_closed,
    QuoteChanged: market.quote_changed,
    TradePrinted: market.trade_printed,
    HistoryLoaded: market.history_loaded,
    ConditionsSeen: limiting.conditions_seen,
    VenueStateSeen: limiting.venue_seen,
    WalletSeen: wallets.seen,
    DeadManSeen: guarding.dead_man_seen,
    FeedStated: _shown,
    OrdersHeard: _shown,
}
