"""A script's contract, for people and as data.

The rule it keeps: a number that is not known is never made up; the line that computes it is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from lefi_tui.core.symbol import parse_symbol
from lefi_tui.core.timeframe import span
from lefi_tui.lang.contract import Amount, Ceiling, Contract, Traded
from lefi_tui.lang.maths import words

_WIDTH = 15
VALUES_AT: Final = 2 + _WIDTH  # where the words of a bound begin, behind its name
_VERBS = {"buy": "buys", "sell": "sells", "close": "closes", "transfer": "transfers"}


def in_words(contract: Contract) -> Iterator[str]:
    """Lines of text."""
    for each in contract.handlers:
        yield f"{each.title}, line {each.line}: at one event at most"
        yield from _ceiling(each)
    if len(contract.handlers) > 1:
        yield "all of these together, each once"
        yield from _ceiling(contract.whole)
    policy = contract.policy
    if contract.whole.orders or contract.whole.transfers:
        rate = f"{policy.rate_count} orders in {span(int(policy.rate_per_ms))}"
        yield f"{'policy':<{_WIDTH}}  at most {rate}"


def traded_words(of: Traded) -> str:
    """buys BTC/USDT: 10% of free cash"""
    return f"{_VERBS[of.action]} {_traded(of)}"


def _ceiling(of: Ceiling) -> Iterator[str]:
    for name, value in rows_of(of):
        yield f"  {name:<{_WIDTH}}{value}"


def rows_of(of: Ceiling) -> Iterator[tuple[str, str]]:
    """Name and value of each bound."""
    yield "steps", f"{of.steps:,}"
    yield "reads", ", ".join(of.reads) or "no market"
    for each in of.trades:
        yield _VERBS[each.action], _traded(each)
    if of.leverage is not None:
        yield "leverage", _leverage(of.leverage)
    asked = [f'"{each}"' if each else "anyone" for each in of.roles]
    counted = {
        "orders": of.orders,
        "cancels": of.cancels,
        "transfers": of.transfers,
        "undone": of.undone,
        "approvals": of.approvals,
        "notifications": of.notifications,
        "prints": of.prints,
        "events sent": of.events,
        "cash flows": of.plans,
    }
    for name, count in counted.items():
        if count:
            by = f", by {' or '.join(asked)}" if name == "approvals" else ""
            yield name, f"{count:,}{by}"
    if not of.orders:
        yield "orders", "none"


def _traded(of: Traded) -> str:
    where = f"{of.symbol} on {of.account}" if of.account else of.symbol
    if of.action == "close":
        return f"{where}: the whole position"
    amounts = ", and ".join(_amount(of, each) for each in of.amounts)
    if of.action == "transfer":
        return f"{amounts}, from {of.account} to {of.to}"
    return f"{where}: {amounts}"


def _amount(of: Traded, amount: Amount) -> str:
    unit = _unit(of, amount)
    if amount.most is None:
        return f"{unit}, {_computed(amount)}"
    if amount.kind == "share":
        return f"{words(amount.most, is_percent=True)} {unit}"
    return f"{words(amount.most)} {unit}"


def _unit(of: Traded, amount: Amount) -> str:
    if amount.kind == "share":
        if ":" in of.symbol:
            return "of free cash, or of the position where it reduces"
        return "of free cash" if of.action == "buy" else "of the position"
    return _ticker(of, amount)


def _ticker(of: Traded, amount: Amount) -> str:
    if of.action == "transfer":
        return of.symbol
    parsed = parse_symbol(of.symbol)
    assert parsed is not None, of.symbol
    return parsed[1] if amount.kind == "worth" else parsed[0]


def _leverage(of: Amount) -> str:
    return _computed(of) if of.most is None else words(of.most)


def _computed(of: Amount) -> str:
    if not of.lines:
        return "as computed"
    numbers = ", ".join(str(each) for each in of.lines)
    return f"as computed in line{'s' * (len(of.lines) > 1)} {numbers}"


# ---- as data


# What each key of a ceiling as data tells; `lefi check --json --contract` and the reference.
KEYS: Final = {
    "steps": "of the longest way through, its candles with it",
    "reads": "markets that it reads",
    "markets": "those that it trades",
    "accounts": "those that it names; the bot's own has no name",
    "trades": "each kind of transaction: `action`, `symbol`, `account`, `to` (of a transfer), "
    "`whole_position` (of a Close) and its `amounts`, each with `kind` (share, worth, units), "
    "`unit`, `most` (null: it is computed) and the `lines` that ask for it",
    "leverage": "`most` (null: it is computed) and `lines`; null where none is named",
    "orders": "that it may send, those of an undo aside",
    "cancels": "",
    "transfers": "",
    "undone": "orders and transfers that undo steps of a failed `execute`",
    "approvals": "questions to a person",
    "roles": "of those who are asked",
    "notifications": "",
    "prints": "",
    "events": "that it emits",
    "plans": "planned cash flows",
}


def as_data(contract: Contract) -> dict[str, Any]:
    """`most` is null where it is computed, and `lines` says where."""
    policy = contract.policy
    return {
        "handlers": [
            {"title": each.title, "line": each.line, **_of_ceiling(each)}
            for each in contract.handlers
        ],
        "whole": _of_ceiling(contract.whole),
        "rate": {"orders": policy.rate_count, "per_ms": int(policy.rate_per_ms)},
    }


def _of_ceiling(of: Ceiling) -> dict[str, Any]:
    return {
        "steps": of.steps,
        "reads": list(of.reads),
        "markets": sorted({each.symbol for each in of.trades if each.action != "transfer"}),
        "accounts": sorted(
            {name for each in of.trades for name in (each.account, each.to) if name}
        ),
        "trades": [_of_traded(each) for each in of.trades],
        "leverage": None if of.leverage is None else _of_amount(of.leverage),
        "orders": of.orders,
        "cancels": of.cancels,
        "transfers": of.transfers,
        "undone": of.undone,
        "approvals": of.approvals,
        "roles": list(of.roles),
        "notifications": of.notifications,
        "prints": of.prints,
        "events": of.events,
        "plans": of.plans,
    }


def _of_traded(of: Traded) -> dict[str, Any]:
    return {
        "action": of.action,
        "symbol": of.symbol,
        "account": of.account,
        "to": of.to,
        "whole_position": of.action == "close",
        "amounts": [
            {
                "kind": each.kind,
                "unit": "" if each.kind == "share" else _ticker(of, each),
                **_of_amount(each),
            }
            for each in of.amounts
        ],
    }


def _of_amount(of: Amount) -> dict[str, Any]:
    return {"most": of.most, "lines": list(of.lines)}
