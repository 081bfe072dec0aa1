"""An account whose name the journal knows as another one: it is not opened under that name.

The rule it keeps: what the frame says is what moves. Made-up money that becomes real money under
the same name would be shown as made-up, and the other way round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lefi_tui.core.messages import FeedStated
from lefi_tui.wiring.live_accounts import LIVE, venue_of

if TYPE_CHECKING:
    from lefi_tui.core.desk import Desk
    from lefi_tui.settings_tables import AccountSettings

STEP = "Set it back, or give the account another name: this one keeps what it holds"


def stranger(desk: Desk, name: str, account: AccountSettings) -> FeedStated | None:
    """Why it is another, in words; none when it is the same, or new."""
    known = desk.accounts.get(name)
    if known is None:
        return None
    mode = "dry_run" if account.mode == "paper" else LIVE
    if (known.mode, known.venue, known.currency) == (mode, venue_of(account), account.currency):
        return None
    why = (
        f"its journal is of {known.venue} in {known.currency}{_paper(known.mode)}, config.toml "
        f"says {venue_of(account)} in {account.currency}{_paper(mode)}"
    )
    return FeedStated(name, 0, is_waiting=True, what="is another account now", why=why, next=STEP)


def _paper(mode: str) -> str:
    return "" if mode == LIVE else " on paper"
