"""The limits and the thermostat of the desk as a view, from the checks that judge an order."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.desk import Desk
from lefi_tui.core.desk.gathering import gathered, in_force
from lefi_tui.core.desk.live import key_next
from lefi_tui.core.desk.risk_changes import limits_of
from lefi_tui.core.messages import TradingState
from lefi_tui.core.money import ZERO
from lefi_tui.core.order import HAND, Side
from lefi_tui.core.risk import events
from lefi_tui.core.risk.checks import set_checks
from lefi_tui.core.risk.facts import NS_PER_MS, Facts, GateRequest
from lefi_tui.core.risk.heat import ONE
from lefi_tui.core.risk.limits import ABOUT, DESK, NONE, SETTINGS, InForce, to_text
from lefi_tui.core.risk.overlay import thermostat
from lefi_tui.views.fold import ScreenState
from lefi_tui.views.limits_view import Heat, HeatReason, LimitRow, LimitsView, ReleaseRow

BACK: Final = "reducing only"
# Checks whose answer needs no order: they say how the account stands.
STANDING: Final = frozenset(
    {
        *("daily_loss_max", "deployed_share_max", "orders_per_day_max", "open_risk_share_max"),
        *("drawdown_day_max", "drawdown_day_close", "drawdown_month_max"),
    }
)


def limits_view(desk: Desk, state: ScreenState, now_ns: int, place: str) -> LimitsView:
    """Of one place; an unknown one is the desk's."""
    places = places_of(desk)
    place = place if place in places else DESK
    marked = replace(desk, quotes={key: each.quote for key, each in state.prices.items()})
    own = desk.own_limits.get(place)
    now_ms = now_ns // NS_PER_MS
    releases = events.between(
        desk.releases,
        now_ms - events.AFTER_MS,
        now_ms + events.DAY_MS,
        with_templates=desk.limits.event_templates,
    )
    return LimitsView(
        now_ns,
        place,
        places,
        tuple(sorted(_rows(marked, place, now_ns), key=_is_unset)),
        tuple(_heat(marked, account, now_ns) for account in desk.accounts),
        tuple(
            ReleaseRow(each.at_ms, each.name, each.impact, each.is_approximate) for each in releases
        ),
        0 if own is None else own.version,
        "" if own is None else own.by,
        0 if own is None else own.at_ns,
    )


def places_of(desk: Desk) -> tuple[str, ...]:
    bots = [f"bot/{each.id}" for each in desk.bots.values() if each.is_open]
    return (SETTINGS, DESK, *(f"account/{name}" for name in desk.accounts), *bots)


def _rows(desk: Desk, place: str, now_ns: int) -> Iterator[LimitRow]:
    own, account = limits_of(desk, place), _account_of(desk, place)
    force = _force(desk, place, account)
    now = _now(desk, account, force, now_ns) if account else {}
    for name, about in ABOUT.items():
        value, is_ok = now.get(name, ("", True))
        strictest = to_text(getattr(force.limits, name))
        said_by = force.places.get(name, SETTINGS) if strictest else ""
        yield LimitRow(
            name, about.meaning, to_text(getattr(own, name)), strictest, said_by, value, is_ok
        )


def _is_unset(row: LimitRow) -> bool:
    """What counts stands above: a small screen shows no more."""
    return row.strictest == to_text(getattr(NONE, row.name))


def _account_of(desk: Desk, place: str) -> str:
    kind, _, name = place.partition("/")
    if kind == "bot" and name in desk.bots:
        return desk.bots[name].account
    return name if kind == "account" else next(iter(desk.accounts), "")


def _force(desk: Desk, place: str, account: str) -> InForce:
    """What counts at that place: the limits of the places below it don't."""
    kind, _, name = place.partition("/")
    if kind == "bot":
        return in_force(desk, account, name)
    if kind == "account":
        return in_force(desk, account)
    kept = {key: own for key, own in desk.own_limits.items() if key == DESK == place}
    return in_force(replace(desk, own_limits=kept), account)


def _now(desk: Desk, account: str, force: InForce, now_ns: int) -> dict[str, tuple[str, bool]]:
    facts = _facts(desk, account, force, now_ns)
    nothing = Decimal(0)
    currency = desk.accounts[account].currency
    request = GateRequest(Side.BUY, "", currency, nothing, nothing, is_reducing=False)
    found = {
        row.setting: row.look(request, force.limits, facts)
        for row in set_checks(force.limits)
        if row.setting in STANDING
    }
    return {name: (each.value, each.is_ok) for name, each in found.items()}


def _facts(desk: Desk, account: str, force: InForce, now_ns: int) -> Facts:
    facts = Facts(desk.trading_state, desk.trading_cause, Decimal(0), 0)
    return gathered(desk, (account, ""), now_ns, force.limits, facts)


def _heat(desk: Desk, account: str, now_ns: int) -> Heat:
    """Of the account, then of each market that its living bots trade."""
    force = in_force(desk, account, HAND)
    facts = _facts(desk, account, force, now_ns)
    heat = thermostat(force.limits, facts)
    reasons = [HeatReason(each.text, each.factor) for each in heat.reasons]
    bots = (each for each in desk.bots.values() if each.account == account and each.is_alive)
    symbols = dict.fromkeys(symbol for bot in bots for symbol in bot.needs.symbols)
    for symbol in symbols:
        own = thermostat(force.limits, facts, symbol).reasons[len(heat.reasons) :]
        reasons += [HeatReason(each.text, each.factor, symbol) for each in own]
    held = desk.state_of(account)
    if held.state is not TradingState.ACTIVE:
        lifts = f"{held.lift} lifts it: lefi resume --account {account}"
        text = f"{held.cause}; {lifts if held.lift else key_next(account)}"
        reasons.insert(0, HeatReason(text, ZERO))
        return Heat(account, is_on=True, stage=BACK, factor=ZERO, reasons=tuple(reasons))
    is_on = force.limits.overlay or heat.factor < ONE
    return Heat(account, is_on, heat.stage, heat.factor, tuple(reasons))
