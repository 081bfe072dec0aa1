"""What may stand at a place: declarations, statements, names, methods, arguments, fields.

The rule it keeps: words come from the tables that the parser and the checker read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from lefi_tui.lang.authoring import rows
from lefi_tui.lang.authoring.arguments import CONSTANT_KINDS, arguments, fits, wanted
from lefi_tui.lang.authoring.around import Around
from lefi_tui.lang.authoring.fields import fields, own_fields, texts
from lefi_tui.lang.authoring.known import has_handler, is_indicator
from lefi_tui.lang.authoring.naming import fixed_names, names
from lefi_tui.lang.authoring.records import Completion
from lefi_tui.lang.builtins import BUILTINS, CANDLE_NAMES
from lefi_tui.lang.parse_items import KINDS
from lefi_tui.lang.parse_tests import CHECK_WORDS
from lefi_tui.lang.signatures import Param
from lefi_tui.lang.tokens import CONSTANT_WORDS, OPERATORS, STATEMENT_WORDS, Kind, Token
from lefi_tui.lang.told_policy import POLICY
from lefi_tui.lang.told_statements import CHECKS, DECLARATIONS, STATEMENTS

_READING: Final = ("read", "candles", "indicator", "maths")
_DOING: Final = ("transaction", "word")
_NAMING: Final = frozenset(  # a new name or title follows
    each.name
    for each in (*DECLARATIONS.values(), *STATEMENTS.values())
    if each.form.startswith((f"{each.name} name", f'{each.name} "name'))
)
_CONSTANT: Final = ("setting", "state")  # heads of what has no event
_ACTING: Final = frozenset({"authorize", "execute", "finalize"})  # no indicator may
_BEFORE_ELSE: Final = frozenset(  # `else if` too
    {"else", *(each.name for each in STATEMENTS.values() if "} else {" in each.form)}
)
_BEFORE_EFFECT: Final = ("=", "if", "not", "decide")


def offered(around: Around) -> list[Completion]:
    """In the order of what fits best; not yet chosen by the letters that are written."""
    place = around.place
    if place.in_text:
        return texts(around)
    if place.words and place.words[-1].text == ".":
        return fields(around)
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
    if len(around.place.frames) == 1:
        body = _going_on(around) if has_handler(around.lines) else _statements(around)
        return [*rows.told(DECLARATIONS.values()), *body]
    match frame.word:
        case "policy":
            return rows.policy_keys()
        case "test":
            return _checks()
        case "event" | "command":
            return [rows.valued(each) for each in own_fields(around, frame.head)]
        case _ if frame.is_table:
            return _actions(around) if around.place.is_action else _conditions(around)
        case _:
            return _statements(around)


def _conditions(around: Around) -> list[Completion]:
    """Of a table's next row."""
    return [*_operands(around), rows.spaced("else", "keyword")]


def _statements(around: Around) -> list[Completion]:
    allowed = set(STATEMENT_WORDS) - (_ACTING if is_indicator(around.lines) else set())
    words = [each for each in rows.told(STATEMENTS.values()) if each.label in allowed]
    return [*_going_on(around), *_methods(around, _DOING), *words, *_given(around)]


def _actions(around: Around) -> list[Completion]:
    """Of a row: one statement without a block of its own."""
    words = [rows.spaced("decide", "keyword"), rows.plain("return", "keyword")]
    return [*_methods(around, _DOING), *words, *_given(around)]


def _given(around: Around) -> list[Completion]:
    """Names that may be given a value."""
    known = [each for each in names(around) if each.kind in {"state", "name"}]
    of_rows = [name for each in around.place.frames for row in each.rows for name in row]
    known += [rows.plain(each, "name") for each in of_rows]
    return [each for each in known if not _is_fixed(around, each.label)]


def _going_on(around: Around) -> list[Completion]:
    """What makes the line above go on: an `else` of it."""
    before = [each.text for each in around.place.sentence_before]
    is_choice = before.count("then") > before.count("else")
    has_block = around.place.frames[-1].closed in _BEFORE_ELSE
    return [rows.spaced("else", "keyword")] if is_choice or has_block else []


def _is_fixed(around: Around, name: str) -> bool:
    return around.event == "Candle" and name in CANDLE_NAMES


def _checks() -> list[Completion]:
    known = rows.told(CHECKS.values())
    names = {each.label for each in known}
    more = [rows.spaced(each, "keyword") for each in CHECK_WORDS if each not in names]
    return [*known, *more]


# ---- behind the word that leads


