"""The order that an intent stands for: its id, its terms, what its run waits for."""

from __future__ import annotations

from decimal import Decimal

from lefi_tui.core.bot import Intent
from lefi_tui.core.desk.state import BotRecord, Desk
from lefi_tui.core.desk.waiting import deadline_ns
from lefi_tui.core.ids import ClientOrderId
from lefi_tui.core.money import ZERO
from lefi_tui.core.order import Order
from lefi_tui.core.terms import close_terms, order_terms


def intended(desk: Desk, bot: BotRecord, intent: Intent, number: int, at_ns: int) -> Order | None:
    """None where nothing is sent: a transfer, a cancel, a close of what is not open."""
    if intent.action in {"transfer", "cancel"}:
        return None
    if intent.action == "close":
        terms = close_terms(intent.symbol, held_units(desk, bot, intent.symbol))
    else:
        terms = order_terms(intent)
    if terms is None:
        return None
    run = f"{bot.id}/{bot.started_at_ns}/{bot.occasions}"
    order_id = ClientOrderId.of(run, str(at_ns), intent.site, f"entry{number}")
    return Order(
        id=order_id,
        account=bot.account,
        terms=terms,
        owner=bot.id,
        run=run,
        site=intent.site,
        group=order_id,
        placed_at_ns=at_ns,
        ticket=intent.ticket,
        is_undo=intent.is_undo,
        is_advised=intent.is_advised,
        deadline_ns=deadline_ns(desk, bot, intent, terms, at_ns),
        retries=bot.needs.patience.retries,
        held=held_units(desk, bot, intent.symbol) if intent.is_step else None,
    )


def held_units(desk: Desk, bot: BotRecord, symbol: str) -> Decimal:
    """The bot's own share of the position, signed."""
    position = desk.positions.get((bot.account, symbol))
    return ZERO if position is None else position.shares.get(bot.id, ZERO)
