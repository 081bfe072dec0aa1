"""`--limits` on candle files: the direct loop and the engine refuse the same orders, in words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from lefi_tui.core import messages as m
from lefi_tui.core.risk.limits import Limits
from lefi_tui.core.risk.release import Release
from lefi_tui.requests import Costs, LimitsAsked
from lefi_tui.simulate.event_way import backtest
from lefi_tui.simulate.result import Refusal, Result, denied
from tests.engine.file_run import request, through_the_engine
from tests.engine.test_candle_file_run import COSTS, ENTRIES, SHORTS, WAITS, market

SPOT, PERPETUAL = "BTC/USDT", "BTC/USDT:USDT"


@dataclass(frozen=True)
class Both:
    direct: Result
    refused: tuple[Refusal, ...]  # by the gate

    @property
    def codes(self) -> set[str]:
        return {v.code for each in self.refused for v in each.verdicts if not v.passed}


def both(
    folder: Path, source: str, files: dict[str, Path], limits: Limits, costs: Costs = COSTS
) -> Both:
    """The same run twice; every trade, equity and refusal is the same."""
    calendar = (Release(200 * 60_000, "CPI"),)
    asked = replace(request(source, files, costs), limits=LimitsAsked(limits, calendar))
    direct = backtest(asked)
    journal = folder / "journal"
    journal.mkdir()
    run = through_the_engine(asked, journal)
    assert run.trades == list(direct.trades)
    assert run.equity == list(direct.equity[1:])
    refused = tuple(each for each in direct.refusals if each.verdicts)
    assert tuple(denied(each) for each in run.events if isinstance(each, m.OrderDenied)) == refused
    return Both(direct, refused)


TIGHT = Limits(
    order_notional_max=Decimal(2_990),
    orders_per_minute_max=2,
    orders_per_day_max=60,
    daily_loss_max=Decimal(150),
    positions_open_max=1,
    position_notional_max=Decimal(4_000),
    deployed_share_max=Decimal("0.5"),
    cooldown_minutes=6,
    event_lockout=True,
    risk_share_max=Decimal("0.04"),
    reward_risk_min=Decimal("1.5"),
    open_risk_share_max=Decimal("0.02"),
    drawdown_day_max=Decimal("0.03"),
)


def test_both_ways_refuse_the_same_orders(tmp_path: Path) -> None:
    files = {SPOT: market(tmp_path / "a.csv", 1, has_gaps=True)}
    found = both(tmp_path, ENTRIES, files, TIGHT, Costs(cash=Decimal(9_900)))
    assert found.direct.trades
    assert {"POSITION_EXCEEDS_MAXIMUM", "EVENT_NEAR", "COOLING_DOWN"} < found.codes


def test_both_ways_make_entries_smaller_alike(tmp_path: Path) -> None:
    limits = Limits(
        size_fixed=Decimal(700), size_share=Decimal("0.09"), drawdown_week_halve=Decimal("0.01")
    )
    files = {PERPETUAL: market(tmp_path / "a.csv", 4, funding=True)}
    found = both(tmp_path, SHORTS, files, limits)
    assert found.direct.trades
    largest = max(each.units * each.entry_price for each in found.direct.trades)
    assert largest < 5_000, "20 % of 10,000 at 20x are 40,000"


def test_a_run_that_waits_hears_that_a_limit_refused_its_order(tmp_path: Path) -> None:
    files = {SPOT: market(tmp_path / "a.csv", 3)}
    found = both(tmp_path, WAITS, files, Limits(position_notional_max=Decimal(700)))
    assert found.codes == {"POSITION_EXCEEDS_MAXIMUM"}
    assert len(found.direct.trades) > 10


SURE = """
script "as sure as its candle is wide"
setting symbol = "BTC/USDT"
on Candle(symbol, 60m) {
    Emit("signal", confidence = Min(1, 40 * Abs(close / open - 1)))
    Buy(symbol, 5%, stop_loss = 2%)
}
"""


def test_both_ways_know_how_sure_a_script_says_it_is(tmp_path: Path) -> None:
    files = {SPOT: market(tmp_path / "a.csv", 5, step_s=3_600)}
    found = both(tmp_path, SURE, files, Limits(edge_bps_min=Decimal(40)))
    assert found.codes == {"NOT_KNOWN", "EDGE_BELOW_MINIMUM"}  # not known of the first 14 hours
    assert found.direct.trades


def test_an_account_back_to_demo_enters_no_more_in_a_simulation_either(tmp_path: Path) -> None:
    files = {SPOT: market(tmp_path / "a.csv", 1, has_gaps=True)}
    found = both(tmp_path, ENTRIES, files, Limits(drawdown_month_demo=Decimal("0.01")))
    assert found.codes == {"TRADING_REDUCING"}
    assert "back to demo" in found.refused[0].text
