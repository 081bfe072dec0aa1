"""One entry of the reference: how a word is written, what it takes and gives, and an example.

The rule it keeps: what it says of types and warm-up is what the checker finds.
"""

from __future__ import annotations

import math
import re
from textwrap import wrap
from typing import Final, NamedTuple

from lefi_tui.lang.builtins import LENGTH_MAX, EventKind
from lefi_tui.lang.examples import EXAMPLES
from lefi_tui.lang.program import check
from lefi_tui.lang.signatures import Builtin, Lies, Param, written
from lefi_tui.lang.told import Told

TAKES: Final = {
    "symbol": "a Symbol",
    "account": "an account's name",
    "number": "a Number",
    "series": "a series",
    "condition": "a condition that is a series",
    "length": f"a length, whole, 1 to {LENGTH_MAX:,}",
    "depth": "a level of the book, 1 the best",
    "level": "a Percent or a Price",
    "constant": "a constant Number",
    "any": "any value",
    "price_level": "a Price",
    "size": "an Amount, a Number or a Percent",
    "amount": "an Amount",
    "text": "a Text",
    "bool": "a Bool",
    "duration": "a Duration",
}
_GIVES: Final = {
    "price": "a Price, quote per base",
    "quote": "an Amount of the quote",
    "base": "an Amount of the base",
    "account": "an Amount of the account's currency",
    "number": "a Number",
    "percent": "a Percent",
    "time": "a Time",
    "bool": "a Bool",
    "joined": "the unit they share",
    "unit": "an Amount of that ticker",
    "order": "an Order",
    "transfer": "an Order, of money",
    "candle": "Prices; volume an Amount of the base",
    "nothing": "",
    "symbol": "a Symbol",
    "text": "a Text",
}
_COUNTED: Final = {2: "two", 3: "three"}
_LENGTH: Final = 20  # of the call that tells an indicator's warm-up
_FACTOR: Final = 2
_JOINED: Final = "\x00"  # a space that no line ends at


class Entry(NamedTuple):
    name: str
    form: str
    docs: str
    notes: tuple[str, ...] = ()  # what it takes and gives
    example: str = ""
    first: str = ""  # when an indicator has its first value

    @property
    def told(self) -> tuple[str, ...]:
        """All notes."""
        return (*self.notes, self.first) if self.first else self.notes

    def markdown(self, level: str, width: int) -> str:
        head = [f"{level} `{self.form}`", *wrapped(self.docs, width)]
        notes = [line for each in self.told for line in item(each, width)]
        script = ["", "```lefi", *self.example.splitlines(), "```"] if self.example else []
        return "\n".join([*head, *notes, *script, ""])

    def plain(self, width: int) -> list[str]:
        """For a terminal."""
        notes = [line for each in self.told for line in item(each, width)]
        script = ["", *(f"  {each}" for each in self.example.splitlines())] if self.example else []
        return [self.form, *wrapped(self.docs, width), *notes, *script]


