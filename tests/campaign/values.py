"""Random values of a wanted unit, as Lefi text: what the fuzzer's scripts reckon with.

The rule it keeps: what is written checks clean. Units are kept by construction, and indicators come
from the one table, so a new one is tried as soon as it stands there.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from lefi_tui.lang.indicator_table import INDICATORS
from lefi_tui.lang.signatures import Builtin, Param

Kind = tuple[str, str]  # price of a base, amount of a unit; the others have no second word
NUMBER: Final[Kind] = ("number", "")
PERCENT: Final[Kind] = ("percent", "")
DURATION: Final[Kind] = ("duration", "")
TIME: Final[Kind] = ("time", "")
BOOL: Final[Kind] = ("bool", "")
TEXT: Final[Kind] = ("text", "")
QUOTE: Final = "USDT"
MONEY: Final[Kind] = ("amount", QUOTE)
LENGTH_MAX: Final = 6  # so that a short tape warms most of it

Names = dict[Kind, list[str]]


def price(base: str) -> Kind:
    return "price", base


def amount(base: str) -> Kind:
    return "amount", base


@dataclass
class Place:
    """What is known at one place of a script."""

    event: str = ""
    base: str = ""  # of the handler's own market
    markets: dict[str, list[str]] = field(default_factory=dict)  # base: symbols as written
    constants: Names = field(default_factory=dict)
    states: Names = field(default_factory=dict)
    series: Names = field(default_factory=dict)
    locals: Names = field(default_factory=dict)
    lengths: list[str] = field(default_factory=list)
    functions: list[tuple[str, Kind]] = field(default_factory=list)  # two of the kind give one
    is_straight: bool = True  # outside if and decide
    inside: tuple[str, ...] = ()  # authorize, execute and finalize around it
    waits: list[str] = field(default_factory=list)  # written before it; one list a handler

    def block(self, *, inside: str = "", is_straight: bool = False) -> Place:
        """A block in this place: names given in it end with it."""
        return replace(
            self,
            markets={base: list(symbols) for base, symbols in self.markets.items()},
            series={kind: list(names) for kind, names in self.series.items()},
            locals={kind: list(names) for kind, names in self.locals.items()},
            lengths=list(self.lengths),
            is_straight=self.is_straight and is_straight,
            inside=(*self.inside, inside) if inside else self.inside,
        )


class Ask(NamedTuple):
    """A value that is wanted: of what, where, how deep, and whether an indicator may take it."""

    kind: Kind
    place: Place
    depth: int
    is_series: bool = False
    base: str = ""
    other: Kind = NUMBER  # a kind that a template is free to choose, the same throughout


# In a template <k> is of the wanted kind, <x> of any one kind of numbers; the rest by their names.
_MARK: Final = re.compile(r"<(\w+)>")
_NUMERIC: Final = (
    "(<k> + <k>)", "(<k> - <k>)", "(<k> + <k> - <k>)", "(<k> * <number>)", "(<k> / <number>)",
    "(<k> mod <k>)", "Min(<k>, <k>)", "Max(<k>, <k>, <k>)", "Mean(<k>, <k>)", "Abs(<k>)",
    "Round(<k>)", "Floor(<k>)", "Ceil(<k>)", "(if <bool> then <k> else <k>)", "(<k> ?? <k>)",
    "(-<k>)",
)  # fmt: skip
_RAISED: Final = ("(<k> + <percent>)", "(<k> - <percent>)", "(<k> * <percent>)")
_COMPOUNDS: Final[dict[str, Sequence[str]]] = {
    "price": (*_NUMERIC, *_RAISED, "(<money> / <amount>)"),
    "amount": (*_NUMERIC, *_RAISED, "(<money> / <price>)"),
    "money": (*_NUMERIC, *_RAISED, "(<amount> * <price>)", "(pays <k> in 30d at 5%)"),
    "number": (
        *_NUMERIC, "(<x> / <x>)", "(<x> / <x>)", "Sqrt(<number>)", "Log(<number>)", "Exp(<number>)",
        "(<number> ^ 2)", "(<number> ^ 3)", "(<number> ^ <number>)", "(<number> * <percent>)",
    ),
    "percent": (
        "(<k> + <k>)", "(<k> - <k>)", "(<k> * <k>)", "(<k> * <number>)", "(<k> / <number>)",
        "Min(<k>, <k>)", "Max(<k>, <k>)", "(if <bool> then <k> else <k>)", "(<k> ?? <k>)", "(-<k>)",
    ),
    "duration": ("(<k> + <k>)", "(<time> - <time>)", "(<k> * <number>)", "(<k> / <number>)"),
    "time": ("(<k> + <duration>)", "(<k> - <duration>)"),
    "bool": (
        "(<bool> and <bool>)", "(<bool> or <bool> or <bool>)", "(not <bool>)",
        "CrossesAbove(<s>, <s>)", "CrossesBelow(<s>, <s>)", "(<x> > <x>)", "(<x> < <x>)",
        "(<x> >= <x>)", "(<x> <= <x>)", "(<x> == <x>)", "(<x> != <x>)", "(<x> != none)",
        "(<x> == none)", "(<text> == <text>)", "(<text> != <text>)",
    ),
    "text": ('"now {<x>}, {<bool>}"', "(<text> + <x>)", '"<word>"'),
}  # fmt: skip
_LEAVES: Final[dict[str, Sequence[str]]] = {
    "price": ("Spot(<symbol>)", "Spot(<symbol>)", "Bid(<symbol>)", "Ask(<symbol>)",
              "Entry(<symbol>)", "Spread(<symbol>)"),
    "amount": ("Position(<symbol>)", "StockUnits(<symbol>)"),
    "money": (f"100 {QUOTE}", f"10 {QUOTE}", f"2_500 {QUOTE}", f"0.5 {QUOTE}", "Equity()",
              "AccountBalance()", "PnL(<symbol>)", "Volume24h(<symbol>)"),
    "number": ("1", "2", "0.5", "10", "3", "1_000", "1e-3", "0", "30", "70", "1.5", "50",
               "OpenOrders(<symbol>)", "Bias(<symbol>)", "Now().hour", "Now().weekday",
               'Indicator("mood", "score")'),
    "percent": ("1%", "2%", "0.5%", "10%", "25%", "100%", "0%", "Funding(<symbol>)",
                "Fee(<symbol>).maker"),
    "duration": ("30s", "5m", "1h", "1h30m", "1d"),
    "time": ("Now()",),
    "bool": ("(<x> > <x>)", "(<x> < <x>)", "(<x> >= <x>)", "true"),
    "text": ('"a"', '"it is {1 + 1}"', '""', '"two\\nlines"', '"<word>"'),
}  # fmt: skip
_OWN: Final[dict[tuple[str, str], Sequence[str]]] = {
    ("Candle", "price"): ("open", "high", "low", "close", "close", "event.close", "close[<length>]",
                          "high[1]", "Candles(<own>, 15m).close"),
    ("Candle", "amount"): ("volume", "volume[<length>]"),
    ("PriceUpdate", "price"): ("event.price", "event.bid", "event.ask"),
    ("Trade", "price"): ("event.price",),
    ("Trade", "amount"): ("event.amount",),
    ("Trade", "text"): ("event.side",),
    ("Fill", "text"): ("event.side", "event.reason", "event.order"),
    ("Fill", "money"): ("event.fee",),
    ("Event", "number"): ("event.score",),
    ("Event", "text"): ('"because {event.why}"',),
    ("Command", "text"): ("event.key",),
}  # fmt: skip


class Values:
    """Writes values; `chance` decides."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def one(self, of: Sequence[str]) -> str:
        return of[int(self.chance.random() * len(of))]

    def is_so(self, share: float) -> bool:
        return self.chance.random() < share

    def depth(self) -> int:
        """Of a value; mostly simple, as traders write."""
        return self.chance.choice((0, 0, 0, 1, 1, 1, 1, 2))

    def value(self, ask: Ask) -> str:
        """In parentheses where it is more than one word."""
        if ask.depth > 0 and self.is_so(0.55):
            return self._compound(ask._replace(depth=ask.depth - 1))
        return self._leaf(ask)

    def filled(self, template: str, ask: Ask) -> str:
        """The template with a value at each of its marks."""
        if "<" not in template:
            return template
        base = ask.kind[1] if ask.kind[0] == "price" else ""
        base = ask.kind[1] if ask.kind[0] == "amount" and ask.kind != MONEY else base
        base = base or self.base(ask.place)
        ask = ask._replace(base=base, other=self.number_kind(base))
        return _MARK.sub(lambda found: self._at(found[1], ask), template)

    def _at(self, mark: str, ask: Ask) -> str:  # noqa: PLR0911 -- dispatch
        match mark:
            case "k":
                return self.value(ask)
            case "x":
                return self.value(ask._replace(kind=ask.other))
            case "s":
                return self.value(ask._replace(kind=ask.other, is_series=True))
            case "symbol":
                return self.one(ask.place.markets[ask.base])
            case "own":
                return self.one(ask.place.markets[ask.place.base])
            case "length":
                return self.length(ask.place)
            case "word":
                return self.one(("up", "down", "50% done", "a \\{ brace", "\u00fc"))
            case _:
                base = {"price": ask.base, "amount": ask.base}.get(mark, "")
                kind = MONEY if mark == "money" else (mark, base)
                return self.value(ask._replace(kind=kind))

    def number_kind(self, base: str) -> Kind:
        """Something to reckon with; mostly prices."""
        kinds = (price(base), price(base), price(base), NUMBER, NUMBER, amount(base), MONEY,
                 PERCENT, DURATION)  # fmt: skip
        return kinds[int(self.chance.random() * len(kinds))]

    def base(self, place: Place) -> str:
        if place.base and self.is_so(0.8):
            return place.base
        return self.one(list(place.markets))

    def length(self, place: Place) -> str:
        if place.lengths and self.is_so(0.4):
            return self.one(place.lengths)
        return str(2 + int(self.chance.random() * (LENGTH_MAX - 1)))

    # ---- leaves

    def _leaf(self, ask: Ask) -> str:
        names = self._names(ask)
        if names and self.is_so(0.5):
            return self.one(names)
        word = "money" if ask.kind == MONEY else ask.kind[0]
        place = ask.place
        own = _OWN.get((place.event, word), ())
        if own and (ask.kind[1] in {"", place.base, QUOTE}) and self.is_so(0.8):
            return self.filled(self.one(own), ask)
        if word == "amount" and ask.kind[1].isupper() and self.is_so(0.4):
            unit, often = ask.kind[1], self.one(("0.1", "1", "3", "0.02"))
            return self.one((f"{often} {unit}", f"{often} {unit}", f'Amount({often}, "{unit}")'))
        return self.filled(self.one(_LEAVES[word]), ask)

    def _names(self, ask: Ask) -> list[str]:
        kind, place = ask.kind, ask.place
        names = [*place.series.get(kind, ()), *place.constants.get(kind, ())]
        if not ask.is_series:
            names += place.locals.get(kind, ())
            names += [self._state(each, ask) for each in place.states.get(kind, ())]
        return names

    def _state(self, name: str, ask: Ask) -> str:
        """One that may be none takes its unit from what stands beside it."""
        if ask.kind[0] in {"price", "time"}:
            return f"({name} ?? {self._leaf(ask._replace(is_series=True))})"
        return f"({name}[1] ?? {name})" if self.is_so(0.1) else name

    # ---- compounds

    def _compound(self, ask: Ask) -> str:
        if ask.kind != BOOL and self.is_so(0.35):
            found = self._indicator(ask) or self._call(ask)
            if found:
                return found
        word = "money" if ask.kind == MONEY else ask.kind[0]
        return self.filled(self.one(_COMPOUNDS[word]), ask)

    def _call(self, ask: Ask) -> str:
        names = [name for name, kind in ask.place.functions if kind == ask.kind]
        # What it is given may go to an indicator.
        series = ask._replace(is_series=True)
        return self.filled(f"{self.one(names)}(<k>, <k>)", series) if names else ""

    def _indicator(self, ask: Ask) -> str:
        fitting = [each for each in INDICATORS if _fits(each, ask)]
        if not fitting or self.is_so(0.2):
            return ""
        builtin = fitting[int(self.chance.random() * len(fitting))]
        inner = ask._replace(is_series=True, depth=min(ask.depth, 1))
        if builtin.result != "same":
            inner = inner._replace(kind=self.number_kind(self.base(ask.place)))
        call = f"{builtin.name}({', '.join(self._given(builtin.params, inner))})"
        if builtin.fields:
            return f"{call}.{self.one(_fields(builtin, ask.kind))}"
        return f"{call}[{self.length(ask.place)}]" if self.is_so(0.15) else call

    def _given(self, params: Sequence[Param], ask: Ask) -> list[str]:
        out = []
        for param in params:
            if param.is_optional and self.is_so(0.5):
                break
            match param.kind:
                case "series":
                    out.append(self.value(ask))
                case "condition":
                    out.append(self.value(ask._replace(kind=BOOL)))
                case "length":
                    out.append(self.length(ask.place))
                case _:
                    out.append(self.one(("1", "2", "1.5")))
        return out


def _fields(builtin: Builtin, kind: Kind) -> list[str]:
    """Those that are of this kind; some are numbers whatever the others are."""
    if not builtin.numbers:
        return list(builtin.fields)
    return [each for each in builtin.fields if (each in builtin.numbers) == (kind == NUMBER)]


def _fits(builtin: Builtin, ask: Ask) -> bool:
    place, kind = ask.place, ask.kind
    if builtin.steps is not None and builtin.steps.candle and place.event != "Candle":
        return False
    if builtin.result == "same":
        return kind[0] in {"price", "amount", "number", "percent"}
    if kind == NUMBER and builtin.numbers:
        return True
    results = {"price": price(place.base), "base": amount(place.base), "number": NUMBER}
    return results.get(builtin.result) == kind
