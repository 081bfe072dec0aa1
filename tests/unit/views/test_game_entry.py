"""A game that can't be entered says so before a key is pressed, in the words of the gate itself."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from lefi_tui.core import messages as m
from lefi_tui.core.book import Book, Depth
from lefi_tui.core.game import Do, Play
from lefi_tui.views.book_view import Standing
from lefi_tui.views.game_picture import game_view
from lefi_tui.views.game_view import GameView, Refusal
from tests.unit.bots.game_table import ACCOUNT, BTC, MS, SYMBOL, Table

D = Decimal


def picky(sizes: str = "0.001 0.002 0.01", least: str = "100", **settings: str) -> Table:
    """A game on a market that takes no order of less."""
    table = Table(sizes=sizes, **settings)
    table.tell(m.ListInstruments(ACCOUNT, (replace(BTC, minimum_notional=D(least)),)))
    return table


def seen(table: Table, book: Book | None = None) -> GameView:
    bot = table.desk.bots["game"]
    return game_view(table.desk, bot, book, Standing(), table.now_ms * MS)


def refusal(table: Table) -> Refusal:
    found = seen(table).refusal
    assert found is not None
    return found


def test_a_size_that_is_worth_too_little_is_told_with_figures_and_the_key_that_plays() -> None:
    table = picky(least="90")
    said = refusal(table)
    assert said.what == "No game at size 1"
    assert said.why.startswith("50.0003 USDT asked, 90 is the least BTC/USDT:USDT takes.")
    assert said.advice == "2 plays 0.002 BTC"
    table.key(Do.SIZE, 2)
    assert seen(table).refusal is None


def test_what_is_told_before_is_what_the_order_itself_is_told() -> None:
    table = picky().armed()
    said = refusal(table)
    table.key(Do.BUY)
    assert table.sent == []
    assert table.state.why.endswith(f"The entry was refused: {said.why}")
    assert table.round.result == "missed"


@pytest.mark.parametrize("key", [Do.BUY, Do.SELL])
def test_a_game_that_is_let_through_is_not_doubted_before(key: Do) -> None:
    table = picky("0.003").armed()
    assert seen(table).refusal is None
    table.key(key)
    assert [each.terms.limit for each in table.sent]
    assert seen(table).refusal is None  # nor while it is played


def test_a_size_at_the_edge_may_be_taken_of_one_side_only() -> None:
    table = picky("0.002 0.01")  # bought up to 50,000.3, sold down to 49,999.8
    said = refusal(table)
    assert (said.what, said.advice) == ("No sell game at size 1", "2 plays 0.01 BTC")
    assert said.why.startswith("99.9996 USDT asked")


def test_the_newest_book_is_what_it_is_judged_at() -> None:
    table = picky("0.002")
    cheap = Book(SYMBOL, 0, (Depth(D(40_000), D(1)),), (Depth(D(40_001), D(1)),))
    found = seen(table, cheap).refusal
    assert found is not None
    assert found.why.startswith("80.0024 USDT asked, 100 is the least")
    assert (found.what, found.advice) == ("No game", "")  # no other key plays


def test_money_that_is_not_there_asks_for_a_smaller_size() -> None:
    table = Table(sizes="1 500 1000")
    table.key(Do.SIZE, 3)
    said = refusal(table)
    assert (said.what, said.advice) == ("No game at size 3", "1 plays 1 BTC")
    assert "USDT needed with fees" in said.why


def test_a_size_beyond_any_market_is_refused_in_words_before_and_by_its_key() -> None:
    table = Table(sizes="1e70 0.1").armed()
    said = refusal(table)
    assert "more than there is of anything" in said.why
    assert said.advice == "2 plays 0.1 BTC"
    table.key(Do.BUY)
    assert table.sent == []
    assert said.why in table.state.why


def test_what_no_other_size_helps_against_names_none() -> None:
    table = Table()
    table.desk = replace(table.desk, trading_state=m.TradingState.HALTED, trading_cause="hand")
    said = refusal(table)
    assert (said.what, said.advice) == ("No game", "")
    assert said.why.startswith("Trading is halted")


def test_units_that_others_hold_are_told_before_a_key_meets_them() -> None:
    table = Table()
    table.is_checked = False
    table.tell(m.StartBot("other", "ttadak", ACCOUNT, "", (("symbol", SYMBOL), ("sizes", "0.1"))))
    table.quote(50_000.0, 50_000.1)
    for each in ("arm", "buy"):
        table.tell(m.PlayGame("other", Play(Do(each), pressed_ns=table.now_ms * MS)))
    table.fill(table.sent[-1])
    said = refusal(table)
    assert said.what == "No game"
    assert said.why.startswith("0.1 of BTC/USDT:USDT are held there by others")


def test_a_game_without_a_price_and_one_that_is_stopped_are_not_judged() -> None:
    table = picky()
    table.tell(m.StartBot("new", "ttadak", ACCOUNT, "", (("symbol", SYMBOL),)))
    unpriced = game_view(table.desk, table.desk.bots["new"], None, Standing(), 0)
    assert unpriced.refusal is None
    table.tell(m.StopBot("game", table.now_ms * MS))
    assert seen(table).refusal is None


def test_a_stop_that_comes_too_late_is_told_before_all_else() -> None:
    said = refusal(picky(stop="90"))
    assert said.what == "No game"
    assert "may come after the liquidation" in said.why
