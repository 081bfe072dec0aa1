"""The gallery by keys: each shipped script with its words, its bounds and a run of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from msgspec.structs import replace

from lefi_tui.adapters.demo_market import DemoMarket
from lefi_tui.simulate.lab import LabRuns
from lefi_tui.views.gallery import Picture, Shipped
from lefi_tui.views.lab_view import AskRun, Busy, DataFile, Ground, Run
from lefi_tui.wiring.demo_candles import COUNT
from lefi_tui.wiring.gallery import GalleryHouse
from lefi_tui.wiring.lab import LabHouse
from lefi_tui.wiring.script_store import ScriptFolder
from screens.gallery import GalleryScreen
from screens.scripts import ScriptsScreen
from tests.screens.scripts_kit import Scripts, opened
from widgets.gallery import page
from widgets.ink import Palette
from widgets.lines import Frame

FRAME = Frame(100, 60)


def house(place: Path) -> GalleryHouse:
    return GalleryHouse(ScriptFolder(place / "scripts"), place / "gallery")


class Trying(GalleryHouse):
    """Whose run is on its way."""

    def ask(self, number: int, shipped: Shipped) -> None:
        del shipped
        if self._hear is not None:
            self._hear(Busy(number, 45, 100))


def shown(
    place: Path,
    size: tuple[int, int] = (120, 40),
    kind: Callable[[ScriptFolder, Path], GalleryHouse] = GalleryHouse,
) -> AbstractAsyncContextManager[Scripts]:
    def room(_send: object, ink: Palette) -> GalleryScreen:
        return GalleryScreen(kind(ScriptFolder(place / "scripts"), place / "gallery"), ink)

    more = {"gallery": room}
    return opened(place / "scripts", size, more=more)


async def at_gallery(scripts: Scripts) -> GalleryScreen:
    await scripts.press("alt+h")
    await scripts.until(lambda: isinstance(scripts.app.screen, GalleryScreen))
    await scripts.shows("Breakout with ATR")
    screen = scripts.app.screen
    assert isinstance(screen, GalleryScreen)
    return screen


def of(place: Path, name: str) -> Shipped:
    return next(each for each in house(place).scripts() if each.row.name == name)


def test_each_script_says_what_it_does_what_it_risks_and_what_it_can_do_at_most(
    tmp_path: Path,
) -> None:
    scripts = house(tmp_path).scripts()
    assert len(scripts) == 14
    market = DemoMarket().symbols
    for each in scripts:
        assert len(each.says) == 2, each.row.name
        assert each.says[1].startswith("Risk: ")
        assert each.bounds
        assert each.symbols
        assert set(each.symbols) <= set(market), each.row.name
        text = page(each, Picture(words="nothing yet"), FRAME).text
        assert each.says[0][:40] in text
        assert each.bounds[0] in text
        assert "nothing yet" in text


def test_no_bound_is_cut_in_a_narrow_pane_and_a_picture_takes_the_room_there_is(
    tmp_path: Path,
) -> None:
    for each in house(tmp_path).scripts():
        rows = page(each, Picture(words="nothing yet"), Frame(50, 300)).rows
        said = "".join("".join(row.text for row in rows).split())
        assert all("".join(line.split()) in said for line in each.bounds), each.row.name
    picture, shipped = Picture(a_run(tmp_path)), of(tmp_path, "bollinger")
    run = picture.run
    assert run is not None
    traded = Picture(replace(run, traded=1))
    curves = [
        sum("│" in row.text or "┤" in row.text for row in page(shipped, traded, frame).rows)
        for frame in (Frame(78, 24), Frame(78, 36), Frame(78, 80))
    ]
    assert curves[0] < curves[1] < curves[2]


def test_the_words_are_the_opening_comment_of_the_script(tmp_path: Path) -> None:
    cross = of(tmp_path, "ema_cross")
    comment = [each[2:].strip() for each in cross.text.splitlines() if each.startswith("//")]
    assert " ".join(cross.says) in " ".join(comment)


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_script_at_the_cursor_runs_in_a_process_of_its_own_and_is_drawn(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with shown(tmp_path, size) as scripts:
        await at_gallery(scripts)
        await scripts.shows("Demo market, BTC/USDT 15m")
        await scripts.shows("buy and hold")
        assert any("⠀" < letter <= "⣿" for letter in scripts.text)
        await scripts.until((tmp_path / "gallery" / "bollinger.json").exists)
    gallery = house(tmp_path)
    first = gallery.scripts()[0]
    run = gallery.kept(first)
    assert run is not None
    assert run.candles == COUNT
    # The picture is of this text over these candles and no others.
    assert gallery.kept(replace(first, text=f"{first.text}// more\n")) is None
    assert gallery.kept(replace(first, symbols=("ETH/USDT",))) is None


@pytest.mark.asyncio
async def test_while_a_picture_is_made_it_is_told_how_far_it_is(tmp_path: Path) -> None:
    async with shown(tmp_path, kind=Trying) as scripts:
        await at_gallery(scripts)
        await scripts.shows("Being tried on candles of the demo market: 45%")


@pytest.mark.asyncio
async def test_a_run_that_was_made_is_shown_at_once_and_not_made_again(tmp_path: Path) -> None:
    kept = tmp_path / "gallery" / "bollinger.json"
    async with shown(tmp_path) as scripts:
        await at_gallery(scripts)
        await scripts.until(kept.exists)
    before = kept.stat().st_mtime_ns
    async with shown(tmp_path) as scripts:
        await at_gallery(scripts)
        await scripts.shows("buy and hold")
    assert kept.stat().st_mtime_ns == before


@pytest.mark.asyncio
async def test_a_script_opens_in_the_editor_and_its_copy_is_ones_own(tmp_path: Path) -> None:
    async with shown(tmp_path) as scripts:
        screen = await at_gallery(scripts)
        await scripts.press("down")
        assert screen.shipped is not None
        name = screen.shipped.row.name
        await scripts.press("enter")
        await scripts.until(lambda: isinstance(scripts.app.screen, ScriptsScreen))
        await scripts.shows(f"{name}.lefi  shipped")
        await at_gallery(scripts)
        await scripts.press("c")
        await scripts.until(lambda: isinstance(scripts.app.screen, ScriptsScreen))
        await scripts.shows(f"{name}.lefi  saved")
        await at_gallery(scripts)
        for _ in range(14):
            await scripts.press("down")
        await scripts.shows("A game of two orders")
    assert (tmp_path / "scripts" / f"{name}.lefi").read_text() == of(tmp_path, name).text


def test_candles_of_a_market_are_the_same_in_every_profile_and_told_as_they_come(
    tmp_path: Path,
) -> None:
    heard: list[object] = []
    places = (tmp_path / "a", tmp_path / "b")
    for place in places:
        gallery = house(place)
        gallery.open(heard.append)
        gallery.ask(7, of(place, "ema_cross"))
        gallery.close()
    one, other = (next((place / "gallery").glob("demo/*.csv")).read_bytes() for place in places)
    assert one == other
    assert one.count(b"\n") == COUNT + 1
    made = tmp_path / "a" / "gallery"
    lab = LabHouse(tmp_path / "lab", tmp_path / "candles", made)
    [kept] = lab.files(None)
    assert (kept.place, kept.file.symbol, kept.length_ms) == ("demo", "BTC/USDT", 300_000)
    assert (kept.candles, kept.to_ms - kept.from_ms) == (COUNT, COUNT * 300_000)
    told = [each for each in heard if isinstance(each, Busy) and each.number == 7 and each.of]
    assert told[-1].done >= COUNT // 2


def test_where_nothing_was_traded_the_page_says_so(tmp_path: Path) -> None:
    run = a_run(tmp_path)
    text = page(of(tmp_path, "ttadak"), Picture(replace(run, traded=0, open=())), FRAME).text
    assert "It made no trade there by itself." in text


def a_run(tmp_path: Path) -> Run:
    """Of a shipped script over some candles, made here."""
    rows = (f"{1_700_000_000 + 900 * each},100,101,99,100,5" for each in range(60))
    file = tmp_path / "few.csv"
    file.write_text("\n".join(("time,open,high,low,close,volume", *rows)) + "\n")
    ground = Ground((DataFile(str(file), "BTC/USDT"),))
    text = of(tmp_path, "bollinger").text
    return LabRuns().run(AskRun(1, "bollinger.lefi", text, ground), lambda _done, _of: None)


@pytest.mark.asyncio
async def test_where_the_list_is_lower_than_what_is_in_it_its_head_says_which_of_how_many(
    tmp_path: Path,
) -> None:
    async with shown(tmp_path, (80, 24), Trying) as scripts:
        await at_gallery(scripts)
        await scripts.shows("Gallery  1 of 14")
        await scripts.press("down", "down")
        await scripts.shows("Gallery  3 of 14")
    async with shown(tmp_path, (120, 40), Trying) as scripts:
        await at_gallery(scripts)
        assert " of 14" not in scripts.text
