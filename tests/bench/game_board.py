"""A ladder and its numbers as a game shows them, changed in every line: what figures paint."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Final

from widgets.block import Block
from widgets.ink import TRUE_COLOR, Ink
from widgets.lines import Row

FRAME_S: Final = 0.05
LINES: Final = 36


def moves() -> bool:
    """While the file that BUSY names is there: of two programs side by side one moves at a time,
    as a person's machine paints one."""
    return Path(os.environ["BUSY"]).exists()


def board() -> Block:
    return Block(TRUE_COLOR, id="board")


def painted(number: int) -> tuple[Row, ...]:
    return tuple(_line(y, number) for y in range(LINES))


def _line(y: int, number: int) -> Row:
    size, price = (number * 7919 + y * 104_729) % 9_973, 60_018 - y
    bar = "█" * (size % 30)
    spans = ((f"{price:>10,}.{number % 10} ", _ink(y)), (f"{size / 1_000:>8.3f} ", Ink.TEXT))
    return Row((*spans, (f"{bar:<30}", _ink(y))))


@cache
def _ink(y: int) -> Ink:
    return Ink.GAIN if y > LINES // 2 else Ink.LOSS
