"""Rows that are drawn past Textual's look-up of styles come out as Textual would draw them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from itertools import groupby
from typing import TypeVar

import pytest
from rich.style import Style
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from widgets.block import Block
from widgets.ink import COLORS_16, TRUE_COLOR, Ground, Ink, Palette
from widgets.lines import Frame, Row, padded

WIDTH, HEIGHT = 24, 5
FRAME = Frame(WIDTH, HEIGHT)
ROWS = tuple(
    padded([(f" {ink.value}", ink), (" 価格 ▲…", Ink.GAIN)], FRAME, ground)
    for ink, ground in zip(Ink, [*Ground][:HEIGHT], strict=False)
)
T = TypeVar("T")
Cell = tuple[str, tuple[object, ...]]


class Shown(App[None]):
    CSS = f"Block {{ width: {WIDTH}; height: {HEIGHT}; }}"

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self.block = Block(palette, id="block")

    def compose(self) -> ComposeResult:
        yield self.block


def shown(rows: tuple[Row, ...], look: Callable[[Block], T], palette: Palette = TRUE_COLOR) -> T:
    """What is found on a block that shows these."""

    async def run() -> T:
        app = Shown(palette)
        async with app.run_test(size=(40, 12)):
            app.block.show(rows, palette)
            return look(app.block)

    return asyncio.run(run())


def cells(strip: Strip) -> list[Cell]:
    """What is seen, however it is cut into segments."""
    told = [(letter, _looks(each.style or Style())) for each in strip for letter in each.text]
    return [("".join(each for each, _ in group), look) for look, group in groupby(told, _look)]


def _look(cell: tuple[str, tuple[object, ...]]) -> tuple[object, ...]:
    return cell[1]


def _looks(style: Style) -> tuple[object, ...]:
    ink, paper = (each and each.get_truecolor() for each in (style.color, style.bgcolor))
    return ink, paper, bool(style.bold), bool(style.reverse)


def both(block: Block, crop: Region | None = None) -> tuple[list[list[Cell]], list[list[Cell]]]:
    """As it draws itself, and as any widget of Textual is drawn."""
    part = crop or block.size.region
    ours, stock = block.render_lines(part), Widget.render_lines(block, part)
    return [cells(each) for each in ours], [cells(each) for each in stock]


@pytest.mark.parametrize("palette", [TRUE_COLOR, COLORS_16])
def test_each_row_has_the_letters_and_the_colors_that_textual_gives_it(palette: Palette) -> None:
    ours, stock = shown(ROWS, both, palette)
    assert ours == stock
    assert len(ours) == HEIGHT


def test_a_terminal_without_colors_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    ours, stock = shown(ROWS, both)
    assert ours == stock
    assert {_is_gray(ink) for row in ours for _, (ink, *_) in row} == {True}


def _is_gray(color: object) -> bool:
    return color is None or (isinstance(color, tuple) and len(set(color)) == 1)


@pytest.mark.parametrize("crop", [Region(0, 2, WIDTH, 2), Region(3, 0, 9, HEIGHT)])
def test_a_part_of_it_is_textuals_to_cut(crop: Region) -> None:
    ours, stock = shown(ROWS, partial(both, crop=crop))
    assert ours == stock


def test_rows_too_short_and_too_few_are_filled() -> None:
    short = (*ROWS[:2], Row(((" short", Ink.TEXT),)))
    ours, stock = shown(short, both)
    assert ours == stock
    assert {len("".join(text for text, _ in row)) for row in ours[2:]} == {WIDTH}


def test_a_row_that_did_not_change_is_the_same_strip() -> None:
    def look(block: Block) -> list[bool]:
        before = block.render_lines(block.size.region)
        block.show((*ROWS[:2], ROWS[0], *ROWS[3:]), TRUE_COLOR)
        after = block.render_lines(block.size.region)
        return [one is other for one, other in zip(before, after, strict=True)]

    assert shown(ROWS, look) == [True, True, False, True, True]


def test_another_palette_draws_all_anew() -> None:
    def look(block: Block) -> list[list[Cell]]:
        block.show(ROWS, COLORS_16)
        return both(block)[0]

    assert shown(ROWS, look) == shown(ROWS, both, COLORS_16)[0] != shown(ROWS, both)[0]
