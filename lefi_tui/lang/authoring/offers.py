"""What may stand at a place: declarations, statements, names, methods, arguments, fields.

The rule it keeps: words come from the tables that the parser and the checker read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.lang.authoring import rows
from lefi_tui.lang.authoring.known import Known, declared, docs_above, durations_in, symbols_in
from lefi_tui.lang.authoring.lines import Lines
from lefi_tui.lang.authoring.place import Bracket, Place
from lefi_tui.lang.authoring.records import Completion
from lefi_tui.lang.builtins import BUILTINS, CANDLE_NAMES, EVENTS, ORDER_FIELDS, TIME_FIELDS
from lefi_tui.lang.check_orders import TIFS
from lefi_tui.lang.parse_items import KINDS
from lefi_tui.lang.parse_tests import CHECK_WORDS
from lefi_tui.lang.signatures import Param
from lefi_tui.lang.tokens import OPERATORS, STATEMENT_WORDS, Kind, Token
from lefi_tui.lang.told_policy import POLICY
from lefi_tui.lang.told_statements import CHECKS, DECLARATIONS, STATEMENTS

_READING: Final = ("read", "candles", "indicator", "maths")
_DOING: Final = ("transaction", "word")
_CONSTANT: Final = ("setting", "state")  # heads of what has no event
_BEFORE_EFFECT: Final = ("=", "if", "not", "decide")


class Around(Record):
    """What every offer looks at."""

    place: Place
    lines: Lines
    market: Sequence[str]

    @property
    def event(self) -> str:
        """Of the handler that the place stands in; "" of none."""
        for frame in self.place.frames:
            if frame.word == "on" and len(frame.head) > 1:
                return frame.head[1].text
        return ""

    @property
    def blocks(self) -> tuple[str, ...]:
        return tuple(each.word for each in self.place.frames[1:])

    @property
    def head(self) -> str:
        """The word that leads the statement."""
        return self.place.head[0].text if self.place.head else ""


def offered(around: Around) -> list[Completion]:
    """In the order of what fits best; not yet chosen by the letters that are written."""
    place = around.place
    if place.in_text:
        return _texts(around)
    if place.words and place.words[-1].text == ".":
        return _fields(around)
    if place.brackets:
        return _operators(around) if place.is_behind_value else _operands(around)
    if place.begins:
        return _beginnings(around)
    special = _behind_head(around)
    if special is not None:
        return special
    return _operators(around) if place.is_behind_value else _operands(around)


# ---- where a statement begins


def _beginnings(around: Around) -> list[Completion]:
    frame = around.place.frames[-1]
    match frame.word:
        case "" if len(around.place.frames) == 1:
            return [*rows.told(DECLARATIONS.values()), *_statements(around)]
        case "policy":
            return rows.policy_keys()
        case "test":
            return _checks()
        case "event" | "command":
            return []
        case "decide" if len(frame.head) == 1:
            return [*_operands(around), rows.spaced("else", "keyword")]
        case _:
            return _statements(around)


def _statements(around: Around) -> list[Completion]:
    """Names first: what is given a value is mostly one that has had one."""
    names = [each for each in _names(around) if each.kind in {"state", "name"}]
    given = [each for each in names if not _is_fixed(around, each.label)]
    words = [each for each in rows.told(STATEMENTS.values()) if each.label in STATEMENT_WORDS]
    closed = len(around.place.words) and around.place.words[-1].text in {"}", "\n"}
    others = [rows.spaced("else", "keyword")] if closed and _may_follow_else(around) else []
    return [*others, *_methods(_DOING), *words, *given]


def _may_follow_else(around: Around) -> bool:
    words = [each for each in around.place.words if each.kind is not Kind.LINE_END]
    return bool(words) and words[-1].text == "}" and len(around.place.frames) > 1


def _is_fixed(around: Around, name: str) -> bool:
    return around.event == "Candle" and name in CANDLE_NAMES


def _checks() -> list[Completion]:
    known = rows.told(CHECKS.values())
    names = {each.label for each in known}
    more = [rows.spaced(each, "keyword") for each in CHECK_WORDS if each not in names]
    return [*known, *more]


# ---- behind the word that leads


def _behind_head(around: Around) -> list[Completion] | None:  # noqa: C901, PLR0911 -- dispatch
    """What only stands behind its word; None where any value may."""
    place = around.place
    head = place.head
    match head[0].text, len(head):
        case "on", 1:
            return list(rows.events())
        case "kind", 1:
            return [rows.plain(each, "word") for each in KINDS]
        case (("script" | "test" | "setting" | "state" | "fn" | "for"), 1):
            return []
        case "for", 2:
            return [rows.spaced("in", "keyword")]
        case "else", 1:
            return [rows.spaced("if", "keyword")]
        case "authorize", _ if place.before not in {"within", "by"}:
            return [rows.spaced(each, "word") for each in ("by", "within")]
        case "decide", 1:
            return _methods(("transaction",))
        case "setting", _ if place.before == "in":
            return []
        case "expect", _:
            return _expected(around)
        case (("candles" | "price" | "approve" | "decline" | "after" | "event" | "command"), _) if (
            "test" in around.blocks
        ):
            return []
        case _ if around.blocks[-1:] == ("policy",):
            return _policy_values(head)
        case _:
            return None


def _policy_values(head: Sequence[Token]) -> list[Completion]:
    key = POLICY.get(head[0].text)
    if key is None or len(head) < 2:
        return []
    if len(head) > 2:
        return [rows.spaced("per", "word")] if "per" in key.form else []
    within = [rows.spaced("within", "word")] if "within" in key.form else []
    return [*(rows.plain(each, "word") for each in key.words), *within]


def _expected(around: Around) -> list[Completion]:
    place = around.place
    if place.before not in {"expect", "no"}:
        return [] if place.is_behind_value else _operands(around)
    states = [each for each in _names(around) if each.kind == "state"]
    no = [rows.spaced("no", "word")] if place.before == "expect" else []
    return [*_methods(_DOING), *states, *no, rows.plain("finalized", "word")]


# ---- values


def _operators(around: Around) -> list[Completion]:
    words: list[str] = sorted(each for each in OPERATORS if each.isalpha())
    inside = {each.text for each in around.place.head if each.kind is Kind.KEYWORD}
    if "if" in inside and around.head != "if":
        words += ["then", "else"]
    if around.head == "setting":
        words = ["in"]
    if (
        around.head in {"script", "kind", "test", "on", "state", "fn"}
        and len(around.place.head) <= 2
    ):
        return []
    if len(around.place.head) == 1 and around.place.head[0].kind is Kind.NAME:
        words = ["pays"]
    if "pays" in inside:
        words += ["on", "in", "at"]
    return [rows.spaced(each, "keyword") for each in dict.fromkeys(words)]


def _operands(around: Around) -> list[Completion]:
    place = around.place
    call = next((each for each in reversed(place.brackets) if each.mark == "("), None)
    given = _arguments(around, call) if call is not None and call.method else ([], None)
    named, param = given
    wanted = _wanted(around, param)
    names = _names(around)
    if _is_constant(around):
        names = [each for each in names if each.kind == "setting"]
    values = [*wanted, *names, *_values(around)]
    return [*values[: len(wanted) + len(names)], *named, *values[len(wanted) + len(names) :]]


def _is_constant(around: Around) -> bool:
    return around.head in _CONSTANT or (around.head == "on" and bool(around.place.brackets))


def _values(around: Around) -> list[Completion]:
    """Methods that have a value, and the words that stand for one."""
    place = around.place
    words = [rows.plain(each, "keyword") for each in ("true", "false", "none")]
    if _is_constant(around):
        return [*_methods(("maths",)), *words]
    words += [rows.spaced(each, "keyword") for each in ("not", "if")]
    effects = [] if place.brackets or place.before not in _BEFORE_EFFECT else ["transaction"]
    if place.before in {"if", "not"} or not place.brackets:
        words.append(rows.spaced("decide", "keyword"))
    event = [rows.plain("event", "event")] if around.event else []
    return [*event, *_methods(_READING), *_methods(effects), *words]


def _methods(groups: Iterable[str]) -> list[Completion]:
    made, wanted = rows.methods(), tuple(groups)
    return [made[each.name] for each in BUILTINS.values() if each.group in wanted]


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


def _arguments(around: Around, call: Bracket) -> tuple[list[Completion], Param | None]:
    """Names of arguments that may still be given, and the parameter that the cursor is at."""
    place = around.place
    params = params_of(call.method, is_event=around.head == "on")
    given = given_to(place, call)
    if place.before == "=":
        return [], next((each for each in params if each.name == given[-1]), None)
    if place.before not in {"(", ","}:
        return [], None
    number = len(given) - 1
    places = [each for each in params if not each.is_named]
    at = places[number] if number < len(places) and not any(given) else None
    left = [each for each in params if each.name not in given and each not in places[:number]]
    return [rows.argument(each) for each in left if each.is_named or each.is_optional], at


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


def _wanted(around: Around, param: Param | None) -> list[Completion]:
    """What a parameter of this kind is mostly given."""
    if param is None:
        return []
    match param.kind:
        case "symbol":
            return [rows.plain(f'"{each}"', "symbol") for each in _symbols(around)]
        case "bool":
            return [rows.plain(each, "keyword") for each in ("true", "false")]
        case "duration":
            return [rows.plain(each, "duration") for each in durations_in(around.lines)]
        case "text" if param.name == "tif":
            return [rows.plain(f'"{each}"', "word") for each in TIFS]
        case _:
            return []


# ---- names


def _names(around: Around) -> list[Completion]:
    """In scope here: of this run first, then what the script declares."""
    place = around.place
    locals_ = {name for frame in place.frames for name in frame.names}
    known = {each.name: each for each in declared(around.lines)}
    out = [rows.plain(each, "name") for each in sorted(locals_ - set(known))]
    if around.head == "fn":
        out += [rows.plain(each, "name") for each in _params(place)]
    own = [_declared_row(around, each) for each in known.values()]
    own = [each for each in own if not _is_own(around, each.label)]
    return [*out, *_bare_fields(around), *own]


def _params(place: Place) -> list[str]:
    """Of the function whose value stands here."""
    marks = [number for number, each in enumerate(place.head) if each.text == ")"]
    inside = place.head[2 : marks[0]] if marks else ()
    return [each.text for each in inside if each.kind is Kind.NAME]


def _is_own(around: Around, name: str) -> bool:
    """Whether the declaration here is of that name: its value can't name itself."""
    head = around.place.head
    return len(head) > 1 and head[0].text in {"setting", "state", "fn"} and head[1].text == name


