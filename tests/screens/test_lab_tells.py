"""The Lab says what it shows: the run before, the day of the fall, whose money, what was paid."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from lefi_tui.views.lab_chart import trade_words
from lefi_tui.views.lab_state import LabState, Side, with_run
from lefi_tui.views.lab_view import DataFile, Ground, Run
from tests.screens.lab_kit import InHouse, LabDesk, opened
from widgets.ink import Ink
from widgets.lab_curves import Other, equity_rows
from widgets.lines import Frame

FILES = (DataFile("one.csv"),)


async def _run(desk: LabDesk) -> Run:
    await desk.ran()
    run = desk.state.run
    assert run is not None
    return run


async def _edited(desk: LabDesk) -> Run:
    """A number of the text is another one."""
    desk.screen.editor.move_cursor((2, len("setting low = 10")))
    await desk.press("delete", "1")
    return await _run(desk)


@pytest.mark.asyncio
async def test_after_an_edit_the_run_before_is_drawn_beside_it_by_itself(tmp_path: Path) -> None:
    async with opened(tmp_path) as desk:
        first = await _run(desk)
        assert "one before" not in desk.text
        second = await _edited(desk)
        await desk.shows("-- one before")
        assert desk.state.before == first
        frame = Frame(80, 12)
        beside = equity_rows(second, Other(first, Ink.DIM), frame)
        assert beside != equity_rows(second, None, frame)


@pytest.mark.asyncio
async def test_the_run_before_is_the_last_that_stood_and_one_over_the_same_candles(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as desk:
        run = await _run(desk)

    def another(key: str, files: tuple[DataFile, ...] = FILES) -> Run:
        return replace(run, key=key, ground=Ground(files))

    def ran(state: LabState, run: Run) -> LabState:
        return with_run(state, run, is_last=True)

    first = replace(LabState(), run=another("a"), has_stood=True)
    typing = ran(ran(first, another("b")), another("c"))
    assert typing.before is not None
    assert typing.before.key == "a"
    stood = ran(replace(typing, has_stood=True), another("d"))
    assert stood.before is not None
    assert stood.before.key == "c"
    assert ran(stood, another("e", (DataFile("two.csv"),))).before is None


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_while_typing_fall_and_trades_stand_beside_the_return(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(tmp_path, size) as desk:
        await _run(desk)
        assert desk.app.focused is desk.screen.editor
        lines = [each for each in desk.text.split("\n") if "max drawdown" in each]
        assert lines
        if size == (80, 24):  # one line is all there is
            assert "return" in lines[0]
            assert "trades" in lines[0]


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_picture_says_when_the_fall_was_and_what_was_paid(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(tmp_path, size) as desk:
        await _run(desk)
        await desk.press("escape")
        await desk.shows("600 candles, taker 0.05%, maker 0.02%")
        fall = desk.text.split("0.00%┤")[1].split("┃", 1)[1]
        assert "2023-11-1" in fall
        assert "machine way" not in desk.text
        assert "buy and hold ·" not in desk.text
        assert "2023-11-14 to 2023-11-15" in desk.text


@pytest.mark.asyncio
async def test_the_largest_fall_of_closed_trades_says_that_it_is_of_those(tmp_path: Path) -> None:
    async with opened(tmp_path) as desk:
        await _run(desk)
        await desk.until(lambda: desk.state.trust is not None)
        await desk.press("escape", "v", "v")
        assert desk.state.side is Side.TRUST
        await desk.until(lambda: "of closed trades" in " ".join(desk.text.split()))


@pytest.mark.asyncio
async def test_a_trade_says_its_money_and_that_it_is_the_last(tmp_path: Path) -> None:
    async with opened(tmp_path) as desk:
        run = await _run(desk)
    trade = run.trades[-1]
    made = f"{trade.pnl:+.2f}"
    assert trade_words(trade, 7, 7).startswith(f"7/7 last {made} USDT ")
    assert trade_words(trade, 1, 7).startswith(f"1/7 first {made} USDT ")
    assert trade_words(trade, 3, 7).startswith(f"3/7 {made} USDT ")
    coined = replace(trade, symbol="BTC/USD:BTC")
    assert trade_words(coined, 3, 7).startswith(f"3/7 {made} BTC ")


@pytest.mark.asyncio
async def test_the_cursors_place_stands_with_the_text_and_not_under_the_picture(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, (80, 24)) as desk:
        await _run(desk)
        desk.screen.editor.move_cursor((2, 4))
        await desk.shows(" 3:5")
        (line,) = [each for each in desk.text.split("\n") if " 3:5" in each]
        assert "wave.lefi" in line


@pytest.mark.asyncio
async def test_a_shipped_script_opens_over_candles_it_can_run_over(tmp_path: Path) -> None:
    lab = InHouse(tmp_path / "lab", tmp_path / "candles")
    async with opened(tmp_path, lab=lab) as desk:
        await _run(desk)
        chosen = desk.screen._choices.ground
        desk.screen._choices._take(Ground())
        desk.app.action_go("lab", "rsi_reversion*")
        await desk.until(lambda: bool(desk.screen._choices.ground.files))
        assert lab.remembered() == chosen
        await desk.until(lambda: (run := desk.state.run) is not None and run.script != "wave.lefi")
