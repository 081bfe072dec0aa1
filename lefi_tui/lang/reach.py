"""How far one run of a handler can go: the most orders, money, words and questions it comes to.

The rule it keeps: never less than what can happen. Ways that exclude each other are compared by
their larger side; what only the market tells counts as endless. Sums are made in the order in which
a run makes them, so a run that stays within stays within to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple, assert_never

from lefi_tui.core.bot import Emitted, Intent, Note, Planned
from lefi_tui.core.record import Record
from lefi_tui.lang.form import (
    Ask,
    Await,
    Finish,
    Form,
    Leave,
    Let,
    Loop,
    Op,
    Plan,
    Put,
    Signal,
    Tell,
    Trade,
    V,
    When,
    Whole,
)
from lefi_tui.lang.ranges import Ranges
from lefi_tui.lang.waiting import ApprovalAwaited, OrderAwaited

# What is counted: one word, or of a size ("size", account, symbol, action, kind, to); of a transfer
# the unit stands for the symbol.
Key = tuple[str, ...]
Counts = Mapping[Key, float]

ORDERS: Final = ("orders",)
CANCELS: Final = ("cancels",)
UNDONE: Final = ("undone",)  # steps of a transaction that failed, traded back
OPENS: Final = ("opens",)  # orders that can open a position or make it larger
OPENED: Final = "opened"  # of a size as above: of those alone
TURNS: Final = ("turns",)  # orders that may turn a position over: their undo takes one more
TRANSFERS: Final = ("transfers",)
APPROVALS: Final = ("approvals",)
EVENTS: Final = ("events",)
PLANS: Final = ("plans",)
NONE: Final[Counts] = MappingProxyType({})


class Place(Record):
    """What one transaction of the text may ask; endless where it is computed."""

    site: int
    key: Key  # of its size
    size: float
    leverage: float

    @property
    def action(self) -> str:
        return self.key[3]

    @property
    def kind(self) -> str:
        """Of its size: share worth units; empty where it has none."""
        return self.key[4]

    def exceeded_by(self, intent: Intent) -> bool:
        key, size = _size(intent)
        leverage = 0.0 if intent.leverage is None else float(intent.leverage)
        return key != self.key or size > self.size or leverage > self.leverage


class Reach(Record):
    """Of one handler, or of all together."""

    most: Counts
    places: Mapping[int, Place]
    roles: tuple[str, ...]  # of those who are asked


def reach_of(form: Form) -> Reach:
    walk = _Walk(form)
    ways = walk.through(form.steps, NONE)
    return Reach(_larger(ways.on, ways.out) or NONE, walk.places, tuple(walk.roles))


def together(reaches: Iterable[Reach]) -> Reach:
    """All of them, each once."""
    most: Counts = NONE
    places: dict[int, Place] = {}
    roles: dict[str, None] = {}
    for each in reaches:
        most = _plus(most, each.most)
        places |= each.places
        roles |= dict.fromkeys(each.roles)
    return Reach(most, places, tuple(roles))


def _plus(counts: Counts, more: Counts) -> Counts:
    out = dict(counts)
    for key, count in more.items():
        out[key] = out.get(key, 0.0) + count
    return out


def _larger(one: Counts | None, other: Counts | None) -> Counts | None:
    """Of each, the larger; None is a way that nothing takes."""
    if one is None or other is None or one is other:
        return other if one is None else one
    return {key: max(one.get(key, 0.0), other.get(key, 0.0)) for key in {**one, **other}}


def _size_key(of: Trade | Intent, kind: str) -> Key:
    return "size", of.account, of.symbol or of.unit, of.action, kind, of.to


def _of_order(key: Key, size: float) -> Counts:
    """A cancel is no order: it frees what is bound."""
    action = key[3]
    if action == "cancel":
        return {CANCELS: 1.0}
    counted = TRANSFERS if action == "transfer" else ORDERS
    return {counted: 1.0, key: max(size, 0.0)}


def _size(intent: Intent) -> tuple[Key, float]:
    size = intent.size
    if size is None:
        return _size_key(intent, ""), 0.0
    return _size_key(intent, size.kind.value), float(size.value)


class _Ways(NamedTuple):
    """What was counted where it goes on, and where a `return` ended it; None: it never does."""

    on: Counts | None
    out: Counts | None = None


class _Walk:
    """Over one handler."""

    def __init__(self, form: Form) -> None:
        self._ranges = Ranges((*form.always, *form.steps, *form.after))
        self.places: dict[int, Place] = {}
        self.roles: dict[str, None] = {}

    def through(self, ops: Iterable[Op], begun: Counts) -> _Ways:
        now: Counts | None = begun
        out: Counts | None = None
        for op in ops:
            if now is None:
                break
            ways = self._op(op, now)
            now, out = ways.on, _larger(out, ways.out)
        return _Ways(now, out)

    def _op(self, op: Op, now: Counts) -> _Ways:  # noqa: C901, PLR0911 -- dispatch
        match op:
            case Let() | Put() | Loop():
                return _Ways(now)  # the loops of a script are written out; these are indicators'
            case Trade():
                return _Ways(_plus(now, self._order(op)))
            case Await():
                return _Ways(_plus(now, self._order(op.trade)))
            case Tell():
                return _Ways(_plus(now, {(op.kind,): 1.0}))
            case Signal():
                return _Ways(_plus(now, {EVENTS: 1.0}))
            case Plan():
                return _Ways(_plus(now, {PLANS: 1.0}))
            case When():
                return _first_or_second(self.through(op.then, now), self.through(op.other, now))
            case Ask():
                self.roles.setdefault(op.role)
                now = _plus(now, {APPROVALS: 1.0})
                return _first_or_second(self.through(op.then, now), self.through(op.other, now))
            case Whole():
                return self._whole(op, now)
            case Finish():
                ended = _larger(*self.through(op.then, now))
                return _Ways(ended, ended)
            case Leave():
                return _Ways(None, now)
        assert_never(op)

    def _whole(self, op: Whole, now: Counts) -> _Ways:
        """Its last step may fail when all before are done: they are traded back."""
        done = _larger(*self.through(op.then, now)) or now
        steps = sum(done.get(key, 0.0) - now.get(key, 0.0) for key in (ORDERS, TRANSFERS, TURNS))
        failed = self.through(op.other, _plus(done, {UNDONE: steps}))
        return _Ways(_larger(done, failed.on), failed.out)

    def _order(self, op: Trade) -> Counts:
        size = 0.0 if op.size is None else self._ranges.of(op.size).high
        named = {name: v for name, _, v in op.named}
        leverage = self._ranges.of(named["leverage"]).high if "leverage" in named else 0.0
        key = _size_key(op, op.size_kind)
        self.places[op.site] = Place(op.site, key, size, max(leverage, 0.0))
        turns = ":" in op.symbol and op.size is not None and op.size_kind != "share"
        counts = _plus(_of_order(key, size), {TURNS: 1.0} if turns else NONE)
        opened = {OPENS: 1.0, (OPENED, *key[1:]): max(size, 0.0)}
        return _plus(counts, opened) if can_open(op) else counts


def can_open(of: Trade) -> bool:
    """Whether it can open a position or make it larger; of a coin only what is held is sold."""
    opens = of.action == "buy" or (of.action == "sell" and ":" in of.symbol)
    return opens and not any(name == "reduce_only" and _is_always(v) for name, _, v in of.named)


def _is_always(v: V) -> bool:
    return v.op == "const" and bool(v.value)


def _first_or_second(one: _Ways, other: _Ways) -> _Ways:
    return _Ways(_larger(one.on, other.on), _larger(one.out, other.out))


# ---- at run time


def exceeded(reach: Reach, effects: Iterable[Any]) -> str:
    """What of a run goes beyond its reach, in words; empty when nothing does. `effects` are all of
    the run's, with what it waited for in between."""
    counts: dict[Key, float] = {}
    sites: set[int] = set()
    for each in effects:
        what = each.order if isinstance(each, OrderAwaited) else each
        if isinstance(what, Intent):
            place = reach.places.get(what.site)
            if place is None or what.site in sites or place.exceeded_by(what):
                return _order_in_words(what)
            sites.add(what.site)
        for key, count in _counted(what).items():
            counts[key] = counts.get(key, 0.0) + count
            if counts[key] > reach.most.get(key, 0.0):
                return _sum_in_words(key, counts[key])
    return ""


def _counted(what: Any) -> Counts:
    match what:
        case Intent():
            return _of_order(*_size(what))
        case Note():
            return {(what.kind,): 1.0}
        case Emitted():
            return {EVENTS: 1.0}
        case Planned():
            return {PLANS: 1.0}
        case ApprovalAwaited():
            return {APPROVALS: 1.0}
        case _:
            return NONE  # a refusal sends nothing; the rest says where a block begins and ends


def _order_in_words(intent: Intent) -> str:
    key, size = _size(intent)
    return _sum_in_words(key, size) if intent.size is not None else f"{intent.action} {key[2]}"


def _sum_in_words(key: Key, count: float) -> str:
    if key[0] != "size":
        return f"{count:g} {key[0]}"
    _, _, symbol, action, kind, _ = key
    return f"{action} {symbol} {count:g} {kind}"
