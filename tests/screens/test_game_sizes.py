"""Sizes of a game by keys, on a recorded market that takes no order below 100 USDT."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.exchange.recordings import write_recording
from tests.screens.real_desk import RealDesk, opened, practiced
from widgets.in_order import Field

# A busy machine is slow to quote and to fill; the game is not to miss or to disarm for that.
PATIENT = {"slip_ticks": "50", "stale_ms": "60000", "clock_ms": "5000", "held_ms": "50"}


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Ten minutes at 100, of which an order takes 1 at least."""
    folder = tmp_path / "tape"
    folder.mkdir()
    times = range(1_000, 601_000, 200)
    bbo = [f"{at_ms},100.0,{50 + at_ms % 7},100.1,50" for at_ms in times]
    trades = [f"{at_ms},{at_ms},100.0,0.5,sell" for at_ms in times]
    write_recording(folder, bbo=bbo, trades=trades)
    return folder


async def form(desk: RealDesk) -> dict[str, Field]:
    """The fields of a new game, patient ones."""
    await desk.press("alt+g")
    await desk.until("No game runs here")
    await desk.press("n")
    await desk.until("Start a game; it begins disarmed")
    names = [str(each.render()) for each in desk.app.screen.query(".name")]
    fields = dict(zip(names, desk.app.screen.query(Field), strict=True))
    for name, value in PATIENT.items():
        fields[name].value = value
    return fields


@pytest.mark.asyncio
async def test_a_game_with_the_sizes_that_are_proposed_is_filled(
    tmp_path: Path, recording: Path
) -> None:
    async with practiced(tmp_path, recording) as desk:
        fields = await form(desk)
        assert fields["sizes"].value == "1.2 2.4 6 12 24"
        await desk.press("enter")
        await desk.until(lambda text: "DISARMED" in text and "1.2 BTC" in text)
        await desk.press("a")
        await desk.until(" ARMED ")
        await desk.press("b")
        await desk.until("LONG 1.2 BTC")
        await desk.press("f")
        await desk.until(lambda text: "FLAT" in text and "Rounds 1" in text)


@pytest.mark.asyncio
async def test_a_size_below_the_least_is_told_in_the_form_and_before_its_key(
    tmp_path: Path, recording: Path
) -> None:
    async with practiced(tmp_path, recording) as desk:
        fields = await form(desk)
        fields["sizes"].value = "0.5 0.7"
        await desk.until("No size can be played: 0.7 is worth 70 USDT, the least is 100.")
        await desk.press("enter")
        await desk.until("Start a game")  # it is open still
        fields["sizes"].value = "0.5 2"
        await desk.until("Key 1 can't play: 0.5 is worth 50 USDT, the least is 100.")
        await desk.press("enter")
        await desk.until("No game at size 1; 2 plays 2 BTC")
        text = await desk.until("is the least BTC/USDT:USDT takes.")
        assert "DISARMED" in text
        await desk.press("2", "a")
        await desk.until(lambda text: " ARMED " in text and "No game" not in text)
        await desk.press("1")
        await desk.until("No game at size 1")
        await desk.press("b")
        text = await desk.until("1 missed")
        assert "No game at size 1; 2 plays 2 BTC" in text


@pytest.mark.asyncio
async def test_another_market_has_sizes_of_its_own_and_what_was_typed_stays(tmp_path: Path) -> None:
    async with opened(tmp_path) as desk:
        fields = await form(desk)
        before = fields["sizes"].value
        fields["leverage"].value = "20"
        fields["symbol"].value = "ETH/USDT:USDT"
        await desk.until(lambda _: fields["sizes"].value != before)
        await desk.until(lambda text: f" {fields['sizes'].value} " in text)  # all five
        assert fields["leverage"].value == "20"
        fields["sizes"].value = "3"
        fields["symbol"].value = "BTC/USDT:USDT"
        await desk.press("enter")
        await desk.until(lambda text: "DISARMED" in text and "20x" in text and " 3 BTC" in text)
