"""What the shell must feed the bots of an account with."""

from __future__ import annotations

from lefi_tui.core.desk.state import Desk
from lefi_tui.core.messages import Watch


def watch_of(desk: Desk, account: str) -> Watch:
    """All that the living bots of an account want from the market, in a stable order."""
    needs = [bot.needs for bot in desk.bots.values() if bot.account == account and bot.is_alive]
    return Watch(
        account,
        tuple(dict.fromkeys(bar for need in needs for bar in need.bars)),
        tuple(dict.fromkeys(symbol for need in needs for symbol in need.quotes)),
        tuple(dict.fromkeys(symbol for need in needs for symbol in need.prints)),
    )
