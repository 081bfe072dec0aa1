"""An exit that leaves beside its entry, at the desk: let through as that entry's, or never sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace

from lefi_tui.core.bot import (
    Awaited,
    Decision,
    Intent,
    Needs,
    Note,
    Occasion,
    Patience,
    Snapshot,
)
from lefi_tui.core.checked import Checked, Unknown
from lefi_tui.core.desk import Desk, Step, advance
from lefi_tui.core.desk.covering import protection_of
from lefi_tui.core.desk.valuation import free_cash
from lefi_tui.core.messages import (
    ChangeLimits,
    ExitPlaced,
    ListInstruments,
    ListOffers,
    LookUpOrder,
    NoteWritten,
    OpenAccount,
    OrderDenied,
    OrderRejected,
    OrderSubmitted,
    Sizing,
    StartBot,
    SubmitOrders,
    VenueAccepted,
    VenueNeverSaw,
    VenueRejected,
    VenueSilent,
)
from lefi_tui.core.offers import Offer, Offers
from lefi_tui.core.order import Order, OrderStatus, Side, Size, SizeKind
from lefi_tui.core.protection import Cover
from tests.unit.core.desk_kit import PERPETUAL, SPOT, STOP, D, Told, fill, of, quote, units

HERE = PERPETUAL.symbol
KEY = ("main", HERE)
ENTRY = Intent("buy", HERE, 0, size=units("0.01"), limit=D(60_000), exits=STOP, ticket=1)
EXIT = Intent(
    "sell", HERE, 1, size=units("0.01"), limit=D(60_100), is_reduce_only=True, ticket=2
)  # fmt: skip
BATCH, PARALLEL = replace(EXIT, pair="batch"), replace(EXIT, pair="parallel")
PLANS: dict[str, tuple[Intent, ...]] = {
    "batch": (ENTRY, BATCH),
    "parallel": (ENTRY, PARALLEL),
    "entry": (ENTRY,),
    "poor": (replace(ENTRY, size=units("100")), BATCH),
    "alone": (BATCH,),
    "less": (ENTRY, replace(BATCH, size=units("0.001"))),  # worth less than an entry may be
    "more": (ENTRY, replace(BATCH, size=units("5"))),
    "all": (ENTRY, replace(BATCH, size=Size(SizeKind.ALL, D(1)))),
    "same side": (ENTRY, replace(BATCH, action="buy")),
    "no limit": (ENTRY, replace(BATCH, limit=None)),
    "opens": (ENTRY, replace(BATCH, is_reduce_only=False)),
    "elsewhere": (ENTRY, replace(BATCH, symbol=SPOT.symbol)),
    "a share": (ENTRY, replace(BATCH, size=Size(SizeKind.SHARE, D(1)))),
    "behind another": (ENTRY, Intent("cancel", SPOT.symbol, 2), BATCH),
}


@dataclass(frozen=True)
class Player(Told):
    """Asks once for what its source says; an exit that was refused it sends for what is filled."""

    name: str = "player"

    def refused(self, source: str, _settings: Any) -> str:
        return "" if source in PLANS else source

    def needs(self, source: str, settings: Any) -> Needs:
        return replace(super().needs(source, settings), patience=Patience(retries=2))

    def begin(self, source: str, _settings: Any) -> Any:
        return (source, False, "0", False)

    def decide(self, state: Any, occasion: Occasion, _snapshot: Snapshot) -> Decision:
        source, has_asked, filled, is_bare = state
        got = sum((D(str(each.units)) for each in occasion.fills if each.ticket == 1), D(filled))
        ends = [(each.ticket, each.outcome) for each in occasion.answers if each.outcome]
        is_bare = is_bare or any(ticket == 2 and end.status == "refused" for ticket, end in ends)
        intents = () if has_asked or not occasion.quotes else PLANS[source]
        if is_bare and got:
            size = Size(SizeKind.UNITS, got)
            intents, is_bare = (replace(EXIT, size=size, ticket=3),), False
        return Decision(
            (source, has_asked or bool(occasion.quotes), str(got), is_bare),
            intents,
            notes=tuple(Note("print", f"{at} {end.status}: {end.reason}") for at, end in ends),
            awaited=tuple(Awaited(ticket, "order", "an order") for ticket in (1, 2, 3)),
        )


SHEET = Offers("an exchange", (Offer("paired", has=True, used="it does"),))


def opened(mode: str = "dry_run") -> Desk:
    desk = Desk(kinds={"player": Player()})
    account = ("main", "USDT", D(10_000), mode, "an exchange sandbox", Sizing.AT_DECISION)
    desk, _ = advance(desk, OpenAccount(*account, D("0.0002"), D("0.0005")))
    market = replace(PERPETUAL, minimum_notional=D(100))
    desk, _ = advance(desk, ListInstruments("main", (SPOT, market)))
    return desk


def asked(plan: str, desk: Desk | None = None, bot: str = "b") -> tuple[Desk, Step]:
    desk = opened() if desk is None else desk
    desk, _ = advance(desk, StartBot(bot, "player", "main", plan, at_ns=1))
    return advance(desk, quote(60_000.0, HERE))


def requests(answer: Step) -> list[tuple[Order, ...]]:
    return [each.orders for each in of(SubmitOrders, answer)]


def played(plan: str = "batch", mode: str = "dry_run") -> tuple[Desk, Order, Order]:
    desk = opened(mode)
    if mode == "live":
        desk, _ = advance(desk, ListOffers("main", SHEET))
    desk, answer = asked(plan, desk)
    entry, way_out = (each.order for each in of(OrderSubmitted, answer))
    return desk, entry, way_out


def notes(answer: Step) -> list[str]:
    return [each.text for each in of(NoteWritten, answer)]


def test_in_a_batch_both_leave_as_one_request_the_entry_first() -> None:
    _, answer = asked("batch")
    ((entry, way_out),) = requests(answer)
    assert (entry.terms.side, entry.terms.is_reduce_only) == (Side.BUY, False)
    assert (way_out.terms.side, way_out.terms.is_reduce_only) == (Side.SELL, True)
    assert way_out.quantity == entry.quantity == D("0.01")
    assert way_out.beside == entry.id
    why = of(OrderSubmitted, answer)[1].verdicts[-1]
    assert (why.name, why.value) == ("exit beside its entry", f"0.01 beside order {entry.id}")


def test_in_parallel_each_leaves_at_once_the_entry_first() -> None:
    _, answer = asked("parallel")
    ((entry,), (way_out,)) = requests(answer)
    assert (entry.terms.side, way_out.terms.side) == (Side.BUY, Side.SELL)
    assert way_out.terms.is_reduce_only


@pytest.mark.parametrize("plan", ["batch", "parallel"])
def test_the_exit_takes_no_cash_and_counts_as_no_exposure(plan: str) -> None:
    alone, _ = asked("entry")
    both, _ = asked(plan)
    assert free_cash(both, "main") == free_cash(alone, "main")
    assert both.entered == alone.entered


@pytest.mark.parametrize("plan", ["more", "all"])
def test_it_asks_for_no_more_than_its_entry(plan: str) -> None:
    _, answer = asked(plan)
    ((entry, way_out),) = requests(answer)
    assert way_out.quantity == entry.quantity == D("0.01")


def test_an_entry_that_a_limit_made_smaller_has_an_exit_that_is_no_larger() -> None:
    desk, _ = advance(opened(), ChangeLimits("desk", (("size_fixed", "300"),), at_ns=1))
    desk, answer = asked("batch", desk)
    ((entry, way_out),) = requests(answer)
    assert entry.quantity is not None
    assert entry.quantity < D("0.01")
    assert way_out.quantity == entry.quantity


def test_it_may_ask_for_less_and_no_limit_of_entries_holds_it_up() -> None:
    desk, _ = advance(opened(), ChangeLimits("desk", (("orders_per_minute_max", "1"),), at_ns=1))
    _, answer = asked("less", desk)
    ((_, way_out),) = requests(answer)
    assert way_out.quantity == D("0.001")


def test_without_its_entry_it_is_never_sent_and_its_run_hears_why() -> None:
    _, answer = asked("poor")
    assert requests(answer) == []
    refused, way_out = notes(answer)
    assert refused.startswith("1 refused: ")
    assert way_out == f"2 refused: Its entry was not sent, so nothing of {HERE} is there to leave."


@pytest.mark.parametrize("plan", ["alone", "behind another"])
def test_beside_nothing_it_is_never_sent(plan: str) -> None:
    _, answer = asked(plan)
    assert all(each.terms.side is Side.BUY for orders in requests(answer) for each in orders)
    (denied,) = of(OrderDenied, answer)
    assert [each.code for each in denied.verdicts if not each.passed] == ["ENTRY_NOT_SENT"]


@pytest.mark.parametrize("plan", ["same side", "no limit", "opens", "elsewhere", "a share"])
def test_what_is_no_exit_of_its_entry_is_not_sent_and_the_entry_is(plan: str) -> None:
    _, answer = asked(plan)
    ((entry,),) = requests(answer)
    assert entry.terms.side is Side.BUY
    assert [each[:10] for each in notes(answer)] == ["2 refused:"]


def test_where_somebody_else_holds_units_it_could_sell_those_so_it_does_not_leave() -> None:
    desk, first = asked("entry", bot="a")
    ((entry,),) = requests(first)
    working, answer = asked("batch", desk)
    assert [len(orders) for orders in requests(answer)] == [1]
    assert f"order {entry.id} works" in notes(answer)[-1]
    held, _ = advance(desk, fill(entry, "0.01"))
    held, answer = asked("batch", held)
    assert [len(orders) for orders in requests(answer)] == [1]
    assert "is open already" in notes(answer)[-1]
    assert working.orders


def test_where_an_exchange_shows_units_that_are_nobodys_of_ours_it_does_not_leave() -> None:
    desk, _ = advance(opened("live"), ListOffers("main", SHEET))
    strange = Checked(1, unknown={HERE: Unknown(D("0.5"), D(60_000), 1)})
    _, answer = asked("batch", replace(desk, checked={"main": strange}))
    ((entry,),) = requests(answer)
    assert entry.terms.side is Side.BUY
    assert "is open already" in notes(answer)[-1]


@pytest.mark.parametrize(("rows", "sent"), [((), 1), (SHEET.rows, 2)])
def test_at_an_exchange_it_leaves_only_where_its_sheet_says_that_this_is_safe(
    rows: tuple[Offer, ...], sent: int
) -> None:
    desk, _ = advance(opened("live"), ListOffers("main", Offers("an exchange", rows)))
    _, answer = asked("batch", desk)
    (orders,) = requests(answer)
    assert len(orders) == sent


def test_a_rejected_exit_is_heard_at_once_in_the_venues_words_and_nothing_sends_it_again() -> None:
    desk, entry, way_out = played("parallel")
    words = "ReduceOnly Order is rejected. (-2022)"
    desk, answer = advance(desk, VenueRejected(way_out.id, 2, "REDUCE_ONLY", words))
    assert notes(answer) == [f"2 refused: {words}"]
    assert [each.code for each in of(OrderRejected, answer)] == ["REDUCE_ONLY"]
    assert requests(answer) == []
    assert desk.orders.keys() == {entry.id}
    desk, answer = advance(desk, fill(entry, "0.001", is_last=False))
    ((again,),) = requests(answer)  # worth less than an entry may be
    assert (again.quantity, again.beside, again.terms.is_reduce_only) == (D("0.001"), "", True)


def test_an_exit_that_never_came_there_is_not_sent_again_by_itself() -> None:
    desk, entry, way_out = played("parallel")
    desk, _ = advance(desk, fill(entry, "0.01"))
    desk, answer = advance(desk, VenueNeverSaw(way_out.id, 2))
    assert requests(answer) == []
    assert desk.order(way_out.id) is not None


def test_a_lost_answer_leaves_both_unconfirmed_and_each_is_looked_up_by_its_id() -> None:
    desk, *both = played()
    looked = []
    for order in both:
        desk, answer = advance(desk, VenueSilent(order.id, 2, "no answer"))
        looked += [each.order for each in of(LookUpOrder, answer)]
        assert requests(answer) == []
    assert looked == [each.id for each in both]
    assert {each.status for each in desk.orders.values()} == {OrderStatus.UNCONFIRMED}


def test_an_exit_whose_fill_is_told_first_leaves_the_books_flat() -> None:
    desk, entry, way_out = played()
    for order, price in ((way_out, "60100"), (entry, "60000")):
        desk, _ = advance(desk, fill(order, "0.01", price))
    assert not desk.positions[KEY].units
    assert desk.positions[KEY].realized == 1
    assert desk.orders == {}


def test_a_leg_that_fills_has_its_stop_whatever_becomes_of_the_exit_beside_it() -> None:
    """faults.md 17b: the first leg fills, the second is rejected."""
    desk, entry, way_out = played(mode="live")
    desk, _ = advance(desk, VenueAccepted(entry.id, 2, "v1"))
    desk, filled = advance(desk, fill(entry, "0.004", is_last=False))
    (placed,) = of(ExitPlaced, filled)
    assert placed.order.leg == "stop"
    desk, _ = advance(desk, VenueRejected(way_out.id, 3, "REDUCE_ONLY", "too early"))
    desk, _ = advance(desk, VenueAccepted(placed.order.id, 4, "v2"))
    assert protection_of(desk, desk.positions[KEY], 5).cover is Cover.HELD
    exits = [each for each in desk.orders.values() if each.ticket == 3]
    assert [each.quantity for each in exits] == [D("0.004")]
