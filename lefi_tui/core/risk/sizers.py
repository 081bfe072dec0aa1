"""How large an entry may be: four rules, each a function of numbers; none of them enlarges.

Units of base at a price; the smallest of those that are set counts.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from lefi_tui.core.money import ZERO
from lefi_tui.core.order import Side
from lefi_tui.core.risk.measures import Regime

ATR_STOP: Final = Decimal("1.5")  # ATRs that a stop is thought away
# A trader's estimate of wins is an estimate: the share of equity that Kelly may have at most.
KELLY_CAPS: Final = {"demo": Decimal("0.1"), "dry_run": Decimal("0.02")}
KELLY_CAP_LIVE: Final = Decimal("0.0025")
# Volatility over its median, and what Kelly's share is multiplied by above it (or below the last).
_CALMING: Final = ((2.0, Decimal("0.5")), (1.5, Decimal("0.75")))
_QUIET: Final = (0.5, Decimal("1.25"))

# Of Kelly's share, for an entry that goes up; one that goes down has them mirrored.
_REGIMES: Final = {
    Regime.RISING: Decimal("1.2"),
    Regime.FALLING: Decimal("0.8"),
    Regime.SIDEWAYS: Decimal("0.6"),
    Regime.WILD: Decimal("0.5"),
}
_MIRRORED: Final = {Regime.RISING: Regime.FALLING, Regime.FALLING: Regime.RISING}


def fixed(worth: Decimal, price: Decimal) -> Decimal:
    """The same money each time."""
    return worth / price


def fraction(equity: Decimal, share: Decimal, price: Decimal) -> Decimal:
    """The same share of equity each time."""
    return max(equity, ZERO) * share / price


def atr_risk(cash: Decimal, share: Decimal, atr: Decimal) -> Decimal:
    """So much that a fall of 1.5 ATR costs this share of cash."""
    return max(cash, ZERO) * share / (ATR_STOP * atr)


def kelly_share(part: Decimal, win_rate: Decimal, payoff: Decimal) -> Decimal:
    """A part of Kelly's share of equity, (p b - q) / b; nothing where the odds are against it."""
    edge = (win_rate * payoff - (1 - win_rate)) / payoff
    return max(part * edge, ZERO)


def calmed(share: Decimal, volatility: float) -> Decimal:
    """Less where the market is wilder than usual, a little more where it is quiet."""
    for above, factor in _CALMING:
        if volatility > above:
            return share * factor
    return share * _QUIET[1] if volatility < _QUIET[0] else share


def in_regime(share: Decimal, regime: Regime, side: Side) -> Decimal:
    """More with the trend, less against it, least where there is none."""
    seen = regime if side is Side.BUY else _MIRRORED.get(regime, regime)
    return share * _REGIMES[seen]


def kelly_cap(mode: str) -> Decimal:
    return KELLY_CAPS.get(mode, KELLY_CAP_LIVE)
