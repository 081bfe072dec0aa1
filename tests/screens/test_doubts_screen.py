"""What is in doubt or not ours, by keys: seen with its evidence, adopted, declared dead."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from rich.cells import cell_len

from lefi_tui.app import LefiApp
from lefi_tui.core import messages as m
from lefi_tui.core.order import HAND, OrderStatus, Side
from lefi_tui.core.reconcile import Leg, TheirOrder
from lefi_tui.views.doubts_picture import doubts_view
from lefi_tui.views.doubts_view import Word
from lefi_tui.views.queries import DoubtsQuery, Query
from screens.doubts import DoubtsScreen
from screens.setup import DeskSetup
from tests.screens.hand_fed import PERP, START_NS, HandFed
from tests.screens.patience import waited
from tests.screens.test_desk_keys import SHELF

D = Decimal
S = 1_000_000_000
SYMBOL = PERP.symbol
PHONE = TheirOrder("8389765", "ios_x7", SYMBOL, Side.SELL, D(1), D(0), D(70_000))
SIZES = [(80, 24), (120, 40)]


class Doubtful(HandFed):
    """A sandbox account: one order without an answer, a phone's order, units that are nobody's."""

    def __init__(self) -> None:
        super().__init__("binanceusdm sandbox", "live")
        self.evidence: dict[str, tuple[Word, ...]] = {}
        self.quote(SYMBOL, 42_000.0)
        self.tell(m.VenueViewed("demo", self.now_ns))
        self.start("perp-buyer", SYMBOL)
        self.later(1)
        self.quote(SYMBOL, 42_000.0)
        (self.order,) = self.desk.orders
        self.tell(m.VenueSilent(self.order, self.now_ns, "no answer in 10 s"))
        self.evidence[self.order] = (
            Word("not found there yet, and too early to say that it never was", START_NS + 4 * S),
            Word("nowhere found, but 0.02 there came from nowhere else", START_NS + 30 * S, 4),
        )
        self.later(40)
        units, entries = (("ETH/USDT:USDT", D("0.5")),), (("ETH/USDT:USDT", D(2_200)),)
        self.tell(m.VenueViewed("demo", self.now_ns, (PHONE,), units, entries))

    async def ask(self, query: Query) -> Any:
        if isinstance(query, DoubtsQuery):
            return doubts_view(self.desk, {"demo": self.now_ns}, self.evidence, self.now_ns)
        return await super().ask(query)


class Screen:
    def __init__(self, app: LefiApp, pilot: Any) -> None:
        self.app, self.pilot = app, pilot

    @property
    def text(self) -> str:
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)

    async def until(self, words: str) -> str:
        await waited(self.pilot, lambda: words in self.text, lambda: self.text)
        return self.text


def rooms() -> dict[str, Any]:
    return {"doubts": DoubtsScreen}


@pytest.fixture
def fed() -> Doubtful:
    return Doubtful()


@pytest.mark.asyncio
@pytest.mark.parametrize("size", SIZES)
async def test_all_that_is_in_doubt_stands_there_with_its_evidence(
    fed: Doubtful, size: tuple[int, int]
) -> None:
    app = LefiApp(DeskSetup(fed, lambda: SHELF, rooms=rooms()))
    async with app.run_test(size=size) as pilot:
        desk = Screen(app, pilot)
        await desk.until("2 in doubt: Alt+U")
        await pilot.press("alt+u")
        await desk.until("looked up 4 times")
        text = await desk.until("l look")  # the foot, once a row is under the cursor
        for words in ("looked up 4 times", "unconfirmed", "not ours", "unknown", "nowhere found"):
            assert words in text
        assert all(cell_len(line) == size[0] for line in text.split("\n"))
        await pilot.press("j")
        await desk.until("named ios_x7")
        await pilot.press("j")
        await desk.until("its venue shows 0.5, our books 0")


@pytest.mark.asyncio
async def test_an_order_is_declared_dead_with_a_reason_and_others_are_adopted(
    fed: Doubtful,
) -> None:
    fed.tell(m.ListInstruments("demo", (PERP,)))
    app = LefiApp(DeskSetup(fed, lambda: SHELF, rooms=rooms()))
    async with app.run_test(size=(80, 24)) as pilot:
        desk = Screen(app, pilot)
        await pilot.press("alt+u")
        await desk.until("looked up 4 times")
        await pilot.press("a")
        await desk.until("can't be adopted")
        await pilot.press("l", "d")
        await desk.until("Declare dead")
        await pilot.press("enter")
        await desk.until("A reason is needed")
        await pilot.press(*"support says so", "enter")
        await desk.until("named ios_x7")
        assert fed.commands[0] == m.LookAgain("demo", fed.order)
        assert fed.desk.closed[fed.order].status is OrderStatus.CANCELED
        assert "support says so" in fed.desk.closed[fed.order].reason
        await pilot.press("d")
        await desk.until("Only an order of ours")
        await pilot.press("a")
        await desk.until("It becomes the hand's")
        await pilot.press("enter")
        await desk.until("its venue shows 0.5, our books 0")
        assert fed.desk.orders["ios_x7"].owner == HAND


@pytest.mark.asyncio
async def test_what_is_not_ours_stands_among_ours_and_no_key_of_the_desk_touches_it(
    fed: Doubtful,
) -> None:
    legs = (Leg(SYMBOL, D(1), D(1)),)
    units = (("ETH/USDT:USDT", D("0.5")),)
    fed.tell(m.VenueViewed("demo", fed.now_ns, (PHONE,), units, (), legs))
    app = LefiApp(DeskSetup(fed, lambda: SHELF, rooms=rooms()))
    async with app.run_test(size=(120, 40)) as pilot:
        desk = Screen(app, pilot)
        await desk.until("external")
        text = await desk.until("not ours")
        assert "ETH/USDT:USDT" in text
        assert "external 1m" not in text  # the chart shows the market, not the row
        await pilot.press("c")
        await desk.until("is nobody's of ours")
        await pilot.press("enter")
        app.screen.query_one("#orders").focus()
        await pilot.press("down", "down", "x")
        await desk.until("is another hand's")
        assert fed.commands == []
