"""What the account was worth since the engine began: a word, a number, and a line of eighths.

The rule it keeps: a time without a sample is a blank, never a line drawn through it.
"""

from __future__ import annotations

from typing import Final

from lefi_tui.views import numbers
from lefi_tui.views.desk_view import AccountRow, DeskView
from widgets.candles import ASCII_EIGHTHS, EIGHTHS
from widgets.ink import Ground, Ink
from widgets.lines import Frame, Row, Span, padded

LEAST: Final = 8  # cells that a line needs to say anything
SAMPLED_SOON: Final = "the line begins with its second sample"


def layout(view: DeskView | None, frame: Frame) -> tuple[Row, ...]:
    """The first account's; in one row the line stands beside the number, in two below it."""
    if view is None or not view.accounts:
        return tuple(padded([], frame) for _ in range(frame.height))
    row = view.accounts[0]
    words = _words(row, view)
    used = sum(len(text) for text, _ in words)
    if frame.height == 1:
        return (padded([*words, _line(row, view, frame, frame.width - used - 2)], frame),)
    rows = [padded(words, frame, Ground.HEAD)]
    rows.append(padded([_line(row, view, frame, frame.width - 2)], frame))
    rows.extend(padded([], frame) for _ in range(frame.height - 2))
    return tuple(rows[: frame.height])


def _words(row: AccountRow, view: DeskView) -> list[Span]:
    fresh = not view.is_silent
    value = f" {numbers.price(row.equity, 2)} {row.currency}"
    words: list[Span] = [(" Equity", Ink.TEXT), (value, Ink.TEXT if fresh else Ink.DIM)]
    points = row.line.points
    if points and points[0][1]:
        moved = float(row.equity) / points[0][1] - 1
        ink = Ink.GAIN if moved > 0 else Ink.LOSS if moved < 0 else Ink.DIM
        since = numbers.clock(points[0][0])[:5]
        words.append((f" {numbers.share(moved)}", ink if fresh else Ink.DIM))
        words.append((f" since {since} ", Ink.DIM))
    return words


def _line(row: AccountRow, view: DeskView, frame: Frame, columns: int) -> Span:
    points = row.line.points
    if columns < LEAST:
        return "", Ink.DIM
    if len(points) < 2:
        return f"  {SAMPLED_SOON}"[:columns], Ink.DIM
    low, high = min(each for _, each in points), max(each for _, each in points)
    signs = (ASCII_EIGHTHS if frame.glyphs.is_ascii else EIGHTHS)[1:]
    span = (high - low) or 1.0
    drawn = "".join(
        " " if each is None else signs[int((each - low) / span * (len(signs) - 1) + 0.5)]
        for each in by_time(points, row.line.step_ns, columns)
    )
    ink = Ink.GAIN if points[-1][1] >= points[0][1] else Ink.LOSS
    return f" {drawn}", Ink.DIM if view.is_silent else ink


def by_time(
    points: tuple[tuple[int, float], ...], step_ns: int, columns: int
) -> list[float | None]:
    """One value a column: the newest sample up to its end, if it is not older than a step."""
    first, last = points[0][0], points[-1][0]
    columns = min(columns, (last - first) // step_ns + 1)
    width_ns = max((last - first) / max(1, columns - 1), 1.0)
    out: list[float | None] = [None] * columns
    for at_ns, value in points:
        out[min(columns - 1, int((at_ns - first) / width_ns + 0.5))] = value
    return out
