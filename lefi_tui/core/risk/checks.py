"""All checks of the gate beside validity and trading state, each a row of one table.

A hard one refuses the entry by itself; of soft ones more than two must fail together.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from lefi_tui.core.risk import checks_account as account
from lefi_tui.core.risk import checks_market as market
from lefi_tui.core.risk import checks_plan as plan
from lefi_tui.core.risk.limits import NONE, Limits
from lefi_tui.core.risk.looking import Check

SOFT_FAILURES_MAX: Final = 2

CHECKS: Final[tuple[Check, ...]] = (
    Check("markets", "SYMBOL_NOT_ALLOWED", "symbols_allowed", account.symbols),
    Check("phantom sell", "NOTHING_TO_SELL", "shorts_refused", account.phantom_sell),
    Check("daily loss", "DAILY_LOSS_EXCEEDS_MAXIMUM", "daily_loss_max", account.daily_loss),
    Check(
        "open positions",
        "POSITIONS_EXCEED_MAXIMUM",
        "positions_open_max",
        account.open_positions,
    ),
    Check(
        "position",
        "POSITION_EXCEEDS_MAXIMUM",
        "position_notional_max",
        account.position_cap,
    ),
    Check("deployed", "DEPLOYED_EXCEEDS_MAXIMUM", "deployed_share_max", account.deploy_cap),
    Check("cooldown", "COOLING_DOWN", "cooldown_minutes", account.cooldown),
    Check("volume 24 h", "VOLUME_BELOW_MINIMUM", "volume_24h_min", market.volume),
    Check("spread", "SPREAD_EXCEEDS_MAXIMUM", "spread_bps_max", market.spread),
    Check("slippage", "SLIPPAGE_EXCEEDS_MAXIMUM", "slippage_bps_max", market.slippage),
    Check("leverage", "LEVERAGE_ABOVE_LIMIT", "leverage_max", account.leverage),
    Check("smallest entry", "NOTIONAL_BELOW_MINIMUM", "entry_notional_min", plan.smallest),
    Check("stop", "STOP_TOO_FAR", "stop_bps_max", plan.stop_distance),
    Check("edge", "EDGE_BELOW_MINIMUM", "edge_bps_min", plan.edge),
    Check(
        "volatility",
        "VOLATILITY_EXCEEDS_MAXIMUM",
        "volatility_ratio_max",
        market.volatility,
    ),
    Check("events", "EVENT_NEAR", "event_lockout", market.lockout),
    Check("anomalies", "MARKET_ODD", "anomaly_lockout", market.anomaly),
    Check("risk", "RISK_EXCEEDS_MAXIMUM", "risk_share_max", account.risk_share),
    Check(
        "drawdown of the day",
        "DRAWDOWN_DAY",
        "drawdown_day_max",
        account.drawdown("day", "drawdown_day_max"),
    ),
    Check(
        "drawdown that closes",
        "DRAWDOWN_CLOSE",
        "drawdown_day_close",
        account.drawdown("day", "drawdown_day_close"),
    ),
    Check(
        "drawdown of the month",
        "DRAWDOWN_MONTH",
        "drawdown_month_max",
        account.drawdown("month", "drawdown_month_max"),
    ),
    Check(
        "reward",
        "REWARD_BELOW_MINIMUM",
        "reward_risk_min",
        account.reward_risk,
        is_hard=False,
    ),
    Check(
        "trading hours",
        "OUTSIDE_TRADING_HOURS",
        "trading_hours",
        market.trading_hours,
    ),
    Check(
        "orders a day",
        "ORDERS_OF_DAY_EXCEED_MAXIMUM",
        "orders_per_day_max",
        account.orders_per_day,
        is_hard=False,
    ),
    Check(
        "open risk",
        "OPEN_RISK_EXCEEDS_MAXIMUM",
        "open_risk_share_max",
        account.open_risk,
        is_hard=False,
    ),
    Check(
        "correlation",
        "CORRELATION_EXCEEDS_MAXIMUM",
        "correlation_max",
        account.correlated,
        is_hard=False,
    ),
    Check(
        "correlation of all",
        "CORRELATIONS_EXCEED_MAXIMUM",
        "correlation_sum_max",
        account.correlated_sum,
        is_hard=False,
    ),
)


@lru_cache(maxsize=256)
def set_checks(limits: Limits) -> tuple[Check, ...]:
    """Only what is set is ever looked at."""
    return tuple(
        each for each in CHECKS if getattr(limits, each.setting) != getattr(NONE, each.setting)
    )
