"""What the Lab runs over: candles that fit stand first, and what a new script asks for is there."""

from __future__ import annotations

from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from msgspec.structs import replace

from lefi_tui.adapters.candle_store import Shelf, extent, look
from lefi_tui.cli import main
from lefi_tui.lang.lessons.table import LESSONS
from lefi_tui.simulate.lab import LabRuns
from lefi_tui.views.lab_data import columns_of, in_words, needed, rows_of
from lefi_tui.views.lab_view import AskRun, DataFile, Ground, KeptFile, Needs
from lefi_tui.views.lab_words import data_words
from lefi_tui.wiring.demo_candles import COUNT, length_of
from lefi_tui.wiring.script_store import BEGINNING, ScriptFolder
from tests.screens.lab_kit import START_MS, WAVE, InHouse, LabDesk, candles, opened

MINUTE, HOUR = 60_000, 3_600_000
BTC = "BTC/USDT"


def kept(symbol: str, length_ms: int, *, is_made: bool = True) -> KeptFile:
    file = DataFile(f"/{symbol}-{length_ms}", symbol)
    return KeptFile(file, "okx", length_ms, 100, HOUR, HOUR + 100 * length_ms, is_made)


def states(there: list[KeptFile], needs: Needs) -> list[tuple[str, int, str]]:
    rows = rows_of(there, needs)
    return [(each.kept[0].file.symbol, each.kept[0].length_ms, each.state) for each in rows]


def test_what_fits_stands_first_and_what_does_not_says_why_in_a_word() -> None:
    there = [
        kept(BTC, HOUR),
        kept("ETH/USDT", MINUTE),
        kept(BTC, 10 * MINUTE),
        kept(BTC, 15 * MINUTE, is_made=False),
        kept(BTC, MINUTE),
    ]
    fixed = Needs((BTC,), (15 * MINUTE, HOUR))
    assert states(there, fixed) == [
        (BTC, MINUTE, "fits"),
        (BTC, 15 * MINUTE, "made when taken"),
        (BTC, HOUR, "too long"),
        ("ETH/USDT", MINUTE, "other market"),
        (BTC, 10 * MINUTE, "no part of 15m"),
    ]
    free = Needs((BTC,), (15 * MINUTE,), is_free=True)
    assert ("ETH/USDT", MINUTE, f"fits, for {BTC}") in states(there, free)
    assert states(there, free)[2][0] == "ETH/USDT"  # behind those of its own market


def test_of_several_markets_those_files_stand_together_that_have_them_all() -> None:
    both = Needs((BTC, "ETH/USDT"), (HOUR,))
    there = [kept("ETH/USDT", HOUR), kept(BTC, MINUTE), kept(BTC, HOUR)]
    first, second = rows_of(there, both)
    assert [each.symbol for each in first.files] == [BTC, "ETH/USDT"]
    assert (first.state, second.state) == ("fits", "lacks ETH/USDT")


def test_each_line_shows_the_time_it_holds_and_how_many_candles() -> None:
    head, line = columns_of(rows_of([kept(BTC, HOUR)], Needs((BTC,), (HOUR,))))
    assert line.split() == [BTC, "1h", "fits", "1970-01-01", "to", "1970-01-05", "100", "okx"]
    assert head.index("From") == line.index("okx")


def test_what_a_script_needs_is_told_with_its_other_candles_and_the_length_that_is_chosen() -> None:
    text = 'on Candle("BTC/USDT", 1h) { x = EMA(Candles("BTC/USDT", 1d).close, 3)\nPrint("{x}") }'
    needs = needed(text, Ground())
    assert needs == Needs((BTC,), (HOUR, 24 * HOUR))
    assert in_words(needs) == "The script needs BTC/USDT, in candles of 1h or shorter ones."
    shorter = needed(text, Ground(timeframe_ms=5 * MINUTE))
    assert shorter is not None
    assert shorter.lengths[0] == 5 * MINUTE
    assert needed("on Candle(", Ground()) is None


