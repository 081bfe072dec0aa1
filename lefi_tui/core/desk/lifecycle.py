"""A bot's life between its start and its end: paused, resumed, held after a restart, its window.

The rules it keeps: a bot that is held has no runs, and what comes for it meanwhile it hears when it
goes on; nothing that a run has half done is held up.
"""

from __future__ import annotations

from typing import Final

from lefi_tui.core.bot import Occasion
from lefi_tui.core.desk.commands import begin_stop, busy
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.feeding import feed, watch_of
from lefi_tui.core.desk.runs import begin_if_ready, run_bot
from lefi_tui.core.desk.state import BotRecord, BotStatus
from lefi_tui.core.desk.waiting import wind
from lefi_tui.core.messages import (
    BotPaused,
    BotResumed,
    HoldBots,
    PauseBot,
    ResumeBot,
    SetTimers,
    StopBot,
    TimersKept,
    TradingState,
    WindowOpened,
)

NS_PER_MS: Final = 1_000_000
RESTARTED: Final = "the engine has started again"
WAITS: Final = frozenset({BotStatus.PAUSED, BotStatus.ASKED})


def pause_bot(draft: Draft, command: PauseBot) -> None:
    bot = draft.desk.bots.get(command.bot)
    if bot is None or not bot.is_alive:
        state = "not known" if bot is None else str(bot.status)
        refusal = f"Bot {command.bot} is {state}; nothing to pause."
    else:
        refusal = busy(draft, bot.id, "its bot is paused", "Pause it", command.at_ns)
    if refusal:
        draft.refuse("PauseBot", command.at_ns, refusal)
        return
    hold(draft, BotPaused(command.bot, command.at_ns, command.by, command.reason))


def hold(draft: Draft, event: BotPaused) -> None:
    draft.say(event)
    draft.ask(watch_of(draft.desk, draft.bot(event.bot).account))
    draft.ask(SetTimers(event.bot, ()))
    wind(draft, event.bot)


def resume_bot(draft: Draft, command: ResumeBot) -> None:
    """It is fed as at its start, and warmed again where it averages candles."""
    bot = draft.desk.bots.get(command.bot)
    refusal = ""
    if bot is None or bot.status not in WAITS:
        state = "not known" if bot is None else str(bot.status)
        refusal = f"Bot {command.bot} is {state}; nothing to resume."
    elif draft.desk.trading_state is not TradingState.ACTIVE:
        refusal = (
            f"Trading is {draft.desk.trading_state} ({draft.desk.trading_cause}), so no bot goes "
            "on. Resume trading first: `lefi resume` asks for a reason."
        )
    if refusal:
        draft.refuse("ResumeBot", command.at_ns, refusal)
        return
    draft.say(BotResumed(command.bot, command.at_ns, command.by))
    _go_on(draft, command.bot, command.at_ns)


def _go_on(draft: Draft, bot_id: str, at_ns: int) -> None:
    feed(draft, draft.bot(bot_id))
    wind(draft, bot_id)
    begin_if_ready(draft, bot_id, at_ns // NS_PER_MS)
    if draft.bot(bot_id).status is BotStatus.RUNNING:
        catch_up(draft, bot_id, at_ns)


def catch_up(draft: Draft, bot_id: str, at_ns: int) -> None:
    """What came while it had no runs: fills, answers, and handlers that were due."""
    bot = draft.bot(bot_id)
    if not (bot.heard or bot.answers or bot.due):
        return
    if bot.due:
        draft.say(TimersKept(bot_id, ()))
    run_bot(draft, bot_id, Occasion(at_ns // NS_PER_MS, due=bot.due))


def hold_bots(draft: Draft, command: HoldBots) -> None:
    """After a start: each bot that ran waits for a person, or is stopped by the usual procedure."""
    for bot in [each for each in draft.desk.bots.values() if each.is_alive]:
        if command.policy == "stop":
            begin_stop(draft, bot.id, StopBot(bot.id, command.at_ns, command.by, RESTARTED))
        else:
            hold(draft, BotPaused(bot.id, command.at_ns, command.by, RESTARTED, asks=True))


def window_turned(draft: Draft, bot: BotRecord, at_ns: int) -> bool:
    """Whether this is the moment at which its window begins or is over; it begins, or leaves."""
    if bot.until_ns and at_ns > bot.until_ns and bot.is_open:
        if bot.status is BotStatus.RUNNING:
            run_bot(draft, bot.id, Occasion(at_ns // NS_PER_MS, stopping=True))
        asked = StopBot(bot.id, at_ns, bot.id, "its window has ended")
        begin_stop(draft, bot.id, asked, BotStatus.EXPIRED)
        return True
    if bot.status is BotStatus.SCHEDULED and at_ns >= bot.from_ns:
        draft.say(WindowOpened(bot.id, at_ns))
        _go_on(draft, bot.id, at_ns)
        return True
    return False
