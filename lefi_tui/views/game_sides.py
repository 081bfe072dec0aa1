"""What one game brings: its levels in ticks and money, and its odds."""

from __future__ import annotations

from decimal import Decimal, localcontext

from bots.ttadak.arithmetic import Levels, Rules, odds
from lefi_tui.core.money import MONEY
from lefi_tui.views.game_view import Place, SideView


def side_view(at: Levels, units: Decimal, rules: Rules) -> SideView:
    """Of so many units at these levels; the stop and the liquidation take what stands there."""
    found = odds(at, rules)
    out, taken = rules.fees.of(rules.exit), rules.fees.taker
    forced = at.liquidation
    with localcontext(MONEY):
        margin = at.entry * units / rules.leverage
        fees = found.fees * margin
        moved = abs(at.exit - at.entry) * units
        return SideView(
            at.side.value,
            at.entry,
            _place(at, at.break_even, units, (rules, out)),
            _place(at, at.exit, units, (rules, out)),
            _place(at, at.stop, units, (rules, taken)),
            None if forced is None else _place(at, forced, units, (rules, taken)),
            fees,
            float(fees / moved) if moved else 0.0,
            float(found.wins_needed),
            float(found.fair_chance),
            found.expected * margin,
            margin,
        )


def _place(at: Levels, price: Decimal, units: Decimal, leaving: tuple[Rules, Decimal]) -> Place:
    rules, fee_out = leaving
    moved = at.side.sign * (price - at.entry)
    net = (moved - at.entry * rules.fees.of(rules.entry) - price * fee_out) * units
    return Place(price, at.ticks(price, rules.tick), net)