def _behind_head(around: Around) -> list[Completion] | None:
    """What only stands behind its word; None where any value may."""
    place = around.place
    head = place.head
    if around.blocks[-1:] == ("policy",):
        return _policy_values(head)
    if around.blocks[-1:] == ("test",):
        return _in_test(around)
    if head[0].text in _NAMING and len(head) == 1:
        return []
    if around.head == "setting" and place.before in {"in", ".."}:
        return []
    return _behind_word(around)


def _behind_word(around: Around) -> list[Completion] | None:  # noqa: PLR0911 -- dispatch
    place = around.place
    match place.head[0].text, len(place.head):
        case "on", 1:
            return list(rows.events())
        case "kind", 1:
            return [rows.plain(each, "word") for each in KINDS]
        case "for", 2:
            return [rows.spaced("in", "keyword")]
        case "else", 1:
            return [rows.spaced("if", "keyword")]
        case "decide", 1:
            return _methods(around, ("transaction",))
        case "authorize", _ if place.before not in {"within", "by"}:
            return [rows.spaced(each, "word") for each in ("by", "within")]
        case _:
            return None


def _in_test(around: Around) -> list[Completion] | None:
    """Behind the word that leads a line of a test."""
    place = around.place
    match around.head:
        case "setting" if place.before in {"setting", ","}:
            return [rows.valued(each) for each in names(around) if each.kind == "setting"]
        case "expect":
            return _expected(around)
        case "setting":
            return None
        case _:
            return []


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
    states = [each for each in names(around) if each.kind == "state"]
    no = [rows.spaced("no", "word")] if place.before == "expect" else []
    alone = [] if place.behind in OPERATORS else [rows.plain("finalized", "word")]
    return [*_methods(around, _DOING), *states, *no, *alone]


# ---- values


def _operators(around: Around) -> list[Completion]:
    """Words that may stand behind a value."""
    head = around.place.head
    if around.head in DECLARATIONS and len(head) <= 2:
        return []
    if len(head) == 1 and head[0].kind is Kind.NAME:
        return [rows.spaced("pays", "keyword")]
    if around.head == "setting":
        return [rows.spaced("in", "keyword")]
    words = sorted(each for each in OPERATORS if each.isalpha())
    words += _of_choice(around)
    words += ["on", "in", "at"] if any(each.text == "pays" for each in head) else []
    return [rows.spaced(each, "keyword") for each in words]


def _of_choice(around: Around) -> list[str]:
    """`if c then a else b`: the word that comes next, by what stands there already."""
    words = [each.text for each in around.place.head if each.kind is Kind.KEYWORD]
    is_statement = around.head == "if" or (around.head == "else" and words[1:2] == ["if"])
    open_ifs = words.count("if") - is_statement - words.count("then")
    is_else_due = words.count("then") > words.count("else") - (around.head == "else")
    return [*(["then"] if open_ifs > 0 else []), *(["else"] if is_else_due else [])]


def _operands(around: Around) -> list[Completion]:
    place = around.place
    call = next((each for each in reversed(place.brackets) if each.mark == "("), None)
    named, param = arguments(around, call) if call is not None and call.method else ([], None)
    known = names(around)
    if _is_constant(around):
        known = [each for each in known if each.kind == "setting"]
    if param is not None and param.kind in CONSTANT_KINDS:
        given = fixed_names(around)
        known = [each for each in known if each.kind == "setting" or each.label in given]
        return [*_best(known, param), *wanted(around, param), *known, *named]
    return [*_best(known, param), *wanted(around, param), *known, *named, *_values(around)]


def _best(known: list[Completion], param: Param | None) -> list[Completion]:
    return [each for each in known if fits(each, param)]


def _is_constant(around: Around) -> bool:
    is_event = around.head == "on" and bool(around.place.brackets)
    return is_event or around.head in _CONSTANT or "test" in around.blocks


def _values(around: Around) -> list[Completion]:
    """Methods that have a value, and the words that stand for one."""
    place = around.place
    words = [rows.plain(each, "keyword") for each in CONSTANT_WORDS]
    if _is_constant(around):
        return [*_methods(around, ("maths",)), *words]
    words += [rows.spaced(each, "keyword") for each in ("not", "if")]
    effects = [] if place.brackets or place.before not in _BEFORE_EFFECT else ["transaction"]
    if place.before in {"if", "not"} or not place.brackets:
        words.append(rows.spaced("decide", "keyword"))
    if place.before in {"=", "("}:
        words.append(rows.spaced("pays", "keyword"))
    event = [rows.event()] if around.event else []
    return [*event, *_methods(around, _READING), *_methods(around, effects), *words]


def _methods(around: Around, groups: Iterable[str]) -> list[Completion]:
    made, asked = rows.methods(), set(groups)
    if is_indicator(around.lines):
        asked.discard("transaction")
    return [made[each.name] for each in BUILTINS.values() if each.group in asked]
