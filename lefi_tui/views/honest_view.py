"""What stands behind a simulation's numbers: on what they rest, and how much of them may be chance.

`lefi_tui.simulate.honest` computes it, and says there exactly how.
"""

from __future__ import annotations

from lefi_tui.core.record import Record


class Band(Record):
    """Five of a hundred lie below it, five above."""

    low: float
    high: float


class Both(Record):
    """Trades that left inside a candle which reached a stop, a trail or a liquidation, and the
    target: which came first there is a rule, not a fact."""

    trades: int
    pnl: float
    share: float | None  # of all that was won and lost, both counted as positive


class HonestView(Record):
    """None is a number that these trades do not give."""

    assumptions: tuple[str, ...]
    trades: int
    both: Both
    p_value: float | None  # of the mean trade
    finals: Band | None  # final equity, trades drawn again
    falls: Band | None  # largest fall, trades in another order
    fall: float | None  # the same fall, trades in their own order
    draws: int
    shuffles: int
    seed: int
    variants: int | None = None  # tried on this data so far, this one too; None: not counted
    warnings: tuple[str, ...] = ()

    @property
    def p_best(self) -> float | None:
        """How often the best of so many variants, none with an edge, looks as good by chance; for
        variants that have nothing to do with each other, so at most that often."""
        if self.p_value is None or self.variants is None:
            return None
        return float(1 - (1 - self.p_value) ** self.variants)
