"""Who gets which rows of the screen: pure arithmetic, so that every size can be tested as numbers.

The rule it keeps: no pane vanishes before its header does no longer fit, the log takes what is
left, and prices, positions and bots come first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

WIDE: Final = 112  # from here on bots stand beside the prices
PRICES_WIDTH: Final = 70
TALL: Final = 30  # from here on the line that explains the cursor has a second row


@dataclass(frozen=True, slots=True)
class Wanted:
    """Rows each pane would fill, headers included."""

    prices: int
    positions: int
    orders: int
    bots: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Heights of the panes; `beside` is the width of the prices where bots stand beside them."""

    prices: int
    bots: int
    positions: int
    orders: int
    log: int
    detail: int
    beside: int = 0


def arrange(wanted: Wanted, width: int, height: int) -> Plan:
    """The plan for the room inside the frame."""
    detail = (2 if height >= TALL else 1) if height >= 12 else 0
    room = height - detail
    if width >= WIDE:
        return _wide(wanted, room, detail)
    return _narrow(wanted, room, detail)


def _wide(wanted: Wanted, room: int, detail: int) -> Plan:
    top = min(max(wanted.prices, wanted.bots, 4), max(4, room // 2))
    positions, orders, log = _share(
        room - top, ((wanted.positions, 2), (wanted.orders, 2), (room, 2))
    )
    return Plan(top, top, positions, orders, log, detail, PRICES_WIDTH)


def _narrow(wanted: Wanted, room: int, detail: int) -> Plan:
    """The first row of each goes first; then prices, positions, bots and orders grow in turn."""
    asks = (
        (wanted.prices, 3),
        (wanted.positions, 2),
        (wanted.bots, 3),
        (wanted.orders, 2),
        (room, 3),
    )
    prices, positions, bots, orders, log = _share(room, asks)
    return Plan(prices, bots, positions, orders, log, detail)


def _share(room: int, asks: tuple[tuple[int, int], ...]) -> list[int]:
    """Rows by need: first the least of each in order, then what each still wants, one at a time."""
    got = [0] * len(asks)
    for number, (_, least) in enumerate(asks):
        got[number] = least if room >= least else 0
        room -= got[number]
    while room > 0:
        hungry = [n for n, (wanted, _) in enumerate(asks) if got[n] and got[n] < wanted]
        if not hungry:
            break
        for number in hungry[:room]:
            got[number] += 1
        room -= min(room, len(hungry))
    if room > 0:
        got[-1] += room
    return got
