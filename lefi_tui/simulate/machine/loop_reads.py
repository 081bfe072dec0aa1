"""What the loop knows of market and account between two candles that meet something, and what the
script's runs read of it, as simulate.trial has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from lefi_tui.core.bot import OWN_ACCOUNT
from lefi_tui.core.read_key import ReadKey
from lefi_tui.simulate.machine import market_layout as at
from lefi_tui.simulate.machine import wanted_layout as ask
from lefi_tui.simulate.machine.market_lists import book_at

if TYPE_CHECKING:
    from lefi_tui.simulate.machine.loop import Plan

OF_MARKET: Final = frozenset({"spot", "bid", "ask"})
OF_POSITION: Final = frozenset({"position", "units", "entry", "pnl", "open_orders"})
# Of each book, by the loop's own names.
_KEPT: Final = {
    "units": at.B_UNITS, "entry": at.B_ENTRY, "margin": at.B_MARGIN, "mark": at.B_MARK,
    "realized": at.B_REALIZED, "low": at.B_WATCH_LOW, "high": at.B_WATCH_HIGH,
}  # fmt: skip


def known_before(plan: Plan) -> Iterator[str]:
    """What stands while the loop runs: fees, other accounts, what no candle tells."""
    for place, key in enumerate(plan.bound.program.reads):
        if not _is_of_moment(plan, key):
            yield f" R[{place}] = R0[{place}]"


def standing(plan: Plan, pad: str) -> Iterator[str]:
    yield f"{pad}cash = M[{at.CASH}]"
    for book in plan.books.values():
        b = book_at(book)
        yield f"{pad}watch(M, N, {b})"
        for name, place in _KEPT.items():
            yield f"{pad}{name}{book} = M[{b + place}]"
        yield f"{pad}trails{book} = N[{b + at.B_TRAIL_KIND}]"
    if any(_is_cash(key) for key in plan.bound.program.reads):
        yield f"{pad}free = free_cash(M, N)"
    for book in {plan.books[key.symbol] for key in _open_orders(plan)}:
        yield f"{pad}orders{book} = orders_read(N, I, {book})"


def _gain(book: int) -> str:
    """As core.matching.holding has it, to the last digit."""
    entry, units, mark = f"entry{book}", f"units{book}", f"mark{book}"
    return f"(({mark} - {entry}) * {units} if {units} >= 0.0 else ({entry} - {mark}) * -{units})"


def worth(plan: Plan) -> Iterator[str]:
    yield "  equity = cash"
    for name, book in plan.books.items():
        is_perpetual = name in plan.perpetual
        one = f"margin{book} + {_gain(book)}" if is_perpetual else f"units{book} * mark{book}"
        yield f"  equity = equity + (({one}) if units{book} != 0.0 else 0.0)"


def of_moment(plan: Plan) -> Iterator[str]:
    """The reads of a moment, as they stand before its first run."""
    for place, key in enumerate(plan.bound.program.reads):
        if _is_of_moment(plan, key):
            yield f"  R[{place}] = {_value(plan, key)}"


def asked_since(plan: Plan) -> Iterator[str]:
    """Orders of earlier runs of the moment are open when the next one begins."""
    reads = plan.bound.program.reads
    for place, key in enumerate(reads):
        if _is_own(key) and key.kind == "open_orders":
            yield f"  if I[{ask.ASKS}] != 0:"
            yield f"   R[{place}] = orders_read(N, I, {plan.books[key.symbol]})"


def _is_own(key: ReadKey) -> bool:
    return key.account in OWN_ACCOUNT


def _is_cash(key: ReadKey) -> bool:
    return key.kind == "cash" and not key.symbol and _is_own(key)


def _open_orders(plan: Plan) -> list[ReadKey]:
    reads = plan.bound.program.reads
    return [each for each in reads if each.kind == "open_orders" and _is_own(each)]


def _is_of_moment(plan: Plan, key: ReadKey) -> bool:
    if key.kind in OF_MARKET or key.kind == "spread":
        return key.symbol in plan.books
    if not _is_own(key):
        return False
    if key.symbol:
        return key.kind in OF_POSITION
    return key.kind in {"cash", "equity"}


def _value(plan: Plan, key: ReadKey) -> str:
    if not key.symbol:
        return "free" if key.kind == "cash" else "equity"
    book = plan.books[key.symbol]
    match key.kind:
        case "spread":
            out = f"(0.0 if mark{book} == mark{book} else mark{book})"
        case "position" | "units":
            out = f"units{book}"
        case "entry":
            out = f"(entry{book} if units{book} != 0.0 else NAN)"
        case "open_orders":
            out = f"orders{book}"
        case "pnl":
            gained = f"(realized{book} + {_gain(book)})"
            out = f"({gained} if units{book} != 0.0 else realized{book})"
        case _:
            out = f"mark{book}"
    return out
