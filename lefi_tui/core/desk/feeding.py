"""What the shell must feed the bots of an account with."""

from __future__ import annotations

from collections.abc import Iterator

from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.state import BotRecord, BotStatus, Desk, Update
from lefi_tui.core.messages import LoadHistory, SetTimers, Watch
from lefi_tui.core.order import HAND


def watch_of(desk: Desk, account: str) -> Watch:
    """All that is wanted of an account's market, by its bots and by hand, in a stable order."""
    fed = [bot for bot in desk.bots.values() if bot.account == account and bot.is_fed]
    needs = [bot.needs for bot in fed]
    needs += [bot.update.needs for bot in fed if bot.update is not None]
    mine = (symbol for owner, symbol in _markets(desk) if owner == account)
    return Watch(
        account,
        tuple(dict.fromkeys(bar for need in needs for bar in need.bars)),
        tuple(dict.fromkeys((*(each for need in needs for each in need.quotes), *mine))),
        tuple(dict.fromkeys(symbol for need in needs for symbol in need.prints)),
    )


def is_held(desk: Desk, key: tuple[str, str]) -> bool:
    """Whether a person has an order or units there: nobody else would look at its price."""
    return key in _markets(desk)


def _markets(desk: Desk) -> Iterator[tuple[str, str]]:
    """Where a person has units or an order."""
    yield from (key for key, each in desk.positions.items() if HAND in each.shares)
    mine = (each for each in desk.orders.values() if each.owner == HAND)
    yield from ((each.account, each.terms.symbol) for each in mine)


def history_of(bot: BotRecord, update: Update) -> LoadHistory:
    """What warms another text before the bot takes it."""
    needs = update.needs
    return LoadHistory(bot.id, bot.account, needs.bars, needs.history_bars, update.tag)


def feed(draft: Draft, bot: BotRecord) -> None:
    """Ask the shell for what the bot must be fed: market input, timers, its history."""
    draft.ask(watch_of(draft.desk, bot.account))
    if bot.needs.timers:
        draft.ask(SetTimers(bot.id, bot.needs.timers))
    if bot.status is BotStatus.WARMING:
        draft.ask(LoadHistory(bot.id, bot.account, bot.needs.bars, bot.needs.history_bars))
    if bot.update is not None:
        draft.ask(history_of(bot, bot.update))
