"""What `lefi say` and `lefi order` share: which account, and real money asked for by its name."""

from __future__ import annotations

from argparse import Namespace

from lefi_tui.errors import RefusedError, UsageError
from lefi_tui.views.desk_view import AccountRow, DeskView, Mode


def account_of(view: DeskView, arguments: Namespace) -> str:
    """The one that is named; without a name the only one there is."""
    row = _row(view, arguments.account)
    if row.mode is Mode.LIVE and arguments.yes_live != row.name:
        why = f"account {row.name} is real money"
        step = f"Say --yes-live {row.name} if it is meant"
        raise RefusedError(why, where="lefi", next_step=step)
    return row.name


def any_account(view: DeskView, arguments: Namespace) -> str:
    """The same, to ask and not to trade."""
    return _row(view, arguments.account).name


def _row(view: DeskView, name: str) -> AccountRow:
    known = {each.name: each for each in view.accounts}
    listed = ", ".join(known) or "none"
    if not name and len(known) == 1:
        return next(iter(known.values()))
    if name not in known:
        why = f"there is no account {name!r}" if name else "there are several accounts"
        raise UsageError(why, where="--account", next_step=f"Name one: {listed}")
    return known[name]
