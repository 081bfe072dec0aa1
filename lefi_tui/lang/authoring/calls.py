"""The call at the cursor: its form, and which of its parameters the cursor is at."""

from __future__ import annotations

from collections.abc import Sequence

from lefi_tui.lang.authoring.arguments import given_to, params_of
from lefi_tui.lang.authoring.known import declared
from lefi_tui.lang.authoring.lines import Lines
from lefi_tui.lang.authoring.place import Bracket, Place, place_at
from lefi_tui.lang.authoring.records import Signature
from lefi_tui.lang.builtins import BUILTINS
from lefi_tui.lang.entry import TAKES
from lefi_tui.lang.signatures import Param, by_place, written

_MORE = "…"


def signature_at(lines: Lines, offset: int) -> Signature | None:
    place = place_at(lines, offset)
    if place is None:
        return None
    calls = [each for each in place.brackets if each.method]
    if not calls:
        return None
    call = calls[-1]
    is_event = place.head[0].text == "on" and len(place.brackets) == 1
    params = params_of(call.method, is_event=is_event)
    if params or call.method in BUILTINS:
        return _of_builtin(place, call, params)
    return _of_function(lines, place, call)


def _of_builtin(place: Place, call: Bracket, params: tuple[Param, ...]) -> Signature:
    given = given_to(place, call)
    active = _active(place, given, params)
    shown = [each for each in params if not each.is_named or each is active]
    left = [each for each in params if each not in shown and each.name not in given]
    joined = call.method in BUILTINS and BUILTINS[call.method].result == "joined"
    parts = [f"{each.name} =" if each.is_named else written(each) for each in shown]
    parts += [_MORE] if joined or left else []
    if active is not None:
        return _form(
            call.method, parts, shown.index(active), f"{active.name}: {TAKES[active.kind]}"
        )
    names = ", ".join(each.name for each in left)
    number = len(parts) - 1 if joined or (left and not given[-1]) else -1
    return _form(call.method, parts, number, f"by name: {names}" if left else "")


def _active(place: Place, given: Sequence[str], params: tuple[Param, ...]) -> Param | None:
    name = given[-1]
    if name:
        return next((each for each in params if each.name == name), None)
    if any(given[:-1]):
        return None
    places = by_place(params, _count(place, given))
    return places[len(given) - 1] if len(given) <= len(places) else None


def _count(place: Place, given: Sequence[str]) -> int:
    """How many values stand by place: one that is not begun yet counts as none."""
    return len(given) - (place.before in {"(", ","} and not place.prefix and not place.in_text)


def _of_function(lines: Lines, place: Place, call: Bracket) -> Signature | None:
    known = next((each for each in declared(lines) if each.name == call.method), None)
    if known is None or known.word != "fn":
        return None
    listed = known.form.partition("(")[2].partition(")")[0]
    parts = [each.strip() for each in listed.split(",") if each.strip()]
    number = len(given_to(place, call)) - 1
    return _form(call.method, parts, number if number < len(parts) else -1, known.form)


def _form(name: str, parts: Sequence[str], active: int, docs: str) -> Signature:
    form, stretches = f"{name}(", []
    for number, part in enumerate(parts):
        form += ", " if number else ""
        stretches.append((len(form), len(form) + len(part)))
        form += part
    return Signature(f"{form})", tuple(stretches), active, docs)
