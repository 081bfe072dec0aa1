"""The picture of what is in doubt: orders without an answer, then what is not ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from lefi_tui.core.checked import Checked
from lefi_tui.core.desk import Desk
from lefi_tui.core.money import words
from lefi_tui.core.order import HAND, Order
from lefi_tui.errors import shown
from lefi_tui.views import numbers
from lefi_tui.views.doubts_view import DoubtRow, DoubtsView, Kind, LookedRow, Word
from lefi_tui.views.wording_doubts import foreign_words

Words = Mapping[str, Sequence[Word]]


def doubts_view(desk: Desk, looked: Mapping[str, int], evidence: Words, now_ns: int) -> DoubtsView:
    """`looked` has each account at which others trade too, with when its venue last answered."""
    accounts = tuple(_looked(desk, name, looked[name]) for name in sorted(looked))
    orders = [_order(each, evidence.get(each.id, ())) for each in _doubted(desk, evidence)]
    others = [row for name, each in sorted(desk.checked.items()) for row in _others(name, each)]
    return DoubtsView(now_ns, accounts, (*orders, *others))


def doubts_count(desk: Desk) -> int:
    """How much is not known: another's order is, it only is not ours."""
    silent = sum(each.is_doubted for each in desk.orders.values())
    known = desk.checked.values()
    return silent + sum(len(each.unknown) + len(each.legs) + bool(each.error) for each in known)


def _looked(desk: Desk, account: str, at_ns: int) -> LookedRow:
    known = desk.checked.get(account, Checked())
    if known.error:
        text = known.error
    elif not known.at_ns:
        text = "not compared with its venue since the start"
    elif known.differences:
        count = len(known.differences)
        text = "one thing there is not ours" if count == 1 else f"{count} things there are not ours"
    else:
        text = "books and venue show the same"
    return LookedRow(account, text, known.is_known, at_ns)


def _doubted(desk: Desk, evidence: Words) -> Iterator[Order]:
    for each in desk.orders.values():
        if each.is_doubted or each.id in evidence:
            yield each


def _order(order: Order, said: Sequence[Word]) -> DoubtRow:
    limit = order.terms.limit
    price = "at market" if limit is None else f"at {words(limit)}"
    sent = f"{numbers.clock(order.placed_at_ns)} sent"
    lines = [f"{sent}: {order.reason}" if order.reason else sent]
    lines += [f"{numbers.clock(each.at_ns)} looked up{_times(each)}: {each.text}" for each in said]
    if order.filled:
        lines.append(f"{words(order.filled)} filled so far")
    return DoubtRow(
        Kind.ORDER,
        order.id,
        order.account,
        order.terms.symbol,
        f"{numbers.order(order)} {price}",
        "by hand" if order.owner == HAND else order.owner,
        order.placed_at_ns,
        tuple(lines),
    )


def _times(word: Word) -> str:
    return f" {word.times} times" if word.times > 1 else ""


def _others(account: str, known: Checked) -> Iterator[DoubtRow]:
    for each in known.foreign:
        name = shown(each.client_id) or "no name of its own"  # another's text
        told = (f"number {each.venue_order_id} there, named {name}",)
        what = foreign_words(each)
        yield DoubtRow(
            Kind.FOREIGN, each.venue_order_id, account, each.symbol, what, "not ours", 0, told
        )
    for symbol, units in sorted(known.unknown.items()):
        entry = () if not units.entry else (f"the venue's average price is {words(units.entry)}",)
        seen = f"{numbers.clock(units.at_ns)} seen: {units.text}"
        yield DoubtRow(
            Kind.UNITS,
            symbol,
            account,
            symbol,
            _units(units.units, symbol),
            "nobody",
            units.at_ns,
            (seen, *entry),
        )
    for leg in known.legs:
        what = f"{words(leg.long)} long and {words(leg.short)} short of {leg.symbol}"
        told = ("our books know one side: close one there, and switch to one-way mode",)
        yield DoubtRow(Kind.LEGS, leg.symbol, account, leg.symbol, what, "nobody", 0, told)


def _units(units: Decimal, symbol: str) -> str:
    base = symbol.partition("/")[0]
    if units > 0:
        return f"{words(units)} {base} more there than ours"
    return f"{words(-units)} {base} less there than ours"