def item(text: str, width: int) -> list[str]:
    return wrapped(f"- {text}", width, "  ")


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """Lines of at most so many letters; what stands between ` ` stays together."""
    whole = re.sub("`[^`]*`", lambda found: found[0].replace(" ", _JOINED), text)
    lines = wrap(
        whole, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return [each.replace(_JOINED, " ") for each in lines]


def of_told(row: Told) -> Entry:
    return Entry(row.name, row.form, row.docs, (), row.example)


def of_event(event: EventKind) -> Entry:
    fields = ", ".join(f"`{name}` {_GIVES[rule]}" for name, rule in event.fields)
    more = ", and those it is sent with" if event.name == "Event" else ""
    notes = (*_takes(event.params), f"fields, as event.name: {fields}{more}")
    return Entry(event.name, form_of_event(event), event.docs, notes, EXAMPLES[event.name])


def of_builtin(builtin: Builtin) -> Entry:
    gives = _gives(builtin)
    notes = (*_takes(builtin.params), *((f"gives {gives}",) if gives else ()))
    if builtin.lies is not None:
        notes = (*notes, _lies(builtin.lies))
    first = _warmth(builtin) if builtin.group == "indicator" else ""
    return Entry(builtin.name, form_of(builtin), builtin.docs, notes, EXAMPLES[builtin.name], first)


def _gives(builtin: Builtin) -> str:
    """`three lines, .upper, .middle and .lower, each in the unit of x`"""
    is_same = builtin.result == "same"
    one = f"the unit of `{builtin.params[0].name}`" if is_same else _GIVES[builtin.result]
    if not builtin.fields or builtin.result == "candle":
        return one
    if builtin.numbers:
        return "; ".join(
            f"`.{each}` {'a Number' if each in builtin.numbers else one}" for each in builtin.fields
        )
    named = [*(["itself"] if builtin.has_own else []), *(f"`.{each}`" for each in builtin.fields)]
    listed = f"{', '.join(named[:-1])} and {named[-1]}"
    kind = "lines" if builtin.group == "indicator" else "values"
    return f"{_COUNTED[len(named)]} {kind}, {listed}, each {'in ' * is_same}{one}"


def _lies(lies: Lies) -> str:
    of = f"{', '.join(lies.fields)} " if lies.fields else ""
    if math.isinf(lies.high):
        return f"{of}is never below {lies.low:g}"
    return f"{of}lies between {lies.low:g} and {lies.high:g}"


def form_of(builtin: Builtin) -> str:
    """`Bollinger(x, n, k) .upper .middle .lower`"""
    fields = "".join(f" .{each}" for each in builtin.fields)
    arguments = _arguments(builtin.params, any_number=builtin.result == "joined") or "()"
    return f"{builtin.name}{arguments}{fields}"


def form_of_event(event: EventKind) -> str:
    return f"on {event.name}{_arguments(event.params)}"


def _arguments(params: tuple[Param, ...], *, any_number: bool = False) -> str:
    """`(symbol, [account], size, …)`: those by name only are told below."""
    placed = [written(each) for each in params if not each.is_named]
    more = ["…"] if any_number or any(each.is_named for each in params) else []
    return f"({', '.join([*placed, *more])})" if params else ""


def _takes(params: tuple[Param, ...]) -> tuple[str, ...]:
    placed = [each for each in params if not each.is_named]
    known = {each.name for each in placed}
    named = [each for each in params if each.is_named and each.name not in known]
    told = (("takes", placed), ("by name", named))
    return tuple(f"{word} {_listed(some)}" for word, some in told if some)


def _listed(params: list[Param]) -> str:
    kinds: dict[str, list[str]] = {}
    for each in params:
        kinds.setdefault(TAKES[each.kind], []).append(f"`{each.name}`")
    return "; ".join(f"{', '.join(names)} {kind}" for kind, names in kinds.items())


def _warmth(builtin: Builtin) -> str:
    """Its first value, and from when on it does not hang on where history began."""
    call = f"{builtin.name}({', '.join(_given(each) for each in builtin.params)})"
    field = f".{builtin.fields[0]}" if builtin.fields and not builtin.has_own else ""
    program = check(f'on Candle("BTC/USDT", 1h) {{ Print("{{{call}{field}}}") }}').program
    assert program is not None, call
    first, settled = program.handlers[0].warmup, program.settled
    return f"`{call}{field}` {first_value(first, settled)}"


def first_value(first: int, settled: int, unit: str = "candle") -> str:
    """`unit` is what it steps by: candles, or the events of a handler that hears no candles."""
    later = f", the same wherever history began from {settled:,} on" if settled > first else ""
    return f"has its first value at {unit} {first:,}{later}"


def _given(param: Param) -> str:
    of_kind = {"series": "close", "condition": "close > open", "constant": f"{_FACTOR}"}
    if param.name == "b":
        return "open"
    return of_kind.get(param.kind, f"{param.default or _LENGTH:g}")
