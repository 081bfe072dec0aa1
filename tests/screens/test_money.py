"""What an exchange says of an account's money, where a trader looks: position, frame, window."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from lefi_tui.core import messages as m
from lefi_tui.core.wallet import Balance, VenuePosition, Wallet
from lefi_tui.views.desk_view import DeskView, Mode, aged
from lefi_tui.views.picture import answer, picture
from lefi_tui.views.queries import WalletsQuery
from lefi_tui.views.wallet_view import READING_LIMIT_MS, WalletsView
from screens.wallets import drawn
from tests.screens.hand_fed import PERP, START_NS, HandFed
from tests.screens.test_desk_keys import opened
from widgets import positions
from widgets.edge import top_line
from widgets.ink import ASCII, Ink
from widgets.lines import Frame

D = Decimal
SYMBOL = PERP.symbol
HELD = VenuePosition(SYMBOL, D("0.05"), D(42_000), D(42_100), D(40_950), D(210), D("8.4"), D(10))
WALLET = Wallet(
    START_NS, (Balance("BNB", D("0.42"), D("0.42")), Balance("USDT", D(5_003), D(4_790))),
    (HELD,), D(5_008), D(210), D("8.4"),
)  # fmt: skip


def reading(wallet: Wallet = WALLET, *, is_steady: bool = True) -> m.WalletSeen:
    return m.WalletSeen("demo", wallet, is_steady, START_NS)


def on_exchange(*, is_read: bool = True) -> HandFed:
    """A desk on an exchange's practice market that holds 0.05 of a perpetual."""
    fed = HandFed("binanceusdm sandbox", "live", wallet=True)
    fed.quote(SYMBOL, 42_000.0)
    fed.start("perp-buyer", SYMBOL)
    fed.quote(SYMBOL, 42_000.0)
    fed.fill("42000")
    if is_read:
        fed.tell(reading(replace(WALLET, at_ns=START_NS + 1)))
    fed.quote(SYMBOL, 42_100.0)
    return fed


def view_of(fed: HandFed) -> DeskView:
    return picture(fed.state, fed.desk, fed.now_ns)


def money(fed: HandFed) -> WalletsView:
    view = answer(WalletsQuery(), fed.state, fed.desk, fed.now_ns)
    assert isinstance(view, WalletsView)
    return view


def test_a_position_shows_the_exchanges_own_liquidation_its_distance_and_its_age() -> None:
    fed = on_exchange()
    (row,) = view_of(fed).positions
    assert (row.liquidation, row.leverage, row.read_age_ms) == (D(40_950), D(10), 0)
    assert row.away == pytest.approx(40_950 / 42_100 - 1)
    text = positions.layout(view_of(fed), Frame(118, 3)).rows[1].text
    assert "40,950.0" in text
    assert "-2.73%" in text
    fed.later(4)
    words = positions.explain(view_of(fed).positions[0])
    assert "40,950.0, -2.73% from the mark (10x cross, as the exchange said 4.0s ago)" in words


def test_what_the_exchange_has_not_said_is_not_made_up() -> None:
    (row,) = view_of(on_exchange(is_read=False)).positions
    assert row.liquidation is None
    assert row.away is None


def test_a_position_near_its_end_is_red_and_one_read_too_long_ago_is_dim() -> None:
    inks = [
        {
            ink
            for text, ink in positions.layout(view, Frame(78, 3)).rows[1].spans
            if "40,950" in text
        }
        for view in (view_of(on_exchange()), aged(view_of(on_exchange()), READING_LIMIT_MS + 1))
    ]
    assert inks == [{Ink.BAD}, {Ink.DIM}]


@pytest.mark.parametrize(
    ("ratio", "expected", "is_alarm"),
    [("0.12", "margin 12%", False), ("0.85", "LIQUIDATION NEAR: 85%", True)],
)
def test_the_frame_says_how_near_the_account_is_to_its_liquidation(
    ratio: str, expected: str, *, is_alarm: bool
) -> None:
    fed = on_exchange()
    fed.tell(reading(replace(WALLET, worth=D(100), maintenance=D(ratio) * 100)))
    row = top_line(view_of(fed), Mode.SANDBOX, 80, ASCII)
    assert expected in row.text
    assert (Ink.ALARM in {ink for text, ink in row.spans if expected in text}) == is_alarm
    late = aged(view_of(fed), READING_LIMIT_MS + 1)
    assert "margin read" in top_line(late, Mode.SANDBOX, 100, ASCII).text


def test_the_window_tells_each_currency_margin_funding_fees_and_a_difference() -> None:
    fed = on_exchange()
    charge = m.FundingCharged("demo", SYMBOL, START_NS + 5, D("1.5"), "f1")
    for told in (charge, m.WalletMoved("demo", "e1", "TRANSFER", "USDT", D(250), START_NS + 6)):
        fed.tell(told)
    fed.tell(reading(replace(WALLET, at_ns=START_NS + 9)))
    fed.later(2)
    text = drawn(money(fed), 0).plain
    assert "binanceusdm sandbox, read 2.0s ago" in text
    assert "USDT           5,003.00  free         4,790.00  fees paid 1.05" in text
    assert "BNB                0.42" in text
    assert "margin 4.2% used, 0.2% of the way to liquidation" in text
    assert "funding paid 1.5, from outside 250 USDT" in text
    assert "! 5,244.45 USDT less than in our books" in text
    fed.later(READING_LIMIT_MS / 1_000)
    assert "STALE: read 1m ago" in drawn(money(fed), 0).plain


def test_a_paper_account_shows_its_own_books() -> None:
    fed = HandFed()
    text = drawn(money(fed), 0).plain
    assert "demo market, by our books" in text
    assert "USDT          10,000.00  free        10,000.00" in text


@pytest.mark.asyncio
async def test_alt_m_opens_it_over_any_screen_at_80_columns() -> None:
    async with opened(on_exchange(), (80, 24)) as desk:
        await desk.press("f5")
        await desk.press("alt+m")
        await desk.until(lambda: "4,790.00" in desk.text)
        assert all(len(line) == 80 for line in desk.text.splitlines())
        await desk.press("escape")
        await desk.until(lambda: "4,790.00" not in desk.text)
