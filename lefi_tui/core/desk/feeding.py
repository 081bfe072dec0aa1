"""What the shell must feed the bots of an account with."""

from __future__ import annotations

from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.state import BotRecord, BotStatus, Desk
from lefi_tui.core.messages import LoadHistory, SetTimers, Watch


def watch_of(desk: Desk, account: str) -> Watch:
    """All that the bots of an account want from the market, in a stable order."""
    needs = [bot.needs for bot in desk.bots.values() if bot.account == account and bot.is_fed]
    return Watch(
        account,
        tuple(dict.fromkeys(bar for need in needs for bar in need.bars)),
        tuple(dict.fromkeys(symbol for need in needs for symbol in need.quotes)),
        tuple(dict.fromkeys(symbol for need in needs for symbol in need.prints)),
    )


def feed(draft: Draft, bot: BotRecord) -> None:
    """Ask the shell for what the bot must be fed: market input, timers, its history."""
    draft.ask(watch_of(draft.desk, bot.account))
    if bot.needs.timers:
        draft.ask(SetTimers(bot.id, bot.needs.timers))
    if bot.status is BotStatus.WARMING:
        draft.ask(LoadHistory(bot.id, bot.account, bot.needs.bars, bot.needs.history_bars))
