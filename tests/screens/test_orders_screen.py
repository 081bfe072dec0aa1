"""Orders by keys: every letter filters, Delete cancels, the reason of a refusal stands in full."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from lefi_tui.core import messages as m
from lefi_tui.core.order import HAND
from lefi_tui.views.orders_view import PastOrderRow, matching
from tests.screens.bots_kit import opened, trading
from widgets.lines import Frame
from widgets.past_orders import Found, explain, layout

ROW = PastOrderRow(
    id="L1",
    account="demo",
    owner="ema-cross",
    symbol="BTC/USDT",
    side="buy",
    kind="limit",
    leg="entry",
    price=Decimal(50_000),
    quantity=Decimal("0.01"),
    filled=Decimal(0),
    average=None,
    fee=Decimal(0),
    status="accepted",
    reason="",
    is_working=True,
    created_ns=1_700_000_000_000_000_000,
    updated_ns=1_700_000_000_000_000_000,
    places=1,
)
REJECTED = replace(
    ROW,
    id="L2",
    owner=HAND,
    symbol="ETH/USDT",
    side="sell",
    status="rejected",
    reason="0.5 ETH asked, 0.1 free to sell.",
    is_working=False,
)


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_working_and_past_orders_stand_with_their_end_newest_first(
    size: tuple[int, int],
) -> None:
    async with opened(trading(), "orders", size) as desk:
        await desk.shows("2 of 2")
        lines = desk.text.split("\n")
        assert {cell_len(line) for line in lines} == {size[0]}
        for words in ("filled", "42,120.1", "accepted", "41,277.7", " DEMO ", "Del cancel"):
            assert words in desk.text
        assert lines[-1].index("f12 kill") < lines[-1].index("Del cancel")


@pytest.mark.asyncio
async def test_every_letter_filters_at_once_and_esc_shows_all_again() -> None:
    async with opened(trading(), "orders") as desk:
        await desk.shows("2 of 2")
        await desk.press(*"btc fi")
        await desk.shows("1 of 2")
        assert "accepted" not in desk.text
        await desk.press(*"xx")
        await desk.shows("no order has all these words")
        await desk.press("escape")
        await desk.shows("2 of 2")


@pytest.mark.asyncio
async def test_letters_that_are_keys_elsewhere_are_typed_and_kill_still_works() -> None:
    async with opened(trading(), "orders") as desk:
        await desk.shows("2 of 2")
        await desk.press(*"qxsn4", "f12")
        await desk.shows("qxsn4")
        await desk.until(lambda: desk.fed.desk.trading_state is m.TradingState.HALTED)
        assert desk.fed.commands == [m.Kill()]


@pytest.mark.asyncio
async def test_delete_cancels_the_working_order_under_the_cursor_and_no_other() -> None:
    async with opened(trading(), "orders") as desk:
        await desk.shows("2 of 2")
        await desk.press("end", "delete")
        await desk.until(lambda: bool(desk.fed.commands))
        (command,) = desk.fed.commands
        assert isinstance(command, m.CancelOrder)
        assert desk.fed.desk.orders[command.order].leg == "stop"
        await desk.press("down", "delete")
        await desk.shows("nothing left to cancel")
        assert len(desk.fed.commands) == 1


def test_all_words_must_occur_in_whatever_field() -> None:
    rows = (ROW, REJECTED)
    assert matching(rows, "") == rows
    assert matching(rows, "BTC buy") == (ROW,)
    assert matching(rows, "hand rejected") == (REJECTED,)
    assert matching(rows, "working") == (ROW,)
    assert matching(rows, "past l2") == (REJECTED,)
    assert matching(rows, "btc sell") == ()


def test_the_row_under_the_cursor_is_told_with_its_reason() -> None:
    told = explain(REJECTED)
    assert told.startswith("L2: sell 0.01 ETH/USDT at 50,000.0, by hand on demo")
    assert told.endswith("0.5 ETH asked, 0.1 free to sell.")


@given(st.integers(1, 200), st.integers(0, 40), st.integers(0, 3))
def test_every_line_is_as_wide_as_the_list(width: int, height: int, cursor: int) -> None:
    for found in (None, Found((), 0), Found((), 3), Found((ROW, REJECTED), 2, is_cut=True)):
        page = layout(found, Frame(width, height, cursor))
        assert len(page.rows) == height
        assert {cell_len(row.text) for row in page.rows} <= {width}


def test_the_count_says_when_older_ones_were_left_out() -> None:
    assert Found((ROW,), 500, is_cut=True).counted == "1 of 500+"
