"""What is said at the foot of a screen says what came of it: its order, and how that stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.events import Paste

from lefi_tui.core.messages import SayStatement
from lefi_tui.core.money import ZERO
from lefi_tui.engine.turn import Receipt
from lefi_tui.views.orders_view import OrdersView, PastOrderRow
from screens.spoken import BEHIND, UNKNOWN, Spoken
from tests.screens import real_desk
from tests.screens.real_desk import RealDesk

BUY = 'Buy("BTC/USDT", 100 USDT)'
CLOSE = 'Close("BTC/USDT")'
RESTS = 'Buy("BTC/USDT", 100 USDT, at = 20000)'


async def say(desk: RealDesk, text: str) -> None:
    await desk.press(*text)
    await desk.until("gate")
    await desk.press("enter")


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_an_order_that_was_said_is_named_and_followed_to_its_end(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with real_desk.opened(tmp_path, size) as desk:
        await desk.press("alt+o")
        await say(desk, RESTS)
        await desk.until(lambda text: ": accepted" in words(text))
        (resting,) = desk.engine.desk.orders.values()
        told = f"sent buy 0.005 BTC/USDT at 20,000, order {resting.id}: accepted"
        assert f"{RESTS} {told}" in words(desk.text)
        await say(desk, BUY)
        await desk.until(lambda text: ": filled 0.00" in words(text))
        await desk.press("escape", "alt+o")
        assert told in words(desk.text)


@pytest.mark.asyncio
async def test_a_close_shows_worth_fee_and_profit_before_it_and_its_profit_after(
    tmp_path: Path,
) -> None:
    async with real_desk.opened(tmp_path, (120, 40)) as desk:
        await desk.press("alt+o")
        await desk.press(*BUY)
        await desk.until("The gate lets it")
        assert "buy worth 100 USDT of BTC/USDT at market" in words(desk.text)
        assert "through the market" not in words(desk.text)  # nothing at market stands there
        await desk.press("enter")
        await desk.until(lambda text: ": filled 0.00" in words(text))
        await desk.press(*CLOSE)
        await desk.until("after this fee")
        assert re.search(
            r"close BTC/USDT at market: 0\.\d+ BTC "
            r"worth \d+\.\d\d USDT fee 0\.\d\d taker profit [+-]?0\.\d\d USDT after this fee;",
            words(desk.text),
        )
        await desk.press("enter")
        await desk.until(lambda text: "after its fee, not the entry's" in words(text))
        assert re.search(
            r"filled 0\.\d+ at [\d,.]+, profit [+-]?0\.\d\d after its fee, not the",
            words(desk.text),
        )


def words(text: str) -> str:
    return " ".join(text.replace("│", " ").replace("┃", " ").split())


def row(order: str, status: str, *, is_working: bool = False) -> PastOrderRow:
    return PastOrderRow(
        order,
        *("demo", "hand", "BTC/USDT", "buy", "limit", "entry"),
        *(None, None, ZERO, None, ZERO),
        status,
        "",
        is_working,
        *(0, 0, 1),
    )


def test_each_of_two_like_lines_gets_its_own_answer_and_a_no_is_told_as_one() -> None:
    """Whichever is answered first: two accounts have two paces."""
    spoken = Spoken()
    first, second, third, other = (SayStatement(each, BUY) for each in ("live", *["demo"] * 3))
    for each in (first, second, third):
        spoken.answer(BUY, f"said to {each.account}", each)
    spoken.came(second, Receipt(is_accepted=False, text="HALTED"))
    spoken.came(first, Receipt(is_accepted=True, text="sent it", orders=("a",)))
    spoken.came(third, None)
    spoken.came(other, None)
    told = [each for _, each in spoken.answers]
    assert told == ["sent it, order a: on its way", "refused: HALTED", UNKNOWN]
    assert spoken.has_working
    spoken.stand(stand(row("a", "partially_filled", is_working=True)))
    assert spoken.has_working
    spoken.stand(stand(row("a", "canceled", is_working=False), row("b", "filled")))
    assert not spoken.has_working
    assert spoken.answers[0][1] == "sent it, order a: canceled"


def test_an_order_that_newer_ones_left_behind_is_not_told_as_it_was() -> None:
    spoken, said = Spoken(), SayStatement("demo", BUY)
    spoken.answer(BUY, "said to demo", said)
    spoken.came(said, Receipt(is_accepted=True, text="sent it", orders=("a",)))
    spoken.stand(stand(row("b", "filled")))
    assert spoken.answers[0][1] == "sent it, order a: on its way"
    spoken.stand(stand(row("b", "filled"), is_cut=True))
    assert not spoken.has_working
    assert spoken.answers[0][1] == f"sent it, order a: {BEHIND}"


def stand(*rows: PastOrderRow, is_cut: bool = False) -> OrdersView:
    return OrdersView(0, rows, is_cut)


@pytest.mark.asyncio
async def test_of_lines_that_are_pasted_the_first_stands_there_and_the_others_are_told(
    tmp_path: Path,
) -> None:
    async with real_desk.opened(tmp_path, (80, 24)) as desk:
        await desk.press("alt+o")
        await desk.until("one line of Lefi")
        desk.app.post_message(Paste("1 + 1\nEquity()\nCash()\n"))
        await desk.until("2 more lines were pasted and dropped: it takes one.")
        await desk.until("1 + 1")
        assert "Equity()" not in desk.text
        await desk.press("backspace")
        await desk.until(lambda text: "pasted" not in text)
