"""What of an account is in doubt, for the gate and the kill; and what its venue ought to show.

The rule it keeps: what opens or enlarges waits while an order of its market has no answer; what
makes a position smaller never does.
"""

from __future__ import annotations

from decimal import Decimal

from lefi_tui.core.checked import Checked
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.kill import Flatten
from lefi_tui.core.money import EXACT, ZERO


def books_of(desk: Desk, account: str) -> dict[str, Decimal]:
    """Signed units by symbol, whoever of ours holds them."""
    held = (each for each in desk.positions.values() if each.account == account)
    return {each.symbol: each.units for each in held if each.units}


def with_unknown(desk: Desk, account: str) -> dict[str, Decimal]:
    """What the venue ought to show: our books, and beside them what is nobody's of ours."""
    ours, known = books_of(desk, account), desk.checked.get(account, Checked())
    unknown = known.unknown_units()
    return {
        symbol: EXACT.add(ours.get(symbol, ZERO), unknown.get(symbol, ZERO))
        for symbol in {*ours, *unknown}
    }


def left_there(desk: Desk, account: str, flatten: Flatten) -> dict[str, Decimal]:
    """What a kill leaves: what is nobody's of ours too, unless all is to be closed."""
    return (books_of if flatten is Flatten.ALL else with_unknown)(desk, account)


def is_position(desk: Desk, account: str, symbol: str) -> bool:
    """Coins are no positions: a venue tells of them among its balances."""
    instrument = desk.instruments.get((account, symbol))
    return instrument is not None and instrument.is_perpetual


def doubt_of(desk: Desk, account: str, symbol: str) -> tuple[str, str]:
    """Why nothing new may be opened in this market: a code and words; empty where it may."""
    known = desk.checked.get(account)
    if known is not None and not known.is_known:
        why = known.error or "its venue has not shown since the start what works and is held there"
        text = f"Nothing new on {account}: {why}. What makes a position smaller still goes."
        return "ACCOUNT_NOT_CHECKED", f"{text} Wait, or look at it now: Alt+U."
    silent = _unconfirmed(desk, account, symbol)
    if silent:
        text = (
            f"Nothing new in {symbol} on {account}: order {silent} has no answer yet, so what is "
            "held there is in doubt. Look it up or declare it dead: Alt+U."
        )
        return "ORDER_UNCONFIRMED", text
    if known is not None and any(each.symbol == symbol for each in known.legs):
        text = (
            f"Nothing new in {symbol} on {account}: it is held on both sides at once (hedge mode), "
            "and our books know one. Close one side at the venue, and switch to one-way mode."
        )
        return "HELD_ON_BOTH_SIDES", text
    return "", ""


def _unconfirmed(desk: Desk, account: str, symbol: str) -> str:
    """The first of this market; also an exit, for then its protection is in doubt."""
    return next(
        (
            each.id
            for each in desk.orders.values()
            if each.is_doubted and (each.account, each.terms.symbol) == (account, symbol)
        ),
        "",
    )
