"""Stop, target and trail of a position, as core.matching.exits has them.

A level that may be none is answered as such by a kind of at.NONE or by what says that it is there;
the level itself is asked for only then.
"""

from __future__ import annotations

from lefi_tui.simulate.machine import market_layout as at
from lefi_tui.simulate.machine.words import Floats, Ints


def clear_exits(n: Ints, b: int) -> None:
    n[b + at.B_STOP_KIND] = n[b + at.B_TARGET_KIND] = n[b + at.B_TRAIL_KIND] = at.NONE
    n[b + at.B_HAS_OPENED_AT] = n[b + at.B_IS_TARGET_LATE] = n[b + at.B_IS_TRAIL_LATE] = 0


def hang(m: Floats, n: Ints, b: int, o: int) -> None:
    """An entry filled at the deal's price: what it names is set anew, what it does not name stays.

    A candle does not tell whether its high came after the dip that filled an entry inside it, so
    the trail of such an entry begins with the next candle, and so does its target.
    """
    number = n[o + at.O_NUMBER]
    n[b + at.B_ENTRY_ORDER] = number
    if n[at.DEAL_IS_INSIDE] != 0:
        n[b + at.B_HAS_OPENED_AT] = 0
    for leg in range(3):  # stop, target, trail
        if n[o + at.O_STOP_KIND + leg] != at.NONE:
            n[b + at.B_STOP_KIND + leg] = n[o + at.O_STOP_KIND + leg]
            n[b + at.B_STOP_ORDER + leg] = number
            m[b + at.B_STOP + leg] = m[o + at.O_STOP + leg]
    if n[o + at.O_TRAIL_KIND] != at.NONE:
        m[b + at.B_BEST] = m[at.DEAL_PRICE]
        n[b + at.B_IS_TRAIL_LATE] = n[at.DEAL_IS_INSIDE]


def next_candle(m: Floats, n: Ints, b: int) -> None:
    """The candle is over: the trail follows its best, unless it began inside it."""
    n[b + at.B_HAS_OPENED_AT] = n[b + at.B_IS_TARGET_LATE] = 0
    if n[b + at.B_TRAIL_KIND] != at.NONE and n[b + at.B_IS_TRAIL_LATE] == 0:
        if m[b + at.B_UNITS] > 0:
            m[b + at.B_BEST] = max(m[b + at.B_BEST], m[b + at.B_HIGH])
        else:
            m[b + at.B_BEST] = min(m[b + at.B_BEST], m[b + at.B_LOW])
    n[b + at.B_IS_TRAIL_LATE] = 0


def owner(n: Ints, b: int, leg: int) -> int:
    """The entry that a firing leg is told under."""
    if leg != at.LIQUIDATION and n[b + at.B_STOP_KIND + leg - at.STOP] != at.NONE:
        return n[b + at.B_STOP_ORDER + leg - at.STOP]
    return n[b + at.B_ENTRY_ORDER]


def drop_exit(n: Ints, b: int, leg: int) -> None:
    """One exit is canceled; the others stay."""
    n[b + at.B_STOP_KIND + leg - at.STOP] = at.NONE


def stop_level(m: Floats, n: Ints, b: int, sign: int) -> float:
    if n[b + at.B_STOP_KIND] == at.PERCENT:
        return m[b + at.B_ENTRY] * (1 - sign * m[b + at.B_STOP])
    return m[b + at.B_STOP]


def has_trail(n: Ints, b: int) -> bool:
    return n[b + at.B_TRAIL_KIND] != at.NONE and n[b + at.B_IS_TRAIL_LATE] == 0


def trail_level(m: Floats, n: Ints, b: int, sign: int) -> float:
    if n[b + at.B_TRAIL_KIND] == at.PERCENT:
        return m[b + at.B_BEST] * (1 - sign * m[b + at.B_TRAIL])
    return m[b + at.B_BEST] - sign * m[b + at.B_TRAIL]


def has_target(n: Ints, b: int) -> bool:
    return n[b + at.B_TARGET_KIND] != at.NONE and n[b + at.B_IS_TARGET_LATE] == 0


def target_level(m: Floats, n: Ints, b: int, sign: int) -> float:
    if n[b + at.B_TARGET_KIND] == at.PERCENT:
        return m[b + at.B_ENTRY] * (1 + sign * m[b + at.B_TARGET])
    return m[b + at.B_TARGET]


def has_nearer(n: Ints, b: int) -> bool:
    return n[b + at.B_STOP_KIND] != at.NONE or has_trail(n, b)


def nearer_level(m: Floats, n: Ints, b: int, sign: int) -> float:
    """Stop or trail, whichever the price would meet first; at one level, the stop."""
    n[at.NEARER_LEG] = at.TRAIL
    if n[b + at.B_STOP_KIND] == at.NONE:
        return trail_level(m, n, b, sign)
    stop = stop_level(m, n, b, sign)
    if has_trail(n, b):
        trail = trail_level(m, n, b, sign)
        if not stop * sign >= trail * sign:
            return trail
    n[at.NEARER_LEG] = at.STOP
    return stop


def liquidation_level(m: Floats, b: int) -> float:
    """Where the isolated margin of a perpetual is taken."""
    if m[b + at.B_UNITS] > 0:
        return m[b + at.B_ENTRY] * (1 - 1 / m[b + at.B_LEVERAGE] + m[b + at.B_MAINTENANCE])
    return m[b + at.B_ENTRY] * (1 + 1 / m[b + at.B_LEVERAGE] - m[b + at.B_MAINTENANCE])


def bankruptcy_price(m: Floats, b: int) -> float:
    """What a liquidation sells or buys at: all of the margin is gone there."""
    if m[b + at.B_UNITS] > 0:
        return m[b + at.B_ENTRY] * (1 - 1 / m[b + at.B_LEVERAGE])
    return m[b + at.B_ENTRY] * (1 + 1 / m[b + at.B_LEVERAGE])
