"""What an exchange took by force, by liquidation or ADL: the bots whose it was wait for a person.

The rule it keeps: a script counted on its position; without it the next run would begin on sand.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from lefi_tui.core.desk.lifecycle import hold
from lefi_tui.core.messages import BotPaused

if TYPE_CHECKING:
    from lefi_tui.core.desk.draft import Draft
    from lefi_tui.core.messages import VenueFilled

TAKEN: Final = {"liquidation": "liquidated by the venue", "adl": "closed by the venue (ADL)"}
LIVE: Final = "live"
BY: Final = "engine"


def hold_owners(draft: Draft, report: VenueFilled, owners: Iterable[str], at_ns: int) -> None:
    """On an exchange alone: a paper venue's bots live on, as they do in a simulation."""
    if report.reason not in TAKEN or draft.desk.accounts[report.account].mode != LIVE:
        return
    why = f"its position of {report.symbol} was {TAKEN[report.reason]}"
    for owner in owners:
        bot = draft.desk.bots.get(owner)
        if bot is not None and bot.is_alive:
            hold(draft, BotPaused(owner, at_ns, BY, why, asks=True))
