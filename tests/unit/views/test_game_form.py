"""The form of a new game: it proposes what can be played, and says before what can't."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from lefi_tui.core import messages as m
from lefi_tui.core.bot import Bar
from lefi_tui.core.desk import Desk, advance
from lefi_tui.core.instrument import Conformed, Instrument, conform
from lefi_tui.core.messages import Message
from lefi_tui.core.order import Side
from lefi_tui.core.position import Position
from lefi_tui.views.fold import ScreenState, fold
from lefi_tui.views.game_form import defaults, doubt, markets_of, mistake, start
from lefi_tui.views.game_view import MarketRow
from lefi_tui.views.picture import marked
from tests.unit.bots.game_table import ACCOUNT, BTC, SYMBOL, Table

D = Decimal
PICKY = replace(BTC, minimum_notional=D(100))  # as the recorded market is
MINUTE = 60_000


def desk_of(instrument: Instrument) -> Desk:
    """A market of which nothing was heard."""
    desk = Desk()
    costs = (BTC.maker, BTC.taker)
    opened = m.OpenAccount(
        ACCOUNT, "USDT", D(100), "dry_run", "paper", m.Sizing.AT_DECISION, *costs
    )
    for message in (opened, m.ListInstruments(ACCOUNT, (instrument,))):
        desk, _ = advance(desk, message)
    return desk


def row(instrument: Instrument, *heard: Message) -> MarketRow:
    """As the form is given it when so much was heard of the market."""
    state = ScreenState()
    for each in heard:
        state = fold(state, each)
    (found,) = markets_of(marked(desk_of(instrument), state.prices))
    return found


def candle(close: float) -> m.BarsClosed:
    bar = Bar(SYMBOL, MINUTE, 0, close, close, close, close, 1.0)
    return m.BarsClosed(ACCOUNT, MINUTE, (bar,))


def sizes(found: MarketRow) -> list[str]:
    return [f"{each.normalize():f}" for each in found.sizes]


# ---- what is proposed


@pytest.mark.parametrize(
    ("close", "proposed"),
    [
        (61_805.9, ["0.002", "0.004", "0.01", "0.02", "0.04"]),  # 0.001618 is worth 100
        (50_000.0, ["0.003", "0.006", "0.015", "0.03", "0.06"]),  # 0.002 is, and no more a tick on
        (90.0, ["1.3", "2.6", "6.5", "13", "26"]),  # 1.235, in two digits
    ],
)
def test_sizes_are_proposed_that_are_taken_also_when_the_price_has_fallen_a_little(
    close: float, proposed: list[str]
) -> None:
    found = row(PICKY, candle(close))  # no quote: no bot reads this market
    assert sizes(found) == proposed
    lower = D(str(close)) * D("0.91")
    for each in found.sizes:
        assert isinstance(conform(PICKY, Side.SELL, each, None, lower), Conformed)
    assert mistake(defaults(found), found) == doubt(defaults(found), found) == ""


def test_a_market_without_steps_gets_sizes_that_a_person_can_read() -> None:
    assert sizes(row(replace(PICKY, step=D(0)), candle(61_805.9)))[0] == "0.0018"


def test_where_nothing_was_seen_the_price_is_the_entry_of_what_is_held() -> None:
    desk = desk_of(PICKY)
    assert sizes(markets_of(desk)[0])[0] == "0.001"  # what else is there to go by
    held = Position(ACCOUNT, SYMBOL, units=D(1), entry=D(50_000))
    (found,) = markets_of(replace(desk, positions={(ACCOUNT, SYMBOL): held}))
    assert (found.price, sizes(found)[0]) == (D(50_000), "0.003")


def test_the_form_begins_with_what_its_market_allows() -> None:
    ether = replace(BTC, symbol="ETH/USDT:USDT", leverage_max=D(50))
    market = MarketRow("main", ether, None, (D("0.01"), D("0.02")))
    values = defaults(market)
    assert (values["symbol"], values["leverage"]) == ("ETH/USDT:USDT", "50")
    assert values["sizes"] == "0.01 0.02"
    assert mistake(values, market) == ""
    assert "50x at most" in mistake({**values, "leverage": "60"}, market)
    assert "stop" in mistake({**values, "stop": "90"}, market).lower()
    assert mistake({**values, "target": "much"}, market).startswith("target is a number")
    assert mistake(defaults(None), None) == ""


def test_markets_of_a_game_that_runs_have_its_price() -> None:
    (found,) = markets_of(Table().desk)
    assert found == MarketRow(ACCOUNT, BTC, D("50000.1"), found.sizes)
    assert sizes(found) == ["0.001", "0.002", "0.005", "0.01", "0.02"]


# ---- what is typed


def test_a_game_of_which_no_size_is_taken_does_not_start_and_the_form_says_why() -> None:
    market = row(PICKY, candle(61_805.9))
    typed = {**defaults(market), "sizes": "0.001 0.0015"}
    said = "No size can be played: 0.0015 is worth 61.8 USDT, the least is 100."
    assert mistake(typed, market) == said  # the market's step is 0.001
    assert doubt(typed, market) != ""
    assert mistake(typed, row(PICKY)) == ""  # no price: nobody knows


def test_a_key_that_can_not_play_is_told_and_stops_no_start() -> None:
    market = row(PICKY, candle(61_805.9))
    typed = {**defaults(market), "sizes": "0.001 0.002 0.0001"}
    assert mistake(typed, market) == ""
    told = doubt(typed, market)
    assert told.startswith("Keys 1, 3 can't play: 0.0001 BTC asked, the smallest step of")
    typed["sizes"] = "0.001 0.002"
    told = "Key 1 can't play: 0.001 is worth 61.8 USDT, the least is 100."
    assert doubt(typed, market) == told
    assert doubt({**typed, "symbol": "ETH/USDT:USDT"}, market) == ""  # nothing is known of it
    assert doubt({**typed, "sizes": "some"}, market) == ""  # which is a mistake


def test_only_what_differs_is_sent_and_the_game_begins_under_a_free_name() -> None:
    values = {**defaults(None), "leverage": "20"}
    command = start("main", values, {"ttadak"})
    assert (command.bot, command.kind) == ("ttadak-2", "ttadak")
    assert command.settings == (("leverage", "20"),)
