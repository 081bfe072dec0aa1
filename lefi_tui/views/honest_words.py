"""How far a simulation can be trusted, in words: for the command line, the page and the lab alike.

All warnings about simulated numbers are worded here.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec import to_builtins

from lefi_tui.views import numbers
from lefi_tui.views.honest_view import Band, HonestView
from lefi_tui.views.report_words import Fact

TRADES_MIN: Final = 30  # fewer say little of the next ones
BOTH_MAX: Final = 0.1  # of all won and lost
P_MAX: Final = 0.05
P_EVEN: Final = 0.5
TITLE: Final = "How far to trust it"
ASSUMED: Final = "What is assumed"


def facts(view: HonestView) -> tuple[Fact, ...]:
    """The number of variants with what it makes of the chance; the bands from 5 to 95 of 100."""
    both = view.both
    of_all = f", {_percent(both.share)} of all won and lost" if both.share else ""
    told = f", {numbers.signed(both.pnl, 2)}{of_all}" if both.trades else ""
    return (
        Fact("stop and target both possible", f"{both.trades:,} of {view.trades:,} trades{told}"),
        Fact("mean trade by chance", _chance(view), _tone(view.p_value)),
        Fact("variants tried on this data", _variants(view), _tone(view.p_best)),
        Fact("final equity, trades drawn again", _band(view.finals, "{:,.2f}")),
        Fact("largest fall, trades shuffled", _falls(view)),
    )


def _chance(view: HonestView) -> str:
    if view.p_value is None:
        return numbers.UNKNOWN
    return f"p {view.p_value:.3f} ({view.draws:,} draws, seed {view.seed})"


def _variants(view: HonestView) -> str:
    if view.variants is None:
        return "not counted"
    if view.variants < 2 or view.p_best is None:
        return f"{view.variants:,}"
    return f"{view.variants:,}; the best of them by chance p {view.p_best:.3f}"


def _falls(view: HonestView) -> str:
    own = (
        "" if view.fall is None else f"; as they came {_percent(view.fall)}, of closed trades alone"
    )
    return _band(view.falls, "{:.2%}") + own


def _band(band: Band | None, form: str) -> str:
    if band is None:
        return numbers.UNKNOWN
    return f"{form.format(band.low)} to {form.format(band.high)}"


def _percent(value: float | None) -> str:
    return numbers.UNKNOWN if value is None else f"{value:.2%}"


def _tone(chance: float | None) -> int:
    return -1 if chance is not None and chance > P_MAX else 0


# ---- warnings


def warnings(view: HonestView) -> tuple[str, ...]:
    """What a person should hear before believing the result."""
    found = []
    if view.trades < TRADES_MIN:
        found.append(few_trades(view.trades))
    if (view.both.share or 0) > BOTH_MAX:
        found.append(
            f"{_percent(view.both.share)} of all won and lost left candles in which stop and "
            "target were both possible; finer candles would tell which came first"
        )
    if view.p_value is not None and view.p_value > P_EVEN:
        found.append("without any edge, trades like these do as well more often than not")
    elif view.p_value is not None and view.p_value > P_MAX:
        found.append(
            f"without any edge, trades like these make as much in {_percent(view.p_value)} of cases"
        )
    elif (view.p_best or 0) > P_MAX:
        found.append(
            f"the best of {view.variants:,} variants without any edge looks as good in up to "
            f"{_percent(view.p_best)} of cases"
        )
    return tuple(found)


def few_trades(trades: int) -> str:
    one = "1 trade says" if trades == 1 else f"{trades} trades say"
    return f"{one if trades else 'no trade says'} little; wait for {TRADES_MIN} before judging"


# ---- as data


def report(view: HonestView) -> dict[str, Any]:
    """As `lefi backtest --json` writes it."""
    out: dict[str, Any] = to_builtins(view)
    out["p_best"] = view.p_best
    return out
