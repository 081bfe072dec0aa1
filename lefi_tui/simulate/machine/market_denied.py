"""What the bot's own rules denied in machine code, in the words of bots.automated."""

from __future__ import annotations

from bots.automated.wanted import POLICY_RATE, STILL_WORKING, over_rate, still_working
from lefi_tui.lang.check_policy import Policy
from lefi_tui.lang.form import Trade
from lefi_tui.lang.python_way import NO_VALUE, no_value
from lefi_tui.simulate.machine import market_layout as at
from lefi_tui.simulate.machine import wanted_layout as ask
from lefi_tui.simulate.machine.trade_steps import lacking
from lefi_tui.simulate.machine.words import Ints
from lefi_tui.simulate.result import Refusal


def denied(trades: list[Trade], policy: Policy, n: Ints, t: int) -> Refusal:
    """`trades` by the number of their template."""
    op = trades[(n[t + at.T_ORDER] - ask.BEHIND_ASKS) // ask.TEMPLATE_SIZE]
    code, text = _why(op, policy, n[t + at.T_CODE], n[t + at.T_SIGN])
    return Refusal(n[t + at.T_TIME], op.symbol, op.action, code, text)


def _why(op: Trade, policy: Policy, code: int, missing: int) -> tuple[str, str]:
    what = f"{op.action} {op.symbol}"
    match code:
        case ask.NO_VALUE:
            return NO_VALUE, no_value(op, lacking(op, missing))
        case ask.STILL_WORKING:
            return STILL_WORKING, still_working(what)
        case _:
            return POLICY_RATE, over_rate(policy, what)
