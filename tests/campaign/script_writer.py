"""Whole random scripts that check clean: settings, states, policy, functions and handlers.

One seed gives one script. What is written is what traders write, in other mixtures.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Final

from lefi_tui.lang.builtins import BUILTINS
from tests.campaign.orders import Orders
from tests.campaign.values import (
    BOOL,
    DURATION,
    MONEY,
    NUMBER,
    PERCENT,
    QUOTE,
    TEXT,
    TIME,
    Ask,
    Kind,
    Place,
    amount,
    price,
)

Lines = list[str]
_WORDS: Final = ("quick", "calm", "level", "gap", "mood", "line", "edge", "width", "score", "mark")
_LIVE_METHODS: Final = [
    name for name, each in BUILTINS.items() if each.group in {"read", "indicator", "candles"}
]
# What a constant has none of: a name is a series when its value is not constant.
_LIVE: Final = re.compile(
    rf"\b(?:open|high|low|close|volume|event|(?:{'|'.join(_LIVE_METHODS)})\()"
)
# A perpetual's base begins with X here, so that what is written of it is known by its name.
_MARKETS: Final = {
    "BTC": f'"BTC/{QUOTE}"',
    "ETH": f'"ETH/{QUOTE}"',
    "XBT": f'"XBT/{QUOTE}:{QUOTE}"',
    "XSOL": f'"XSOL/{QUOTE}:{QUOTE}"',
}
_POLICIES: Final = (
    "rate = 1 per 1m", "rate = 10 per 1h", "rate = 3 per 5m", "timeout = 30s", "timeout = 10m",
    "retry = 2", "partial_fill = keep", "partial_fill = cancel", "overlap = skip",
    "overlap = queue", "overlap = parallel", "approval = within 15m", "discount = 5%",
)  # fmt: skip


class Writer(Orders):
    """Of one script."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__(chance)
        self._named = 0
        self._head: Lines = []
        self._owed: Lines = []  # assignments that give states of `none` their type
        self._trades = self.is_so(0.88)
        self._waits = self._trades and self.is_so(0.15)
        self._is_manual = False
        self._lists: list[str] = []
        self._place = Place()

    def script(self, *, size: int = 0) -> str:
        """`size` is about how many statements; 0: as many as a trader writes."""
        kind = "automated" if self._trades or self.is_so(0.5) else "indicator"
        self._is_manual = self.is_so(0.04)
        self._head.append(f'script "fuzzed"\nkind {"manual" if self._is_manual else kind}')
        self._declare()
        events = self._events()
        if size:
            events = [each for each in events if each != "body"] or ["Candle"]
        statements = size // len(events) if size else 0
        handlers = [
            self._handler(
                event,
                statements or self.chance.choice((0, 0, 1, 1, 1, 2, 2, 4)),
                is_first=number == 0,
            )
            for number, event in enumerate(events)
        ]
        return "\n".join((*self._head, *(line for each in handlers for line in each), ""))

    # ---- declarations

    def _declare(self) -> None:
        bases = self.chance.sample(list(_MARKETS), 2 if self.is_so(0.3) else 1)
        self._place.markets = {base: [_MARKETS[base]] for base in bases}
        if self.is_so(0.4):
            self._set("symbol", _MARKETS[bases[0]])
            self._place.markets[bases[0]].append("symbol")
        self._settings()
        self._states(bases)
        if self.is_so(0.4):
            rules = self.chance.sample(_POLICIES, self.chance.randint(1, 3))
            rules = list({each.split(" ")[0]: each for each in rules}.values())
            self._head += ["policy {", *(f"    {each}" for each in rules), "}"]
        if self.is_so(0.2):
            self._function(price(bases[0]))
        self._functions_done()

    def _functions_done(self) -> None:
        if self.is_so(0.1):
            self._function(NUMBER)

    def _set(self, name: str, value: str) -> None:
        if self.is_so(0.3):
            self._head.append(f"/// {name} of it")
        self._head.append(f"setting {name} = {value}")

    def _settings(self) -> None:
        constants, place = self._place.constants, self._place
        choices: tuple[tuple[str, str, Kind | None], ...] = (
            ("size", "25% in 1%..100%", PERCENT),
            ("fast", "3 in 2..50", None),
            ("slow", "5 in [3, 5, 8]", None),
            ("cash", f"100 {QUOTE} in 10 {QUOTE}..1_000 {QUOTE}", MONEY),
            ("bound", "30 in 1..99", NUMBER),
            ("pause", "30m", DURATION),
            ("note", '"hello" in ["hello", "bye"]', TEXT),
            ("is_bold", "true", BOOL),
        )
        for name, value, kind in choices:
            if not self.is_so(0.18):
                continue
            self._set(name, value)
            if kind is None:
                place.lengths.append(name)
            else:
                constants.setdefault(kind, []).append(name)
        if self.is_so(0.1):
            self._set("coins", f"[{', '.join(each[0] for each in place.markets.values())}]")
            self._lists.append("coins")

    def _states(self, bases: list[str]) -> None:
        peak = f"Max(peak ?? Spot({_MARKETS[bases[0]]}), Spot({_MARKETS[bases[0]]}))"
        choices: tuple[tuple[str, str, Kind, str], ...] = (
            ("count", "0", NUMBER, ""),
            ("spent", f"0 {QUOTE}", MONEY, ""),
            ("peak", "none", price(bases[0]), f"peak = {peak}"),
            ("since", "none", TIME, "since = Now()"),
            ("is_in", "false", BOOL, ""),
            ("last", '"none"', TEXT, ""),
            ("held", f"0 {bases[0]}", amount(bases[0]), ""),
        )
        for name, first, kind, owed in choices:
            if self.is_so(0.15):
                self._head.append(f"state {name} = {first}")
                self._place.states.setdefault(kind, []).append(name)
                self._owed += [owed] if owed else []

    def _function(self, kind: Kind) -> None:
        name = self._name()
        place = Place("body", markets=self._place.markets, constants={kind: ["a", "b"]})
        self._head.append(f"fn {name}(a, b) = {self.value(Ask(kind, place, self.depth()))}")
        self._place.functions.append((name, kind))

    def _name(self) -> str:
        self._named += 1
        return f"{self.one(_WORDS)}{self._named}"

    # ---- handlers

    def _events(self) -> list[str]:
        draw = self.chance.random()
        if draw < 0.08:
            return ["body"]
        first = "Candle" if draw < 0.75 else "PriceUpdate" if draw < 0.88 else "Every"
        others = ("Candle", "Candle", "PriceUpdate", "Every", "Schedule", "Fill", "Start", "Stop",
                  "Trade", "Event")  # fmt: skip
        more = self.chance.choice((1, 1, 2, 3)) if self.is_so(0.35) else 0
        more_events = [self.one(others) for _ in range(more)]
        return [first, *more_events, *(["Command"] if self._is_manual else [])]

    def _handler(self, event: str, statements: int, *, is_first: bool) -> Lines:
        place = self._place.block(is_straight=True)
        place.event = event
        base = self.one(list(place.markets))
        if event in {"Candle", "PriceUpdate", "Trade"}:
            place.base = base
        symbol = self.one(place.markets[base])
        body: Lines = [*self._owed] if is_first else []
        for _ in range(statements):
            body += self._statement(place, 2)
        if is_first and self._trades:
            body += self._certain_entry(place)
        if is_first and self._waits:
            body += self._waiting(place, 1)
        body += [] if is_first or body else ['Print("nothing")']
        if event == "body":
            return [*body, f"Print(Spot({symbol}))"]
        lines = [f"on {event}{self._timing(event, symbol)} {{", *_indented(body), "}"]
        return [*lines, *self._test(symbol)] if is_first and self.is_so(0.05) else lines

    def _test(self, symbol: str) -> Lines:
        """Read and checked; whether it holds is not asked."""
        market = _MARKETS[next(iter(self._place.markets))]
        feeds = (f"candles {market} 100 101 99.5", f"candles {market} (100, 101, 99, 100.5, 3)",
                 f"price {market} 100 101", "approve", "decline", "after 10m",
                 'event "news" { score = 1 }')  # fmt: skip
        expects = (f"expect Buy({symbol})", f"expect no Sell({symbol})", "expect Notify",
                   "expect no finalized", f"expect Buy({symbol}, 10%)")  # fmt: skip
        lines = [self.one(feeds), self.one(feeds), self.one(expects)]
        return ['test "it" {', *_indented(lines), "}"]

    def _timing(self, event: str, symbol: str) -> str:
        on_market = (f"({symbol})",)
        timings = {
            "Candle": (f"({symbol}, 5m)", f"({symbol}, 5m)", f"({symbol}, 5m)", f"({symbol}, 15m)"),
            "PriceUpdate": on_market,
            "Trade": on_market,
            "Every": ("(5m)", "(10m)", "(1h)"),
            "Schedule": ('("*/15 * * * *", "UTC")', '("0 * * * *", "Europe/Berlin")'),
            "Event": ('("news")',),
            "Command": ('("GO")', '("GO", key = "g")'),
        }
        return self.one(timings.get(event, ("",)))

    def _certain_entry(self, place: Place) -> Lines:
        """One that a market of any kind soon leads to."""
        conditions = ["Position(<symbol>) == 0", "<bool> or OpenOrders(<symbol>) == 0"]
        if place.event == "Candle":
            conditions += ["close > open", "close < open", "close > SMA(close, 3)"] * 2
        condition = self.filled(self.one(conditions), Ask(BOOL, place, self.depth()))
        inner = place.block()
        return [f"if {condition} {{", *_indented([self.entry(inner)]), "}"]

    # ---- statements

    def _block(self, place: Place, depth: int, *, inside: str = "", turn: bool = False) -> Lines:
        inner = place.block(inside=inside, is_straight=turn)
        out: Lines = []
        for _ in range(self.chance.choice((1, 1, 1, 1, 2))):
            out += self._statement(inner, depth - 1)
        return _indented(out)

    def _statement(self, place: Place, depth: int) -> Lines:
        draw = self.chance.random()
        for share, write in self._simple() if depth <= 0 else self._all():
            draw -= share
            if draw < 0:
                return write(place, depth)
        return self._assigned(place, depth)

    def _simple(self) -> tuple[tuple[float, Callable[[Place, int], Lines]], ...]:
        return (0.3, self._assigned), (0.15, self._kept), (0.2, self._said), (0.35, self._ordered)

    def _all(self) -> tuple[tuple[float, Callable[[Place, int], Lines]], ...]:
        return (
            (0.28, self._series),
            (0.08, self._assigned),
            (0.1, self._kept),
            (0.08, self._said),
            (0.12, self._ordered),
            (0.16, self._if),
            (0.07, self._decide),
            (0.05, self._for),
            (0.03, self._repeat),
            (0.03, self._waiting),
        )

    def _series(self, place: Place, depth: int) -> Lines:
        if not place.is_straight:
            return self._assigned(place, depth)
        kind = self.number_kind(self.base(place))
        text = self.value(Ask(kind, place, self.depth(), is_series=True))
        name = self._name()
        # Behind a wait a name that reads the market has its value anew, and is no series.
        known = place.series if _LIVE.search(text) and not place.waits else place.locals
        known.setdefault(kind, []).append(name)
        return [f"{name} = {_bare(text)}"]

    def _assigned(self, place: Place, _depth: int) -> Lines:
        kind = self.number_kind(self.base(place))
        old = [each for each in place.locals.get(kind, ()) if each.isalnum()]
        text = _bare(self.value(Ask(kind, place, self.depth())))
        if old and self.is_so(0.5):
            return [f"{self.one(old)} = {text}"]
        name = self._name()
        place.locals.setdefault(kind, []).append(name)
        return [f"{name} = {text}"]

    def _kept(self, place: Place, depth: int) -> Lines:
        kinds = list(place.states)
        if not kinds:
            return self._said(place, depth)
        kind = kinds[int(self.chance.random() * len(kinds))]
        name = self.one(place.states[kind])
        if kind == MONEY and self.is_so(0.15) and place.event != "body":
            due = self.one(("in 30d", 'on "2030-01-01"', "in 5m at 3%"))
            return [f"{name} pays {self.value(Ask(MONEY, place, self.depth()))} {due}"]
        return [f"{name} = {_bare(self.value(Ask(kind, place, self.depth())))}"]

    def _said(self, place: Place, _depth: int) -> Lines:
        if self.is_so(0.2):
            number = self.value(Ask(NUMBER, place, self.depth()))
            name = "news" if place.event not in {"Event", "body"} else "done"
            return [f'Emit("{name}", score = {number}, why = {self.value(Ask(TEXT, place, 0))})']
        word = self.one(("Notify", "Print"))
        return [f"{word}({self.value(Ask(TEXT, place, self.depth()))})"]

    def _ordered(self, place: Place, depth: int) -> Lines:
        if not self._trades:
            return self._said(place, depth)
        order = self.order(place)
        if self._waits and self.is_so(0.25) and order.startswith(("Buy", "Sell")):
            return self._awaited(place, order)
        return [f"decide {order}" if self.is_so(0.1) and "Transfer" not in order else order]

    def _awaited(self, place: Place, order: str) -> Lines:
        place.waits.append(order)
        if self.is_so(0.4):
            word = self.one(("", "not ", "decide ", "not decide "))
            return [f"if {word}{order} {{", *self._block(place, 1), "}"]
        name = self._name()
        place.locals.setdefault(MONEY, []).append(f"{name}.cost")
        place.locals.setdefault(TEXT, []).append(f"{name}.status")
        return [f"{name} = {order}"]

    def _if(self, place: Place, depth: int) -> Lines:
        lines = [
            f"if {_bare(self.value(Ask(BOOL, place, self.depth())))} {{",
            *self._block(place, depth),
        ]
        if "execute" not in place.inside and self.is_so(0.1):
            lines.append("    return")
        while self.is_so(0.15):
            condition = _bare(self.value(Ask(BOOL, place, self.depth())))
            lines += [f"}} else if {condition} {{", *self._block(place, depth)]
        if self.is_so(0.3):
            lines += ["} else {", *self._block(place, depth)]
        return [*lines, "}"]

    def _decide(self, place: Place, depth: int) -> Lines:
        rows: Lines = []
        for _ in range(self.chance.randint(1, 3)):
            condition = _bare(self.value(Ask(BOOL, place, self.depth())))
            rows += [f"{condition} => {{", *self._block(place, depth), "}"]
        if "execute" not in place.inside and self.is_so(0.4):
            rows.append("else => return")
        return ["decide {", *_indented(rows), "}"]

    def _for(self, place: Place, depth: int) -> Lines:
        name = self._name()
        inner = place.block(is_straight=True)
        if (self._lists and self.is_so(0.6)) or self.is_so(0.5):
            items = self.one([*self._lists, f"[{', '.join(s[0] for s in place.markets.values())}]"])
            inner.markets[name] = [name]
        else:
            items = self.one(("[2, 3]", "[2, 4, 6]"))
            inner.lengths.append(name)
        lines = self._statement(inner, depth - 1)
        if self._trades and name in inner.markets:
            lines += [self.entry(inner, name)]
        return [f"for {name} in {items} {{", *_indented(lines), "}"]

    def _repeat(self, place: Place, depth: int) -> Lines:
        count = self.one(("2", "3", "1", "4"))
        return [f"repeat {count} {{", *self._block(place, depth, turn=True), "}"]

    def _waiting(self, place: Place, depth: int) -> Lines:
        if not self._waits:
            return self._if(place, depth)
        place.waits.append("block")
        draw = self.chance.random()
        if draw < 0.4 and "execute" not in place.inside:
            steps = [self.entry(place) for _ in range(self.chance.randint(1, 3))]
            other = self._block(place, depth)
            return ["execute {", *_indented(steps), "} else {", *other, "}"]
        if draw < 0.5 and not place.inside:
            return ["finalize {", *self._block(place, depth, inside="finalize"), "}"]
        words = self.one(("authorize", 'authorize by "owner"', "authorize within 10m"))
        then = self._block(place, depth, inside="authorize")
        other = ["} else {", *self._block(place, depth)] if self.is_so(0.5) else []
        return [f"{words} {{", *then, *other, "}"]


def _indented(lines: Lines) -> Lines:
    return [f"    {each}" for each in lines]


def _bare(text: str) -> str:
    """Without the outermost parentheses, where they are one pair."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and at < len(text) - 1:
            return text
    return text[1:-1]


def written(chance: random.Random, *, size: int = 0) -> str:
    """A script that checks clean."""
    return Writer(chance).script(size=size)
