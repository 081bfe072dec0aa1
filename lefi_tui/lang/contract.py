"""What a script can do at most, known before it runs: steps, markets, money, words, questions.

The rule it keeps: never less than what can happen. A bot is held to it at every run.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.structs import astuple

from lefi_tui.core.record import Record
from lefi_tui.lang import reach as r
from lefi_tui.lang.blueprint import Blueprint, Handler
from lefi_tui.lang.check_policy import Policy
from lefi_tui.lang.form import Form, V
from lefi_tui.lang.reach import Reach, reach_of, together
from lefi_tui.lang.titles import title_of


class Amount(Record):
    """Of one kind: a share of free cash (of the position where it reduces), worth in quote, or
    units of base. None: as computed, in these lines."""

    kind: str  # share worth units
    most: float | None
    lines: tuple[int, ...] = ()


class Traded(Record):
    """Of one market, account and direction."""

    action: str  # buy sell close transfer
    symbol: str  # of a transfer its unit
    account: str  # "": the bot's own
    amounts: tuple[Amount, ...]  # of a close none: it is the whole position
    to: str  # account, of a transfer


class Ceiling(Record):
    """Of one handler at one event, or of all handlers together, each once."""

    title: str
    line: int
    steps: int
    reads: tuple[str, ...]  # markets
    trades: tuple[Traded, ...]
    opening: tuple[Traded, ...]  # what of these can open a position or make it larger
    leverage: Amount | None  # None: it names none
    orders: int
    opens: int  # that can open a position or make it larger
    cancels: int
    transfers: int
    undone: int  # orders traded back where a transaction fails
    approvals: int
    roles: tuple[str, ...]  # who is asked; "": anyone
    notifications: int
    prints: int
    events: int
    plans: int


class Contract(Record):
    handlers: tuple[Ceiling, ...]
    whole: Ceiling
    policy: Policy


def contract_of(program: Blueprint) -> Contract:
    reaches = [reach_of(form) for form in program.forms]
    handlers = [
        _ceiling(program, [handler], reach)
        for handler, reach in zip(program.handlers, reaches, strict=True)
    ]
    whole = _ceiling(program, program.handlers, together(reaches))
    return Contract(tuple(handlers), whole, program.policy)


def _ceiling(program: Blueprint, handlers: Iterable[Handler], reach: Reach) -> Ceiling:
    handlers = tuple(handlers)
    one = handlers[0] if len(handlers) == 1 else None

    def most(key: r.Key) -> int:
        return int(reach.most.get(key, 0.0))

    return Ceiling(
        title=title_of(one) if one is not None else "",
        line=one.line if one is not None else 0,
        steps=sum(_steps(program, each) for each in handlers),
        reads=_markets(program, handlers),
        trades=tuple(_trades(program, reach, "size")),
        opening=tuple(_trades(program, reach, r.OPENED)),
        leverage=_leverage(program, reach),
        orders=most(r.ORDERS),
        opens=most(r.OPENS),
        cancels=most(r.CANCELS),
        transfers=most(r.TRANSFERS),
        undone=most(r.UNDONE),
        approvals=most(r.APPROVALS),
        roles=reach.roles,
        notifications=most(("notify",)),
        prints=most(("print",)),
        events=most(r.EVENTS),
        plans=most(r.PLANS),
    )


def _steps(program: Blueprint, handler: Handler) -> int:
    """Its own, and of the other candles that close with its event."""
    feeds = sum(each.form.steps_max for each in program.feeds if each.handler == handler.index)
    return handler.steps_max + feeds


def _markets(program: Blueprint, handlers: Iterable[Handler]) -> tuple[str, ...]:
    out: dict[str, None] = {}
    for handler in handlers:
        out.setdefault(handler.symbol)
        for number in sorted(_reads(program.forms[handler.index])):
            out.setdefault(program.reads[number].symbol)
        for feed in program.feeds:
            if feed.handler == handler.index:
                out.setdefault(feed.symbol)
    return tuple(each for each in out if each)


def _reads(form: Form) -> set[int]:
    """Numbers of what a handler reads of market and account."""
    found: set[int] = set()
    waiting: list[Any] = [form]
    while waiting:
        now = waiting.pop()
        if isinstance(now, V) and now.op == "read":
            found.add(now.value)
        elif isinstance(now, V):
            waiting += now.args
        elif isinstance(now, tuple):
            waiting += now
        elif isinstance(now, Record):
            waiting += astuple(now)
    return found


def _trades(program: Blueprint, reach: Reach, of: str) -> Iterator[Traded]:
    sizes = [key for key in reach.most if key[0] == of]
    for account, symbol, action, to in dict.fromkeys((*key[1:4], key[5]) for key in sizes):
        alike = [key for key in sizes if (*key[1:4], key[5]) == (account, symbol, action, to)]
        amounts = tuple(_amount(program, reach, key) for key in alike if key[4])
        yield Traded(action, symbol, account, amounts, to)


def _amount(program: Blueprint, reach: Reach, key: r.Key) -> Amount:
    most = reach.most[key]
    if math.isfinite(most):
        return Amount(key[4], most)
    places = reach.places.values()
    computed = [each.site for each in places if math.isinf(each.size) and each.key[1:] == key[1:]]
    return Amount(key[4], None, _lines(program, computed))


def _leverage(program: Blueprint, reach: Reach) -> Amount | None:
    named = [each for each in reach.places.values() if each.leverage]
    if not named:
        return None
    computed = [each.site for each in named if math.isinf(each.leverage)]
    if computed:
        return Amount("leverage", None, _lines(program, computed))
    return Amount("leverage", max(each.leverage for each in named))


def _lines(program: Blueprint, sites: Iterable[int]) -> tuple[int, ...]:
    line_of = {each.number: each.line for each in program.sites}
    return tuple(sorted({line_of[each] for each in sites}))
