"""What the numbers of a run need of its equity, candle by candle, in the dialect."""

from __future__ import annotations

from lefi_tui.simulate.machine.words import Floats


def largest_fall(n: int, e: Floats) -> float:
    """From a running peak, as a share of it; division keeps the order of what it divides."""
    peak = trough = e[0]
    worst = 0.0
    for at in range(n):
        value = e[at]
        if value > peak:
            if peak > 0.0:
                worst = max(worst, (peak - trough) / peak)
            peak = trough = value
        elif value < trough:
            trough = value
    if peak > 0.0:
        worst = max(worst, (peak - trough) / peak)
    return worst


def returns_of(n: int, e: Floats, r: Floats) -> int:
    """Of `n` values of equity; answers how many returns they have: none where there was nothing."""
    count = 0
    for at in range(1, n):
        if e[at - 1] != 0.0:
            r[count] = e[at] / e[at - 1] - 1.0
            count += 1
    return count
