"""Checks that look at the trade's own plan: what it is worth, where its stop is, what it promises.

What a script says of its own signal comes by name from its events: `Emit("signal", confidence =
0.7, adx = ADX(…))`. The rule it keeps: no number is read out of words.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Final

from lefi_tui.core.money import ZERO
from lefi_tui.core.risk.facts import Facts, GateRequest
from lefi_tui.core.risk.limits import Limits
from lefi_tui.core.risk.looking import Found, at_most, few_candles, money, short, unknown
from lefi_tui.core.risk.measures import ATR_BARS, BPS, atr, bps
from lefi_tui.core.risk.overlay import edge_bps, stop_bps

CONFIDENCE: Final = "confidence"
EDGE_SHARE: Final = 0.5  # of an ATR, that a signal is thought to catch


def smallest(request: GateRequest, limits: Limits, _facts: Facts) -> Found:
    least = limits.entry_notional_min or ZERO
    value, bound = money(request.opened, request.currency), money(least, request.currency)
    is_ok = request.opened >= least
    why = f"It would open {value}, {bound} at least: its fees would be most of it. Ask for more."
    return Found(value, f"{bound} at least", is_ok, "" if is_ok else why)


def stop_distance(request: GateRequest, limits: Limits, facts: Facts) -> Found:
    """Of stop loss or trail. None is moved: the script sets a closer one, or asks again later."""
    most = stop_bps(limits, facts, request.symbol)
    bound = f"{short(most)} bps"
    if limits.stop_bps_max is not None and most < limits.stop_bps_max:
        bound = f"{bound}, closer while entries are reduced"
    if request.stop is None:
        why = f"It has no stop_loss and no trail, {bound} away is allowed. Set one."
        return Found("no stop", bound, is_ok=False, why=why)
    far = bps(request.stop, request.price)
    why = f"Its stop is {short(far)} bps away, {bound} allowed. Set it closer; none is moved."
    return at_most(far, most, (f"{short(far)} bps", bound), why)


def edge(request: GateRequest, limits: Limits, facts: Facts) -> Found:
    """What the market moves in an hour, by how sure the script is of its direction."""
    least = edge_bps(limits, facts, request.symbol)
    bound = f"{short(least)} bps at least"
    bars = facts.candles(request.symbol)
    range_, sure = atr(bars), facts.signal.get(CONFIDENCE, 1.0)
    if not range_:
        return unknown(bound, few_candles(request.symbol, len(bars), ATR_BARS + 1))
    if not math.isfinite(sure):
        return unknown(bound, f"Its `{CONFIDENCE}` is no number. Emit one from 0 to 1.")
    sure = min(max(sure, 0.0), 1.0)
    promised = Decimal(repr(range_ * sure * EDGE_SHARE)) / request.price * BPS
    value = f"{short(promised)} bps at confidence {short(sure)}"
    is_ok = promised >= least
    why = f"{request.symbol} promises {value}, {bound}. Wait until it moves more."
    return Found(value, bound, is_ok, "" if is_ok else why)
