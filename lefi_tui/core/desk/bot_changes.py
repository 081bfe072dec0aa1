"""What events of bots and market change: who runs, on what state, what was seen."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.core.approval import ApprovalRules
from lefi_tui.core.bot import Bar, Needs, Played, Quote
from lefi_tui.core.desk import risk_changes
from lefi_tui.core.desk.changing import put, with_bot, with_bots
from lefi_tui.core.desk.older_places import placed_as_then
from lefi_tui.core.desk.placing import Places, entries_of
from lefi_tui.core.desk.state import TAKEN_MAX, BotRecord, BotStatus, Desk, Taken
from lefi_tui.core.desk.update_changes import placed_anew
from lefi_tui.core.messages import (
    AnswerKept,
    ApprovalAnswered,
    ApprovalEnded,
    ApprovalRequested,
    ApprovalRulesSet,
    BarsClosed,
    BarsSeen,
    BotFaulted,
    BotFinalized,
    BotPaused,
    BotRan,
    BotResumed,
    BotStarted,
    BotStopped,
    BotStopping,
    CloseGivenUp,
    CloseOnStopAsked,
    CommandGiven,
    EngineStarted,
    EventTaken,
    FillKept,
    HistoryLoaded,
    MarketSeen,
    OwedKept,
    QuoteChanged,
    ScriptSaved,
    SettingsChanged,
    Sizing,
    TimersKept,
    WindowOpened,
)

PRESSES_KEPT: Final = 64  # of keys: one that is told again follows close on the first telling
RUNS_KEPT: Final = 8  # runs of the last occasion that a screen can show


def script_saved(desk: Desk, event: ScriptSaved) -> Desk:
    return replace(desk, scripts=put(desk.scripts, event.version, event.source))


def bot_started(desk: Desk, event: BotStarted) -> Desk:
    source, before = desk.scripts[event.version], desk.bots.get(event.bot)
    kind = desk.kinds[event.kind]
    settings = dict(event.settings)
    needs = kind.needs(source, settings)
    account = desk.accounts[event.account]
    status = BotStatus.WARMING if _warms(account.sizing, needs) else BotStatus.RUNNING
    bot = BotRecord(
        id=event.bot,
        kind=event.kind,
        account=event.account,
        mode=event.mode,
        version=event.version,
        source=source,
        settings=event.settings,
        title=event.title,
        needs=needs,
        state=kind.begin(source, settings),
        status=BotStatus.SCHEDULED if event.from_ns > event.at_ns else status,
        started_at_ns=event.at_ns,
        started_by=event.by,
        work=event.work,
        from_ns=event.from_ns,
        until_ns=event.until_ns,
        awake_ns=event.at_ns,
        owed=() if before is None else before.owed,
    )
    return with_bots(desk, put(desk.bots, bot.id, bot))


def settings_changed(desk: Desk, event: SettingsChanged) -> Desk:
    bot = desk.bots[event.bot]
    kind = desk.kinds[bot.kind]
    settings = dict(event.settings)
    needs = kind.needs(bot.source, settings)
    warms = _warms(desk.accounts[bot.account].sizing, needs)
    desk = with_bot(
        desk,
        bot.id,
        settings=event.settings,
        needs=needs,
        state=kind.rebind(bot.state, bot.source, settings),
        status=BotStatus.WARMING if warms else BotStatus.RUNNING,
        seen={},
        awake_ns=event.at_ns,
    )
    if event.back is None:
        return desk if event.sites is None else placed_as_then(desk, bot, event.sites)
    as_they_are = tuple((each.site, each.site) for each in entries_of(desk, bot))
    sites = as_they_are if event.sites is None else event.sites
    return placed_anew(desk, bot, Places(sites, event.back))


def engine_started(desk: Desk, _event: EngineStarted) -> Desk:
    """Candles were missed meanwhile: bots that average them are warmed by their history again."""
    for bot in desk.bots.values():
        sizing = desk.accounts[bot.account].sizing
        if bot.status is BotStatus.RUNNING and _warms(sizing, bot.needs):
            desk = with_bot(desk, bot.id, status=BotStatus.WARMING)
        desk = _disarmed(desk, desk.bots[bot.id], "the engine has started again")
    return desk


def _warms(sizing: Sizing, needs: Needs) -> bool:
    """A candle file has no past before its first row; everything else can warm a bot."""
    return sizing is Sizing.AT_DECISION and needs.history_bars > 0 and bool(needs.bars)


def bot_stopping(desk: Desk, event: BotStopping) -> Desk:
    ends = BotStatus(event.ends)
    return with_bot(desk, event.bot, status=BotStatus.STOPPING, reason=event.reason, ends=ends)


def bot_paused(desk: Desk, event: BotPaused) -> Desk:
    status = BotStatus.ASKED if event.asks else BotStatus.PAUSED
    desk = with_bot(desk, event.bot, status=status, reason=event.reason)
    how = "is held until you look at it" if event.asks else f"was paused by {event.by}"
    return _disarmed(desk, desk.bots[event.bot], f"its bot {how} ({event.reason})")


def _disarmed(desk: Desk, bot: BotRecord, why: str) -> Desk:
    """No key is armed behind a start, nor behind a pause."""
    kind = desk.kinds[bot.kind]
    if not (bot.needs.is_played and isinstance(kind, Played)):
        return desk
    return with_bot(desk, bot.id, state=kind.disarmed(bot.state, why))


def bot_goes_on(desk: Desk, event: BotResumed | WindowOpened) -> Desk:
    """Candles were missed meanwhile, as by a restart."""
    bot = desk.bots[event.bot]
    warms = _warms(desk.accounts[bot.account].sizing, bot.needs)
    status = BotStatus.WARMING if warms else BotStatus.RUNNING
    return with_bot(desk, bot.id, status=status, reason="", awake_ns=event.at_ns)


def timers_kept(desk: Desk, event: TimersKept) -> Desk:
    """None: those that were kept have run."""
    due = dict.fromkeys((*desk.bots[event.bot].due, *event.handlers)) if event.handlers else ()
    return with_bot(desk, event.bot, due=tuple(due))


def owed_kept(desk: Desk, event: OwedKept) -> Desk:
    return with_bot(desk, event.bot, owed=event.owed)


def close_on_stop(desk: Desk, event: CloseOnStopAsked) -> Desk:
    return with_bot(desk, event.bot, closes=True)


def close_given_up(desk: Desk, event: CloseGivenUp) -> Desk:
    bot = desk.bots[event.bot]
    given_up = (*bot.given_up, event.symbol)
    return with_bot(desk, bot.id, given_up=given_up, reason=f"{bot.reason}; {event.text}")


def bot_stopped(desk: Desk, event: BotStopped) -> Desk:
    desk = _ended(desk, event.bot, BotStatus(event.ends), event.reason)
    return with_bot(desk, event.bot, owed=())  # a kill ends it: it flattens instead


def bot_finalized(desk: Desk, event: BotFinalized) -> Desk:
    return _ended(desk, event.bot, BotStatus.FINALIZED, "its script is done")


def _ended(desk: Desk, bot_id: str, status: BotStatus, reason: str) -> Desk:
    """What it waited for is of no use any more."""
    ended: dict[str, Any] = {
        "heard": (),
        "answers": (),
        "awaited": (),
        "reserved": 0.0,
        "update": None,
    }
    return with_bot(desk, bot_id, status=status, reason=reason, **ended)


def answer_kept(desk: Desk, event: AnswerKept) -> Desk:
    return with_bot(desk, event.bot, answers=(*desk.bots[event.bot].answers, event.answer))


# ---- approvals


def approval_rules_set(desk: Desk, event: ApprovalRulesSet) -> Desk:
    return replace(desk, approval_rules=ApprovalRules(event.rules, event.four_eyes))


def approval_requested(desk: Desk, event: ApprovalRequested) -> Desk:
    return replace(desk, approvals=put(desk.approvals, event.approval.id, event.approval))


def approval_over(desk: Desk, event: ApprovalAnswered | ApprovalEnded) -> Desk:
    left = {key: each for key, each in desk.approvals.items() if key != event.approval}
    return replace(desk, approvals=left)


def bot_faulted(desk: Desk, event: BotFaulted) -> Desk:
    return with_bot(desk, event.bot, status=BotStatus.FAULTED, reason=event.text, update=None)


def bot_ran(desk: Desk, event: BotRan) -> Desk:
    bot = desk.bots[event.bot]
    return with_bot(
        desk,
        event.bot,
        state=event.state,
        at_ms=event.at_ms,
        runs=event.runs[-RUNS_KEPT:] or bot.runs,
        ran_ms=event.at_ms if event.runs else bot.ran_ms,
        warming=event.warming,
        has_begun=event.has_begun,
        occasions=bot.occasions + 1,
        heard=bot.heard[event.heard_used :],
        gave={**bot.gave, **dict(event.gave)} if event.gave else bot.gave,
        answers=event.answers,
        awaited=event.awaited,
        reserved=event.reserved,
    )


def fill_kept(desk: Desk, event: FillKept) -> Desk:
    return with_bot(desk, event.bot, heard=(*desk.bots[event.bot].heard, event.fill))


def bars_seen(desk: Desk, event: BarsSeen) -> Desk:
    seen = dict(desk.bots[event.bot].seen)
    for symbol, timeframe_ms, time_ms in event.bars:
        seen[symbol, timeframe_ms] = max(time_ms, seen.get((symbol, timeframe_ms), -1))
    return with_bot(desk, event.bot, seen=seen)


def event_taken(desk: Desk, event: EventTaken) -> Desk:
    """Its id is remembered, among the newest: sent again, it is not heard again."""
    if not event.id:
        return desk
    taken = put(desk.taken, event.id, Taken(event.at_ns, event.refusal))
    for oldest in list(taken)[: max(0, len(taken) - TAKEN_MAX)]:
        del taken[oldest]
    return replace(desk, taken=taken)


# ---- market


def market_seen(desk: Desk, event: MarketSeen) -> Desk:
    message = event.message
    match message:
        case QuoteChanged():
            key = (message.account, message.quote.symbol)
            return replace(desk, quotes=put(desk.quotes, key, message.quote))
        case BarsClosed():
            return _marked(desk, message)
        case HistoryLoaded():
            is_own = not message.of  # that of an update warms no other text
            is_warm = is_own and desk.bots[message.bot].status is BotStatus.WARMING
            return with_bot(desk, message.bot, status=BotStatus.RUNNING) if is_warm else desk
        case _:
            return desk


def _marked(desk: Desk, message: BarsClosed) -> Desk:
    """On a candle file price, bid and ask are the close, and the account is what the venue says."""
    account = desk.accounts[message.account]
    if account.sizing is not Sizing.AT_FILL:
        return desk
    quotes = {(message.account, bar.symbol): _close_quote(bar) for bar in message.bars}
    if message.reading is not None:
        account = replace(account, reading=message.reading)
    accounts = put(desk.accounts, account.name, account)
    desk = replace(desk, quotes={**desk.quotes, **quotes}, accounts=accounts)
    return risk_changes.candles_seen(desk, message) if risk_changes.has_limits(desk) else desk


def _close_quote(bar: Bar) -> Quote:
    return Quote(bar.symbol, bar.time_ms + bar.timeframe_ms, bar.close, bar.close, bar.close)


def command_given(desk: Desk, event: CommandGiven) -> Desk:
    """By which key press, so that the same one is not heard twice."""
    if not event.press:
        return desk
    presses = (*desk.bots[event.bot].presses, event.press)
    return with_bot(desk, event.bot, presses=presses[-PRESSES_KEPT:])
