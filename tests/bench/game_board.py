"""A ladder and its numbers as a game shows them, changed in every line: what figures paint."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Final

from textual.geometry import Size

from widgets.block import Block
from widgets.ink import TRUE_COLOR, Ink
from widgets.lines import Frame, Row, Span, filled, padded

FRAME_S: Final = 0.05
LINES: Final = 36


def moves() -> bool:
    """While the file that BUSY names is there: of two programs side by side one moves at a time,
    as a person's machine paints one."""
    return Path(os.environ["BUSY"]).exists()


def board() -> Block:
    return Block(TRUE_COLOR, id="board")


def painted(number: int, size: Size) -> tuple[Row, ...]:
    """The whole board, as the panes of a game fill theirs."""
    frame = Frame(*size)
    return filled([padded(_spans(y, number), frame) for y in range(LINES)], frame).rows


def _spans(y: int, number: int) -> tuple[Span, ...]:
    size, price = (number * 7919 + y * 104_729) % 9_973, 60_018 - y
    bar = "█" * (size % 30)
    told = ((f"{price:>10,}.{number % 10} ", _ink(y)), (f"{size / 1_000:>8.3f} ", Ink.TEXT))
    return (*told, (f"{bar:<30}", _ink(y)))


@cache
def _ink(y: int) -> Ink:
    return Ink.GAIN if y > LINES // 2 else Ink.LOSS
