"""Where nothing has happened yet, a screen says where to begin, and names no key that is none."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from lefi_tui.views.wallet_view import BalanceRow, WalletRow, WalletsView
from lefi_tui.views.wallet_words import lines
from screens.orders import ASKS
from tests.screens import real_desk
from widgets.past_orders import NONE_YET


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_an_empty_desk_and_the_scripts_lead_to_lessons_and_gallery(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with real_desk.opened(tmp_path, size) as desk:
        await desk.until("no bot yet: n starts one, t is a tour")
        await desk.until("Alt+J lessons, Alt+H gallery")
        await desk.press("f3")
        await desk.until("Alt+J lessons  Alt+H gallery  Ctrl+N new script")


def test_the_list_of_orders_offers_a_filter_and_no_key_of_another_screen() -> None:
    assert ASKS.startswith("type to filter, for example: ")
    assert "n starts" not in NONE_YET


@pytest.mark.parametrize(
    ("currency", "paid", "told"),
    [
        ("USDT", "0.0995641941", "fees paid 0.10"),
        ("USDT", "0.0004", "fees paid 0.0004"),
        ("BNB", "0.0123456789", "fees paid 0.0123457"),
    ],
)
def test_fees_are_told_by_their_currency(currency: str, paid: str, told: str) -> None:
    large = Decimal(10_000)
    balance = BalanceRow(currency, large, large, Decimal(paid))
    row = WalletRow("demo", "demo market", "USDT", is_ours=True, balances=(balance,))
    text = [line for line, _ in lines(WalletsView(0, (row,)))]
    assert text[1].endswith(told)
