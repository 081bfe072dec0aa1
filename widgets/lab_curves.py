"""A run's curves: equity against holding and against a kept run, and below it the fall.

Times are places from left to right, so that a gap in the data is as wide as it lasted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.views.lab_view import Run
from lefi_tui.views.numbers import clock, moment
from lefi_tui.views.report_drawing import falls, nice
from lefi_tui.views.report_view import Point
from widgets.braille import Curve, Place, draw
from widgets.candles import Canvas
from widgets.ink import Ink
from widgets.lines import Frame, Row

LABEL_WIDTH: Final = 10  # as wide as beside a report's curves
TIMES_FROM: Final = 6  # rows; a lower picture has no line of times
CELLS_PER_TIME: Final = 22
ROWS_PER_LABEL: Final = 3
Labels = Sequence[tuple[float, str]]
DAY_NS: Final = 86_400_000_000_000


class Span(Record):
    """What lies between the edges of a picture."""

    from_ns: int
    to_ns: int
    low: float
    high: float

    def place(self, at_ns: int, value: float) -> Place:
        x = (at_ns - self.from_ns) / max(1, self.to_ns - self.from_ns)
        return x, (self.high - value) / (self.high - self.low)


class Other(Record):
    """A run whose equity is drawn too."""

    run: Run
    ink: Ink = Ink.METHOD


def equity_rows(run: Run, other: Other | None, frame: Frame) -> list[Row]:
    points = run.points
    others = () if other is None else _within(other.run.points, points)
    values = [each.equity for each in (*points, *others)]
    values += [each.hold for each in points if each.hold is not None]
    low, high = min(values), max(values)
    air = (high - low) * 0.03 or abs(high) * 0.001 or 1.0
    span = Span(points[0].at_ns, points[-1].at_ns, low - air, high + air)
    is_gain = points[-1].equity >= points[0].equity
    dot = frame.glyphs.dot
    held = [span.place(each.at_ns, each.hold) for each in points if each.hold is not None]
    curves = [Curve(held, Ink.WARN, dot, is_plain=True)]
    if other is not None:
        curves.append(Curve(_places(span, others), other.ink, "-", is_plain=True))
    curves.append(Curve(_places(span, points), Ink.GAIN if is_gain else Ink.LOSS))
    ticks = nice(span.low, span.high)
    most = max(2, _rows(frame) // ROWS_PER_LABEL)
    return _drawn(curves, span, frame, _told("{:,.2f}", ticks[::-1][:: -(-len(ticks) // most)]))


def fall_rows(run: Run, frame: Frame) -> list[Row]:
    deepest = max(run.points, key=lambda each: each.fall)
    worst = deepest.fall
    span = Span(run.points[0].at_ns, run.points[-1].at_ns, -(worst or 0.01) * 100, 0.0)
    places = [span.place(each.at_ns, -each.fall * 100) for each in run.points]
    ticks = falls(span.low, 1 / max(1, _rows(frame) - 1))  # a row at least
    curves = [Curve(places, Ink.LOSS, is_hanging=True)]
    day = (span.place(deepest.at_ns, 0.0)[0], moment(deepest.at_ns)[:10]) if worst else None
    return _drawn(curves, span, frame, _told("{:.2f}%", ticks), day)


def _told(words: str, ticks: Sequence[float]) -> Labels:
    return [(each, words.format(each or 0.0)) for each in ticks]


def _rows(frame: Frame) -> int:
    """Those of the curves; the line of times is another."""
    return frame.height - (frame.height >= TIMES_FROM)


def _places(span: Span, points: Sequence[Point]) -> list[Place]:
    return [span.place(each.at_ns, each.equity) for each in points]


def _within(points: Sequence[Point], others: Sequence[Point]) -> tuple[Point, ...]:
    """Those in the time of the others: a run over other data may have none."""
    first, last = others[0].at_ns, others[-1].at_ns
    return tuple(each for each in points if first <= each.at_ns <= last)


def _drawn(
    curves: Sequence[Curve],
    span: Span,
    frame: Frame,
    labels: Labels,
    said: tuple[float, str] | None = None,
) -> list[Row]:
    """`said` stands on the last row beside a place from left to right."""
    canvas = Canvas(frame.width, frame.height)
    rows, left = _rows(frame), LABEL_WIDTH + 1
    for y in range(rows):
        canvas.put(LABEL_WIDTH, y, "|" if frame.glyphs.is_ascii else "│", Ink.FAINT)
    _label(canvas, span, rows, labels, is_ascii=frame.glyphs.is_ascii)
    box = (left, 0, frame.width - left, rows)
    draw(canvas, [each for each in curves if each.places], box, is_ascii=frame.glyphs.is_ascii)
    if said is not None:
        beside = left + round(said[0] * (frame.width - left - 1)) + 2
        words = said[1]
        is_right = beside + len(words) <= frame.width
        canvas.put(beside if is_right else beside - len(words) - 3, rows - 1, words, Ink.DIM)
    if rows < frame.height:
        _times(canvas, span)
    return canvas.rows()


def _label(canvas: Canvas, span: Span, rows: int, labels: Labels, *, is_ascii: bool) -> None:
    for value, words in labels:
        row = round((span.high - value) / (span.high - span.low) * (rows - 1))
        canvas.put(0, row, words.rjust(LABEL_WIDTH), Ink.DIM)
        canvas.put(LABEL_WIDTH, row, "+" if is_ascii else "┤", Ink.FAINT)


def _times(canvas: Canvas, span: Span) -> None:
    """Dates, or hours where all is within some days."""
    room, lasts = canvas.width - LABEL_WIDTH - 1, span.to_ns - span.from_ns
    count = max(2, min(6, room // CELLS_PER_TIME))
    for number in range(count):
        at_ns = span.from_ns + lasts * number // (count - 1)
        words = moment(at_ns)[:10] if lasts > 3 * DAY_NS else moment(at_ns)[5:]
        words = clock(at_ns) if lasts < DAY_NS // 24 else words
        column = LABEL_WIDTH + 1 + (room - len(words)) * number // (count - 1)
        canvas.put(column, canvas.height - 1, words, Ink.DIM)
