"""The call at a place: which parameter the cursor is at, and what it is mostly given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from lefi_tui.lang.authoring import rows
from lefi_tui.lang.authoring.around import Around
from lefi_tui.lang.authoring.known import durations_in, symbols_in
from lefi_tui.lang.authoring.lines import scanned_line
from lefi_tui.lang.authoring.place import Bracket, Place
from lefi_tui.lang.authoring.records import Completion
from lefi_tui.lang.builtins import BUILTINS, EVENTS
from lefi_tui.lang.check_orders import TIFS
from lefi_tui.lang.signatures import Param, by_place
from lefi_tui.lang.tokens import Kind, Token

_SHARES: Final = frozenset({Kind.PERCENT})
_NUMBERS: Final = frozenset({Kind.NUMBER})
# The literals that each kind of parameter is mostly given.
_GIVEN: Final = {
    "length": _NUMBERS,
    "constant": _NUMBERS,
    "number": _NUMBERS,
    "depth": _NUMBERS,
    "duration": frozenset({Kind.DURATION}),
    "level": _SHARES,
    "size": frozenset({Kind.PERCENT, Kind.AMOUNT}),
    "amount": frozenset({Kind.AMOUNT}),
}


_USUAL: Final = ("1m", "5m", "15m", "1h", "4h", "1d")  # candles that exchanges have
_SENDS: Final = "Emit"  # whose named arguments are fields of the event, whatever their names
# What is known when a bot is bound: texts, lengths and timeframes are.
CONSTANT_KINDS: Final = frozenset(
    {"symbol", "account", "length", "constant", "depth", "duration", "text"}
)


def given_to(place: Place, call: Bracket) -> list[str]:
    """Of each argument up to the cursor its name, "" where it has none; the last is the one at
    the cursor."""
    names = [""]
    words = list(outer(place.words[call.number + 1 :]))
    for number, each in enumerate(words):
        if each.text == "," and each.kind is Kind.MARK:
            names.append("")
        elif each.text == "=" and number and each.kind is Kind.MARK:
            names[-1] = words[number - 1].text
    return names


def outer(words: Sequence[Token]) -> Iterable[Token]:
    """Those that stand in no bracket of their own."""
    depth = 0
    for each in words:
        depth += each.text in {"(", "["}
        if depth == 0:
            yield each
        depth -= each.text in {")", "]"}


def params_of(method: str, *, is_event: bool) -> tuple[Param, ...]:
    if is_event:
        return EVENTS[method].params if method in EVENTS else ()
    return BUILTINS[method].params if method in BUILTINS else ()


def arguments(around: Around, call: Bracket) -> tuple[list[Completion], Param | None]:
    """Names of arguments that may still be given, and the parameter that the cursor is at."""
    place = around.place
    params = params_of(call.method, is_event=around.head == "on")
    given = given_to(place, call)
    if place.before == "=" and call.method == _SENDS:
        return [], None
    if place.before == "=":
        return [], next((each for each in params if each.name == given[-1]), None)
    if place.before not in {"(", ","}:
        return [], None
    number = len(given) - 1
    places = by_place(params, len(given))
    at = places[number] if number < len(places) and not any(given) else None
    left = [each for each in params if each.name not in given and each not in places[:number]]
    return [rows.argument(each) for each in left if each.is_named or each.is_optional], at


def fits(row: Completion, param: Param | None) -> bool:
    """Whether a setting's default is what the parameter takes; other names may be anything."""
    if param is None or row.kind != "setting":
        return False
    default = scanned_line(row.detail.removeprefix("=").strip()).words[:1]
    if param.kind == "symbol":
        return bool(symbols_in(row.detail))
    return bool(default) and default[0].kind in _GIVEN.get(param.kind, frozenset())


def wanted(around: Around, param: Param | None) -> list[Completion]:
    """What a parameter of this kind is mostly given."""
    if param is None:
        return []
    match param.kind:
        case "symbol":
            return [rows.plain(f'"{each}"', "symbol") for each in symbols(around)]
        case "bool":
            return [rows.plain(each, "keyword") for each in ("true", "false")]
        case "duration":
            named = [*durations_in(around.lines), *_USUAL]
            return [rows.plain(each, "duration") for each in dict.fromkeys(named)]
        case "text" if param.name == "tif":
            return [rows.plain(f'"{each}"', "word") for each in TIFS]
        case _:
            return []


def symbols(around: Around) -> list[str]:
    """Those that the script names already, then the market's."""
    text, span = around.lines.text, around.place.span
    own = symbols_in(text[: span.start]) + symbols_in(text[span.end :])
    return list(dict.fromkeys([*own, *around.market]))
