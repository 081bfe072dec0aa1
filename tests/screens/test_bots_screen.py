"""Bots by keys: looked into, set while they run, stopped with their position kept or closed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len
from textual.widgets import Input

from lefi_tui.core import messages as m
from lefi_tui.core.desk import BotStatus
from lefi_tui.views.bot_picture import bot_view
from lefi_tui.views.picture import picture
from screens.bot_settings import BotSettingsScreen
from screens.bots import BotsScreen
from screens.close_position import ClosePositionScreen, words
from screens.stop_bot import StopBotScreen
from screens.why import WhyScreen
from tests.screens.bots_kit import opened, trading
from tests.screens.hand_fed import HandFed
from tests.screens.test_desk_keys import Desk
from widgets.bot_pane import page
from widgets.lines import Frame


def sent(desk: Desk, kind: type) -> list[m.Command]:
    return [each for each in desk.fed.commands if isinstance(each, kind)]


# ---- cash flows and pause

PAYS = """
state rent = 0 USDT
state fee = 0 USDT
on PriceUpdate("BTC/USDT") { if rent == 0 {
    rent pays 1_000 USDT in 0s
    fee pays 5 USDT in 2d
} }
"""


@pytest.mark.asyncio
async def test_a_cash_flow_is_settled_where_it_is_shown() -> None:
    fed = trading()
    async with opened(fed, "bots", (120, 40)) as desk:
        await desk.shows("Last decisions")
        await desk.press("dollar_sign")
        await desk.shows("has no cash flow that is open.")
        fed.run_script("payer", PAYS)
        fed.quote("BTC/USDT", 42_360.0)
        fed.later(1)
        await desk.shows("payer")
        await desk.press("down", "down")
        await desk.shows("$ settles one")
        await desk.press("dollar_sign")
        await desk.shows("Which one has been paid or received?")
        await desk.press("enter")
        await desk.until(lambda: bool(sent(desk, m.SettleCashFlow)))
        (flow,) = sent(desk, m.SettleCashFlow)
        assert isinstance(flow, m.SettleCashFlow)
        await desk.until(lambda: flow.flow not in fed.desk.flows)
        assert len(fed.desk.flows) == 1


@pytest.mark.asyncio
async def test_p_pauses_the_bot_under_the_cursor_and_resumes_it() -> None:
    fed = trading()
    async with opened(fed, "bots") as desk:
        await desk.shows("Last decisions")
        await desk.press("p")
        await desk.shows("paused: asked")
        await desk.press("p")
        await desk.until(lambda: fed.desk.bots["cross"].status is BotStatus.RUNNING)


# ---- looked into


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_bot_stands_in_full_with_mode_kill_and_next_keys_in_sight(
    size: tuple[int, int],
) -> None:
    fed = trading()
    async with opened(fed, "bots", size) as desk:
        await desk.shows("Last decisions")
        position = fed.desk.positions["demo", "BTC/USDT"]
        profit = position.units * (Decimal(42_350) - position.entry)
        assert f"{profit:+.2f}" in desk.text
        for words_ in ("running", "1 of 2", "41,277.7", "number 2 to 200", "Bought 0.0593 BTC"):
            assert words_ in desk.text
        lines = desk.text.split("\n")
        assert {cell_len(line) for line in lines} == {size[0]}
        assert " DEMO " in lines[0]
        for key in ("f12 kill", "n new bot", "s stop", "w why", "F1 help", "u update"):
            assert key in lines[-1]
        assert "e changes them" in desk.text


@pytest.mark.asyncio
async def test_the_list_folds_away_where_there_is_no_room_and_arrows_go_on_through_the_bots() -> (
    None
):
    async with opened(trading(), "bots", (120, 40)) as desk:
        await desk.shows("Bots            mode")
    async with opened(trading(), "bots", (80, 24)) as desk:
        assert "Bots            mode" not in desk.text
        await desk.press("down")
        await desk.shows("2 of 2")
        await desk.shows("waits  Cross")
        await desk.shows("20           number 2 to 200, default 12")


@pytest.mark.asyncio
async def test_living_bots_stand_above_those_that_ended() -> None:
    fed = trading()
    fed.tell(m.StopBot("cross", at_ns=fed.now_ns))
    async with opened(fed, "bots", (120, 40)) as desk:
        await desk.shows("waits  Cross")
        lines = desk.text.split("\n")
        assert lines[2].index("waits") < lines[2].index("running")
        assert "cross" in lines[3]


@pytest.mark.asyncio
async def test_why_and_a_desk_without_bots() -> None:
    async with opened(trading(), "bots") as desk:
        await desk.press("w")
        await desk.until(lambda: isinstance(desk.app.screen, WhyScreen))
    async with opened(HandFed()) as desk:
        desk.app.action_go("bots")
        await desk.shows("No bot was started on this desk yet")
        for key in ("s", "e", "w"):
            await desk.press(key)
            await desk.shows("There is no bot here.")


# ---- set while it runs


async def _form(desk: Desk) -> BotSettingsScreen:
    await desk.press("e")
    await desk.until(lambda: isinstance(desk.app.screen, BotSettingsScreen))
    form = desk.app.screen
    assert isinstance(form, BotSettingsScreen)
    return form


async def _type(desk: Desk, number: int, text: str) -> None:
    field = list(desk.app.screen.query(Input))[number]
    field.focus()
    field.value = ""
    await desk.press(*text)


@pytest.mark.asyncio
async def test_a_change_is_shown_before_it_is_sent_and_sent_by_the_second_enter() -> None:
    async with opened(trading(), "bots", (120, 40)) as desk:
        await _form(desk)
        await _type(desk, 1, "13")
        await desk.press("enter")
        await desk.shows("fast 12 -> 13 (default 12, 2 to 200)")
        await desk.shows("Its indicators begin anew")
        assert not sent(desk, m.ChangeSettings)
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, BotsScreen))
        (command,) = sent(desk, m.ChangeSettings)
        assert command == m.ChangeSettings("cross", (("fast", "13"),))
        assert dict(desk.fed.desk.bots["cross"].settings)["fast"] == "13"
        await desk.shows("13           number 2 to 200, default 12")
        await desk.shows("Settings changed")


@pytest.mark.asyncio
async def test_a_wrong_value_says_why_beside_its_field_and_nothing_is_sent() -> None:
    async with opened(trading(), "bots", (120, 40)) as desk:
        await _form(desk)
        await _type(desk, 1, "201")
        await desk.shows("`fast` is outside its bounds 2 to 200.")
        await desk.press("enter", "enter")
        await desk.pilot.pause(0.4)
        await _type(desk, 2, "1 BTC")
        await desk.shows("`size` is ")
        await desk.press("escape")
        assert not sent(desk, m.ChangeSettings)


@pytest.mark.asyncio
async def test_what_is_typed_after_the_change_was_shown_begins_anew() -> None:
    async with opened(trading(), "bots", (120, 40)) as desk:
        await _form(desk)
        await _type(desk, 1, "13")
        await desk.press("enter")
        await desk.shows("Enter sends it")
        await desk.press("0", "enter")
        await desk.shows("fast 12 -> 130")
        assert not sent(desk, m.ChangeSettings)


@pytest.mark.asyncio
async def test_a_market_that_is_left_with_something_open_is_said() -> None:
    async with opened(trading(), "bots", (120, 40)) as desk:
        await _form(desk)
        await _type(desk, 0, "ETH/USDT")
        await desk.press("enter")
        await desk.shows("BTC/USDT stays open, and the bot looks at it no more.")


@pytest.mark.asyncio
async def test_a_bot_that_does_not_run_has_no_form() -> None:
    fed = trading()
    for bot in ("cross", "waits"):
        fed.tell(m.StopBot(bot, at_ns=fed.now_ns))
    async with opened(fed, "bots") as desk:
        await desk.shows("stopped  DEMO")
        await desk.press("e")
        await desk.shows("settings of a new run are given when it starts")
        await desk.press("s")
        await desk.shows("nothing to stop. Its position stays; c on the")


# ---- stopped


@pytest.mark.asyncio
@pytest.mark.parametrize(("key", "closes"), [("k", False), ("c", True)])
async def test_a_bot_that_holds_something_is_asked_about(key: str, closes: bool) -> None:  # noqa: FBT001 -- a case
    async with opened(trading(), "bots") as desk:
        await desk.shows("Holds")
        await desk.press("s")
        await desk.shows("BTC/USDT long 0.0593, worth 2,511.36 USDT, profit +13.63")
        assert not sent(desk, m.StopBot)
        await desk.press(key)
        await desk.until(lambda: bool(sent(desk, m.StopBot)))
        assert sent(desk, m.StopBot) == [m.StopBot("cross", closes=closes)]
        bot = desk.fed.desk.bots["cross"]
        assert bot.status is (BotStatus.STOPPING if closes else BotStatus.STOPPED)
        desk.fed.fill("42300")
        await desk.shows("Stopped")
        held = desk.fed.desk.positions["demo", "BTC/USDT"].units
        assert held == (0 if closes else Decimal("0.0593"))


@pytest.mark.asyncio
async def test_a_bot_that_holds_nothing_is_stopped_at_once_and_esc_stops_nothing() -> None:
    async with opened(trading(), "bots") as desk:
        await desk.shows("Holds")
        await desk.press("s")
        await desk.until(lambda: isinstance(desk.app.screen, StopBotScreen))
        await desk.press("escape", "down")
        await desk.shows("waits  Cross")
        await desk.until(lambda: getattr(desk.app.screen, "query_of").bot == "waits")  # noqa: B009 -- of any screen
        await desk.press("s")
        await desk.until(lambda: sent(desk, m.StopBot) == [m.StopBot("waits")])


# ---- closed on the desk


@pytest.mark.asyncio
async def test_c_on_the_desk_asks_once_and_enter_closes_the_position_under_the_cursor() -> None:
    async with opened(trading()) as desk:
        await desk.press("c")
        await desk.shows("Sells 0.0593 BTC/USDT at market, reduce only, on account demo.")
        await desk.shows("cross goes on running and may open again")
        assert not sent(desk, m.ClosePosition)
        await desk.press("escape", "c", "enter")
        await desk.until(lambda: bool(sent(desk, m.ClosePosition)))
        assert sent(desk, m.ClosePosition) == [m.ClosePosition("demo", "BTC/USDT")]
        desk.fed.fill("42350")
        await desk.shows("Sold 0.0593 BTC at 42,350")
        assert desk.fed.state.did["cross"][0].why.startswith("its position")
        sold = next(each for each in desk.fed.state.did["cross"] if each.what.startswith("Sold"))
        assert sold.why.startswith("by hand, of what cross held, fee 1.05")
        assert desk.fed.desk.positions["demo", "BTC/USDT"].shares == {}


@pytest.mark.asyncio
async def test_c_without_a_position_says_so() -> None:
    async with opened(HandFed()) as desk:
        await desk.press("c")
        await desk.shows("No open position to close.")
        assert not isinstance(desk.app.screen, ClosePositionScreen)


def test_the_question_names_real_money_what_is_canceled_and_who_goes_on() -> None:
    fed = trading()
    real = replace(fed.desk.accounts["demo"], mode="live", venue="binance")
    fed.desk = replace(fed.desk, accounts={"demo": real})
    view = picture(fed.state, fed.desk, fed.now_ns)
    resting = replace(view.orders[0], id="resting", leg="entry", price=Decimal(40_000))
    told = words(view.positions[0], replace(view, orders=(*view.orders, resting)))
    assert told[1] == "LIVE: about 2,511.36 USDT of real money, profit so far +13.63."
    assert told[2].startswith("First its working order is canceled")
    fed.later(60)
    old = picture(fed.state, fed.desk, fed.now_ns)
    assert "(the mark is 1m old)" in words(old.positions[0], old)[1]


@pytest.mark.asyncio
async def test_an_old_price_is_marked_beside_the_profit_that_hangs_on_it() -> None:
    fed = trading()
    fed.later(8)
    async with opened(fed, "bots") as desk:
        await desk.shows("+13.63 old 8s")


@settings(max_examples=40)
@given(st.integers(1, 160), st.integers(0, 40), st.integers(0, 60), st.booleans())
def test_every_line_of_a_bot_is_as_wide_as_its_pane(
    width: int,
    height: int,
    top: int,
    is_known: bool,  # noqa: FBT001 -- drawn
) -> None:
    fed = trading()
    view = bot_view(fed.desk, fed.state, "cross" if is_known else "nobody", fed.now_ns, {})
    shown = page(view, "1 of 2", Frame(width, height, top=top))
    assert len(shown.rows) == height
    assert {cell_len(row.text) for row in shown.rows} <= {width}
