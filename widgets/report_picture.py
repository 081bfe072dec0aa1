"""The curves of a report as pictures of text: plotext draws, here they get their meaning in ink.

plotext has one figure for the whole process, so one picture is drawn at a time, in a thread and
never while a frame is painted: it takes some ten milliseconds.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from itertools import groupby
from types import ModuleType
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.views.numbers import clock, moment
from lefi_tui.views.report_drawing import FALL_LEAST, falls, nice, stretches
from lefi_tui.views.report_view import Point
from widgets.ink import Glyphs, Ink
from widgets.lines import Frame, Row, padded

LABEL_WIDTH: Final = 10  # of the numbers beside; so both pictures stand under each other
CELLS_PER_TIME: Final = 24  # of the line of times
SECONDS_SHOWN_NS: Final = 600_000_000_000
DAY_NS: Final = 86_400_000_000_000
_ONE_FIGURE: Final = threading.Lock()
# How plotext draws axes, and what the Linux console has instead.
_AXES: Final = str.maketrans("│┤├┼─┬┴┐┌└┘", "||||-+++++-")


class Marks(Record):
    """What a curve is drawn with; each mark has an ink of its own."""

    curve: str
    hold: str


def marks(glyphs: Glyphs) -> Marks:
    return Marks("*", ".") if glyphs.is_ascii else Marks("braille", "·")


def equity_picture(points: Sequence[Point], frame: Frame) -> tuple[Row, ...]:
    """Equity as a line, the same money in the traded symbol as dots."""
    values = [each.equity for each in points]
    values += [each.hold for each in points if each.hold is not None]
    if not values or frame.height < 3:
        return _blank(frame)
    low, high = min(values), max(values)
    room = (high - low) * 0.04 or abs(high) * 0.001 or 1.0
    ink = Ink.GAIN if points[-1].equity >= points[0].equity else Ink.LOSS
    with _ONE_FIGURE:
        bounds = low - room, high + room
        ticks = _spread(nice(*bounds), max(2, frame.height // 3))
        plot = _figure(frame, bounds, [(each, f"{each or 0.0:,.2f}") for each in ticks])
        mark = marks(frame.glyphs)
        for part in stretches(points, frame.width, is_equity=False):
            held = [(each.at_ns, each.hold) for each in part if each.hold is not None]
            if held:
                plot.plot([at for at, _ in held], [value for _, value in held], marker=mark.hold)
        for part in stretches(points, frame.width, is_equity=True):
            _line(plot, part, [each.equity for each in part], mark.curve)
        return _inked(_built(plot, points, frame), ink, frame)


def fall_picture(points: Sequence[Point], frame: Frame) -> tuple[Row, ...]:
    """How far equity is below its peak, hanging from the line of the peak."""
    if not points or frame.height < 2:
        return _blank(frame)
    worst = max(each.fall for each in points) * 100
    with _ONE_FIGURE:
        low = -max(worst, FALL_LEAST * 100)
        ticks = falls(low, 1 / (frame.height - 1))  # a row at least
        plot = _figure(frame, (low, 0.0), [(each, f"{each or 0.0:.2f}%") for each in ticks])
        for part in stretches(points, frame.width, is_equity=True):
            values = [-each.fall * 100 for each in part]
            _line(plot, part, values, marks(frame.glyphs).curve, is_filled=worst > 0)
        return _inked(_built(plot, (), frame), Ink.LOSS, frame)


def _figure(
    frame: Frame, bounds: tuple[float, float], labels: Sequence[tuple[float, str]]
) -> ModuleType:
    import plotext  # noqa: PLC0415 -- only a report pays for loading it

    plotext.clear_figure()
    plotext.limit_size(False, False)  # noqa: FBT003 -- plotext's own words: width, height
    plotext.plotsize(frame.width, frame.height)
    plotext.theme("clear")
    plotext.xaxes(True, False)  # noqa: FBT003 -- below, above
    plotext.yaxes(True, False)  # noqa: FBT003 -- left, right
    plotext.ylim(*bounds)
    plotext.yticks([at for at, _ in labels], [words.rjust(LABEL_WIDTH) for _, words in labels])
    assert isinstance(plotext, ModuleType)
    return plotext


def _spread(ticks: Sequence[float], most: int) -> list[float]:
    """As many of the round values as have room, the last of them first."""
    step = -(-len(ticks) // most)
    return list(ticks[::-1][::step])


def _line(
    plot: ModuleType,
    part: Sequence[Point],
    values: Sequence[float],
    mark: str,
    *,
    is_filled: bool = False,
) -> None:
    plot.plot([each.at_ns for each in part], list(values), marker=mark, fillx=is_filled)


def _built(plot: ModuleType, timed: Sequence[Point], frame: Frame) -> str:
    """The text of the figure; without times the line below is left out too."""
    if timed:
        first, last = timed[0].at_ns, timed[-1].at_ns
        count = max(2, min(6, frame.width // CELLS_PER_TIME)) if last > first else 1
        places = [first + (last - first) * each // max(1, count - 1) for each in range(count)]
        plot.xticks(places, [_time(at, last - first) for at in places])
    else:
        plot.xaxes(False, False)  # noqa: FBT003 -- below, above
        plot.xticks([], [])
    text = plot.uncolorize(plot.build())
    assert isinstance(text, str)
    return text


def _time(at_ns: int, span_ns: int) -> str:
    """The second within minutes, the hour within some days, the day beyond."""
    if span_ns < SECONDS_SHOWN_NS:
        return clock(at_ns)
    words = moment(at_ns)
    return words[11:] if span_ns < DAY_NS else words[5:] if span_ns < 10 * DAY_NS else words[:10]


def _blank(frame: Frame) -> tuple[Row, ...]:
    return tuple(padded([], frame) for _ in range(frame.height))


def _inked(text: str, ink: Ink, frame: Frame) -> tuple[Row, ...]:
    """Each mark in the ink of its curve; letters and axes are of second rank."""
    lines = text.rstrip("\n").split("\n")[: frame.height]
    if frame.glyphs.is_ascii:
        lines = [each.translate(_AXES) for each in lines]
    rows = [_row(each, ink, frame) for each in lines]
    return (*rows, *_blank(frame)[len(rows) :])


def _row(text: str, ink: Ink, frame: Frame) -> Row:
    beside, inside = text[: LABEL_WIDTH + 1], text[LABEL_WIDTH + 1 :]
    mark = marks(frame.glyphs)
    curve = "*" if mark.curve == "*" else ""
    spans = [(beside, Ink.DIM)]
    for kind, cells in groupby(inside, lambda cell: _kind(cell, curve, mark.hold)):
        spans.append(("".join(cells), {"curve": ink, "hold": Ink.WARN}.get(kind, Ink.DIM)))
    return padded(spans, frame)


def _kind(cell: str, curve: str, hold: str) -> str:
    if cell == curve or "\u2800" < cell <= "\u28ff":
        return "curve"
    return "hold" if cell == hold else "axis"
