"""Numbers of a game in few characters, and lines of pieces whose least needed leave first."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from rich.cells import cell_len

from lefi_tui.core.record import Record
from lefi_tui.views import numbers
from widgets.ink import Ink
from widgets.lines import Frame, Row, Span, padded

THOUSANDS: Final = ((Decimal(10) ** 9, "G"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 4, "k"))
GAP: Final = "  "


class Piece(Record):
    """Words of a line. `rank` 0 stays; the highest leaves first, after it was said in short."""

    text: str
    ink: Ink = Ink.TEXT
    rank: int = 0
    short: str = ""


def flowing(pieces: Sequence[Piece], frame: Frame) -> Row:
    """One line: all in short and close together, without the least needed where that is too much;
    then what room is left goes to whole words, the most needed first."""
    kept = [each for each in pieces if each.text]
    said = [each.short or each.text for each in kept]
    while _length(said, " ") > frame.width and any(each.rank for each in kept):
        at = max(range(len(kept)), key=lambda n: (kept[n].rank, n))
        del kept[at], said[at]
    gap = GAP if _length(said, GAP) <= frame.width else " "
    for at in sorted(range(len(kept)), key=lambda n: (kept[n].rank, n)):
        tried = [*said[:at], kept[at].text, *said[at + 1 :]]
        if _length(tried, gap) <= frame.width:
            said = tried
    spans: list[Span] = []
    for number, (piece, text) in enumerate(zip(kept, said, strict=True)):
        spans += [(gap if number else " ", Ink.TEXT), (text, piece.ink)]
    return padded(spans, frame)


def _length(texts: Sequence[str], gap: str) -> int:
    return 1 + sum(map(cell_len, texts)) + len(gap) * max(0, len(texts) - 1)


def few(units: Decimal, width: int) -> str:
    """Units in so many cells: fewer digits first, then thousands by a letter."""
    if abs(units) >= THOUSANDS[-1][0]:
        size, letter = next(each for each in THOUSANDS if abs(units) >= each[0])
        return f"{units / size:.1f}{letter}"
    whole = len(f"{units:.0f}")
    return f"{units:.{max(0, min(4, width - whole - 1))}f}"


def ticks(number: int) -> str:
    return f"{number:+,}t" if number else "0t"


def percent(share: float | None, places: int = 1) -> str:
    return numbers.UNKNOWN if share is None else f"{share * 100:.{places}f}%"


def points(share: Decimal) -> str:
    """A share a person has set: 1%, 0.5%, 30%."""
    return f"{(share * 100).normalize():f}%"


def span_ms(value: float | None) -> str:
    """Four characters at most: 0.42, 8.1, 127, 2.0s."""
    if value is None:
        return numbers.UNKNOWN
    if value < 1:
        return f"{value:.2f}"
    if value < 1_000:
        return f"{value:.1f}" if value < 10 else f"{value:.0f}"
    return f"{value / 1_000:.1f}s" if value < 10_000 else f"{value / 1_000:.0f}s"


def gain_ink(value: Decimal | float | None) -> Ink:
    if not value:
        return Ink.TEXT
    return Ink.GAIN if value > 0 else Ink.LOSS
