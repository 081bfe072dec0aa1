"""Which fields stand behind a value, found by its words: also in a text that can't be parsed.

The rule it keeps: a name has the fields of what it was given last, as the checker has it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from lefi_tui.lang.authoring.around import Around
from lefi_tui.lang.authoring.known import declared
from lefi_tui.lang.authoring.lines import scanned_line
from lefi_tui.lang.builtins import BUILTINS, EVENTS, ORDER_FIELDS, TIME_FIELDS
from lefi_tui.lang.tokens import Kind, Token

NAMES_MAX: Final = 8  # a name that is given a name, and so on
_ORDER: Final = tuple(each for each, _ in ORDER_FIELDS)
_TIME: Final = (tuple(TIME_FIELDS),)
_GIVEN_ON: Final = (*_TIME, _ORDER)  # from one name to another
_ENDS: Final = frozenset({";", "}", "{", "=>"})


def behind(around: Around, words: Sequence[Token]) -> Sequence[str]:
    """Of an expression."""
    words = _bare(words)
    if len(words) == 1 and words[0].kind is Kind.NAME and not _is_time(around, words):
        return _of_name(around, words[0].text)
    return _of_value(around, words)


def _of_name(around: Around, name: str, names: int = NAMES_MAX) -> Sequence[str]:
    """Of a local the nearest value that it is given, of a state any."""
    given = list(_values(around.place.words, name))
    is_state = any(each.word == "state" and each.name == name for each in declared(around.lines))
    if is_state:
        lines = (each for each in around.lines.lines if name in each)
        given = [each for line in lines for each in _values(scanned_line(line).words, name)]
    for value in reversed(given):
        is_name = len(value) == 1 and value[0].kind is Kind.NAME and names > 0
        found = _of_value(around, value)
        if not found and is_name:  # what is read by field can't be given on
            found = _kept(_of_name(around, value[0].text, names - 1))
        if found:
            return _kept(found, _TIME) if is_state else found
    return ()


def _kept(found: Sequence[str], kinds: Collection[Sequence[str]] = _GIVEN_ON) -> Sequence[str]:
    return found if found in kinds else ()


def _of_value(around: Around, words: Sequence[Token]) -> Sequence[str]:
    words = _bare(words)
    if _is_time(around, words):
        return tuple(TIME_FIELDS)
    if words and words[0].kind is Kind.METHOD and _closes(words[1:]):
        return _of_method(words[0].text)
    return ()


def _bare(words: Sequence[Token]) -> Sequence[Token]:
    """Without `decide`, and without parentheses around all of it."""
    while words and (words[0].text == "decide" or (words[0].text == "(" and _closes(words))):
        words = words[1:] if words[0].text == "decide" else words[1:-1]
    return words


def _closes(words: Sequence[Token]) -> bool:
    """Whether these are one pair of parentheses and what it holds."""
    depth = 0
    for number, each in enumerate(words):
        depth += (each.text == "(") - (each.text == ")")
        if depth == 0:
            return number == len(words) - 1 and each.text == ")"
    return False


def _is_time(around: Around, words: Sequence[Token]) -> bool:
    """The event's time, alone or with a duration added."""
    texts = [each.text for each in words]
    has_time = around.event in EVENTS or not around.event
    if texts[:3] == ["event", ".", "time"] and has_time:
        end = 3
    elif texts[:1] == ["time"] and around.event == "Candle":
        end = 1
    elif texts[:3] == ["Now", "(", ")"]:
        end = 3
    else:
        return False
    return texts[end : end + 1] in ([], ["+"], ["-"]) and not {"time", "Now"} & set(texts[end:])


def _of_method(name: str) -> Sequence[str]:
    builtin = BUILTINS.get(name)
    if builtin is None:
        return ()
    if builtin.group == "transaction":
        return _ORDER
    return tuple(TIME_FIELDS) if builtin.result == "time" else builtin.fields


def _values(words: Sequence[Token], name: str) -> Iterator[Sequence[Token]]:
    for number, each in enumerate(words[:-2]):
        if each.text == name and each.kind is Kind.NAME and words[number + 1].text == "=":
            yield list(_statement(words[number + 2 :]))


def _statement(words: Sequence[Token]) -> Iterator[Token]:
    depth = 0
    for each in words:
        depth += (each.text in {"(", "["}) - (each.text in {")", "]"})
        if depth < 0 or (depth == 0 and (each.kind is Kind.LINE_END or each.text in _ENDS)):
            return
        yield each
