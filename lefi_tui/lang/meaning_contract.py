"""What a script can lead to at most, and its policy, before and after; why it may be more.

The rule it keeps: what is computed and so has no bound is more than any bound; it is no more than
another that is computed only where both texts do the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.record import Record
from lefi_tui.core.timeframe import span
from lefi_tui.lang.blueprint import Blueprint
from lefi_tui.lang.contract import Amount, Ceiling, Traded, contract_of
from lefi_tui.lang.contract_words import rows_of, traded_words
from lefi_tui.lang.form import V
from lefi_tui.lang.wants import trades_of

NEVER: Final = "no"


class Row(Record):
    """One bound in words; empty where there is none."""

    name: str
    before: str
    after: str


def bounds_of(before: Blueprint, after: Blueprint) -> tuple[Row, ...]:
    """Those that differ."""
    old, new = dict(_rows(before)), dict(_rows(after))
    return tuple(
        Row(name.partition("\0")[0], old.get(name, ""), new.get(name, ""))
        for name in dict.fromkeys((*old, *new))
        if old.get(name, "") != new.get(name, "")
    )


def _rows(of: Blueprint) -> Iterator[tuple[str, str]]:
    """Its key tells rows of one name apart: "buys" of this market, and of that."""
    for name, value in rows_of(_anywhere(contract_of(of).whole)):
        if name != "steps":
            yield f"{name}\0{value.partition(':')[0] if ': ' in value else ''}", value
    yield "may sell short", ", ".join(_shorts(of)) or NEVER
    yield "may wait", f"at {len(of.waits)} places" if of.waits else NEVER
    yield "kind", of.kind
    policy = of.policy
    yield "rate", f"{policy.rate_count} orders in {span(int(policy.rate_per_ms))}"
    yield "timeout", span(int(policy.timeout_ms)) if policy.timeout_ms else "none"
    yield "partial fill", policy.partial_fill
    yield "retry", str(policy.retry)
    yield "overlap", policy.overlap or "skip for market data, queue for the rest"
    yield "approval", f"within {span(int(policy.approval_ms))}"
    yield "discount", f"{policy.discount * 100:g}%"


def _anywhere(of: Ceiling) -> Ceiling:
    """Without the lines that compute it: they move with the layout."""
    trades = tuple(
        replace(each, amounts=tuple(replace(one, lines=()) for one in each.amounts))
        for each in of.trades
    )
    leverage = None if of.leverage is None else replace(of.leverage, lines=())
    return replace(of, trades=trades, leverage=leverage)


def _shorts(of: Blueprint) -> tuple[str, ...]:
    """Perpetual markets in which a sell is not held to reduce."""
    found = (
        each.symbol
        for form in of.forms
        for each in trades_of((*form.always, *form.steps, *form.after))
        if each.action == "sell" and ":" in each.symbol and not _reduces(each.named)
    )
    return tuple(dict.fromkeys(found))


def _reduces(named: tuple[tuple[str, str, V], ...]) -> bool:
    return any(name == "reduce_only" and v.op == "const" and v.value for name, _, v in named)


# ---- more than before


def rises(before: Blueprint, after: Blueprint, *, is_alike: bool) -> tuple[str, ...]:
    """Why it may spend more, in words; none where it surely does not."""
    old, new = contract_of(before), contract_of(after)
    found = list(_traded_rises(old.whole, new.whole, is_alike=is_alike))
    if new.whole.orders > old.whole.orders:
        found.append(f"{new.whole.orders} orders at one moment, {old.whole.orders} before")
    leverage = _most(new.whole.leverage, 1.0), _most(old.whole.leverage, 1.0)
    if leverage[0] > leverage[1] or (math.isinf(leverage[0]) and not is_alike):
        found.append("a higher leverage")
    found += [f"it may sell {each} short" for each in _shorts(after) if each not in _shorts(before)]
    if _rate(after) > _rate(before):
        found.append("more orders in the same time")
    return tuple(found)


def _traded_rises(old: Ceiling, new: Ceiling, *, is_alike: bool) -> Iterator[str]:
    known: Mapping[tuple[str, ...], Traded] = {_key(each): each for each in old.trades}
    for each in new.trades:
        if each.action == "close":
            continue
        was = known.get(_key(each))
        amounts = {} if was is None else {one.kind: one for one in was.amounts}
        for amount in each.amounts:
            most, before = _most(amount, 0.0), _most(amounts.get(amount.kind), 0.0)
            if most > before or (math.isinf(most) and not is_alike):
                yield traded_words(each)
                break


def _key(of: Traded) -> tuple[str, ...]:
    return of.action, of.symbol, of.account, of.to


def _most(of: Amount | None, none: float) -> float:
    if of is None:
        return none
    return math.inf if of.most is None else of.most


def _rate(of: Blueprint) -> float:
    return of.policy.rate_count / of.policy.rate_per_ms
