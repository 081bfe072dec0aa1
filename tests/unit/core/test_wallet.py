"""An exchange's wallet beside our books: entries once, differences told, nothing written over."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from lefi_tui.core.codec import decode, encode
from lefi_tui.core.desk import BotStatus, Desk, Step, advance, valuation
from lefi_tui.core.desk.apply import apply
from lefi_tui.core.kill import KillRules
from lefi_tui.core.messages import (
    AcceptWallet,
    AccountOpened,
    EquitySampled,
    Event,
    FundingCharged,
    ListInstruments,
    OpenAccount,
    OrderFilled,
    OrderSubmitted,
    SetKillRules,
    Sizing,
    StartBot,
    VenueFilled,
    WalletAccepted,
    WalletBooked,
    WalletDiffered,
    WalletMoved,
    WalletSeen,
)
from lefi_tui.core.wallet import Balance, Wallet, held
from lefi_tui.views.severity import severity_of
from lefi_tui.views.wording import said
from tests.unit.core.desk_kit import PERPETUAL, SPOT, Told, fill, of, quote

D = Decimal
OPENED_NS = 1_000


def opened(**more: Any) -> Desk:
    asked = OpenAccount(
        "main", "USDT", D(10_000), "live", "binanceusdm sandbox", Sizing.AT_DECISION,
        D("0.0002"), D("0.0005"), read_ns=OPENED_NS, others=(("BNB", D(2)),),
    )  # fmt: skip
    desk, _ = advance(Desk(kinds={"told": Told()}), replace(asked, **more))
    return advance(desk, ListInstruments("main", (SPOT, PERPETUAL)))[0]


def moved(amount: str, kind: str = "TRANSFER", entry: str = "e1", **more: Any) -> WalletMoved:
    told = WalletMoved("main", entry, kind, "USDT", D(amount), OPENED_NS + 5)
    return replace(told, **more)


def seen(totals: dict[str, str], at_ns: int = 9_000, *, is_steady: bool = True) -> WalletSeen:
    balances = tuple(Balance(name, D(each), D(each)) for name, each in totals.items())
    return WalletSeen("main", Wallet(at_ns, balances), is_steady)


def short_desk() -> tuple[Desk, VenueFilled]:
    """A bot that has sold 0.1, whose fee the exchange took in BNB."""
    desk, _ = advance(opened(), StartBot("b", "told", "main", "short", at_ns=1))
    desk, step = advance(desk, quote(60_000.0, PERPETUAL.symbol))
    (sent,) = of(OrderSubmitted, step)
    told = fill(sent.order, "0.1", fee=D(0), other_fee=D("0.0045"), other_currency="BNB")
    return desk, replace(told, at_ns=OPENED_NS + 10)


def forced(units: str = "0.1") -> VenueFilled:
    return VenueFilled(
        "autoclose-17", "BTC/USDT:USDT 99", OPENED_NS + 20, "main", PERPETUAL.symbol, "buy",
        D(65_000), D(units), D("3.25"), "taker", "liquidation", is_last=True,
    )  # fmt: skip


# ---- entries


def test_an_entry_is_booked_once_and_the_books_are_what_the_wallet_shows() -> None:
    desk = opened()
    for told in (
        moved("500"), moved("500"),
        moved("-3", "NEVER_HEARD_OF", "e2"),
        moved("-12.5", "INSURANCE_CLEAR", "e3"),
        moved("1", entry="e4", currency="BNB"),
    ):  # fmt: skip
        desk, _ = advance(desk, told)
    assert held(desk.ledger, "main", "USDT") == D("10484.5")
    assert held(desk.ledger, "main", "BNB") == 3
    books = {
        book: desk.ledger.of("main", book, "USDT") for book in ("outside", "insurance", "other")
    }
    assert books == {"outside": D(-500), "insurance": D("12.5"), "other": D(3)}
    assert not any(desk.ledger.sums().values())
    assert advance(desk, seen({"USDT": "10484.5", "BNB": "3"}))[1] == Step()


def test_what_moved_before_the_account_was_opened_is_in_its_opening() -> None:
    desk, step = advance(opened(), moved("500", at_ns=OPENED_NS))
    assert step.events == ()
    assert held(desk.ledger, "main", "USDT") == 10_000


def test_an_entry_that_nobody_knows_is_told_as_that_and_a_known_one_in_its_own_words() -> None:
    for kind, expected, is_urgent in (
        ("NEVER_HEARD_OF", "does not know", True),
        ("INSURANCE_CLEAR", "Insurance clear: 3 USDT went", True),
        ("TRANSFER", "neither profit nor loss", False),
    ):
        (event,) = advance(opened(), moved("-3", kind))[1].events
        assert isinstance(event, WalletBooked)
        words = said(event, {})
        assert words is not None
        assert expected in f"{words.what} {words.why}"
        assert (severity_of(event) is not None) == is_urgent


@given(amounts=st.lists(st.decimals(D(-1_000), D(1_000), places=8), max_size=12))
def test_in_any_sequence_and_told_again_entries_sum_to_the_same_wallet(
    amounts: list[Decimal],
) -> None:
    told = [moved(str(each), entry=f"e{n}") for n, each in enumerate(amounts)]
    ways = (told, told[::-1], [*told, *told])
    desks = []
    for way in ways:
        desk = opened()
        for each in way:
            desk, _ = advance(desk, each)
        desks.append(desk)
    assert {held(each.ledger, "main", "USDT") for each in desks} == {D(10_000) + sum(amounts)}


def test_money_taken_out_is_no_loss_for_the_limits_and_the_kill() -> None:
    desk = opened()
    desk, _ = advance(desk, SetKillRules(KillRules(drawdown_max=D("0.3")), 1))
    desk = apply(desk, EquitySampled("main", 2_000, D(10_000), D(10_000), ()))
    desk, _ = advance(desk, moved("-6000"))
    desk = apply(desk, EquitySampled("main", 3_000, D(4_000), D(4_000), ()))
    assert desk.worths["main"].day_loss == 0
    assert desk.worths["main"].below(desk.worths["main"].day_peak) == 0
    assert desk.kill_facts.fallen["main"] == 0


# ---- differences


def test_a_difference_is_told_with_its_size_again_when_it_changes_and_when_it_is_gone() -> None:
    desk = opened()
    wrong = {"USDT": "9997", "BNB": "2"}
    desk, step = advance(desk, seen(wrong, is_steady=False))
    assert step.events == ()
    desk, step = advance(desk, seen(wrong))
    (told,) = step.events
    assert isinstance(told, WalletDiffered)
    assert [(each.currency, each.size) for each in told.drifts] == [("USDT", D(-3))]
    words = said(told, {})
    assert words is not None
    assert "3 USDT less than the books" in words.what
    assert held(desk.ledger, "main", "USDT") == 10_000  # never written over
    assert advance(desk, seen({**wrong, "USDT": "9997.004"}))[1] == Step()
    desk, step = advance(desk, seen({**wrong, "BNB": "1.9"}))
    assert len(of(WalletDiffered, step)) == 1
    desk, step = advance(desk, seen({"USDT": "10000", "BNB": "2"}))
    (gone,) = step.events
    assert isinstance(gone, WalletDiffered)
    assert gone.drifts == ()
    assert desk.wallets["main"].drifts == ()


def test_a_person_takes_a_difference_into_the_books_once_and_it_is_no_loss() -> None:
    desk, _ = advance(opened(), seen({"USDT": "9997", "BNB": "1.5"}))
    desk = apply(desk, EquitySampled("main", 2_000, D(10_000), D(10_000), ()))
    desk, step = advance(desk, AcceptWallet("main", "paid by phone", 9_500, "anna"))
    (event,) = step.events
    assert isinstance(event, WalletAccepted)
    assert held(desk.ledger, "main", "USDT") == 9_997
    assert held(desk.ledger, "main", "BNB") == D("1.5")
    assert not any(desk.ledger.sums().values())
    assert desk.worths["main"].equity == 9_997
    assert desk.worths["main"].day_loss == 0
    assert advance(desk, seen({"USDT": "9997", "BNB": "1.5"}, 9_900))[1] == Step()
    words = said(event, {})
    assert words is not None
    assert "paid by phone (by anna)" in words.why
    refused = advance(desk, AcceptWallet("main", "again", 9_901, "anna"))[1].events
    assert "nothing to accept" in str(refused)


def test_a_reading_that_a_fill_or_an_entry_has_overtaken_says_nothing() -> None:
    desk, told = short_desk()
    desk, _ = advance(desk, told)
    assert advance(desk, seen({"USDT": "1"}, told.at_ns))[1] == Step()
    assert of(WalletDiffered, advance(desk, seen({"USDT": "1"}, told.at_ns + 1))[1])


def test_an_account_whose_wallet_is_ours_is_never_held_against_one() -> None:
    desk = opened(read_ns=0)
    assert advance(desk, seen({"USDT": "1"}))[1] == Step()
    assert advance(desk, moved("5"))[1].events == ()


# ---- fees in another currency


def test_a_fee_in_bnb_is_booked_as_bnb_and_is_no_number_of_usdt() -> None:
    desk, told = short_desk()
    desk, step = advance(desk, told)
    (filled,) = of(OrderFilled, step)
    assert desk.ledger.of("main", "fees", "BNB") == D("0.0045")
    assert desk.ledger.of("main", "fees", "USDT") == 0
    assert held(desk.ledger, "main", "BNB") == D("1.9955")
    assert held(desk.ledger, "main", "USDT") == 10_000
    assert desk.positions["main", PERPETUAL.symbol].fees == 0
    words = said(filled, {})
    assert words is not None
    assert "fee 0.0045 BNB" in words.why


def test_a_fee_kept_back_of_what_was_bought_leaves_what_can_be_sold_again() -> None:
    desk, _ = advance(opened(), StartBot("b", "told", "main", "buy", at_ns=1))
    desk, step = advance(desk, quote(60_000.0))
    (sent,) = of(OrderSubmitted, step)
    told = fill(sent.order, "0.01", fee=D(0), other_fee=D("0.00001"), other_currency="BTC")
    desk, _ = advance(desk, told)
    position = desk.positions["main", SPOT.symbol]
    assert (position.units, dict(position.shares)) == (D("0.00999"), {"b": D("0.00999")})
    assert position.units * position.entry == pytest.approx(D(600))
    assert held(desk.ledger, "main", "BTC") == D("0.00999")
    assert held(desk.ledger, "main", "USDT") == 9_400


# ---- what was taken by force


def test_a_liquidation_closes_what_its_bot_held_loudly_and_holds_it() -> None:
    desk, told = short_desk()
    desk, _ = advance(desk, told)
    desk, step = advance(desk, forced())
    (filled,) = of(OrderFilled, step)
    assert (filled.owner, filled.order) == ("b", "autoclose-17")
    assert severity_of(filled) is not None
    assert desk.positions["main", PERPETUAL.symbol].units == 0
    bot = desk.bots["b"]
    assert bot.status is BotStatus.ASKED
    assert "liquidated by the venue" in bot.reason
    assert advance(desk, forced())[1].events == ()


def test_a_made_up_liquidation_of_a_paper_account_holds_nobody() -> None:
    desk, told = short_desk()
    paper = replace(desk.accounts["main"], mode="dry_run")
    desk = replace(desk, accounts={"main": paper})
    desk, _ = advance(desk, told)
    desk, _ = advance(desk, forced())
    assert desk.bots["b"].status is BotStatus.RUNNING


# ---- kept


@pytest.mark.parametrize(
    "event",
    [
        WalletBooked("main", "e", "TRANSFER", "USDT", D(5), 7, "outside"),
        WalletDiffered("main", 7, ()),
    ],
)
def test_what_the_wallet_led_to_comes_back_from_the_journal_as_it_was(event: Event) -> None:
    kind, version, body = encode(event)
    assert decode(kind, version, body) == event


def test_an_account_of_an_older_journal_opens_without_a_wallet() -> None:
    told = AccountOpened(
        "main", "USDT", D(5), "live", "binanceusdm", Sizing.AT_DECISION, D(0), D(0), D(0)
    )
    kind, version, body = encode(told)
    for name in ("read_ns", "others"):
        body = body.replace(f',"{name}":0', "").replace(f',"{name}":[]', "")
    assert "read_ns" not in body
    assert decode(kind, version, body) == told


def test_funding_is_booked_once_and_moves_on_what_was_read() -> None:
    desk = opened()
    charge = FundingCharged("main", PERPETUAL.symbol, OPENED_NS + 9, D("0.6"), "FUNDING_FEE 4")
    for _ in range(2):
        desk, _ = advance(desk, charge)
    assert desk.ledger.of("main", "funding", "USDT") == D("0.6")
    assert desk.wallets["main"].entries_ns == OPENED_NS + 9


def test_what_moves_in_a_market_that_is_not_listed_ends_no_engine() -> None:
    desk = opened()
    charge = FundingCharged("main", "OLD/USDT:USDT", OPENED_NS + 9, D("0.6"), "FUNDING_FEE 4")
    desk, step = advance(desk, charge)
    assert [each.book for each in of(WalletBooked, step)] == ["funding"]
    assert held(desk.ledger, "main", "USDT") == D("9999.4")
    stray = replace(forced(), symbol="OLD/USDT:USDT")
    assert advance(desk, stray)[1].events == ()
    assert valuation.equity(desk, "main") == D("9999.4")
