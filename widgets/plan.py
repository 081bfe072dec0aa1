"""Who gets which part of the screen: pure arithmetic, so that every size can be tested as numbers.

The rule it keeps: panes never overlap and leave no gap; the log takes what is left; on a small
screen prices and positions come first, then the chart if it is wanted, then bots, then the log,
then orders.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

WIDE: Final = 112  # from here on something stands beside the prices
PRICES_WIDTH: Final = 71
LIST_WIDTH: Final = 47  # of the lists beside a chart: symbol, last, change and age
VAST: Final = 150  # from here on they have their bid and ask there, too
TALL: Final = 30  # from here on the words on the cursor have a second line
CHART_LEAST: Final = 8  # rows
CHART_FROM: Final = (20, 15)  # rows of a wide screen, of a narrow one, that can have the chart
CHART_ROOM: Final = 34  # rows of a narrow screen that has room for the chart and all the others
PANES: Final = ("prices", "chart", "positions", "orders", "bots", "log")  # in the order of Tab


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


def fits_chart(width: int, height: int) -> bool:
    """Whether it can be shown at all: prices and positions stay."""
    return height >= CHART_FROM[width < WIDE]


def has_chart(width: int, height: int) -> bool:
    """Whether the chart is in sight before anybody has asked for it."""
    return fits_chart(width, height) and (width >= WIDE or height >= CHART_ROOM + 2)


def pane_width(name: str, width: int, *, with_chart: bool = False) -> int:
    """How wide a pane will be, before its height is known."""
    if width < WIDE:
        return width
    left = _left(width, with_chart=with_chart)
    if with_chart and name in {"prices", "bots", "equity"}:
        return left
    return {"prices": left, "bots": width - left, "chart": width - left}.get(name, width)


def _left(width: int, *, with_chart: bool) -> int:
    return LIST_WIDTH if with_chart and width < VAST else PRICES_WIDTH


def arrange(wanted: dict[str, int], width: int, height: int) -> dict[str, Box]:
    """A box for each pane that is wanted and for the words on the cursor ("words"); without room
    it is empty. The chart and the equity line are there when rows are wanted for the chart; a
    second line of words where one is wanted ("words"), on a low screen too.
    """
    words = (2 if height >= TALL else wanted.get("words", 1)) if height >= 12 else 0
    room = height - words
    with_chart = bool(wanted.get("chart"))
    if width < WIDE:
        boxes = _narrow(wanted, width, room)
    elif with_chart:
        boxes = _beside_chart(wanted, width, room)
    else:
        boxes = _wide(wanted, width, room)
    none = Box(0, 0, width, 0)
    return {"chart": none, "equity": none, **boxes, "words": Box(0, room, width, words)}


def _wide(wanted: dict[str, int], width: int, room: int) -> dict[str, Box]:
    top = min(max(wanted["prices"], wanted["bots"], 4), max(4, room // 2), room)
    return {
        "prices": Box(0, 0, PRICES_WIDTH, top),
        "bots": Box(PRICES_WIDTH, 0, width - PRICES_WIDTH, top),
        **_below(wanted, width, room, top),
    }


def _beside_chart(wanted: dict[str, int], width: int, room: int) -> dict[str, Box]:
    """Lists at the left, the chart at the right, what is open and what happened below."""
    top = min(max(CHART_LEAST, room * 3 // 5), room)
    left = _left(width, with_chart=True)
    asks = (
        Ask("prices", 3, wanted["prices"]),
        Ask("bots", 4, top),
        Ask("equity", 2, 2),
    )
    rows = _share(top, asks, "bots")
    return {
        **_stacked(asks, rows, left, 0),
        "chart": Box(left, 0, width - left, top),
        **_below(wanted, width, room, top),
    }


def _below(wanted: dict[str, int], width: int, room: int, top: int) -> dict[str, Box]:
    asks = (
        Ask("positions", 2, wanted["positions"]),
        Ask("orders", 2, wanted["orders"]),
        Ask("log", 3, room),
    )
    return _stacked(asks, _share(room - top, asks, "log"), width, top)


def _narrow(wanted: dict[str, int], width: int, room: int) -> dict[str, Box]:
    # By weight: who keeps its rows when they run out. `_stacked` puts them in their places.
    chart = wanted.get("chart", 0)
    weighed = [
        Ask("prices", 3, wanted["prices"]),
        Ask("positions", 2, wanted["positions"]),
        *([Ask("chart", CHART_LEAST, max(CHART_LEAST, room // 2))] if chart else []),
        Ask("bots", 3, wanted["bots"]),
        Ask("log", 3, room),
        Ask("orders", 2, wanted["orders"]),
    ]
    rest = "log"
    if chart and room < CHART_ROOM:  # in place of bots and log
        weighed = [each for each in weighed if each.name not in {"bots", "log"}]
        rest = "chart"
    rows = dict(zip((ask.name for ask in weighed), _share(room, weighed, rest), strict=True))
    ordered = sorted(weighed, key=lambda ask: PANES.index(ask.name))
    none = {name: Box(0, 0, width, 0) for name in ("bots", "log") if name not in rows}
    return {**none, **_stacked(ordered, [rows[ask.name] for ask in ordered], width, 0)}


def _stacked(asks: Sequence[Ask], rows: Sequence[int], width: int, top: int) -> dict[str, Box]:
    boxes = {}
    for ask, height in zip(asks, rows, strict=True):
        boxes[ask.name] = Box(0, top, width, height)
        top += height
    return boxes


def _share(room: int, asks: Sequence[Ask], rest: str) -> list[int]:
    """The least of each in order; then a row at a time to each that wants more, `rest` last."""
    got = []
    for ask in asks:
        got.append(ask.least if room >= ask.least else 0)
        room -= got[-1]
    last = next(number for number, ask in enumerate(asks) if ask.name == rest)
    while room > 0:
        hungry = [n for n, ask in enumerate(asks) if n != last and 0 < got[n] < ask.most]
        if not hungry:
            break
        for number in hungry[:room]:
            got[number] += 1
        room -= min(room, len(hungry))
    got[last if got[last] else 0] += room
    return got
