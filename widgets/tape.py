"""The tape: trades of the market, the newest above, with who took in a sign beside the color."""

from __future__ import annotations

from lefi_tui.views import numbers
from lefi_tui.views.book_view import BookView, PrintRow
from widgets.game_words import few
from widgets.ink import Ground, Ink
from widgets.lines import Frame, Row, padded

SIZE = 8
NO_PRINT = "no trade seen yet"


def layout(book: BookView | None, places: int, frame: Frame) -> tuple[Row, ...]:
    if frame.height < 1:
        return ()
    rows = [padded([(" Tape", Ink.TEXT), (" who took", Ink.DIM)], frame, Ground.HEAD)]
    prints = () if book is None else book.prints
    rows += [_row(each, places, frame) for each in prints[: frame.height - 1]]
    if not prints:
        rows.append(padded([(f"  {NO_PRINT}", Ink.DIM)], frame))
    rows += [padded([], frame) for _ in range(frame.height - len(rows))]
    return tuple(rows[: frame.height])


def _row(each: PrintRow, places: int, frame: Frame) -> Row:
    is_buy = each.side.value == "buy"
    sign, ink = (frame.glyphs.up, Ink.GAIN) if is_buy else (frame.glyphs.down, Ink.LOSS)
    price, size = numbers.price(each.price, places), few(each.units, SIZE)
    time = f" {numbers.clock(each.at_ns)}"
    room = frame.width - len(time) - 2 - SIZE - 1
    spans = [(time, Ink.FAINT), (f" {sign}", ink), (f"{price:>{max(0, room)}}", ink)]
    return padded([*spans, (f" {size:>{SIZE}}", Ink.TEXT)], frame)
