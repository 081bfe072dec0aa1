"""Who gets which part of the game's screen: pure arithmetic, so that every size can be tested.

The rule it keeps: nothing overlaps; as room goes, the ladder and the tape give way first, then
rounds and latency, then the head; the verdict and the position stay to the last.
"""

from __future__ import annotations

from typing import Final

from widgets.plan import Box

WIDE: Final = 100  # from here on rounds and latency stand beside ladder and tape
TALL: Final = 32
ROOMY: Final = 18  # rows, from which on the verdict has three
BESIDE: Final = 46  # of the column at the right
TAPE_WIDTH, TAPE_MOST = 30, 40
TAPE_FROM: Final = 72  # columns of ladder and tape together, from which both have room
LADDER_MOST: Final = 78
LADDER_LEAST: Final = 4  # rows that say anything: the header, both sides, one more
LATENCY_ROWS: Final = 6
NAMES: Final = ("head", "ladder", "tape", "latency", "rounds", "position", "verdict", "words")
# Who keeps its rows when they run out, the most needed first.
WEIGHED: Final = ("verdict", "position", "head", "words", "latency", "rounds")


def arrange(width: int, height: int) -> dict[str, Box]:
    """A box for each part; without room it is empty."""
    is_wide, is_tall = width >= WIDE, height >= TALL
    wanted = {
        "verdict": 4 if is_wide and is_tall else 3 if is_wide or height >= ROOMY else 2,
        "position": 1,
        "head": 1,
        "words": 2 if is_tall else 1,
        "latency": 0 if is_wide else LATENCY_ROWS if is_tall else 1,
        "rounds": 0 if is_wide else 6 if is_tall else 1,
    }
    rows, left = {}, height
    for name in WEIGHED:
        rows[name] = min(wanted[name], left)
        left -= rows[name]
    boxes = {name: Box(0, 0, width, 0) for name in NAMES}
    if left < LADDER_LEAST:
        rows["verdict"] += left  # no gap is left
        left = 0
    boxes["head"] = Box(0, 0, width, rows["head"])
    top = rows["head"]
    boxes |= _beside(width, top, left) if is_wide else _alone(width, top, left)
    top += left
    for name in ("latency", "rounds", "position", "verdict", "words"):
        if not (is_wide and name in {"latency", "rounds"}):
            boxes[name] = Box(0, top, width, rows[name])
            top += rows[name]
    return boxes


def _alone(width: int, top: int, height: int) -> dict[str, Box]:
    """Ladder and tape side by side; where both have no room, the ladder alone."""
    tape = TAPE_WIDTH if width >= TAPE_FROM and height else 0
    ladder = Box(0, top, width - tape, height)
    return {"ladder": ladder, "tape": Box(width - tape, top, tape, height if tape else 0)}


def _beside(width: int, top: int, height: int) -> dict[str, Box]:
    ladder = min(LADDER_MOST, width - BESIDE)
    tape = min(TAPE_MOST, width - BESIDE - ladder)
    tape = tape if tape >= TAPE_WIDTH else 0
    right, column = ladder + tape, width - ladder - tape
    return {
        "ladder": Box(0, top, ladder, height),
        "tape": Box(ladder, top, tape, height if tape else 0),
        **_column(right, top, column, height, has_tape=bool(tape)),
    }


def _column(left: int, top: int, width: int, height: int, *, has_tape: bool) -> dict[str, Box]:
    """Latency above, rounds below; the tape between where it has no column of its own."""
    latency = min(LATENCY_ROWS, height)
    rest = height - latency
    tape = 0 if has_tape else max(0, (rest - 4) // 2)
    boxes = {
        "latency": Box(left, top, width, latency),
        "rounds": Box(left, top + latency + tape, width, rest - tape),
    }
    return boxes if has_tape else {**boxes, "tape": Box(left, top + latency, width, tape)}