def test_candles_are_made_as_long_as_all_that_is_asked_can_be_built_from() -> None:
    assert length_of(()) == HOUR
    assert length_of((15 * MINUTE, HOUR)) == 15 * MINUTE
    assert length_of((10 * MINUTE, 15 * MINUTE)) == 5 * MINUTE
    assert length_of((24 * HOUR,)) == HOUR
    assert length_of((90 * MINUTE,)) == 30 * MINUTE
    assert length_of((1_000,)) == 0


def test_how_much_a_file_holds_is_seen_without_a_look_at_each_row(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "okx", BTC, MINUTE)
    shelf.file.parent.mkdir()
    candles(shelf.file, 500)
    whole = look(shelf)
    size = extent(shelf)
    assert (size.candles, size.from_ms, size.to_ms) == (500, whole.from_ms, whole.to_ms)
    assert size.from_ms == START_MS
    for broken in ("", "timestamp\n", "timestamp,open\n2024-01-01 00:00,1\n"):
        shelf.file.write_text(broken)
        assert extent(shelf).candles == 0


def test_what_a_new_script_asks_for_is_offered_made_and_runs_on_the_command_line_too(
    tmp_path: Path,
) -> None:
    lab = InHouse(tmp_path / "lab", tmp_path / "candles")
    text = BEGINNING.format(title="First")
    needs = needed(text, Ground())
    assert needs is not None
    [row] = rows_of(lab.files(needs), needs)
    assert not row.misfit
    assert not row.kept[0].is_made
    lab.make(row.kept)
    [made] = lab.files(needs)
    assert made == replace(row.kept[0], is_made=True)
    assert made.candles == COUNT
    script = tmp_path / "first.lefi"
    script.write_text(text)
    with redirect_stdout(StringIO()) as out:
        assert main(["backtest", str(script), "--data", made.file.path]) == 0
    assert f"{COUNT:,} candles" in out.getvalue()


def test_for_each_shipped_script_and_each_lesson_the_lab_offers_candles_that_fit(
    tmp_path: Path,
) -> None:
    lab = InHouse(tmp_path / "lab", tmp_path / "candles")
    store = ScriptFolder(tmp_path / "scripts")
    texts = [store.read(row).text for row in store.scripts().rows]
    for text in (*texts, *(each.solution for each in LESSONS)):
        needs = needed(text, Ground())
        assert needs is not None
        first = rows_of(lab.files(needs), needs)[0]
        assert not first.misfit, text
        assert [each.symbol for each in first.files] == list(needs.symbols)


def test_a_run_of_many_markets_is_named_in_the_room_there_is(tmp_path: Path) -> None:
    ground = Ground((DataFile(str(candles(tmp_path / "wave.csv")), BTC),))
    run = LabRuns().run(AskRun(1, "wave.lefi", WAVE, ground), lambda _done, _of: None)
    many = replace(run, symbols=(BTC, "ETH/USDT", "SOL/USDT"))
    assert data_words(many, 100).startswith("BTC/USDT, ETH/USDT, SOL/USDT 1m  2023-11-14")
    assert data_words(many, 40) == "BTC/USDT +2 1m  2023-11-14 to 2023-11-15"
    assert data_words(run, 10) == data_words(run)


