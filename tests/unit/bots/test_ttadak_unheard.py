"""A close from outside meets units whose entry's fill is heard of later."""

from __future__ import annotations

from decimal import Decimal

from lefi_tui.core import messages as m
from lefi_tui.core.game import Do
from lefi_tui.core.order import HAND
from tests.unit.bots.game_table import ACCOUNT, MS, SYMBOL, Table

D = Decimal


def closed_before_all_was_heard() -> Table:
    """Half of its entry is known of and its exit has sold that; a close from outside, sent while it
    was open, has met the other half."""
    table = Table(stop="5", leverage="20", sizes="0.2").armed()
    table.is_checked = False
    table.key(Do.BUY)
    entry = table.sent[0]
    table.accept(entry)
    table.fill(entry, "0.1", "50000")
    exit_ = table.exits[0]
    table.accept(exit_)
    table.tell(m.ClosePosition(ACCOUNT, SYMBOL))
    table.fill(exit_, liquidity="maker")
    return table


def closes_the_rest(table: Table) -> None:
    close = next(each for each in table.sent if each.owner == HAND)
    fee = D("0.1") * D(50_010) * D("0.0005")
    at_ns = table.now_ms * MS
    table.tell(
        m.VenueFilled(close.id, "rest", at_ns, ACCOUNT, SYMBOL, "sell", D(50_010), D("0.1"), fee,
                      "taker", "close", is_last=True)
    )  # fmt: skip


def test_a_close_that_met_units_not_yet_heard_of_is_the_games_whose_entry_bought_them() -> None:
    table = closed_before_all_was_heard()
    entry = table.sent[0]
    closes_the_rest(table)
    assert table.desk.positions[ACCOUNT, SYMBOL].shares == {"game": D("-0.1")}
    table.fill(entry, "0.1", "50000")
    assert table.desk.positions[ACCOUNT, SYMBOL].shares == {}
    table.later(1_000)
    assert table.state.game is None, table.state.why
    assert table.round.units == D("0.2")


def test_a_close_that_met_units_behind_the_end_of_a_game_is_counted_with_them() -> None:
    table = closed_before_all_was_heard()
    entry = table.sent[0]
    table.cancel(entry, is_expired=True)
    assert table.state.game is None
    before = table.state.tally.net
    closes_the_rest(table)
    table.fill(entry, "0.1", "50000")
    table.reject(table.sent[-1])  # its trade back: there is nothing to make smaller
    table.later(1_000)
    assert table.state.game is None, table.state.why
    assert table.desk.positions[ACCOUNT, SYMBOL].shares == {}
    assert table.state.tally.net - before == D(1) - D("0.1") * D(100_010) * D("0.0005")


def test_a_cancel_at_the_deadline_is_asked_for_once_however_often_it_gets_no_answer() -> None:
    table = Table(entry="maker", entry_ms="2000").armed()
    table.key(Do.SELL)
    entry = table.sent[0]
    table.later(2_000)
    table.alarm()
    table.silent(entry)
    for _ in range(3):
        table.alarm()
        table.silent(entry)
    assert table.cancels == [entry.id]
    table.accept(entry)  # its look-up has found it alive
    assert len(table.cancels) > 1
    assert set(table.cancels) == {entry.id}
    assert table.is_asked_away(entry)
