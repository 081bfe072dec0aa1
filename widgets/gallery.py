"""The gallery: the scripts there are, and of the one at the cursor its words, bounds and a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.record import Record
from lefi_tui.views.gallery import Picture, Shipped
from lefi_tui.views.lab_view import Run
from lefi_tui.views.lab_words import data_words, facts
from widgets.board import Listing
from widgets.ink import Ground, Ink
from widgets.lab_curves import equity_rows
from widgets.lines import Column, Frame, Page, Row, Span, padded, table
from widgets.report_panes import fact_rows_of
from widgets.script_lines import prose_rows, read_from

NOTHING: Final = "no script came with the program"
READING: Final = "the scripts are being read"
CURVE_ROWS: Final = 9
FACT_ROWS: Final = 2
NO_TRADE: Final = "It made no trade there by itself."


class Shelf(Record):
    """What the list draws; None before the files are read."""

    scripts: tuple[Shipped, ...]


def _name(each: Shipped) -> Span:
    return each.row.name, Ink.TEXT


def _title(each: Shipped) -> Span:
    return each.title, Ink.DIM


COLUMNS: Final[tuple[Column[Shipped], ...]] = (
    Column("Gallery", 14, _name),
    Column("", 22, _title, rank=1, grows=True),
)


class ShelfList(Listing[Shelf]):
    IS_POINTED = True

    def draw(self, view: Shelf | None, frame: Frame) -> Page:
        rows = () if view is None else view.scripts
        return table("Gallery", COLUMNS, rows, frame, READING if view is None else NOTHING)

    def keys(self, view: Shelf) -> Sequence[str]:
        return tuple(each.row.name for each in view.scripts)

    def explain(self, view: Shelf, number: int) -> str:
        name = view.scripts[number].row.name
        return f"Enter opens {name} in the editor. No script here is advice."


def page(shipped: Shipped, picture: Picture, frame: Frame) -> Page:
    head = padded([(f" {shipped.title}", Ink.TITLE)], frame, Ground.HEAD)
    rows = [head]
    for number, each in enumerate(shipped.says):
        rows += prose_rows(each, Ink.WARN if number else Ink.TEXT, frame)
    rows += [padded([], frame), *_picture(picture, frame), padded([], frame)]
    rows.append(padded([(" What it can do at most", Ink.DIM)], frame))
    rows += [padded([(f" {line}", Ink.TEXT)], frame) for line in shipped.bounds]
    return read_from(rows, frame)


def _picture(picture: Picture, frame: Frame) -> list[Row]:
    run = picture.run
    if run is None:
        return [padded([(f" {picture.words}", Ink.WARN)], frame)]
    values = "".join(f", {name} = {value}" for name, value in run.ground.values)
    over = prose_rows(f"Demo market, {data_words(run)}{values}", Ink.DIM, frame)
    if not run.traded and not run.open:
        return [*over, padded([(f" {NO_TRADE}", Ink.DIM)], frame)]
    return [*over, *_facts(run, frame), *equity_rows(run, None, replace(frame, height=CURVE_ROWS))]


def _facts(run: Run, frame: Frame) -> list[Row]:
    return list(fact_rows_of(facts(run), replace(frame, height=FACT_ROWS)))
