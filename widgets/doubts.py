"""What is in doubt, or not ours, beside each other; and one of it in full: pure rows of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from lefi_tui.views import numbers
from lefi_tui.views.doubts_view import DoubtRow, DoubtsView, Kind, LookedRow
from widgets.block import wrapped
from widgets.board import Listing
from widgets.ink import Ground, Ink
from widgets.lines import Column, Frame, Page, Row, Span, filled, padded, table
from widgets.prices import WAITING

NS_PER_MS: Final = 1_000_000
LATE_MS: Final = 60_000  # a venue that has told nothing for so long
EMPTY: Final = "nothing is in doubt"
NO_OTHERS: Final = "no account here is traded from elsewhere"
_INK: Final = {Kind.ORDER: Ink.WARN, Kind.LEGS: Ink.BAD}
# What each key does to one of these, in words.
DOES: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.ORDER: (
        "l  asks the venue now",
        "d  declares it dead, with a reason; what fills of it all the same is still booked",
        "Until then nothing new is opened in this market; what makes a position smaller goes.",
    ),
    Kind.FOREIGN: (
        "l  asks the venue now",
        "a  adopts it: it is the hand's, followed and canceled like an order of ours",
        "Until then it is left alone, whatever happens here.",
    ),
    Kind.UNITS: (
        "l  asks the venue now",
        "a  adopts: units that are there are the hand's; those of ours that are gone are given up",
        "Until then they are left alone; a kill does not close them.",
    ),
    Kind.LEGS: ("l  asks the venue now",),
}


def _what(row: DoubtRow) -> Span:
    return row.what, Ink.TEXT


COLUMNS: Final[tuple[Column[DoubtRow], ...]] = (
    Column("In doubt", 24, _what, grows=True),
    Column("", 11, lambda row: (row.kind.value, _INK.get(row.kind, Ink.DIM)), rank=1),
)


def key_of(row: DoubtRow) -> str:
    return f"{row.kind} {row.account} {row.id}"


class Doubts(Listing[DoubtsView]):
    """The list on the left; its cursor says which one stands on the right."""

    IS_POINTED = True

    def draw(self, view: DoubtsView | None, frame: Frame) -> Page:
        rows = () if view is None else view.rows
        return table("In doubt", COLUMNS, rows, frame, WAITING if view is None else EMPTY)

    def keys(self, view: DoubtsView) -> Sequence[str]:
        return tuple(key_of(row) for row in view.rows)

    def explain(self, view: DoubtsView, number: int) -> str:
        return view.rows[number].what

    @property
    def selected(self) -> DoubtRow | None:
        return self.view.rows[self.cursor] if self.view and self.view.rows else None


# ---- one of them, and how the accounts stand


def page(view: DoubtsView | None, row: DoubtRow | None, frame: Frame) -> Page:
    """As much as fits from line `frame.top` on."""
    if view is None:
        return filled([padded([(f" {WAITING}", Ink.DIM)], frame)], frame)
    rows = [*(_one(row, frame) if row is not None else ()), *_accounts(view, frame)]
    top = max(0, min(frame.top, len(rows) - frame.height))
    return filled(rows[top : top + frame.height], frame, top)


def _one(row: DoubtRow, frame: Frame) -> Iterator[Row]:
    yield _titled(row.kind.value.capitalize(), f"{row.owner} on {row.account}", frame)
    yield from _prose(row.what, Ink.TITLE, frame)
    if row.id != row.symbol:
        yield from _prose(row.id, Ink.DIM, frame)
    yield _titled("What is known", "UTC", frame)
    for line in row.evidence:
        yield from _prose(line, Ink.TEXT, frame)
    yield _titled("What you can do", "", frame)
    for line in DOES[row.kind]:
        yield from _prose(line, Ink.DIM, frame)


def _accounts(view: DoubtsView, frame: Frame) -> Iterator[Row]:
    yield _titled("Books and venue", "last told all", frame)
    if not view.accounts:
        yield from _prose(NO_OTHERS, Ink.DIM, frame)
    for each in view.accounts:
        yield from _prose(_account(each, view.at_ns), _ink(each, view.at_ns), frame)


def _age_ms(row: LookedRow, at_ns: int) -> int:
    return max(0, (at_ns - row.at_ns) // NS_PER_MS)


def _account(row: LookedRow, at_ns: int) -> str:
    age = f"{numbers.age(_age_ms(row, at_ns))} ago" if row.at_ns else "never"
    return f"{row.account}: {row.text} ({age})"


def _ink(row: LookedRow, at_ns: int) -> Ink:
    is_late = not row.at_ns or _age_ms(row, at_ns) > LATE_MS
    return Ink.WARN if is_late or not row.is_known else Ink.TEXT


def _titled(left: str, right: str, frame: Frame) -> Row:
    gap = max(1, frame.width - len(left) - len(right) - 2)
    spans = [(f" {left}", Ink.TITLE), (" " * gap + right + " ", Ink.DIM)]
    return padded(spans, frame, Ground.HEAD)


def _prose(text: str, ink: Ink, frame: Frame, most: int = 4) -> Iterator[Row]:
    for line in wrapped(text, frame.width - 2, most, frame.glyphs.cut):
        yield padded([(f" {line}", ink)], frame)
