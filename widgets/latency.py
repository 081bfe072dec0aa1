"""How quick the game is: the last game's way from key to fill, and the session's spread.

The rule it keeps: p50, p95 and p99 are always in sight, and what nobody measured is a dash.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lefi_tui.views.game_view import GameView, Span
from widgets.candles import ASCII_EIGHTHS, EIGHTHS
from widgets.game_words import Piece, flowing, span_ms
from widgets.ink import Glyphs, Ground, Ink
from widgets.lines import Frame, Row, padded

NAME, NUMBER = 12, 5
FEW = ("sent", "ack", "fill", "skew", "bare")  # the spans where there is little room

NONE: Final = "no latency yet"


def layout(view: GameView | None, frame: Frame) -> tuple[Row, ...]:
    if frame.height < 1:
        return ()
    spans = () if view is None else view.spans
    if frame.height == 1:
        return (_line(spans, frame),)
    titles = "".join(f"{name:>{NUMBER}}" for name in ("last", "p50", "p95", "p99"))
    head = padded([(f" {'Latency ms':<{NAME}}", Ink.TEXT), (titles, Ink.DIM)], frame, Ground.HEAD)
    rows = [head, *(_row(each, frame) for each in spans)]
    rows += [padded([], frame) for _ in range(frame.height - len(rows))]
    return tuple(rows[: frame.height])


def _row(span: Span, frame: Frame) -> Row:
    figures = "".join(f"{span_ms(each):>{NUMBER}}" for each in (span.p50, span.p95, span.p99))
    return padded(
        [
            (f" {span.name:<{NAME}}", Ink.DIM),
            (f"{span_ms(span.last):>{NUMBER}}", Ink.TEXT),
            (figures, Ink.TEXT),
            (f" {histogram(span.bins, frame.glyphs)}", Ink.DIM),
        ],
        frame,
    )


def _line(spans: Sequence[Span], frame: Frame) -> Row:
    """In one line: the last game's figures, then the spread of key to wire, which is ours."""
    last = [
        Piece(f"{each.name} {span_ms(each.last)}", Ink.TEXT, 1, f"{few} {span_ms(each.last)}")
        for each, few in zip(spans, FEW, strict=False)
    ]
    pieces = [Piece("ms" if spans else NONE, Ink.DIM), *last]
    if spans:
        ours = spans[0]
        figures = " ".join(span_ms(each) for each in (ours.p50, ours.p95, ours.p99))
        told = f"p50 p95 p99 of {ours.count}: {figures}"
        pieces.append(Piece(told, Ink.TEXT, 0, f"p50/95/99 {figures}"))
        pieces.append(Piece(histogram(ours.bins, frame.glyphs), Ink.DIM, 2))
    return flowing(pieces, frame)


def histogram(bins: Sequence[int], glyphs: Glyphs) -> str:
    """One cell a bin, from half a millisecond on, each twice as long as the one before."""
    most = max(bins, default=0)
    if not most:
        return ""
    signs = ASCII_EIGHTHS if glyphs.is_ascii else EIGHTHS
    top = len(signs) - 1
    return "".join(signs[0 if not each else max(1, each * top // most)] for each in bins)
