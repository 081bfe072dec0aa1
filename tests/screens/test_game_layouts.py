"""The game's parts as text: at every size whole, with the verdict and the position to the last."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from lefi_tui.core.order import Side
from lefi_tui.views.book_view import BookView, InsideView, Rung, Standing
from lefi_tui.views.game_view import GameView, Mark, OwnOrder, Refusal, Setup
from tests.screens.game_kit import RULES, SETUP, book, flat, played, side
from widgets import game_head, ladder, latency, rounds, tape, verdict
from widgets.game_plan import NAMES, arrange
from widgets.game_words import few
from widgets.ink import ASCII, Ink
from widgets.lines import Frame, Row

D = Decimal
NARROW, WIDE = (78, 22), (118, 38)  # inside the frame of 80x24 and of 120x40
Layout = Callable[[GameView | None, Frame], tuple[Row, ...]]
PARTS: dict[str, Layout] = {
    "head": game_head.head,
    "position": game_head.position,
    "verdict": verdict.layout,
    "rounds": rounds.layout,
    "latency": latency.layout,
    "tape": lambda view, frame: tape.layout(book(), 0 if view is None else view.places, frame),
}
VIEWS = {"nothing": None, "no game": GameView(0), "flat": flat(), "played": played()}


def laid(view: GameView | None, frame: Frame, seen: BookView | None = None) -> tuple[Row, ...]:
    seen = seen or book()
    tick = D(0) if view is None else view.tick
    return ladder.layout(seen, view, ladder.looked(seen, tick, frame.height - 1, None), frame)


PARTS["ladder"] = laid


def text(rows: tuple[Row, ...]) -> str:
    return "\n".join(row.text.rstrip() for row in rows)


def screen(view: GameView, size: tuple[int, int]) -> str:
    """All parts in their boxes, from above to below, as far as they are not side by side."""
    boxes = arrange(*size)
    return "\n".join(
        text(PARTS[name](view, Frame(boxes[name].width, boxes[name].height)))
        for name in ("head", "latency", "rounds", "position", "verdict")
    )


# ---- who gets which room


@given(width=st.integers(20, 240), height=st.integers(1, 80))
def test_parts_tile_the_screen_without_gap_or_overlap(width: int, height: int) -> None:
    boxes = arrange(width, height)
    cells = [
        (x, y)
        for box in boxes.values()
        for y in range(box.y, box.y + box.height)
        for x in range(box.x, box.x + box.width)
    ]
    assert sorted(boxes) == sorted(NAMES)
    assert len(cells) == len(set(cells)) == width * height


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_ladder_gives_way_first_and_verdict_and_position_last(width: int) -> None:
    gone: dict[str, int] = {}
    for height in range(60, 0, -1):
        for name, box in arrange(width, height).items():
            if not box.height:
                gone.setdefault(name, height)
    assert gone["ladder"] >= max(gone["head"], gone["words"])
    assert gone["head"] > gone["position"] > gone.get("verdict", 0)
    assert "verdict" not in gone  # not even in a single line


@given(
    name=st.sampled_from(sorted(PARTS)),
    shown=st.sampled_from(sorted(VIEWS)),
    width=st.integers(1, 160),
    height=st.integers(1, 40),
)
def test_every_line_is_as_wide_as_its_part(name: str, shown: str, width: int, height: int) -> None:
    if name in {"head", "position"}:  # they are lines
        height = 1
    rows = PARTS[name](VIEWS[shown], Frame(width, height))
    assert len(rows) == height
    assert {cell_len(row.text) for row in rows} == {width}


# ---- the verdict


@pytest.mark.parametrize("size", [NARROW, WIDE])
@pytest.mark.parametrize("view", [flat(), played()])
def test_the_verdict_tells_all_there_is_to_know_at_each_size(
    view: GameView, size: tuple[int, int]
) -> None:
    said = screen(view, size)
    for words in ("maker", "even +40", "+501", "+0.10", "-3,000t -3.70", "liq -", "LOSES -0.44"):
        assert words in said
    for words in ("97.", "had ", "fees 80%", "on-fill", "ping 12 ms", "clock +3 ms", "book 0.0s"):
        assert words in said


def test_a_game_that_loses_says_so_in_words_and_in_red() -> None:
    rows = verdict.layout(flat(), Frame(78, 3))
    spans = [each for row in rows for each in row.spans if "LOSES" in each[0]]
    assert [ink for _, ink in spans] == [Ink.BAD]
    small = replace(RULES, target=D("-0.01"))
    hopeless = flat(sides=(side(Side.BUY, "100000", small),))
    assert "CAN'T BE WON" in text(verdict.layout(hopeless, Frame(78, 3)))


def test_wins_needed_stand_beside_wins_had() -> None:
    said = text(verdict.layout(played(), Frame(118, 4)))
    assert "wins needed 97.3%" in said
    assert "had 50.0% of 2" in said
    assert "had none yet" in text(verdict.layout(flat(), Frame(118, 4)))


def test_what_is_not_measured_is_a_dash_and_an_old_book_is_called_old() -> None:
    said = text(verdict.layout(flat(reach=Standing(None, None, 900)), Frame(118, 4)))
    assert "ping –" in said
    assert "clock –" in said
    assert "book 0.9s OLD" in said
    assert "clock +300 ms OFF" in text(
        verdict.layout(flat(reach=Standing(9, 300, 9)), Frame(118, 4))
    )


def test_a_plan_that_is_not_played_says_why() -> None:
    setup = replace(SETUP, plan_why="main is not trusted with parallel")
    said = text(verdict.layout(flat(setup=setup), Frame(118, 4)))
    assert "plan on-fill: main is not trusted with parallel" in said


# ---- the ladder


def test_prices_stand_on_a_grid_with_the_inside_in_the_middle() -> None:
    rows = text(laid(flat(), Frame(60, 12))).split("\n")
    assert "a row 2 ticks = 0.2" in rows[0]
    prices = [float(row.split(",")[0].split()[-1] + row.split(",")[1][:5]) for row in rows[1:]]
    assert prices == sorted(prices, reverse=True)
    assert "99,999.8" in rows[7]
    assert "100,000.2" in rows[5]


def test_a_row_has_all_that_rests_up_to_its_price() -> None:
    seen = book()
    whole = sum(each.units for each in seen.bids)
    rows = ladder.layout(seen, flat(), ladder.Look(100, 10_000), Frame(60, 6))
    assert f"{whole:.4f}" in text(rows)


def test_marks_and_own_orders_stand_at_their_prices_or_point_to_them() -> None:
    view = played(
        marks=(Mark("E", D(100_000)), Mark("T", D(100_500)), Mark("S", D(99_000))),
        orders=(OwnOrder("sell", D("100000.2"), D("0.01"), "exit", "accepted"),),
    )
    rows = text(ladder.layout(book(), view, ladder.Look(1, 1_000_000), Frame(60, 12))).split("\n")
    assert rows[1].lstrip().startswith("▲T")
    assert rows[-1].lstrip().startswith("▼S")
    assert next(row for row in rows if "100,000.0" in row).lstrip().startswith("E")
    assert "sell 0.01" in next(row for row in rows if "100,000.2" in row)


def test_the_grid_stands_still_while_the_inside_is_near_its_middle() -> None:
    look = ladder.looked(book(), D("0.1"), 20, None)
    near = ladder.looked(book("100000.1", "100000.3"), D("0.1"), 20, look)
    far = ladder.looked(book("100010.1", "100010.3"), D("0.1"), 20, look)
    assert near is look
    assert far is not None
    assert look is not None
    assert (far.step, far.center) == (look.step, 1_000_102 // look.step)


def test_new_best_prices_take_away_what_they_have_passed() -> None:
    seen = InsideView("demo", "BTC/USDT:USDT", Rung(D("100000.2"), D(2)), Rung(D("100000.3"), D(3)))
    newer = ladder.with_inside(book(), seen)
    assert newer.bids == (seen.bid, *book().bids)
    assert newer.asks == (seen.ask, *book().asks[3:])
    nothing = BookView("demo", "BTC/USDT:USDT")  # its depth decides how it is looked at
    assert ladder.with_inside(nothing, seen) == nothing
    assert ladder.with_inside(book(), replace(seen, symbol="ETH/USDT:USDT")) == book()


def test_a_changed_level_changes_its_own_line_only() -> None:
    first, second = book(), book()
    moved = replace(second.bids[3], units=D("0.7"))
    second = replace(second, bids=(*second.bids[:3], moved, *second.bids[4:]))
    look, frame = ladder.Look(1, 1_000_000), Frame(60, 20)
    before, after = (ladder.layout(each, flat(), look, frame) for each in (first, second))
    assert [y for y, row in enumerate(after) if row != before[y]] == [14]


def test_where_no_book_comes_the_ladder_says_why() -> None:
    assert "no book yet" in text(laid(flat(), Frame(60, 6), BookView("demo", "BTC/USDT:USDT")))
    silent = BookView("demo", "BTC/USDT:USDT", why="the line is lost")
    assert "the line is lost" in text(laid(flat(), Frame(60, 6), silent))


def test_a_console_without_blocks_gets_letters() -> None:
    frame = Frame(100, 20, glyphs=ASCII)
    for draw in (partial(laid, played()), partial(rounds.layout, played())):
        assert text(draw(frame)).isascii()
    assert "#" in text(laid(played(), frame))


@pytest.mark.parametrize(
    ("units", "shown"),
    [("0.00012", "0.0001"), ("12.5", "12.5000"), ("9999", "9999.000"), ("1234567", "1.2M")],
)
def test_units_fit_their_column(units: str, shown: str) -> None:
    assert few(D(units), 8) == shown


# ---- position, rounds, latency


def test_the_head_says_whether_keys_play() -> None:
    assert "DISARMED" in text(game_head.head(flat(), Frame(78, 1)))
    head = text(game_head.head(played(), Frame(118, 1)))
    assert "OPEN" in head
    assert " armed" in head
    assert "2 keys ignored" in text(game_head.head(flat(ignored=2), Frame(118, 1)))


def test_a_game_that_runs_no_more_is_not_told_as_armed() -> None:
    for stage in ("armed", "open"):
        over = flat(stage=stage, status="stopped", is_alive=False, why="kill key")
        head = text(game_head.head(over, Frame(78, 1)))
        assert head.split()[0] == "STOPPED"
        assert "armed" not in head.lower()


SMALL = Refusal(
    "No game at size 1",
    "61.8059 USDT asked, 100 is the least BTC/USDT:USDT takes. Ask for more.",
    "2 plays 0.002 BTC",
)


def test_a_game_that_no_key_would_begin_says_why_and_what_to_do_at_each_size() -> None:
    view = flat(refusal=SMALL, why="not armed yet")
    wide, narrow = Frame(118, 1), Frame(78, 1)
    said = text(game_head.position(view, wide))
    assert said.endswith(f"{SMALL.what}: {SMALL.why} {SMALL.advice}.")
    assert game_head.unsaid(view, wide) == "not armed yet"
    (row,) = game_head.position(view, narrow)
    assert ("No game at size 1; 2 plays 0.002 BTC", Ink.BAD) in row.spans
    assert game_head.unsaid(view, narrow) == SMALL.why
    assert len(SMALL.why) <= 76  # the line of words, where it is whole


def test_what_the_game_said_last_is_read_where_the_position_has_no_room_for_it() -> None:
    why = (
        "Game 1 missed. The entry was refused: 61.8059 USDT asked, 100 is the least. Ask for more."
    )
    assert game_head.unsaid(flat(why=why), Frame(78, 1)) == why
    assert game_head.unsaid(flat(why="Armed."), Frame(78, 1)) == ""
    assert game_head.unsaid(played(why="Exit at 100,501."), Frame(78, 1)) == "Exit at 100,501."
    assert game_head.unsaid(played(why="Armed."), Frame(78, 0)) == "Armed."


def test_an_open_position_tells_what_it_leaves_and_how_it_is_protected() -> None:
    said = text(game_head.position(played(), Frame(78, 1)))
    assert "LONG 0.01 BTC at 100,000.0" in said
    assert "net -0.70" in said
    assert "stop 99,700.0 paper" in said
    bare = played()
    assert bare.held is not None
    bare = replace(bare, held=replace(bare.held, protection="UNPROTECTED 3 s", is_bare=True))
    spans = game_head.position(bare, Frame(78, 1))[0].spans
    assert ("UNPROTECTED 3 s", Ink.ALARM) in spans


def test_a_frozen_game_says_what_it_waits_for() -> None:
    frozen = played(stage="frozen", why="Frozen: an order has no answer.")
    said = text(game_head.position(replace(frozen, orders=()), Frame(160, 1)))
    assert said.lstrip().startswith("Frozen: an order has no answer.")
    assert "FROZEN" in text(game_head.position(frozen, Frame(78, 1)))
    assert "FROZEN" in text(game_head.head(frozen, Frame(78, 1)))


def test_rounds_tell_net_fees_rate_streak_best_and_worst_with_a_curve() -> None:
    said = text(rounds.layout(played(), Frame(60, 10)))
    for words in ("Rounds 2", "won 1 (50%)", "net -3.60", "fees 1.10", "1 lost in a row"):
        assert words in said
    for words in ("best +0.10", "worst -3.70", "1 missed", "██▁", "sell lost", "-300t"):
        assert words in said
    assert "won 1 (50%)" in text(rounds.layout(played(), Frame(78, 1)))


def test_latency_tells_the_last_game_and_the_spread_of_the_session() -> None:
    said = text(latency.layout(played(), Frame(46, 6)))
    assert "key-sent" in said.split("\n")[1]
    assert said.split("\n")[1].split()[1:5] == ["1.4", "1.2", "1.4", "1.4"]
    assert said.split("\n")[3].split()[1:5] == ["–"] * 4
    line = text(latency.layout(played(), Frame(78, 1)))
    assert "p50/95/99 1.2 1.4 1.4" in line
    assert "█" in line


def test_sizes_of_a_setup_begin_with_the_first_key() -> None:
    assert replace(SETUP, size=1).units == D("0.001")
    assert Setup().units == 0
