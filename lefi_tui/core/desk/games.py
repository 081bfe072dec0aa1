"""Games on the desk: a key's way to the bot that plays, and a doubt about one of its orders."""

from __future__ import annotations

from typing import Final

from lefi_tui.core.bot import Answer, FillSeen, Occasion
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.runs import run_bot
from lefi_tui.core.desk.snapshot import DeskSnapshot
from lefi_tui.core.desk.state import BotRecord, BotStatus, Desk
from lefi_tui.core.desk.waiting import outcome_of
from lefi_tui.core.messages import BotRan, CommandGiven, GameEnded, PlayGame
from lefi_tui.core.order import Order

NS_PER_MS: Final = 1_000_000
LEFT: Final = frozenset({BotStatus.STOPPED, BotStatus.FAULTED, BotStatus.EXPIRED})


def play_game(draft: Draft, command: PlayGame) -> None:
    """The game judges it: whether it is armed, whether the key repeats itself."""
    bot = draft.desk.bots.get(command.bot)
    refusal = _refusal(bot, command)
    if bot is None or refusal:
        draft.refuse("PlayGame", command.at_ns, refusal)
        return
    play = command.play
    name = f"{play.do} {play.value:+d}" if play.value else play.do.value
    draft.say(CommandGiven(bot.id, name, command.at_ns, command.by))
    at_ms = max(command.at_ns // NS_PER_MS, bot.at_ms)  # a clock may go back
    run_bot(draft, bot.id, Occasion(at_ms, plays=(play,)))


def _refusal(bot: BotRecord | None, command: PlayGame) -> str:
    if bot is None or bot.status is not BotStatus.RUNNING:
        state = "not known" if bot is None else str(bot.status)
        return f"Game {command.bot} is {state}; keys play while it runs. Start it, then arm it."
    return "" if bot.needs.is_played else f"Bot {bot.id} is no game; it takes no plays."


def is_of_game(desk: Desk, order: Order) -> bool:
    bot = desk.bots.get(order.owner)
    return bot is not None and bot.needs.is_played and bool(order.ticket)


def is_left(bot: BotRecord) -> bool:
    """Whether it has ended and may have left a game open: a kill flattens behind its end."""
    return bot.needs.is_played and bot.status in LEFT


def count(draft: Draft, bot: BotRecord, fill: FillSeen, at_ns: int) -> None:
    """What closes a game that was left is counted, an exit of its own too; of what the game wants
    nothing is done."""
    at_ms = max(at_ns // NS_PER_MS, bot.at_ms)
    told = Occasion(at_ms, fills=(fill,), answers=bot.answers, stopping=True)
    kind = draft.desk.kinds[bot.kind]
    decision = kind.decide(bot.state, told, DeskSnapshot(draft.desk, bot))
    ran = (bot.id, decision.state, at_ms, decision.runs, decision.warming)
    awaited = decision.awaited
    draft.say(BotRan(*ran, acted=False, has_begun=bot.has_begun, heard_used=0, awaited=awaited))
    for each in decision.rounds:
        draft.say(GameEnded(bot.id, bot.account, fill.symbol, at_ns, each))


def timed(draft: Draft, order_id: str, at_ns: int) -> None:
    """The game hears once more of an order whose fill was quicker than its acknowledgement."""
    order = draft.desk.order(order_id)
    if order is None or not is_of_game(draft.desk, order):
        return
    bot = draft.bot(order.owner)
    if bot.status is BotStatus.RUNNING and order.is_final:
        answer = Answer(order.ticket, outcome_of(order))
        run_bot(draft, bot.id, Occasion(max(at_ns // NS_PER_MS, bot.at_ms), answers=(answer,)))


def doubt_changed(draft: Draft, order: Order, at_ns: int) -> None:
    """A game stands still while an order of it has no answer, and goes on when it has."""
    if not is_of_game(draft.desk, order):
        return
    bot = draft.bot(order.owner)
    if bot.status is BotStatus.RUNNING:
        run_bot(draft, bot.id, Occasion(max(at_ns // NS_PER_MS, bot.at_ms)))
