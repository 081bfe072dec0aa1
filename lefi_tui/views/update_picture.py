"""The picture of a bot with another text, by the desk's own rules for taking one."""

from __future__ import annotations

from collections.abc import Iterator

from lefi_tui.core.desk import BotRecord, Desk
from lefi_tui.core.desk.updating import looked_at, warms_first
from lefi_tui.core.messages import UpdateBot
from lefi_tui.core.money import words
from lefi_tui.views.update_view import UpdateView


def update_view(desk: Desk, asked: UpdateBot) -> UpdateView:
    refusal, handover, gates = looked_at(desk, asked)
    bot = desk.bots.get(asked.bot)
    if bot is None or handover is None:
        return UpdateView(asked.bot, refusal)
    kind, settings = desk.kinds[bot.kind], dict(handover.settings)
    needs = kind.needs(asked.source, settings)
    tests = None if asked.facts is None else asked.facts.tests
    return UpdateView(
        bot.id,
        refusal,
        desk.accounts[bot.account].is_real,
        bot.account,
        handover.settings,
        handover.kept,
        handover.lost,
        handover.cold,
        tuple(_orders(desk, bot, dict(handover.sites))),
        needs.history_bars if warms_first(desk, bot, needs) else 0,
        0 if tests is None else tests.passed,
        gates,
    )


def _orders(desk: Desk, bot: BotRecord, sites: dict[int, int]) -> Iterator[str]:
    """Working entries of places that are no more."""
    for order in desk.working_of(bot.id):
        if order.leg == "entry" and order.site not in sites:
            size = "" if order.quantity is None else f" {words(order.quantity)}"
            yield f"{order.terms.side.value}{size} {order.terms.symbol}, {order.id}"
