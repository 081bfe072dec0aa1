"""Checks of a trade's plan: its stop is near, closer while entries are reduced; its edge pays."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from lefi_tui.core.messages import Verdict
from lefi_tui.core.order import ExitPlan, Level, LevelKind
from lefi_tui.core.risk.checks import CHECKS
from lefi_tui.core.risk.facts import Facts, GateRequest, stop_price
from lefi_tui.core.risk.gate import NOT_KNOWN, check
from tests.unit.core.test_risk_checks import FACTS, REQUEST, limited, worth

D = Decimal


def verdict_of(
    setting: str, limits: Mapping[str, Any], request: GateRequest, facts: Facts
) -> Verdict:
    name = next(row.name for row in CHECKS if row.setting == setting)
    return next(each for each in check(request, limited(**limits), facts) if each.name == name)


def test_an_entry_without_a_stop_is_refused_where_a_stop_must_be_near() -> None:
    found = verdict_of("stop_bps_max", {"stop_bps_max": D(900)}, replace(REQUEST, stop=None), FACTS)
    assert (found.value, found.code) == ("no stop", "STOP_TOO_FAR")
    assert found.text.endswith("Set one.")


@pytest.mark.parametrize(
    ("bound", "stop", "is_let"),
    [("230", "98", True), ("229.9", "98", False), ("40", "99.8", True), ("39", "99.8", False)],
)
def test_a_reduced_account_needs_closer_stops_30_bps_or_half_and_moves_none(
    bound: str, stop: str, *, is_let: bool
) -> None:
    down = replace(FACTS, worth=worth(10_000, 9_700))
    entry = replace(REQUEST, stop=D(stop))
    limits = {"stop_bps_max": D(bound), "overlay": True}
    assert verdict_of("stop_bps_max", limits, entry, FACTS).passed
    found = verdict_of("stop_bps_max", limits, entry, down)
    assert found.passed is is_let
    assert "closer while entries are reduced" in found.bound


def test_a_week_that_halves_reduces_too_and_an_edge_must_be_20_bps_wider() -> None:
    down = replace(FACTS, worth=worth(10_000, 9_300))
    halves = {"drawdown_week_halve": D("0.07")}
    assert not verdict_of("stop_bps_max", {"stop_bps_max": D(200), **halves}, REQUEST, down).passed
    edge = {"edge_bps_min": D(25), **halves}
    assert verdict_of("edge_bps_min", edge, REQUEST, FACTS).bound == "25 bps at least"
    found = verdict_of("edge_bps_min", edge, REQUEST, down)
    assert (found.passed, found.bound) == (False, "45 bps at least")


@pytest.mark.parametrize("said", [float("nan"), float("inf")])
def test_a_confidence_that_is_no_number_is_not_guessed(said: float) -> None:
    facts = replace(FACTS, signal={"confidence": said})
    assert verdict_of("edge_bps_min", {"edge_bps_min": D(1)}, REQUEST, facts).code == NOT_KNOWN


def test_a_confidence_above_one_promises_no_more_than_one() -> None:
    limits = {"edge_bps_min": D(1)}
    plain = verdict_of("edge_bps_min", limits, REQUEST, FACTS)
    boasted = replace(FACTS, signal={"confidence": 50.0})
    assert verdict_of("edge_bps_min", limits, REQUEST, boasted).value == plain.value
    assert plain.value.endswith("at confidence 1")


@pytest.mark.parametrize(
    ("side", "stop_loss", "trail", "price"),
    [
        (1, None, None, None),
        (1, "0.02", None, "98"),
        (1, "0.02", "0.01", "99"),
        (1, None, "0.03", "97"),
        (-1, "0.02", "0.03", "102"),
        (-1, "0.02", "0.01", "101"),
    ],
)
def test_the_stop_of_an_entry_is_its_stop_loss_or_its_trail_whichever_is_closer(
    side: int, stop_loss: str | None, trail: str | None, price: str | None
) -> None:
    levels = [each and Level(LevelKind.PERCENT, D(each)) for each in (stop_loss, trail)]
    plan = ExitPlan(stop_loss=levels[0] or None, trail=levels[1] or None)
    assert stop_price(plan, D(100), side) == (None if price is None else D(price))
    far = ExitPlan(trail=Level(LevelKind.PRICE, D(7)))
    assert stop_price(far, D(100), side) == 100 - 7 * side
