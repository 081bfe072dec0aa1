"""What stands behind a dot, and in a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from lefi_tui.lang.authoring import rows
from lefi_tui.lang.authoring.arguments import arguments, symbols
from lefi_tui.lang.authoring.around import Around
from lefi_tui.lang.authoring.behind import behind
from lefi_tui.lang.authoring.known import fields_read, given_with, read_of
from lefi_tui.lang.authoring.records import Completion
from lefi_tui.lang.builtins import EVENTS
from lefi_tui.lang.check_orders import TIFS
from lefi_tui.lang.tokens import Kind, Token
from lefi_tui.lang.told_statements import CHECKS

_OWN: Final = "Event"  # whose fields are those it is sent with


def fields(around: Around) -> list[Completion]:
    words = around.place.words
    target = words[-2] if len(words) > 1 else None
    if target is None:
        return []
    if target.text == "event":
        names: Iterable[str] = _event_fields(around)
    elif words[-3:-2] and words[-3].text == ".":
        names = behind(around, words[-4:-1])
    elif target.text == ")":
        names = _fields_of_call(around)
    else:
        names = behind(around, [target])
    return [rows.plain(each, "field") for each in names]


def _event_fields(around: Around) -> list[str]:
    event = EVENTS.get(around.event)
    known = [name for name, _ in event.fields] if event else ["time"]
    if around.event != _OWN:
        return known
    head = next(each.head for each in around.place.frames if each.word == "on")
    return [*known, *(each.label for each in own_fields(around, head))]


def own_fields(around: Around, head: Sequence[Token]) -> list[Completion]:
    """Of the custom event that a head names: those that the script sends, feeds or reads."""
    name = next((each.text for each in head if each.kind is Kind.TEXT), "")
    found = [*given_with(around.lines, name), *read_of(around.lines, name, _OWN)]
    found += fields_read(around.place.words)
    found = [each for each in found if each]  # one may be typed just now
    return [rows.plain(each, "field") for each in dict.fromkeys(found)]


def _fields_of_call(around: Around) -> Sequence[str]:
    """Of a call, and of what stands in parentheses alone."""
    words, depth = around.place.words[:-1], 0
    for number in range(len(words) - 1, -1, -1):
        depth += (words[number].text == ")") - (words[number].text == "(")
        if depth == 0:
            is_call = number and words[number - 1].kind is Kind.METHOD
            return behind(around, words[number - 1 if is_call else number :])
    return ()


def texts(around: Around) -> list[Completion]:
    place = around.place
    call = place.brackets[-1] if place.brackets else None
    param = arguments(around, call)[1] if call and call.method else None
    if param is not None and param.name == "tif":
        return [rows.plain(each, "word") for each in TIFS]
    is_symbol = param is not None and param.kind == "symbol"
    if is_symbol or around.head in {*CHECKS, "setting", "for"}:
        return [rows.plain(each, "symbol") for each in symbols(around)]
    return []
