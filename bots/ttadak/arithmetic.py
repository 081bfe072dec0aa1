"""The arithmetic of one game: where it is won, where it is even, lost or liquidated, and what that
asks of whoever plays it.

The rules it keeps: each leg pays its own fee; target and stop are shares of the margin, so their
price distance is the share over the leverage; an exit is rounded away from the entry, so that a
fill at it earns at least the target. Formulas: LD-22, LD-27; liquidation as in a simulation.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from enum import StrEnum
from typing import Final

from lefi_tui.core.money import MONEY, ceil_to, floor_to, nearest_to
from lefi_tui.core.order import Side
from lefi_tui.core.record import Record

ONE: Final = Decimal(1)
# A stop nearer to the liquidation than this share of the way may never be the one that acts.
STOP_OF_LIQUIDATION_MAX: Final = Decimal("0.8")


class Liquidity(StrEnum):
    MAKER = "maker"
    TAKER = "taker"


class Fees(Record):
    """Of one market, as shares of the notional."""

    maker: Decimal
    taker: Decimal

    def of(self, liquidity: Liquidity) -> Decimal:
        return self.maker if liquidity is Liquidity.MAKER else self.taker


class Rules(Record):
    """What a game is played for. `target` and `stop` are shares of the margin, before fees of the
    stop and after those of the target."""

    leverage: Decimal
    target: Decimal
    stop: Decimal
    fees: Fees
    maintenance: Decimal
    tick: Decimal
    entry: Liquidity
    exit: Liquidity = Liquidity.MAKER


class Odds(Record):
    """One game in shares of its margin."""

    gain: Decimal  # net, at the exit as it is rounded
    loss: Decimal  # net, at the stop, which takes
    fees: Decimal  # of both legs of a game that is won
    wins_needed: Decimal  # share of games to win, to lose nothing
    fair_chance: Decimal  # that a price without a drift meets the exit before the stop
    expected: Decimal  # a game, at that chance


class Levels(Record):
    """Prices of one game in quote; `liquidation` is None where leverage 1 leaves none."""

    side: Side
    entry: Decimal
    break_even: Decimal
    exit: Decimal
    stop: Decimal
    liquidation: Decimal | None

    def ticks(self, price: Decimal, tick: Decimal) -> int:
        """Steps from the entry to a price, in our favor above zero."""
        return int((price - self.entry) / tick) * self.side.sign if tick else 0


def exit_price(side: Side, entry: Decimal, rules: Rules, target: Decimal) -> Decimal:
    """Exact: net of both fees it earns `target` of the margin. A target of 0 is the break-even."""
    with localcontext(MONEY):
        fee_in, fee_out = rules.fees.of(rules.entry), rules.fees.of(rules.exit)
        share = target / rules.leverage
        if side is Side.BUY:
            return entry * (ONE + fee_in + share) / (ONE - fee_out)
        return entry * (ONE - fee_in - share) / (ONE + fee_out)


def away(side: Side, tick: Decimal, price: Decimal) -> Decimal:
    """The tick at or beyond a price, away from the entry."""
    return ceil_to(tick, price) if side is Side.BUY else floor_to(tick, price)


def liquidation_of(side: Side, entry: Decimal, rules: Rules) -> Decimal | None:
    with localcontext(MONEY):
        share = ONE / rules.leverage - rules.maintenance
        price = entry * (ONE - side.sign * share)
    return price if price > 0 and rules.leverage > 1 else None


def levels(side: Side, entry: Decimal, rules: Rules) -> Levels:
    with localcontext(MONEY):
        stop = entry * (ONE - side.sign * rules.stop / rules.leverage)
    return Levels(
        side,
        entry,
        away(side, rules.tick, exit_price(side, entry, rules, Decimal(0))),
        away(side, rules.tick, exit_price(side, entry, rules, rules.target)),
        nearest_to(rules.tick, stop),
        liquidation_of(side, entry, rules),
    )


def earned(side: Side, entry: Decimal, exit_at: Decimal, rules: Rules) -> Decimal:
    """Net of both fees, as a share of the margin."""
    return _net(side, (entry, exit_at), rules, rules.fees.of(rules.exit))


def _net(side: Side, prices: tuple[Decimal, Decimal], rules: Rules, fee_out: Decimal) -> Decimal:
    entry, out = prices
    with localcontext(MONEY):
        moved = side.sign * (out - entry)
        fees = entry * rules.fees.of(rules.entry) + out * fee_out
        return (moved - fees) * rules.leverage / entry


def odds(at: Levels, rules: Rules) -> Odds:
    """At the levels as they are rounded. The stop takes whatever stands there."""
    with localcontext(MONEY):
        gain = earned(at.side, at.entry, at.exit, rules)
        loss = -_net(at.side, (at.entry, at.stop), rules, rules.fees.taker)
        up, down = abs(at.exit - at.entry), abs(at.entry - at.stop)
        chance = down / (down + up) if down + up else ONE
        paid = rules.fees.of(rules.entry) + rules.fees.of(rules.exit) * at.exit / at.entry
        needed = loss / (loss + gain) if loss + gain > 0 else ONE
        expected = chance * gain - (ONE - chance) * loss
        return Odds(gain, loss, paid * rules.leverage, needed, chance, expected)


def stop_refusal(rules: Rules) -> str:
    """Why this stop would come too late; empty where it comes in time."""
    with localcontext(MONEY):
        distance = ONE / rules.leverage - rules.maintenance
        most = STOP_OF_LIQUIDATION_MAX * distance * rules.leverage
    if rules.stop <= 0:
        return "A game without a stop is not played: set a stop above 0 % of the margin."
    if distance <= 0:
        return f"At leverage {rules.leverage} the position would be liquidated where it is opened."
    if rules.stop < most:
        return ""
    return (
        f"A stop at {rules.stop:.1%} of the margin may come after the liquidation, which waits at "
        f"{distance * rules.leverage:.1%}. Set the stop below {most:.1%}, or less leverage."
    )
