"""Who gets which part of the screen: pure arithmetic, so that every size can be tested as numbers.

The rule it keeps: panes never overlap and leave no gap; the log takes what is left; on a small
screen prices and positions come first, then bots, then the log, then orders.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

WIDE: Final = 112  # from here on bots stand beside the prices
PRICES_WIDTH: Final = 71
TALL: Final = 30  # from here on the words on the cursor have a second line
PANES: Final = ("prices", "positions", "orders", "bots", "log")  # in the order of Tab


class Box(NamedTuple):
    x: int
    y: int
    width: int
    height: int


class Ask(NamedTuple):
    """What a pane would like: at least so many rows, or none at all, and at most so many."""

    name: str
    least: int
    most: int


def pane_width(name: str, width: int) -> int:
    """How wide a pane will be, before its height is known."""
    if width < WIDE:
        return width
    return {"prices": PRICES_WIDTH, "bots": width - PRICES_WIDTH}.get(name, width)


def arrange(wanted: dict[str, int], width: int, height: int) -> dict[str, Box]:
    """A box for each pane and for the words on the cursor ("words"); without room it is empty."""
    words = (2 if height >= TALL else 1) if height >= 12 else 0
    room = height - words
    boxes = _wide(wanted, width, room) if width >= WIDE else _narrow(wanted, width, room)
    return {**boxes, "words": Box(0, room, width, words)}


def _wide(wanted: dict[str, int], width: int, room: int) -> dict[str, Box]:
    top = min(max(wanted["prices"], wanted["bots"], 4), max(4, room // 2), room)
    asks = (
        Ask("positions", 2, wanted["positions"]),
        Ask("orders", 2, wanted["orders"]),
        Ask("log", 3, room),
    )
    return {
        "prices": Box(0, 0, PRICES_WIDTH, top),
        "bots": Box(PRICES_WIDTH, 0, width - PRICES_WIDTH, top),
        **_stacked(asks, _share(room - top, asks), width, top),
    }


def _narrow(wanted: dict[str, int], width: int, room: int) -> dict[str, Box]:
    # By weight: who keeps its rows when they run out. `_stacked` puts them in their places.
    weighed = (
        Ask("prices", 3, wanted["prices"]),
        Ask("positions", 2, wanted["positions"]),
        Ask("bots", 3, wanted["bots"]),
        Ask("log", 3, room),
        Ask("orders", 2, wanted["orders"]),
    )
    rows = dict(zip((ask.name for ask in weighed), _share(room, weighed), strict=True))
    places = ("prices", "positions", "orders", "bots", "log")
    ordered = tuple(next(ask for ask in weighed if ask.name == name) for name in places)
    return _stacked(ordered, [rows[name] for name in places], width, 0)


def _stacked(asks: Sequence[Ask], rows: Sequence[int], width: int, top: int) -> dict[str, Box]:
    boxes = {}
    for ask, height in zip(asks, rows, strict=True):
        boxes[ask.name] = Box(0, top, width, height)
        top += height
    return boxes


def _share(room: int, asks: Sequence[Ask]) -> list[int]:
    """The least of each in order; then a row at a time to each that wants more, the log last."""
    got = []
    for ask in asks:
        got.append(ask.least if room >= ask.least else 0)
        room -= got[-1]
    log = next(number for number, ask in enumerate(asks) if ask.name == "log")
    while room > 0:
        hungry = [n for n, ask in enumerate(asks) if n != log and 0 < got[n] < ask.most]
        if not hungry:
            break
        for number in hungry[:room]:
            got[number] += 1
        room -= min(room, len(hungry))
    rest = log if got[log] else 0
    got[rest] += room
    return got
