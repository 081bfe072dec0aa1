"""What the checker knows at one place of a script: names, their types, and what it has said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from lefi_tui.core.record import Record
from lefi_tui.lang import types as t
from lefi_tui.lang.builtins import EVENTS
from lefi_tui.lang.diagnostic import Diagnostic, Fix
from lefi_tui.lang.resolver import Declared
from lefi_tui.lang.signatures import Builtin
from lefi_tui.lang.source import Span
from lefi_tui.lang.tree import HERE, JOINED, Clock, X
from lefi_tui.lang.types import Bindings, Type
from lefi_tui.lang.watch import Watch

# The tree below one value; deeper asks for names, and keeps every walk far from Python's limit.
DEPTH_MAX: Final = 150
LEVELS_MAX: Final = 100  # of values inside values while they are checked; the same reason
STEPS_MAX: Final = 20_000
NODES_MAX: Final = 100_000  # of one handler, functions and loops written out

Needs = tuple[tuple[Clock, int], ...]


Held = dict[str, tuple[Builtin, tuple[str, ...]]]  # by name: what it holds, the fields read


class Wrong(Exception):  # noqa: N818 -- ends one statement's check, never leaves the checker
    """Said already."""


class TooMuch(Wrong):
    """Said already; ends the handler's check: written out, it would not end in good time."""


class Local:
    def __init__(self, name: str, kind: Type, series: X | None, span: Span) -> None:
        self.id = name
        self.type = kind
        self.series = series
        self.span = span
        self.is_used = False


class Site(Record):
    number: int
    action: str
    symbol: str
    span: Span


class Spelled(Record):
    """A market where a text names it: its literal, else what stands for it."""

    symbol: str
    span: Span


class Sent(Record):
    """An `Emit`: the event its handler hears ("" for every other handler), and what it sends."""

    heard: str
    name: str
    span: Span


class Compared(Record):
    """A comparison where it is written: what all has to hold, and the places of both sides."""

    span: Span
    sides: tuple[Span, Span]
    tests: tuple[X, ...]


class Joined(Record):
    """An `and` or `or` where it is written."""

    span: Span
    value: X


class Shared:
    """Of the whole script: declarations, constants, units of bare names, sites, symbols."""

    def __init__(
        self,
        declared: Declared,
        bindings: Bindings,
        currency: str = "USDT",
        symbol: str = "",
        watch: Watch | None = None,
    ) -> None:
        self.watch = watch
        self.declared = declared
        self.bindings = bindings
        self.currency = currency
        self.symbol = symbol  # of fills, where the script names one symbol only
        self.constants: dict[str, X] = {}
        self.state_types: dict[str, Type] = {}
        self.found: list[Diagnostic] = []
        self.told: set[tuple[str, Span]] = set()  # what stands in `found`
        self.sites: list[Site] = []
        self.sent: list[Sent] = []
        self.symbols: list[str] = []
        self.named: dict[Spelled, None] = {}
        self.reads: list[Any] = []
        self.has_rate = False
        self.used: set[str] = set()
        self.compared: list[Compared] = []
        self.joined: list[Joined] = []
        self.waits: list[tuple[str, Span]] = []  # where a run may wait
        self.blocks = 0  # authorize, execute and finalize, written out
        self.discount = 0.0  # of the policy, a year
        self.approval_ms = 0.0  # of the policy


class Scope:
    """Of one handler, while it is checked."""

    def __init__(self, event: str, start: int = 0) -> None:
        self.event = event
        self.start = start  # where it stands in the text
        self.symbol, self.timeframe_ms = "", 0
        self.hears = ""  # name of its custom event
        self.fields: dict[str, X] = {}
        self.bare_fields = False  # candle fields are bare names too
        self.locals: dict[str, Local] = {}
        self.assigned: set[str] = set()
        self.broken: set[str] = set()
        self.params: dict[str, X] = {}
        self.candidates: frozenset[str] = frozenset()
        self.given: frozenset[str] = frozenset()  # names that get a value somewhere in the handler
        self.held: Held = {}  # of the whole handler
        self.nesting: dict[Span, Fix] = {}  # transaction beside `and`: its fix
        self.is_straight = True  # outside if and decide
        self.memo: dict[tuple[Any, ...], X] = {}
        self.series: list[X] = []
        self.candles: dict[Clock, None] = {}  # of `Candles`, as written
        self.named: list[Local] = []
        self.pasts: dict[str, tuple[str, bool, int]] = {}
        self.names = 0
        self.nodes = 0  # what was looked at
        self.steps = 0  # of it, what surely runs: the compiler counts exactly
        self.level = 0  # values inside values, functions written out
        self.deepest = 0  # of its values
        self.stateful: set[int] = set()  # ids of `series`
        self.calls = 0
        self.expanded = 0
        self.waited = 0  # places above where a run may wait: behind each, reads are new
        self.inside: tuple[str, ...] = ()  # authorize, execute and finalize around this place


