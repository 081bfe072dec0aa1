"""What events of a kill change, and the facts that may cause one by themselves.

Facts are counted only where rules are set, from journaled events alone: a replay counts the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.core.desk import order_changes
from lefi_tui.core.desk.changing import put
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.kill import (
    NOTHING,
    STEPS_MAX,
    KillFacts,
    KillRules,
    KillStage,
    KillState,
    KillStep,
    Reading,
    Try,
    lost,
)
from lefi_tui.core.messages import (
    EquitySampled,
    FlattenTried,
    KillBegan,
    KillRead,
    KillRulesSet,
    KillStepped,
    OrderDenied,
    OrderFilled,
    OrderUnconfirmed,
    TradingState,
    Verdict,
)
from lefi_tui.core.money import EXACT, ZERO
from lefi_tui.core.position import Position
from lefi_tui.core.risk.gate import NOT_KNOWN

WINDOW_NS: Final = 600_000_000_000  # errors and spreads are counted over ten minutes
TIMES_MAX: Final = 1_000
SPREAD: Final = "spread"  # the name of the gate's check


def rules_set(desk: Desk, event: KillRulesSet) -> Desk:
    return replace(desk, kill_rules=event.rules, kill_facts=NOTHING)


def began(desk: Desk, event: KillBegan) -> Desk:
    steps = (KillStep(event.at_ns, event.text),)
    state = KillState(event.at_ns, event.by, event.cause, event.flatten, steps=steps)
    return replace(desk, kill=state)


def stepped(desk: Desk, event: KillStepped) -> Desk:
    state = desk.kill
    assert state is not None, event
    steps = state.steps
    if not (event.left and state.left):  # what is left changes often: one line of steps for it
        steps = (*steps[:1], *(*steps[1:], KillStep(event.at_ns, event.text))[1 - STEPS_MAX :])
    is_closing = event.stage is KillStage.CLOSING and state.stage is not KillStage.CLOSING
    changed = replace(
        state,
        stage=event.stage,
        steps=steps,
        left=event.left,
        left_ns=event.at_ns,
        closing_ns=event.at_ns if is_closing else state.closing_ns,
    )
    return replace(desk, kill=changed)


def read(desk: Desk, event: KillRead) -> Desk:
    assert desk.kill is not None, event
    reading = Reading(event.at_ns, event.working, event.holdings, event.error)
    return replace(desk, kill=replace(desk.kill, read=put(desk.kill.read, event.account, reading)))


def tried(desk: Desk, event: FlattenTried) -> Desk:
    assert desk.kill is not None, event
    attempt = Try(event.at_ns, event.units, event.refusal)
    tries = put(desk.kill.tries, (event.account, event.symbol), attempt)
    return replace(desk, kill=replace(desk.kill, tries=tries))


# ---- facts


def order_filled(desk: Desk, event: OrderFilled) -> Desk:
    """A trade ends when its position is closed or turned over: then it was a loss, or was not."""
    after = order_changes.filled(desk, event)
    if desk.kill_rules is None:
        return after
    key = (event.account, event.symbol)
    old, new = desk.positions.get(key) or Position(*key), after.positions[key]
    result = EXACT.add(
        after.kill_facts.results.get(key, ZERO),
        EXACT.subtract(_result(new), _result(old)),
    )
    if new.units * old.units > 0 or not old.units:
        results = put(after.kill_facts.results, key, result)
        return _with(after, results=results)
    results = {name: each for name, each in after.kill_facts.results.items() if name != key}
    losses = after.kill_facts.losses + 1 if result < 0 else 0
    return _with(after, results=results, losses=losses)


def _result(position: Position) -> Any:
    return EXACT.subtract(position.realized, EXACT.add(position.fees, position.funding))


def order_unconfirmed(desk: Desk, event: OrderUnconfirmed) -> Desk:
    """A cancel that gets no answer counts once, though it is repeated: then its order has said why
    before."""
    after, order = order_changes.unconfirmed(desk, event), desk.orders[event.order]
    if desk.kill_rules is None or (order.is_cancel_asked and order.reason):
        return after
    return _with(after, errors=_times(after.kill_facts.errors, event.at_ns))


def order_denied(desk: Desk, event: OrderDenied) -> Desk:
    if desk.kill_rules is None:
        return desk
    if not any(_is_wide(each) for each in event.verdicts):
        return desk
    return _with(desk, spreads=_times(desk.kill_facts.spreads, event.at_ns))


def _is_wide(verdict: Verdict) -> bool:
    """A spread that nobody told is no wide one."""
    return verdict.name == SPREAD and not verdict.passed and verdict.code != NOT_KNOWN


def equity_sampled(desk: Desk, event: EquitySampled) -> Desk:
    if desk.kill_rules is None or desk.kill_rules.drawdown_max is None:
        return desk
    facts = desk.kill_facts
    peak = max(facts.peaks.get(event.account, event.equity), event.equity)
    return _with(
        desk,
        peaks=put(facts.peaks, event.account, peak),
        fallen=put(facts.fallen, event.account, lost(peak, event.equity)),
    )


def _times(times: tuple[int, ...], at_ns: int) -> tuple[int, ...]:
    recent = tuple(each for each in times if at_ns - each < WINDOW_NS)
    return (*recent, at_ns)[-TIMES_MAX:]


def _with(desk: Desk, **changes: Any) -> Desk:
    return replace(desk, kill_facts=replace(desk.kill_facts, **changes))


# ---- causes


def cause(desk: Desk, now_ns: int) -> str:
    """Why trading is to be killed without anybody's asking; empty when it is not."""
    rules = desk.kill_rules
    if rules is None or desk.trading_state is TradingState.HALTED:
        return ""
    return next((text for each in _CAUSES if (text := each(rules, desk.kill_facts, now_ns))), "")


def _drawdown(rules: KillRules, facts: KillFacts, _now_ns: int) -> str:
    bound = rules.drawdown_max
    if bound is None:
        return ""
    fallen = [name for name, share in facts.fallen.items() if share >= bound]
    if not fallen:
        return ""
    share = facts.fallen[fallen[0]]
    return f"drawdown: account {fallen[0]} lost {share:.2%} of its peak, {bound:.2%} is the bound"


def _losses(rules: KillRules, facts: KillFacts, _now_ns: int) -> str:
    bound = rules.losses_max
    if bound is None or facts.losses < bound:
        return ""
    return f"losses: {facts.losses} trades in a row ended with a loss, {bound} is the bound"


def _errors(rules: KillRules, facts: KillFacts, now_ns: int) -> str:
    count, bound = _recent(facts.errors, now_ns), rules.errors_max
    if bound is None or count < bound:
        return ""
    return f"venue errors: {count} orders without an answer in ten minutes, {bound} is the bound"


def _spreads(rules: KillRules, facts: KillFacts, now_ns: int) -> str:
    count, bound = _recent(facts.spreads, now_ns), rules.spreads_max
    if bound is None or count < bound:
        return ""
    return f"spreads: {count} orders stopped for the spread in ten minutes, {bound} is the bound"


def _recent(times: tuple[int, ...], now_ns: int) -> int:
    return sum(now_ns - each < WINDOW_NS for each in times)


_CAUSES: Final[tuple[Callable[[KillRules, KillFacts, int], str], ...]] = (
    _drawdown,
    _losses,
    _errors,
    _spreads,
)
