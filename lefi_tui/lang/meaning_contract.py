"""What a script can lead to at most, and its policy, before and after; why it may be more.

The rule it keeps: what is computed and so has no bound is more than any bound; it is no more than
another that is computed only where both texts do the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.record import Record
from lefi_tui.core.timeframe import span
from lefi_tui.lang.blueprint import Blueprint, Handler
from lefi_tui.lang.contract import Amount, Ceiling, Traded, contract_of
from lefi_tui.lang.contract_words import rows_of, traded_words
from lefi_tui.lang.reach import can_open
from lefi_tui.lang.titles import title_of
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
        if each.action == "sell" and can_open(each)
    )
    return tuple(dict.fromkeys(found))


# ---- more than before


def rises(before: Blueprint, after: Blueprint, *, is_alike: bool) -> tuple[str, ...]:
    """Why it may spend more, in words; none where it surely does not. An order that can't open a
    position or make it larger spends nothing, however many there are."""
    old, new = contract_of(before).whole, contract_of(after).whole
    found = list(_traded_rises(old, new, is_alike=is_alike))
    if new.opens > old.opens:
        found.append(f"{_entries(new.opens)} at one moment, {old.opens or 'none'} before")
    leverage = _most(new.leverage, 1.0), _most(old.leverage, 1.0)
    if leverage[0] > leverage[1] or (math.isinf(leverage[0]) and not is_alike):
        found.append("a higher leverage")
    found += [f"it may sell {each} short" for each in _shorts(after) if each not in _shorts(before)]
    if (new.opens or new.transfers) and _rate(after) > _rate(before):
        found.append("more orders in the same time")
    return tuple(found)


def oftener(of: tuple[Blueprint, Blueprint], pairs: Iterable[tuple[int, int]]) -> Iterator[str]:
    """`pairs` are numbers of handlers that go on as each other. What spends at more events spends
    more, though no more at any one of them."""
    before, after = of
    old_of = {new: before.handlers[old] for old, new in pairs}
    for now, most in zip(after.handlers, contract_of(after).handlers, strict=True):
        was = old_of.get(now.index)
        if not (most.opens or most.transfers):
            continue
        if was is None:
            yield f"it may act on {title_of(now)}, as it did not before"
        elif title_of(was) != title_of(now) and not _period(now) >= _period(was):
            yield f"it may act more often: on {title_of(now)}, on {title_of(was)} before"


def _period(of: Handler) -> float:
    """In milliseconds, the least between two events. Not a number where it is not in the text:
    that is no less and no more than another."""
    return float(of.timeframe_ms or of.every_ms or math.nan)


def _traded_rises(old: Ceiling, new: Ceiling, *, is_alike: bool) -> Iterator[str]:
    known: Mapping[tuple[str, ...], Traded] = {_key(each): each for each in _spending(old)}
    for each in _spending(new):
        was = known.get(_key(each))
        amounts = {} if was is None else {one.kind: one for one in was.amounts}
        for amount in each.amounts:
            most, before = _most(amount, 0.0), _most(amounts.get(amount.kind), 0.0)
            if most > before or (math.isinf(most) and not is_alike):
                yield traded_words(each)
                break


def _spending(of: Ceiling) -> tuple[Traded, ...]:
    """What opens or grows a position, or takes money to another account."""
    return (*of.opening, *(each for each in of.trades if each.action == "transfer"))


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def _key(of: Traded) -> tuple[str, ...]:
    return of.action, of.symbol, of.account, of.to


def _most(of: Amount | None, none: float) -> float:
    if of is None:
        return none
    return math.inf if of.most is None else of.most


def _rate(of: Blueprint) -> float:
    return of.policy.rate_count / of.policy.rate_per_ms