def _declared_row(around: Around, known: Known) -> Completion:
    kind = "function" if known.word == "fn" else known.word
    docs = docs_above(around.lines, known.row)
    if kind == "function":
        return rows.called(known.name, kind, known.form, docs, 1)
    return rows.plain(known.name, kind, known.form.removeprefix(known.name).strip(), docs)


def _bare_fields(around: Around) -> list[Completion]:
    if around.event == "Candle":
        names = [*CANDLE_NAMES, *(each for each, _ in EVENTS[around.event].fields)]
        return [rows.plain(each, "field", "of the candle") for each in names]
    return []


# ---- fields, and what stands in texts


def _fields(around: Around) -> list[Completion]:
    words = around.place.words
    target = words[-2] if len(words) > 1 else None
    if target is None:
        return []
    names: Iterable[str] = ()
    if target.text == "event":
        names = _event_fields(around)
    elif target.text == ")":
        names = _fields_of_call(words)
    elif target.kind is Kind.NAME:
        names = _fields_of_name(around, target.text)
    return [rows.plain(each, "field") for each in names]


def _event_fields(around: Around) -> list[str]:
    event = EVENTS.get(around.event)
    return [name for name, _ in event.fields] if event else ["time"]


def _fields_of_call(words: Sequence[Token]) -> Sequence[str]:
    depth = 0
    for number in range(len(words) - 2, -1, -1):
        depth += (words[number].text == ")") - (words[number].text == "(")
        if depth == 0:
            return _fields_of_method(words[number - 1].text if number else "")
    return ()


