"""The palette: every action by words that come to mind, done or told; no risk by one Enter."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from textual.widgets import Input

from lefi_tui.core import messages as m
from lefi_tui.core.order import Side, Size, SizeKind
from lefi_tui.settings import load
from lefi_tui.views.scripts import ScriptRow
from lefi_tui.wiring.rooms import furnished
from screens.finding import Entry, Index
from screens.found import of_keys, of_scripts, title_of
from screens.keys import EVERYWHERE, KEYS, ON_DESK, PLACES, REPORT, SCREENS, TABLE, Deed
from screens.palette import PaletteScreen
from screens.settings import SettingsScreen
from screens.taught import of_words
from tests.screens import real_desk
from tests.screens.hand_fed import HandFed, busy
from tests.screens.test_desk_keys import Desk
from tests.screens.test_rooms import VIEW, opened

HERE = (*ON_DESK, EVERYWHERE, SCREENS)
ROWS = (ScriptRow("first"), ScriptRow("ema_cross", is_shipped=True))


def _nothing(*_: object) -> None:
    """What is found is only looked at."""


@pytest.fixture(scope="module")
def index() -> Index:
    keys = of_keys(TABLE, HERE, _nothing)
    return Index((*keys, *of_scripts(ROWS, _nothing), *of_words(_nothing, _nothing)))


def _keys(found: Sequence[Entry]) -> list[tuple[str, str]]:
    return [(each.key, each.gist) for each in found]


def test_every_key_of_every_screen_is_found_by_its_words_and_by_others_for_it(index: Index) -> None:
    for key in KEYS:
        for words in (title_of(key), key.shown, *key.also.split()):
            assert (key.shown, key.tooltip) in _keys(index.found(words)), (key.id, words)


def test_every_group_of_keys_has_a_place_and_every_place_is_there(tmp_path: Path) -> None:
    assert {each.group for each in KEYS} <= set(PLACES)
    setup = furnished(load({"LEFI_HOME": str(tmp_path)}), HandFed())
    rooms = {each.room for each in PLACES.values()} - {""}
    assert rooms - set(setup.rooms) == {"desk"}
    openers = {each.opener for each in PLACES.values()} - {""}
    assert openers <= {each.id for each in KEYS}


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("profit", "go_report"),
        ("stop bot", "stop"),
        ("how do I stop a bot", "stop"),
        ("buy", "ticket"),
        ("theme", "go_settings"),
        ("setings", "go_settings"),
        ("logs", "go_desk"),
        ("api key", "go_keys"),
        ("password", "go_keys"),
        ("backtest", "go_lab"),
        ("undo", "edit_undo"),
        ("undoo", "edit_undo"),
        ("telegram", "go_notices"),
        ("f4", "go_bots"),
        ("panic", "kill"),
        ("wallet", "money"),
        ("new script", "script_new"),
        ("coverage", "script_tests"),
        ("untested", "script_tests"),
    ],
)
def test_what_a_person_types_finds_first_what_is_meant(index: Index, typed: str, name: str) -> None:
    first = index.found(typed)[0]
    assert (first.key, first.gist) == (TABLE.of(name).shown, TABLE.of(name).tooltip)


def test_scripts_lessons_and_words_are_found_by_name_and_nothing_typed_finds_all(
    index: Index,
) -> None:
    found = index.found("ema cross")
    assert [(each.title, each.place) for each in found[:2]] == [
        ("ema_cross", "script"),
        ("ema_cross", "gallery"),
    ]
    assert ("A stop", "lesson") in [(each.title, each.place) for each in index.found("stop lesson")]
    assert "reference" in {each.place for each in index.found("LF203")}
    everything = index.found("")
    assert len(everything) > len(KEYS) + 100
    assert all(each.is_risk for each in everything[-sum(k.deed is Deed.RISK for k in KEYS) :])
    assert index.found("xqzzw") == []


def test_what_a_screen_does_comes_before_an_answer_in_a_window_of_its_own() -> None:
    index = Index(of_keys(TABLE, (REPORT, EVERYWHERE, SCREENS), _nothing))
    assert [each.place for each in index.found("close position")[:2]] == ["desk", "stopping"]


# ---- on the screen


async def _type(desk: Desk, words: str) -> None:
    await desk.press("ctrl+p")
    await desk.until(lambda: bool(desk.app.screen.query(Input)))
    desk.app.screen.query_one(Input).value = words
    await desk.pilot.pause()


@pytest.mark.asyncio
async def test_it_shows_key_and_screen_and_goes_there() -> None:
    async with opened(busy(), size=(120, 40)) as desk:
        await _type(desk, "settings")
        await desk.shows("Settings                   F7         everywhere")
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, SettingsScreen))


@pytest.mark.asyncio
async def test_what_another_screen_does_is_gone_to_and_done() -> None:
    reads = [VIEW, VIEW]
    async with opened(busy(), read=reads.pop) as desk:
        await _type(desk, "read again")
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, SettingsScreen) and not reads)


@pytest.mark.asyncio
async def test_what_needs_something_chosen_is_gone_to_and_told() -> None:
    async with opened(busy()) as desk:
        await desk.press("f7")
        await desk.until(lambda: isinstance(desk.app.screen, SettingsScreen))
        await _type(desk, "cancel order")
        await desk.press("enter")
        await desk.shows("Put the cursor on an order, then x: Cancels the order")
        assert desk.app.screen is desk.screen
        assert desk.app.focused is desk.screen.orders  # its own key acts there
        assert desk.fed.commands == []


@pytest.mark.asyncio
async def test_what_can_be_done_to_one_row_alone_is_asked_about_from_elsewhere() -> None:
    """And is not done before a person says yes."""
    fed = HandFed()
    fed.quote("BTC/USDT", 42_100.0)
    fed.start()
    order = _resting(fed, "41000")
    asked = (
        ("cancel order", f"buy BTC/USDT, {order}", m.CancelOrder(order)),
        ("stop bot", "ema-cross: Stops the bot", m.StopBot("ema-cross")),
    )
    async with opened(fed, size=(120, 40)) as desk:
        for words, about, command in asked:
            await desk.press("f7")
            await desk.until(lambda: isinstance(desk.app.screen, SettingsScreen))
            await _type(desk, words)
            await desk.press("enter")
            await desk.shows(about)
            assert command not in desk.fed.commands
            await desk.press("down", "enter")
            await desk.until(lambda: command in desk.fed.commands)  # noqa: B023 -- asked at once


@pytest.mark.asyncio
async def test_a_close_is_asked_about_by_the_name_of_its_position() -> None:
    async with opened(busy(), size=(120, 40)) as desk:
        await _type(desk, "close position")
        await desk.press("enter")
        await desk.shows("BTC/USDT on demo: Closes the position")
        assert desk.fed.commands == []


@pytest.mark.asyncio
async def test_where_two_can_be_meant_the_first_is_not_taken_for_it() -> None:
    fed = busy()
    _resting(fed, "41000"), _resting(fed, "40900")
    async with opened(fed, size=(120, 40)) as desk:
        await desk.press("f7")
        await desk.until(lambda: isinstance(desk.app.screen, SettingsScreen))
        await _type(desk, "cancel order")
        await desk.press("enter")
        await desk.shows("Put the cursor on an order, then x: Cancels the order")
        assert desk.app.focused is desk.screen.orders


@pytest.mark.asyncio
async def test_what_ends_or_closes_is_asked_for_and_one_more_enter_says_no() -> None:
    async with opened(busy()) as desk:
        await _type(desk, "kill")
        await desk.press("enter")
        await desk.shows("No: leave all as it is")
        await desk.press("enter")
        await desk.until(lambda: desk.app.screen is desk.screen)
        assert desk.fed.commands == []
        await _type(desk, "kill")
        await desk.press("enter")
        await desk.shows("Yes: kill")
        await desk.press("down", "enter")
        await desk.until(lambda: m.Kill() in desk.fed.commands)


@pytest.mark.asyncio
async def test_what_is_asked_of_one_order_is_not_done_to_the_next_one() -> None:
    """The desk goes on below the question: the order ends, and the cursor moves to its neighbor."""
    fed = busy()
    first, second = _resting(fed, "41000"), _resting(fed, "40900")
    async with opened(fed) as desk:
        await desk.until(lambda: _working(desk) == 2)
        asked = desk.screen.orders.cursor_key
        await _type(desk, "cancel order")
        await desk.press("enter")
        await desk.shows(f"buy BTC/USDT, {asked}")
        fed.tell(m.VenueCanceled(asked, fed.now_ns, "by the venue"))
        await desk.until(lambda: _working(desk) == 1)
        await desk.press("down", "enter")
        await desk.shows("nothing was done")
        assert desk.fed.commands == []
        await _type(desk, "cancel order")
        await desk.press("enter", "down", "enter")
        await desk.until(lambda: bool(desk.fed.commands))
        (left,) = {first, second} - {asked}
        assert desk.fed.commands == [m.CancelOrder(left)]


def _working(desk: Desk) -> int:
    view = desk.screen.view
    return 0 if view is None else len(view.orders)


def _resting(fed: HandFed, price: str) -> str:
    before = set(fed.desk.orders)
    size = Size(SizeKind.UNITS, Decimal("0.01"))
    fed.tell(
        m.PlaceOrder("demo", "BTC/USDT", Side.BUY, size, limit=Decimal(price), at_ns=fed.now_ns)
    )
    (order,) = set(fed.desk.orders) - before
    fed.tell(m.VenueAccepted(order, fed.now_ns, f"v{price}"))
    return order


@pytest.mark.asyncio
async def test_kill_works_while_a_name_is_typed_into_the_palette() -> None:
    async with opened(busy()) as desk:
        await desk.press("ctrl+p")
        await desk.until(lambda: bool(desk.app.screen.query(Input)))
        await desk.press("k", "f12")
        await desk.until(lambda: desk.fed.desk.trading_state is m.TradingState.HALTED)


@pytest.mark.asyncio
async def test_what_is_read_later_leaves_the_choice_where_it_is() -> None:
    async with opened(busy()) as desk:
        await desk.press("ctrl+p")
        await desk.until(lambda: bool(desk.app.screen.query(Input)))
        palette = desk.app.screen
        assert isinstance(palette, PaletteScreen)
        await desk.press("down", "down")
        chosen = palette._chosen
        await desk.until(lambda: bool(palette._index.found("LF203")))
        assert palette._chosen == chosen


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("typed", "place", "shown"),
    [
        ("first yours", "script", "First steps"),
        ("eth usdt market", "market", "ETH/USDT on demo"),
        ("stop lesson", "lesson", "3. A stop"),
        ("breakout gallery", "gallery", "Buys a close above the highest"),
        ("LF203", "reference", "LF203 Unknown"),
        ("leverage_max", "limit", "▸leverage_max"),
    ],
)
async def test_scripts_markets_lessons_and_words_are_opened_by_name(
    typed: str, place: str, shown: str, tmp_path: Path
) -> None:
    async with real_desk.opened(tmp_path, (120, 40)) as desk:
        await desk.press("ctrl+p")
        await desk.until("type to search")
        palette = desk.app.screen
        assert isinstance(palette, PaletteScreen)
        palette.query_one(Input).value = typed
        await desk.until(lambda _: (each := palette._chosen) is not None and each.place == place)
        await desk.press("enter")
        await desk.until(shown)
