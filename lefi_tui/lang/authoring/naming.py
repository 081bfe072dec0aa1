"""The names in scope at a place, found by words: also in a text that can't be parsed."""

from __future__ import annotations

from lefi_tui.lang.authoring import rows
from lefi_tui.lang.authoring.around import Around
from lefi_tui.lang.authoring.known import DECLARING, Known, declared, docs_above
from lefi_tui.lang.authoring.place import Place
from lefi_tui.lang.authoring.records import Completion
from lefi_tui.lang.builtins import CANDLE_NAMES, EVENTS
from lefi_tui.lang.tokens import Kind


def names(around: Around) -> list[Completion]:
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


def fixed_names(around: Around) -> set[str]:
    """Of names that are no settings, those that never change: a loop's, a function's, a market."""
    place = around.place
    loops = {each.head[1].text for each in place.frames if each.word == "for"}
    return {*loops, *_params(place), "symbol"}


def _params(place: Place) -> list[str]:
    """Of the function whose value stands here."""
    marks = [number for number, each in enumerate(place.head) if each.text == ")"]
    inside = place.head[2 : marks[0]] if marks else ()
    return [each.text for each in inside if each.kind is Kind.NAME]


def _is_own(around: Around, name: str) -> bool:
    """Whether the declaration here is of that name: its value can't name itself."""
    head = around.place.head
    return len(head) > 1 and head[0].text in DECLARING and head[1].text == name


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