def _fields_of_method(name: str) -> Sequence[str]:
    builtin = BUILTINS.get(name)
    if builtin is None:
        return ()
    if builtin.result == "time":
        return TIME_FIELDS
    return builtin.fields


def _fields_of_name(around: Around, name: str) -> Sequence[str]:
    """By what the name was given here: an order, or a time."""
    words = around.place.words
    for number in range(len(words) - 3, -1, -1):
        if words[number].text == name and words[number + 1].text == "=":
            given = words[number + 2].text
            given = words[number + 3].text if given == "decide" else given
            builtin = BUILTINS.get(given)
            if builtin is not None and builtin.group == "transaction":
                return [each for each, _ in ORDER_FIELDS]
            return _fields_of_method(given) if builtin and builtin.result == "time" else ()
    return TIME_FIELDS if name == "time" else ()


def _texts(around: Around) -> list[Completion]:
    place = around.place
    call = place.brackets[-1] if place.brackets else None
    param = _arguments(around, call)[1] if call and call.method else None
    if param is not None and param.name == "tif":
        return [rows.plain(each, "word") for each in TIFS]
    is_symbol = param is not None and param.kind == "symbol"
    if is_symbol or around.head in {"setting", "candles", "price", "for"}:
        return [rows.plain(each, "symbol") for each in _symbols(around)]
    return []


def _symbols(around: Around) -> list[str]:
    """Those that the script names already, then the market's."""
    text, span = around.lines.text, around.place.span
    own = symbols_in(text[: span.start]) + symbols_in(text[span.end :])
    return list(dict.fromkeys([*own, *around.market]))
