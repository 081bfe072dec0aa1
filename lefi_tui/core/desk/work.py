"""When a bot's work is over: after one run, after one executed transaction, at its window's end."""

from __future__ import annotations

from decimal import Decimal

from lefi_tui.core.bot import Occasion, RunTrace
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.feeding import watch_of
from lefi_tui.core.desk.state import ENDED, BotRecord, BotStatus, Desk
from lefi_tui.core.messages import BotStopping, SetTimers, Sizing, StartBot, Work
from lefi_tui.core.money import EXACT, ZERO
from lefi_tui.core.order import OrderStatus

NS_PER_MS = 1_000_000
START = "start"  # the title of a Start handler's run


def window_refused(desk: Desk, command: StartBot) -> str:
    """Why a window can't be kept, in words; empty when it can."""
    begins, ends = command.from_ns, command.until_ns
    if not begins and not ends:
        return ""
    if desk.accounts[command.account].sizing is Sizing.AT_FILL:
        return "On a candle file the window is its candles: say --from and --to instead."
    if ends and ends < max(begins, command.at_ns):
        where = "before it begins" if ends < begins else "in the past"
        return f"The window of bot {command.bot} ends {where}. Give it a later end."
    return ""


def is_over(bot: BotRecord, occasion: Occasion) -> bool:
    """Behind its end, or its window's, nothing runs, however late the alarm is."""
    if bot.status in ENDED:
        return True  # at what another bot made of the same moment
    return 0 < bot.until_ns < occasion.at_ms * NS_PER_MS and bot.status is BotStatus.RUNNING


def narrowed(bot: BotRecord, occasion: Occasion) -> Occasion:
    """While its one run waits, nothing begins beside it or queues up behind it."""
    if bot.work is not Work.ONCE or not bot.awaited or occasion.stopping:
        return occasion
    heard = occasion.fills, occasion.answers
    return Occasion(occasion.at_ms, fills=heard[0], answers=heard[1], is_file=occasion.is_file)


def end_when_done(draft: Draft, bot: BotRecord, at_ns: int) -> BotRecord:
    """It leaves when its orders have their end: they are what it was for, so none is canceled."""
    if bot.status is not BotStatus.RUNNING or bot.awaited:
        return bot
    reason = _done(draft.desk, bot)
    if reason:
        ends = BotStatus.FINALIZED.value
        draft.say(BotStopping(bot.id, at_ns, bot.id, reason, ends))
        draft.ask(watch_of(draft.desk, bot.account))
        draft.ask(SetTimers(bot.id, ()))
    return draft.bot(bot.id)


def _done(desk: Desk, bot: BotRecord) -> str:
    if bot.work is Work.ONCE:
        return "it has run once" if any(_counts(bot, run) for run in bot.runs) else ""
    return "its transaction was executed" if _is_executed(desk, bot) else ""


def _is_executed(desk: Desk, bot: BotRecord) -> bool:
    """Whether an order of it was filled as asked, and not traded back again."""
    mine = [
        order
        for order in desk.closed.values()
        if order.owner == bot.id
        and order.leg == "entry"
        and order.placed_at_ns >= bot.started_at_ns
    ]
    left: dict[int, Decimal] = {}  # units by the place in the script
    for order in mine:
        units = -order.filled if order.is_undo else order.filled
        left[order.site] = EXACT.add(left.get(order.site, ZERO), units)
    return any(
        order.status is OrderStatus.FILLED and not order.is_undo and left[order.site] > 0
        for order in mine
    )


def _counts(bot: BotRecord, run: RunTrace) -> bool:
    """Preparing at its start, or warming up, is not what it was asked to do once."""
    is_start = run.event == START and not bot.needs.starts_only
    return not is_start and not run.why.startswith("warming up")
