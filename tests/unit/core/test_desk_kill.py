"""What kills by itself is counted from journaled facts; what a kill closes is never too much."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from lefi_tui.core import messages as m
from lefi_tui.core.desk import Desk, advance, apply
from lefi_tui.core.desk.kill_changes import WINDOW_NS, cause
from lefi_tui.core.desk.orders import is_flatten
from lefi_tui.core.kill import Flatten, KillRules
from lefi_tui.core.order import HAND, Order
from lefi_tui.core.position import Position
from tests.engine.kit import ACCOUNT, EMPTY, LIST, OPEN, SYMBOL, quote

RULES = KillRules(
    drawdown_max=Decimal("0.05"), losses_max=2, errors_max=3, spreads_max=2, flatten=Flatten.BOTS
)
S = 1_000_000_000


def _desk(rules: KillRules = RULES) -> Desk:
    desk = EMPTY
    for message in (OPEN, LIST, m.SetKillRules(rules), quote(0, 100.0)):
        desk, _ = advance(desk, message)
    return desk


def _worth(desk: Desk, equity: int, at_ns: int = 1) -> Desk:
    return apply(desk, m.EquitySampled(ACCOUNT, at_ns, Decimal(equity), Decimal(0), ()))


def _fill(desk: Desk, side: str, price: int, number: int) -> Desk:
    fill = m.OrderFilled(
        "foreign",
        f"t{number}",
        number,
        ACCOUNT,
        SYMBOL,
        side,
        Decimal(price),
        Decimal(1),
        Decimal(0),
        "taker",
        "order",
        HAND,
        is_last=True,
    )
    return apply(desk, fill)


def test_the_same_kill_taken_again_by_its_note_says_nothing_and_another_does() -> None:
    kill = m.Kill(5, "anna", "enough")
    desk, first = advance(_desk(), kill)
    assert m.KillBegan in {type(each) for each in first.events}
    assert advance(desk, kill)[1].events == ()
    assert advance(desk, replace(kill, at_ns=6))[1].events


def test_a_drawdown_from_the_peak_is_a_cause_and_a_smaller_one_is_none() -> None:
    desk = _worth(_worth(_desk(), 1_000), 951)
    assert cause(desk, 2) == ""
    assert cause(_worth(desk, 950), 2).startswith("drawdown: account main lost 5.00% of its peak")


def test_losses_count_by_whole_trades_and_a_gain_begins_anew() -> None:
    desk = _desk()
    for number, (side, price) in enumerate(
        [("buy", 100), ("buy", 100), ("sell", 90), ("sell", 90), ("buy", 90), ("sell", 95)]
    ):
        desk = _fill(desk, side, price, number)
    assert desk.kill_facts.losses == 0
    for number, (side, price) in enumerate([("buy", 90), ("sell", 80), ("buy", 90), ("sell", 80)]):
        assert cause(desk, 1) == ""
        desk = _fill(desk, side, price, 10 + number)
    assert cause(desk, 1).startswith("losses: 2 trades in a row")


def test_refusals_for_the_spread_count_for_ten_minutes() -> None:
    desk = _desk()
    verdict = m.Verdict("spread", "9", "5", passed=False, code="SPREAD", text="too wide")
    order = replace(_closing(desk, {"b": 1})[0], run="a bot's")
    for at_ns in (0, 5):
        assert cause(desk, 5) == ""
        desk = apply(desk, m.OrderDenied(order, (verdict,), at_ns))
    assert cause(desk, 5).startswith("spreads: 2 orders")
    assert cause(desk, WINDOW_NS + 1) == ""


def test_a_spread_that_nobody_told_is_no_wide_one() -> None:
    """A feed that is down keeps entries out; it does not kill."""
    desk = _desk()
    order = replace(_closing(desk, {"b": 1})[0], run="a bot's")
    unknown = m.Verdict("spread", "not known", "5", passed=False, code="NOT_KNOWN")
    for at_ns in range(5):
        desk = apply(desk, m.OrderDenied(order, (unknown,), at_ns))
    assert desk.kill_facts.spreads == ()
    assert cause(desk, 5) == ""


def test_without_rules_nothing_is_counted_and_nothing_kills() -> None:
    desk = _worth(_worth(replace(_desk(), kill_rules=None), 1_000), 1)
    assert desk.kill_facts == EMPTY.kill_facts
    assert cause(desk, 2) == ""


def _closing(desk: Desk, shares: dict[str, int], flatten: Flatten = Flatten.BOTS) -> list[Order]:
    """Orders by which a kill closes a position that is held so."""
    units = {name: Decimal(each) for name, each in shares.items()}
    total = sum(units.values(), Decimal(0))
    position = Position(ACCOUNT, SYMBOL, total, Decimal(100), shares=units)
    desk = replace(
        desk,
        positions={(ACCOUNT, SYMBOL): position},
        kill_rules=replace(RULES, flatten=flatten),
    )
    sent: list[Order] = []
    for message in (m.Kill(at_ns=1), m.AdvanceKill(2)):
        desk, step = advance(desk, message)
        for effect in step.effects:
            if isinstance(effect, m.SubmitOrders):
                sent += effect.orders
    return sent


@pytest.mark.parametrize(
    ("shares", "flatten", "wanted"),
    [
        ({"a": 2, "b": 1}, Flatten.BOTS, {"a": 2, "b": 1}),
        ({"a": 2, "b": -1}, Flatten.BOTS, {"a": 1}),
        ({"a": 2, "b": -1, HAND: 1}, Flatten.BOTS, {"a": 1}),
        ({"a": 2, HAND: -1}, Flatten.BOTS, {"a": 1}),
        ({"a": -2, HAND: 3}, Flatten.BOTS, {}),
        ({"a": 1, HAND: 3}, Flatten.ALL, {"a": 1, HAND: 3}),
        ({"a": 1, HAND: 3}, Flatten.NONE, {}),
    ],
)
def test_a_kill_closes_what_bots_hold_together_and_turns_nothing_over(
    shares: dict[str, int], flatten: Flatten, wanted: dict[str, int]
) -> None:
    sent = _closing(_desk(), shares, flatten)
    assert {each.owner: each.quantity for each in sent} == wanted
    assert all(is_flatten(each) and each.terms.side == "sell" for each in sent)
    assert len({each.id for each in sent}) == len(sent)


def test_orders_that_left_without_a_commit_are_taken_in_once_and_only_looked_up() -> None:
    sent = _closing(_desk(), {"a": 1})
    desk = _desk()
    for _ in range(2):
        desk, step = advance(desk, m.TakeOrders(tuple(sent), 5))
        assert not any(isinstance(each, m.SubmitOrders) for each in step.effects)
    assert set(desk.orders) == {sent[0].id}
