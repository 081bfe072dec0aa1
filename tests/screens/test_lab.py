"""The Lab by keys: the curve follows each edit, stands while a text can't run, and may be ended."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

from lefi_tui.views.lab_state import Side
from lefi_tui.views.lab_view import Ended, Swept
from lefi_tui.views.numbers import UNKNOWN
from tests.screens.lab_kit import WAVE, InHouse, LabDesk, opened
from widgets.ink import CONSOLE


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 18), (40, 12)])
async def test_text_and_curve_share_the_screen_at_every_size(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(tmp_path, size) as desk:
        await desk.ran()
        await desk.shows("return")
        lines = desk.text.split("\n")
        assert len(lines) == size[1]
        assert all(cell_len(line) == size[0] for line in lines)
        assert {line[0] + line[-1] for line in lines[1:-1]} == {"┃┃"}
        assert "f12 kill" in lines[-1]
        assert 'script "Wave"' in desk.text
        if size[1] >= 18:
            assert any("\u2800" < each <= "\u28ff" for each in desk.text)  # the curve


@pytest.mark.asyncio
async def test_a_number_that_is_edited_moves_the_curve_without_a_key_more(tmp_path: Path) -> None:
    lab = InHouse(tmp_path / "lab", tmp_path / "candles")
    async with opened(tmp_path, lab=lab) as desk:
        await desk.ran()
        first = desk.state.run
        lab.gate.clear()
        desk.screen.editor.move_cursor((2, len("setting low = 10")))
        await desk.press("delete", "1")
        await desk.shows("of the text before")
        assert desk.state.run is first
        lab.gate.set()
        await desk.ran()
        second = desk.state.run
        assert first is not None
        assert second is not None
        assert "setting low = 101" in second.text
        assert (first.final, first.points) != (second.final, second.points)
        await desk.press("ctrl+z", "ctrl+z")
        await desk.ran()
        assert desk.state.run == first


@pytest.mark.asyncio
async def test_while_a_text_does_not_check_the_last_curve_stands_and_the_finding_is_said(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as desk:
        await desk.ran()
        good = desk.state.run
        desk.screen.editor.move_cursor((5, len("    if close")))
        await desk.press("x")
        await desk.shows("LF201 in line 6: `closex` is not known here")
        assert "of the text before" in desk.text
        assert desk.state.run is good
        await desk.press("backspace")
        await desk.until(lambda: "of the text before" not in desk.text)
        await desk.until(lambda: "LF201" not in desk.text)


@pytest.mark.asyncio
async def test_edits_while_a_run_lasts_are_asked_once_and_the_newest_wins(tmp_path: Path) -> None:
    lab = InHouse(tmp_path / "lab", tmp_path / "candles")
    async with opened(tmp_path, lab=lab) as desk:
        await desk.ran()
        lab.gate.clear()
        desk.screen.editor.move_cursor((2, len("setting low = 100")))
        await desk.press("1")
        await desk.until(lambda: desk.state.is_asked)
        await desk.press("backspace", "backspace", "3")
        await desk.until(lambda: desk.state.waited_s >= 0.5)
        await desk.shows("Running for")
        lab.gate.set()
        await desk.ran()
        assert desk.state.run is not None
        assert "setting low = 103" in desk.state.run.text


@pytest.mark.asyncio
async def test_x_ends_a_run_and_a_process_that_hangs_is_ended_and_begins_anew(
    tmp_path: Path,
) -> None:
    lab = InHouse(tmp_path / "lab", tmp_path / "candles")
    async with opened(tmp_path, lab=lab) as desk:
        await desk.ran()
        lab.gate.clear()
        await desk.press("end", "space")
        await desk.until(lambda: desk.state.is_asked)
        await desk.press("escape", "x")
        await desk.shows("Ended before it was done")
        assert not desk.state.is_asked
        lab.gate.set()
        lab.hear(Ended(0, "its process ended (signal 11): Fatal Python error"))
        await desk.shows("LE607 The simulation has ended (wave.lefi)")
        await desk.press("escape", "space")
        await desk.ran()
        assert "LE607" not in desk.text


@pytest.mark.asyncio
async def test_views_and_trades_are_gone_through_on_the_picture(tmp_path: Path) -> None:
    async with opened(tmp_path, (80, 24)) as desk:
        await desk.ran()
        run = desk.state.run
        assert run is not None
        assert run.traded > 3
        await desk.press("escape", "v")
        assert desk.state.side is Side.TRADES
        await desk.shows(f"{run.traded}/{run.traded} last")
        await desk.until(lambda: desk.state.chart is not None)
        await desk.shows("exit ┄")
        await desk.press("left")
        await desk.shows(f"{run.traded - 1}/{run.traded} +")
        await desk.press("home")
        await desk.shows(f"1/{run.traded} first")
        assert 'script "Wave"' not in desk.text
        await desk.press("escape")
        await desk.shows('script "Wave"')


@pytest.mark.asyncio
async def test_data_is_chosen_by_its_path_and_remembered(tmp_path: Path) -> None:
    lab = InHouse(tmp_path / "lab", tmp_path / "candles")
    async with opened(tmp_path, lab=lab) as desk:
        await desk.ran()
        await desk.press("escape", "d")
        await desk.shows("what `lefi data` keeps here")
        await desk.press("tab", "end", *["backspace"] * 3, "x", "enter")
        await desk.shows("LE102 File can't be read")
        assert lab.remembered().files[0].path.endswith("wave.x")


@pytest.mark.asyncio
async def test_the_console_palette_draws_with_plain_letters_alone(tmp_path: Path) -> None:
    async with opened(tmp_path, palette=CONSOLE) as desk:
        await desk.ran()
        await desk.shows("* equity")
        await desk.until(lambda: desk.state.chart is not None)
        # What is not known is a dash on every terminal.
        assert {each for each in desk.text if not each.isascii()} <= {UNKNOWN}


@pytest.mark.asyncio
async def test_a_setting_that_is_typed_moves_the_curve_and_is_remembered(tmp_path: Path) -> None:
    lab = InHouse(tmp_path / "lab", tmp_path / "candles")
    async with opened(tmp_path, lab=lab) as desk:
        await desk.ran()
        before = desk.state.run
        await desk.press("escape", "e")
        await desk.shows("runs it so")
        await desk.press(*"x5", "enter")
        await desk.shows("`x5` is not known here")
        await desk.press(*["backspace"] * 2, *"103", "enter")
        await desk.until(lambda: desk.state.run is not before)
        await desk.ran()
        run = desk.state.run
        assert run is not None
        assert run.ground.values == (("low", "103"),)
        assert lab.remembered() == run.ground
        await desk.press("e")
        await desk.shows("runs it so")
        await desk.press("down", *["down"] * 2, *"2023-11-14", "enter")
        await desk.until(lambda: desk.state.run is not run)
        cut = desk.state.run
        assert cut is not None
        assert cut.to_ms % 86_400_000 == 0
        assert cut.candles < run.candles


@pytest.mark.asyncio
async def test_a_kept_run_is_drawn_beside_every_other_with_the_differences(tmp_path: Path) -> None:
    async with opened(tmp_path) as desk:
        await desk.ran()
        first = desk.state.run
        assert first is not None
        await desk.press("escape", "k")
        await desk.shows(f"Kept as {first.key}")
        assert [each.key for each in desk.lab.kept()] == [first.key]
        desk.screen.editor.move_cursor((2, len("setting low = 100")))
        await desk.press("escape", "backspace", "2")
        await desk.ran()
        second = desk.state.run
        assert second is not None
        await desk.shows(f"-- kept {first.key}")
        await desk.press("escape", "v", "v", "v")
        assert desk.state.side is Side.BESIDE
        await desk.shows(f"{first.final:,.2f}")
        await desk.shows(f"{second.final:,.2f}")
        await desk.shows(f"{second.final - first.final:+,.2f}")
        await desk.press("r")
        await desk.shows(f"{second.key}  wave.lefi")
        assert "not kept" in desk.text
        await desk.press("enter")  # the kept one
        await desk.shows("Put its text into the editor")
        await desk.press("down", "enter")
        await desk.until(lambda: desk.screen.editor.text == first.text)
        await desk.until(lambda: desk.state.run == first)


@pytest.mark.asyncio
async def test_a_text_that_stands_still_is_told_how_far_to_trust_it(tmp_path: Path) -> None:
    async with opened(tmp_path, (80, 24)) as desk:
        await desk.ran()
        await desk.press("escape", "v", "v")
        assert desk.state.side is Side.TRUST
        await desk.until(lambda: desk.state.trust is not None)
        await desk.shows("trades say little; wait for 30 before judging")
        await desk.shows("stop and target both possible")
        await desk.shows("What is assumed")


TWO = WAVE.replace("setting low = 100", "setting low = 100\nsetting high = 104").replace(
    "close > 104", "close > high"
)


async def swept(desk: LabDesk) -> Swept:
    await desk.ran()
    await desk.press("escape", "m")
    await desk.shows("runs every combination")
    await desk.press(*"99.5..101:0.5", "down", *"103..105:1", "enter")
    await desk.until(lambda: desk.state.side is Side.MAP)
    found = desk.state.swept
    assert found is not None
    return found


@pytest.mark.asyncio
async def test_a_sweep_is_a_map_that_begins_at_its_best_cell_and_is_walked(tmp_path: Path) -> None:
    async with opened(tmp_path, (80, 24), text=TWO) as desk:
        sweep = (await swept(desk)).sweep
        assert len(sweep.cells) == 12
        best = sweep.cells[sweep.ranked[0]]
        assert desk.state.under == best
        await desk.shows("sharpe: low down, high across")
        await desk.shows(f"{best.sharpe:.2f}]")
        await desk.press(*["up"] * 4, *["left"] * 3)
        assert desk.state.cell == (0, 0)
        await desk.press("down", "right")
        cell = desk.state.under
        assert cell is not None
        assert dict(cell.settings) == {"low": "100", "high": "104"}
        await desk.shows("Best low ")


@pytest.mark.asyncio
async def test_a_cell_opens_its_run_and_one_key_takes_its_settings(tmp_path: Path) -> None:
    lab = InHouse(tmp_path / "lab", tmp_path / "candles")
    async with opened(tmp_path, lab=lab, text=TWO) as desk:
        await swept(desk)
        await desk.press(*["up"] * 4, *["left"] * 3, "down", "right", "down", "enter")
        await desk.shows("with low 100.5, high 104;")
        assert desk.state.side is Side.CURVE
        await desk.ran()
        under, run = desk.state.under, desk.state.run
        assert under is not None
        assert run is not None
        assert under.final_equity == run.final
        assert lab.remembered().values == ()
        await desk.press("t")
        await desk.shows("Its settings are taken: low 100.5, high 104")
        await desk.until(lambda: dict(lab.remembered().values) == {"low": "100.5", "high": "104"})


@pytest.mark.asyncio
async def test_of_another_script_nothing_is_shown_that_was_run_of_the_one_before(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as desk:
        await desk.ran()
        (tmp_path / "scripts" / "other.lefi").write_text('script "Other"\non Nothing { }\n')
        desk.app.action_go("lab", "other")
        await desk.shows("other.lefi")
        await desk.shows("LF")
        assert desk.state.run is None
        assert "return" not in desk.text
