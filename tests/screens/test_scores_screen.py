"""The scoreboard as a window: over any screen by its key, market by market."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from lefi_tui.views.queries import Query, ScoresQuery
from lefi_tui.views.scores_view import Quick, ScoreRow, ScoresView
from screens.game_keys import PLAYS
from screens.keys import EVERYWHERE, KEYS, SCREENS
from screens.scores import ScoresScreen
from tests.screens.hand_fed import START_NS, HandFed
from tests.screens.test_desk_keys import opened

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
ROW = ScoreRow(
    bot="game",
    account="practice",
    symbol=BTC,
    mode="REPLAY",
    currency="USDT",
    begun_ns=START_NS,
    ended_ns=None,
    games=20,
    missed=2,
    won=13,
    lost=7,
    net=Decimal("12.34"),
    fees=Decimal("4.2"),
    best=Decimal(3),
    worst=Decimal("-6.5"),
    streak=5,
    share=0.0062,
    quick=Quick(81.2, 95.0, 120.4, 20),
    settings=(("leverage", "100"), ("target", "1"), ("stop", "30"), ("entry", "cross")),
    plans=("on-fill",),
)


class Scored(HandFed):
    async def ask(self, query: Query) -> Any:
        if not isinstance(query, ScoresQuery):
            return await super().ask(query)
        rows = [ROW, replace(ROW, symbol=ETH, net=Decimal(-3))]
        wanted = tuple(each for each in rows if query.market in {"", each.symbol})
        return ScoresView(START_NS, wanted, (BTC, ETH), query.market)


@pytest.mark.asyncio
async def test_the_scoreboard_opens_by_its_key_and_goes_through_the_markets() -> None:
    async with opened(Scored(), (120, 40)) as desk:
        await desk.press("alt+r")
        screen = desk.app.screen
        assert isinstance(screen, ScoresScreen)

        def told() -> str:
            return str(screen._words.render())

        await desk.until(lambda: "+12.34 USDT net of 4.20 fees, 20 games, 65% won" in told())
        assert "key to venue 81 ms (p95 95, p99 120)" in told()
        assert "-3.00 USDT net" in told()
        await desk.press("right")
        await desk.until(lambda: "-3.00" not in told())
        assert "+12.34" in told()
        await desk.press("right")
        await desk.until(lambda: "+12.34" not in told())
        await desk.press("escape")
        assert desk.app.screen is not screen


def test_no_key_from_everywhere_is_alt_and_a_key_that_plays() -> None:
    """A slow line may tear Alt from its letter, which then stands alone."""
    plays = {each.keys for each in KEYS if each.id in PLAYS}
    assert {"b", "s", "x", "f"} <= plays
    far = [each.keys for each in KEYS if each.group in {EVERYWHERE, SCREENS}]
    torn = {key.removeprefix("alt+") for keys in far for key in keys.split(",") if "alt+" in key}
    assert {"d", "l"} <= torn
    assert not plays & torn
