"""A game as its screen is told it: nothing invented, each number as the arithmetic has it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from lefi_tui.core import messages as m
from lefi_tui.core.book import Book, Depth
from lefi_tui.core.game import Do
from lefi_tui.views.book_view import Standing
from lefi_tui.views.game_picture import bot_of, game_view
from lefi_tui.views.game_times import spans
from lefi_tui.views.game_view import GameView
from tests.unit.bots.game_table import ACCOUNT, BTC, MS, SYMBOL, Table

D = Decimal


def book(bid: str, ask: str) -> Book:
    return Book(SYMBOL, 0, (Depth(D(bid), D(1)),), (Depth(D(ask), D(1)),))


def seen(table: Table, shown: Book | None = None) -> GameView:
    bot = table.desk.bots.get("game")
    return game_view(table.desk, bot, shown, Standing(), table.now_ms * MS)


def shares(view: GameView, place: str) -> list[float]:
    """Net at a place, in percent of the margin."""
    return [float(getattr(each, place).money / each.margin * 100) for each in view.sides]


@pytest.mark.parametrize(
    ("entry", "loss", "needed", "chance", "expected"),
    [("maker", 37.0, 97.37, 85.7, -4.4), ("cross", 40.0, 97.56, 78.9, -7.6)],
)
def test_a_flat_game_judges_both_sides_by_the_golden_values(
    entry: str, loss: float, needed: float, chance: float, expected: float
) -> None:
    view = seen(Table(entry=entry), book("100000", "100000.1"))
    assert [each.side for each in view.sides] == ["buy", "sell"]
    assert shares(view, "target") == pytest.approx([1.0, 1.0], abs=0.03)
    assert shares(view, "stop") == pytest.approx([-loss, -loss], abs=0.05)
    for each in view.sides:
        assert each.wins_needed * 100 == pytest.approx(needed, abs=0.08)
        assert each.fair_chance * 100 == pytest.approx(chance, abs=0.1)
        assert float(each.expected / each.margin * 100) == pytest.approx(expected, abs=0.1)
        assert each.break_even.money >= 0
    assert (view.stage, view.is_armed, view.held, view.orders) == ("disarmed", False, None, ())


def test_an_entry_that_crosses_is_judged_at_the_other_sides_best() -> None:
    cross, maker = seen(Table(), book("50000", "50000.1")), seen(Table(entry="maker"))
    assert [each.entry for each in cross.sides] == [D("50000.1"), D("50000")]
    assert [each.entry for each in maker.sides] == [D("50000"), D("50000.1")]  # of the quote


def test_without_a_price_nothing_is_judged_and_nothing_marked() -> None:
    table = Table()
    state = m.StartBot("other", "ttadak", ACCOUNT, "", (("symbol", SYMBOL),))
    table.tell(state)
    view = game_view(table.desk, table.desk.bots["other"], None, Standing(), 0)
    assert (view.sides, view.marks, view.games) == ((), (), ("game", "other"))


def test_an_open_game_shows_its_entry_its_exit_and_what_closing_now_would_leave() -> None:
    table = Table().armed()
    table.key(Do.BUY)
    table.fill(table.working[0])
    view = seen(table, book("50010", "50010.1"))
    held, (mine,) = view.held, view.sides
    assert held is not None
    assert (held.units, held.entry, held.mark) == (D("0.1"), mine.entry, D(50_010))
    paid = held.entry * D("0.1") * BTC.taker + D(50_010) * D("0.1") * BTC.taker
    assert held.net == (D(50_010) - held.entry) * D("0.1") - paid
    assert [each.leg for each in view.orders] == ["exit"]
    assert view.orders[0].price == mine.target.price
    assert [each.letter for each in view.marks] == ["E", "=", "T", "S", "L"]


def test_an_exit_that_was_moved_is_judged_where_it_stands_now() -> None:
    table = Table().armed()
    table.key(Do.BUY)
    table.fill(table.working[0])
    before = seen(table).sides[0].target
    table.later(200)
    table.key(Do.EXIT, 5)
    after = seen(table).sides[0].target
    assert after.ticks == before.ticks + 5
    assert after.money > before.money


def test_rounds_stand_newest_first_with_ticks_and_a_curve_from_nothing() -> None:
    table = Table().armed()
    for _ in range(2):
        table.key(Do.BUY)
        table.fill(table.working[0])
        table.fill(table.exits[0], liquidity="maker")
        table.later(1_000)
    view = seen(table)
    assert [each.game for each in view.rounds] == [2, 1]
    assert all(each.ticks and each.ticks > 0 for each in view.rounds)
    tally = view.tally
    assert (tally.games, tally.won, tally.streak, tally.win_rate) == (2, 2, 2, 1.0)
    assert tally.curve[0] == 0
    assert tally.curve[-1] == pytest.approx(float(tally.net))
    assert tally.best is not None
    assert tally.worst is not None
    assert tally.best >= tally.worst > 0


def test_a_session_of_losses_has_a_best_and_what_is_forgotten_still_counts() -> None:
    table = Table().armed()
    for _ in range(2):
        table.key(Do.BUY)
        table.fill(table.working[0])
        table.key(Do.FLATTEN)
        table.fill(table.working[-1], price="49000")
        table.later(1_000)
    bot = table.desk.bots["game"]
    assert bot.state.tally.best < 0
    kept = replace(bot, state=replace(bot.state, rounds=bot.state.rounds[-1:]))
    tally = game_view(table.desk, kept, None, Standing(), 0).tally
    assert tally.best == bot.state.tally.best
    assert tally.curve[-1] == pytest.approx(float(tally.net))
    assert tally.curve[0] == pytest.approx(float(bot.state.rounds[0].net))


def test_a_plan_that_its_venue_is_not_trusted_with_says_so() -> None:
    view = seen(Table(plan="parallel", entry="maker"), book("50000", "50000.1"))
    assert view.setup.plan == "on-fill"
    assert view.setup.plan_why == "parallel needs an entry that crosses"


def test_times_that_nobody_took_are_not_told() -> None:
    table = Table().armed()
    assert all(each.count == 0 and each.p50 is None for each in spans(table.state))


def test_a_bot_that_is_no_game_is_none() -> None:
    table = Table()
    assert bot_of(table.desk, "nobody") is None
    found = bot_of(table.desk, "")
    assert found is not None
    assert found.id == "game"
