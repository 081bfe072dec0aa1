"""An exit that leaves beside its entry: the gate judges it as the exit of that entry.

The rules it keeps: it never leaves without its entry, is reduce-only and no larger than that; it
goes where the venue itself is trusted to refuse it while nothing is open, and where nobody else has
or wants units of the market, for those it could sell in the place of its own.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.desk.facts import Answer, answered, invalid
from lefi_tui.core.desk.grounds import ground_of
from lefi_tui.core.desk.in_doubt import with_unknown
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.game import Plan
from lefi_tui.core.instrument import Conformed, NotConforming, conform, reducing
from lefi_tui.core.messages import Verdict
from lefi_tui.core.money import MONEY, ZERO, words
from lefi_tui.core.order import Order, SizeKind
from lefi_tui.core.risk.facts import GateRequest

NO_ENTRY: Final = "no entry"  # beside which an exit can't leave
INSTEAD: Final = "Send it when the entry is filled."


def beside(order: Order, entry: str) -> Order:
    """Nothing sends it again by itself: its bot knows what is filled by then."""
    return replace(order, beside=entry, retries=0)


def pair_answer(desk: Desk, order: Order, at_ns: int) -> Answer:
    """`order.beside` was let through in this decision, or was refused, or never asked for."""
    entry = desk.orders.get(order.beside)
    wrong = _wrong(desk, order, entry)
    if wrong is not None or entry is None:
        wrong = wrong or _unsent(order)
        return answered(desk, order, invalid(order, wrong.code, wrong.text), at_ns)
    fitted = _fitted(desk, order, entry)
    if isinstance(fitted, NotConforming):
        return answered(desk, order, invalid(order, fitted.code, fitted.text), at_ns)
    assert fitted.limit is not None, order
    request = GateRequest(
        order.terms.side,
        order.terms.symbol,
        desk.accounts[order.account].currency,
        MONEY.multiply(fitted.quantity, fitted.limit),
        ZERO,
        is_reducing=True,
        price=fitted.limit,
        quantity=fitted.quantity,
    )
    terms = replace(order.terms, limit=fitted.limit, leverage=entry.terms.leverage)
    ready = replace(order, terms=terms, quantity=fitted.quantity)
    answer = answered(desk, ready, request, at_ns)
    return replace(answer, verdicts=(*answer.verdicts, _beside(fitted, entry)))


def _beside(fitted: Conformed, entry: Order) -> Verdict:
    """Why it was let through while there is nothing yet that it could make smaller."""
    assert entry.quantity is not None, entry
    value = f"{words(fitted.quantity)} beside order {entry.id}"
    return Verdict("exit beside its entry", value, f"{words(entry.quantity)} of it", passed=True)


def _wrong(desk: Desk, order: Order, entry: Order | None) -> NotConforming | None:
    if entry is None:
        return _unsent(order)
    if not _is_exit_of(order, entry):
        text = f"It is no exit of order {entry.id}: reduce-only, at a limit, on the other side."
        return NotConforming("NO_EXIT_OF_ITS_ENTRY", text)
    ground = ground_of(desk, order.account, order.terms.symbol)
    if ground is None or Plan.PARALLEL not in ground.plans:
        text = (
            f"No test has shown that an exit beside its entry opens nothing on {order.account}, "
            f"{order.terms.symbol}. {INSTEAD}"
        )
        return NotConforming("PAIR_NOT_TRUSTED", text)
    others = _others(desk, order)
    if others:
        text = f"Beside its entry it could sell what is not its own: {others}. {INSTEAD}"
        return NotConforming("PAIR_NOT_ALONE", text)
    return None


def _unsent(order: Order) -> NotConforming:
    text = f"Its entry was not sent, so nothing of {order.terms.symbol} is there to leave."
    return NotConforming("ENTRY_NOT_SENT", text)


def _is_exit_of(order: Order, entry: Order) -> bool:
    terms, opens = order.terms, entry.terms
    fits = terms.symbol == opens.symbol and terms.side is opens.side.opposite
    is_plain = terms.size.kind in {SizeKind.UNITS, SizeKind.ALL} and terms.limit is not None
    return fits and is_plain and terms.is_reduce_only and not opens.is_reduce_only


def _others(desk: Desk, order: Order) -> str:
    """What is open there before this entry, or wanted by somebody else; nothing where it is
    alone."""
    key = (order.account, order.terms.symbol)
    if with_unknown(desk, order.account).get(key[1], ZERO):
        return f"a position of {key[1]} is open already"
    wanted = (
        each.id
        for each in desk.orders.values()
        if (each.account, each.terms.symbol) == key
        and each.leg == "entry"
        and each.owner != order.owner
    )
    found = next(wanted, "")
    return f"order {found} works in {key[1]} too" if found else ""


def _fitted(desk: Desk, order: Order, entry: Order) -> Conformed | NotConforming:
    """Never more than its entry, as the gate has fitted that; ALL is as much."""
    terms, most = order.terms, entry.quantity
    assert most is not None, entry
    assert terms.limit is not None, order
    asked: Decimal = most if terms.size.kind is SizeKind.ALL else min(terms.size.value, most)
    instrument = reducing(desk.instruments[order.account, terms.symbol])
    return conform(instrument, terms.side, asked, terms.limit, terms.limit)
