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


def order_id(bot: BotRecord, intent: Intent, number: int, at_ns: int) -> str:
    """That the order of this intent has, or would have."""
    return ClientOrderId.of(_run(bot), str(at_ns), intent.site, f"entry{number}")


def _run(bot: BotRecord) -> str:
    return f"{bot.id}/{bot.started_at_ns}/{bot.occasions}"


def intended(desk: Desk, bot: BotRecord, intent: Intent, number: int, at_ns: int) -> Order | None:
    """None where no order is sent: a transfer, a cancel, exits, a close of what is not open."""
    if intent.action in {"transfer", "cancel", "protect"}:
        return None
    if intent.action == "close":
        terms = close_terms(intent.symbol, held_units(desk, bot, intent.symbol))
    else:
        terms = order_terms(intent)
    if terms is None:
        return None
    name = order_id(bot, intent, number, at_ns)
    return Order(
        id=name,
        account=bot.account,
        terms=terms,
        owner=bot.id,
        run=_run(bot),
        site=intent.site,
        group=name,
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
