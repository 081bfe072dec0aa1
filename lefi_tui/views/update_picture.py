"""The picture of a bot with another text, by the desk's own rules for taking one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lefi_tui.core.desk import BotRecord, Desk
from lefi_tui.core.desk.placing import entries_of, is_lost, line_of, placed
from lefi_tui.core.desk.updating import looked_at, warms_first
from lefi_tui.core.messages import UpdateBot
from lefi_tui.core.money import words
from lefi_tui.core.order import Order
from lefi_tui.core.rewriting import Handover, Rewritable, Text
from lefi_tui.views.update_view import UpdateView


def update_view(desk: Desk, asked: UpdateBot) -> UpdateView:
    refusal, handover, gates = looked_at(desk, asked)
    bot = desk.bots.get(asked.bot)
    if bot is None or handover is None:
        return UpdateView(asked.bot, refusal)
    kind, settings = desk.kinds[bot.kind], dict(handover.settings)
    found = _found(desk, bot, Text(asked.source, handover.settings))
    needs = kind.needs(asked.source, settings)
    tests = None if asked.facts is None else asked.facts.tests
    return UpdateView(
        bot.id,
        refusal,
        desk.accounts[bot.account].is_real,
        bot.account,
        handover.settings,
        handover.kept,
        (*handover.lost, *_gone(desk, bot, handover)),
        handover.cold,
        tuple(_orders(desk, bot, lambda each: each.id not in found)),
        tuple(_orders(desk, bot, lambda each: each.id in found and is_lost(each))),
        needs.history_bars if warms_first(desk, bot, needs) else 0,
        0 if tests is None else tests.passed,
        gates,
    )


def _found(desk: Desk, bot: BotRecord, text: Text) -> set[str]:
    """Working entries of which a line of the text is."""
    places = placed(desk, bot, text)
    lines = ((each.id, line_of(bot, each, places)) for each in entries_of(desk, bot))
    return {order for order, line in lines if line is not None}


def _gone(desk: Desk, bot: BotRecord, handover: Handover) -> Iterator[str]:
    """States with what they hold now, which nobody could look up afterwards."""
    kind = desk.kinds[bot.kind]
    held = kind.held(bot.state) if isinstance(kind, Rewritable) else {}
    for each in handover.gone:
        told = f"state {each.name}, which holds {held.get(each.name, 'nothing')}"
        if each.now:
            told += (
                f"; {each.now} is new and begins at {each.first}. "
                f"If it is the same, call it {each.name}: a value goes on by its name alone"
            )
        yield told


def _orders(desk: Desk, bot: BotRecord, which: Callable[[Order], bool]) -> Iterator[str]:
    """Working entries, in words."""
    for order in entries_of(desk, bot):
        if which(order):
            limit = "" if order.terms.limit is None else f" at {words(order.terms.limit)}"
            size = "" if order.quantity is None else f" {words(order.quantity)}"
            yield f"{order.terms.side.value}{size} {order.terms.symbol}{limit}, {order.id}"
