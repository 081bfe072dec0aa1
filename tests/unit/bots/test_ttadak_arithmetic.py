"""The arithmetic of the game by golden values: both forms of fee, both sides, the odds."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.ttadak.arithmetic import (
    Fees,
    Liquidity,
    Rules,
    earned,
    exit_price,
    levels,
    odds,
    stop_refusal,
)
from lefi_tui.core.order import Side

BINANCE = Fees(Decimal("0.0002"), Decimal("0.0005"))
MAKER, TAKER = Liquidity.MAKER, Liquidity.TAKER


def rules(entry: Liquidity = MAKER, out: Liquidity = MAKER, **changes: str) -> Rules:
    given = {"leverage": "100", "target": "0.01", "stop": "0.3", "maintenance": "0.004"}
    numbers = {name: Decimal(each) for name, each in (given | {"tick": "0"} | changes).items()}
    return Rules(fees=BINANCE, entry=entry, exit=out, **numbers)


@pytest.mark.parametrize(
    ("side", "golden"), [(Side.BUY, "50025.0050010"), (Side.SELL, "49975.0049990")]
)
def test_the_exit_earns_exactly_the_target_of_the_margin(side: Side, golden: str) -> None:
    price = exit_price(side, Decimal(50_000), rules(), Decimal("0.01"))
    assert round(price, 7) == Decimal(golden)
    assert round(earned(side, Decimal(50_000), price, rules()), 20) == Decimal("0.01")


@pytest.mark.parametrize(
    ("entry", "out", "told"),
    [
        (MAKER, MAKER, "0.0400 0.0500 37.0 97.37 85.7 -4.4"),
        (TAKER, MAKER, "0.0700 0.0800 40.0 97.56 78.9 -7.6"),
        (MAKER, TAKER, "0.0700 0.0800 37.0 97.37 78.9 -7.0"),
        (TAKER, TAKER, "0.1001 0.1101 40.0 97.56 73.2 -10.0"),
    ],
)
def test_the_odds_are_those_of_the_table(entry: Liquidity, out: Liquidity, told: str) -> None:
    """Break-even and target as a move of the price; loss, wins, chance, expectation: in percent."""
    price, by = Decimal(100_000), rules(entry, out)
    at = levels(Side.BUY, price, by)
    found = odds(at, by)
    moves = (f"{(each / price - 1) * 100:.4f}" for each in (at.break_even, at.exit))
    shares = (
        f"{found.loss * 100:.1f}",
        f"{found.wins_needed * 100:.2f}",
        f"{found.fair_chance * 100:.1f}",
        f"{found.expected * 100:.1f}",
    )
    assert " ".join((*moves, *shares)) == told


@given(
    side=st.sampled_from(list(Side)),
    price=st.decimals("0.01", "200000", places=2),
    tick=st.sampled_from([Decimal("0.1"), Decimal("0.01"), Decimal(5)]),
    leverage=st.integers(1, 125),
    target=st.decimals("0", "2", places=3),
)
def test_rounded_away_from_the_entry_it_earns_at_least_the_target(
    side: Side, price: Decimal, tick: Decimal, leverage: int, target: Decimal
) -> None:
    by = rules(leverage=str(leverage), target=str(target), tick=str(tick))
    at = levels(side, price, by)
    if at.exit > 0:
        assert earned(side, price, at.exit, by) >= target - Decimal("1e-25")
        assert at.exit % tick == 0


def test_a_stop_that_may_come_after_the_liquidation_is_refused() -> None:
    assert stop_refusal(rules(stop="0.3")) == ""
    assert "liquidation" in stop_refusal(rules(stop="0.48"))
    assert "liquidation" in stop_refusal(rules(stop="0.5"))
    assert stop_refusal(rules(stop="0.479")) == ""
    assert "liquidated where it is opened" in stop_refusal(rules(leverage="250"))
    assert "without a stop" in stop_refusal(rules(stop="0"))