async def refused(desk: LabDesk, lab: InHouse, place: Path) -> None:
    """A new script in the Lab, where candles of an hour were chosen before."""
    ScriptFolder(place / "scripts").create("first")
    hours = Shelf(place / "candles", "okx", BTC, HOUR)
    hours.file.parent.mkdir(parents=True)
    hours.file.write_text(hour_candles())
    await desk.ran()
    desk.app.action_go("lab", "first")
    await desk.shows("first.lefi")
    lab.remember(Ground((DataFile(str(hours.file), BTC),)))
    desk.screen._choices.begin()
    await desk.shows("LE502")


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(100, 30), (80, 24)])
async def test_candles_that_do_not_fit_are_refused_in_whole_by_keys_with_no_other_run_below(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    lab = InHouse(tmp_path / "lab", tmp_path / "candles")
    async with opened(tmp_path, size, lab=lab, text=WAVE) as desk:
        await refused(desk, lab, tmp_path)
        assert desk.state.run is None
        said = " ".join(" ".join(row.text for row in desk.screen.picture._rows).split())
        assert "Its candles are 1h long; the script's 15m can't be built from them." in said
        assert "Outside the text d lists the candles there are, those that fit first;" in said
        assert "e sets another `timeframe`." in said
        assert "--" not in said
        assert "buy and hold" not in said


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(100, 30), (80, 24)])
async def test_a_new_script_runs_by_keys_where_the_candles_chosen_before_are_too_long(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    lab = InHouse(tmp_path / "lab", tmp_path / "candles")
    async with opened(tmp_path, size, lab=lab, text=WAVE) as desk:
        await refused(desk, lab, tmp_path)
        await desk.press("escape")
        await desk.until(lambda: desk.app.focused is desk.screen.picture)
        await desk.press("d")
        await desk.shows("The script needs BTC/USDT, in candles of 15m")
        await desk.shows("made when taken")
        await desk.shows("too long")
        await desk.press("enter")
        await desk.ran()
        run = desk.state.run
        assert run is not None
        assert (run.script, run.data_ms, run.candles) == ("first.lefi", 15 * MINUTE, COUNT)
        if size[1] >= 30:  # with a scale of its falls, which holds the deepest
            await desk.shows(f"-{run.numbers.max_drawdown:.2%}")


def hour_candles() -> str:
    rows = (
        f"{1_700_000_000_000 // HOUR * HOUR + HOUR * each},100,101,99,100,5\n" for each in range(60)
    )
    return "timestamp,open,high,low,close,volume\n" + "".join(rows)


@pytest.mark.asyncio
async def test_the_curve_of_other_candles_does_not_stand_below_why_these_do_not_fit(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as desk:
        await desk.ran()
        editor = desk.screen.editor
        editor.replace("90s", (4, 22), (4, 24))
        await desk.shows("LE502")
        assert desk.state.run is None
        assert "of the text before" not in desk.text
        await desk.press("ctrl+z")
        await desk.ran()


@pytest.mark.asyncio
async def test_candles_of_another_market_and_a_value_are_refused_without_a_switch(
    tmp_path: Path,
) -> None:
    lab = InHouse(tmp_path / "lab", tmp_path / "candles")
    async with opened(tmp_path, lab=lab) as desk:
        await desk.ran()
        choices, before = desk.screen._choices, desk.screen._choices.ground
        choices.choose(replace(before, values=(("low", "abc"),)))
        await desk.until(lambda: "LE105" in desk.state.trouble)
        assert "(low=abc): `abc` is no value for `low`, which is" in desk.state.trouble
        choices.choose(replace(before, files=(replace(before.files[0], symbol="ETH/USDT"),)))
        await desk.until(lambda: "LE104" in desk.state.trouble)
        assert "(ETH/USDT): the script names its market itself" in desk.state.trouble
        assert "--" not in desk.state.trouble


@pytest.mark.asyncio
async def test_values_of_settings_that_a_script_does_not_have_are_left_out(tmp_path: Path) -> None:
    lab = InHouse(tmp_path / "lab", tmp_path / "candles")
    async with opened(tmp_path, lab=lab) as desk:
        await desk.ran()
        ground = replace(desk.screen._choices.ground, values=(("low", "101"), ("fast", "3")))
        desk.screen._choices.choose(ground)
        await desk.until(lambda: desk.state.run is not None and bool(desk.state.run.ground.values))
        assert desk.state.run is not None
        assert desk.state.run.ground.values == (("low", "101"),)