class Checking:
    """What every part of the checker shares."""

    def __init__(self, shared: Shared, scope: Scope, text: str) -> None:
        self.shared, self.scope, self.text = shared, scope, text

    def say(
        self, code: str, span: Span, message: str, hint: str = "", fix: Fix | None = None
    ) -> None:
        if (code, span) not in self.shared.told:
            self.shared.told.add((code, span))
            self.shared.found.append(Diagnostic(code, span, message, hint, fix))

    def wrong(
        self, code: str, span: Span, message: str, hint: str = "", fix: Fix | None = None
    ) -> Wrong:
        self.say(code, span, message, hint, fix)
        return Wrong()

    def make(
        self,
        op: str,
        kind: Type,
        args: Iterable[X] = (),
        value: Any = None,
        extra: tuple[float, ...] = (),
        **more: Any,
    ) -> X:
        """A value; the same series asked for twice is one computation."""
        args, clock = self.together(args, kind)
        derived = _derived(op, args)
        new = X(op, kind, args, value, extra=extra, clock=clock, **derived, **more)
        if new.depth > self.scope.deepest:
            self.scope.deepest = new.depth
            if new.depth > DEPTH_MAX:
                raise self.too_deep(new.span, DEPTH_MAX)
        key = (op, value, extra, kind, *map(id, args))
        if op == "read":
            key = (*key, self.scope.waited)
        known = self.scope.memo.get(key) if new.is_series else None
        if known is not None:
            return known
        self.count(new.span, is_step=True)
        if new.is_series:
            self.scope.memo[key] = new
        return new

    def together(self, args: Iterable[X], kind: Type) -> tuple[tuple[X, ...], Clock]:
        """The parts by one clock: series of one `Candles` alone step by it, with others by the
        handler's events, and texts always."""
        args = tuple(args)
        clocks = {each.clock for each in args if each.clock is not None}
        if len(clocks) == 1 and kind.kind not in t.WORDS:
            return args, next(iter(clocks))
        if clocks - {HERE}:
            args = tuple(self.here(each) for each in args)
        return args, HERE

    def here(self, value: X) -> X:
        """A series of other candles as the handler's events find it."""
        if value.clock in {None, HERE}:
            return value
        key = ("feed", id(value))
        known = self.scope.memo.get(key)
        if known is None:
            known = X(
                "feed", value.type, (value,), None, value.span, is_series=True,
                depth=value.depth + 1, needs=needs_of((value,)), settled=value.settled,
            )  # fmt: skip
            self.scope.memo[key] = known
        return known

    def count(self, span: Span, *, is_step: bool = False) -> None:
        """Functions and loops are written out; what would not end in good time ends here."""
        self.scope.nodes += 1
        self.scope.steps += is_step
        if self.scope.nodes > NODES_MAX or self.scope.steps > STEPS_MAX:
            raise self.too_many(span)

    def too_many(self, span: Span, steps: int = 0) -> TooMuch:
        count = f"{steps:,}" if steps > STEPS_MAX else f"over {STEPS_MAX:,}"
        message = f"Written out, this handler has {count} steps; {STEPS_MAX:,} may run."
        self.say("LF216", span, message)
        return TooMuch()

    def too_deep(self, span: Span, levels: int) -> TooMuch:
        message = f"More than {levels} levels, functions written out; name the parts."
        self.say("LF106", span, message)
        return TooMuch()

    def watched(self, span: Span, value: X) -> X:
        """The value; whoever watches is told of it."""
        if self.shared.watch is not None:
            self.shared.watch.see(span, value)
        return value

    def const(self, value: Any, kind: Type, span: Span, between: tuple[float, ...] = ()) -> X:
        """`between` is told where a person may choose the value: the least and the most."""
        return X("const", kind, (), value, span, is_series=True, clock=None, between=between)

    def stateful(self, value: X) -> X:
        """A series that must be computed at every event, wherever it is written."""
        if id(value) not in self.scope.stateful:
            self.scope.stateful.add(id(value))
            self.scope.series.append(value)
        return value

    @property
    def money(self) -> str:
        """The account's currency where an account is read; elsewhere "": all is constant there."""
        is_run = self.scope.event in EVENTS or self.scope.event == "body"
        return self.shared.currency if is_run else ""

    def seen(self, value: X) -> Type:
        return self.shared.bindings.seen(value.type)


def _derived(op: str, args: tuple[X, ...]) -> dict[str, Any]:
    """Series of series; warm when all are, but what stands left of ?? is not waited for."""
    waited = args[1:] if op == "coalesce" else args
    is_series, depth, settled = op not in {"local", "state", "past"}, 0, 0
    for each in args:
        is_series = is_series and each.is_series
        depth = max(depth, each.depth)
        settled = max(settled, each.settled)
    return {
        "is_series": is_series,
        "warm": max([each.warm for each in waited], default=0),
        "depth": 1 + depth,
        "needs": needs_joined(waited),
        "settled": settled,
    }


def needs_joined(values: Iterable[X]) -> Needs:
    """What all of these wait for beside their own clock's events."""
    found: dict[Clock, int] = {}
    for each in values:
        for clock, count in each.needs:
            found[clock] = max(found.get(clock, 0), count)
    return tuple(found.items())


def needs_of(values: Iterable[X]) -> Needs:
    """The same, their own clocks' events with it."""
    found: dict[Clock, int] = {}
    for each in values:
        own = () if each.clock is None else ((each.clock, each.warm),)
        for clock, count in (*own, *each.needs):
            found[clock] = max(found.get(clock, 0), count)
    return tuple(found.items())


def needs_later(values: Iterable[X], more: int) -> Needs:
    """What a memory of these waits for: `more` events with all of the other candles there."""
    needs = dict(needs_joined(values))
    if needs:
        needs[JOINED] = needs.get(JOINED, 1) + more
    return tuple(needs.items())


def is_open(kind: Type) -> bool:
    return kind.kind in t.OPEN
