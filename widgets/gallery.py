"""The gallery: the scripts there are, and of the one at the cursor its words, bounds and a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.record import Record
from lefi_tui.lang.contract_words import VALUES_AT
from lefi_tui.views.gallery import Picture, Shipped
from lefi_tui.views.lab_view import Run
from lefi_tui.views.lab_words import data_words, facts
from widgets.board import Listing
from widgets.ink import Ground, Ink
from widgets.lab_curves import equity_rows
from widgets.lines import Column, Frame, Page, Row, Span, padded, table
from widgets.report_panes import fact_rows_of
from widgets.script_lines import hung_rows, prose_rows, read_from

NOTHING: Final = "no script came with the program"
READING: Final = "the scripts are being read"
CURVE_ROWS: Final = 9  # at least
CURVE_ROWS_MAX: Final = 18
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
        page = table("Gallery", COLUMNS, rows, frame, READING if view is None else NOTHING)
        if len(rows) < frame.height:
            return page
        words = f" Gallery  {frame.cursor + 1} of {len(rows)}"
        head = padded([(words, Ink.TITLE if frame.has_focus else Ink.TEXT)], frame, Ground.HEAD)
        return replace(page, rows=(head, *page.rows[1:]))

    def keys(self, view: Shelf) -> Sequence[str]:
        return tuple(each.row.name for each in view.scripts)

    def explain(self, view: Shelf, number: int) -> str:
        name = view.scripts[number].row.name
        return f"Enter opens {name} in the editor. No script here is advice."


def page(shipped: Shipped, picture: Picture, frame: Frame) -> Page:
    head = padded([(f" {shipped.title}", Ink.TITLE)], frame, Ground.HEAD)
    above = [head]
    for number, each in enumerate(shipped.says):
        above += prose_rows(each, Ink.WARN if number else Ink.TEXT, frame)
    below = [padded([], frame), padded([(" What it can do at most", Ink.DIM)], frame)]
    for line in shipped.bounds:
        below += hung_rows(line, VALUES_AT if line.startswith(" ") else 2, Ink.TEXT, frame)
    above.append(padded([], frame))
    picture_rows = _picture(picture, frame, frame.height - len(above) - len(below))
    return read_from([*above, *picture_rows, *below], frame)


def _picture(picture: Picture, frame: Frame, room: int) -> list[Row]:
    """In so many rows, if they are enough for it."""
    run = picture.run
    if run is None:
        return [padded([(f" {picture.words}", Ink.WARN)], frame)]
    over = prose_rows(f"Demo market, {data_words(run)}", Ink.DIM, frame)
    if not run.traded and not run.open:
        return [*over, padded([(f" {NO_TRADE}", Ink.DIM)], frame)]
    rows = [*over, *_facts(run, frame)]
    height = max(CURVE_ROWS, min(CURVE_ROWS_MAX, room - len(rows)))
    return rows + equity_rows(run, None, replace(frame, height=height))


def _facts(run: Run, frame: Frame) -> list[Row]:
    return list(fact_rows_of(facts(run), replace(frame, height=FACT_ROWS)))
