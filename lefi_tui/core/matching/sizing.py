"""From what was asked to units, or to the refusal in words: what, where, why, next.

The rules it keeps: a share of free cash pays its own fee; spot never goes below zero; a size that
reduces by share never passes zero; a cost over what is free is refused, never made smaller.
"""

from __future__ import annotations

import math
from typing import Final

from lefi_tui.core.instrument import ASKED_MAX
from lefi_tui.core.matching import wrongs
from lefi_tui.core.matching.holding import Holding
from lefi_tui.core.matching.rules import COST_TOLERANCE, MarketRules
from lefi_tui.core.matching.waiting import Waiting
from lefi_tui.core.matching.wrongs import Wrong
from lefi_tui.core.order import SizeKind
from lefi_tui.core.record import Record

LIMIT_MAX: Final = float(ASKED_MAX)


class Sized(Record):
    units: float
    leverage: float
    cost: float  # free cash it takes; 0 for what only reduces
    only_reduces: bool


class Scene(Record):
    """What an order meets when it is sized."""

    rules: MarketRules
    holding: Holding
    free_cash: float
    free_units: float  # spot units that no resting sell has set aside
    price: float
    taker: float

    @property
    def cash_held(self) -> float:
        return self.free_cash * COST_TOLERANCE if self.free_cash > 0 else self.free_cash


def leverage_of(order: Waiting, scene: Scene) -> float | Wrong:
    """As asked, else the open position's, else 1; spot has none."""
    asked, held = order.leverage, scene.holding
    if asked is None:
        return held.leverage if held.units else 1.0
    if not asked > 0 or not math.isfinite(asked):
        return wrongs.leverage_invalid(scene.rules, asked)
    if not scene.rules.is_perpetual and asked != 1:
        return wrongs.leverage_on_spot(scene.rules, asked)
    if held.units and asked != held.leverage:
        return wrongs.leverage_differs(scene.rules, asked, held.leverage)
    return asked


def limit_of(rules: MarketRules, limit: float, sign: int) -> float | Wrong:
    """On the tick, where it is a price at all."""
    if 0 < limit <= LIMIT_MAX and (fitted := rules.limit_price(limit, sign)) > 0:
        return fitted
    return wrongs.limit_not_a_price(rules, limit)


def sized(order: Waiting, scene: Scene) -> Sized | Wrong:
    leverage = leverage_of(order, scene)
    if isinstance(leverage, Wrong):
        return leverage
    held = scene.holding
    is_against = held.units * order.sign < 0
    must_reduce = order.is_reduce_only or order.is_close
    if must_reduce and not is_against:
        return wrongs.nothing_to_reduce(scene.rules, order.sign)
    if not is_against and order.sign < 0 and not scene.rules.is_perpetual:
        return wrongs.nothing_to_sell(scene.rules)
    only_reduces = is_against and (must_reduce or order.size_kind is SizeKind.SHARE)
    only_reduces = only_reduces or (order.sign < 0 and not scene.rules.is_perpetual)
    units = scene.rules.lot.down(_asked_units(order, scene, leverage, is_against=is_against))
    if only_reduces and (must_reduce or order.size_kind is SizeKind.SHARE):
        units = min(units, abs(held.units))
    wrong = _too_small(scene, units) or _too_few_units(order, scene, units)
    if wrong is not None:
        return wrong
    cost = 0.0 if only_reduces else _cost(scene, units, leverage, is_against=is_against)
    return _too_dear(scene, units, cost) or Sized(units, leverage, cost, only_reduces)


def refitted(order: Waiting, scene: Scene) -> Sized | Wrong:
    """A limit order whose units are fixed, at the price it fills at: is there still the cash?

    A sell that opens a short above its limit takes more margin than was set aside.
    """
    leverage = leverage_of(order, scene)
    if isinstance(leverage, Wrong):
        return leverage
    held = scene.holding
    is_against = held.units * order.sign < 0
    if order.only_reduces:
        assert is_against, "what only reduces goes with its position"
        return Sized(min(order.units, abs(held.units)), leverage, 0.0, only_reduces=True)
    cost = _cost(scene, order.units, leverage, is_against=is_against)
    return _too_dear(scene, order.units, cost) or Sized(
        order.units, leverage, cost, only_reduces=False
    )


def _asked_units(order: Waiting, scene: Scene, leverage: float, *, is_against: bool) -> float:
    """Before lots: of base, worth of quote, or a share of cash or position."""
    if order.size_kind is SizeKind.ALL:
        return abs(scene.holding.units)
    if order.size_kind is SizeKind.UNITS:
        return order.size
    if order.size_kind is SizeKind.WORTH:
        return order.size / scene.price
    if is_against:
        share = abs(scene.holding.units) * order.size
        return share if scene.rules.is_perpetual else min(share, scene.free_units)
    return scene.free_cash * order.size / (scene.price * (1 / leverage + scene.taker))


def _too_small(scene: Scene, units: float) -> Wrong | None:
    rules = scene.rules
    if units <= 0:
        return wrongs.size_zero(rules)
    if units < rules.minimum_units:
        return wrongs.quantity_below_minimum(rules, units)
    if units * scene.price < rules.minimum_notional:
        return wrongs.notional_below_minimum(rules, units * scene.price)
    return None


def _too_few_units(order: Waiting, scene: Scene, units: float) -> Wrong | None:
    """Spot can't go below zero. A close sells all there is: what rests goes with the position."""
    if scene.rules.is_perpetual or order.sign > 0 or order.is_close:
        return None
    if units <= scene.free_units:
        return None
    return wrongs.units_too_few(scene.rules, units, scene.free_units)


def _cost(scene: Scene, units: float, leverage: float, *, is_against: bool) -> float:
    """Free cash the order takes. What closes on the way to the other side pays for it first."""
    held, fee = scene.holding, scene.taker * scene.price * units
    if not is_against:
        return scene.price * units / leverage + fee
    closing = min(units, abs(held.units))
    opening = units - closing
    if not opening:
        return 0.0
    share = closing / abs(held.units)
    gain = held.gain(scene.price) * share
    brings = max(0.0, held.margin * share + gain - scene.taker * scene.price * closing)
    takes = scene.price * opening / leverage + scene.taker * scene.price * opening
    return max(0.0, takes - brings)


def _too_dear(scene: Scene, units: float, cost: float) -> Wrong | None:
    if not cost or cost <= scene.cash_held:
        return None
    at = (scene.price, scene.free_cash)
    return wrongs.cash_too_little(scene.rules, cost, units, at)
