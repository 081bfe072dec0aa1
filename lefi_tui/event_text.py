"""A custom event as JSON, wherever it comes from: command line, watched folder, webhook.

The rule it keeps: a field is a number, a text, true or false; anything else is named, not guessed.
"""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

from lefi_tui.core.bot import Given

BYTES_MAX: Final = 16_384  # an event is a few fields; 32 texts of 1,000 letters are the most

Fields = tuple[tuple[str, Given], ...]


class EventTextError(ValueError):
    """A text that is no event; says why."""


def fields_of(text: str) -> Fields:
    """The fields of an event, from a JSON object."""
    return _fields(_object(text))


def event_of(text: str, name: str = "") -> tuple[str, Fields, str]:
    """Name, fields and id: `{"event": …, "fields": {…}, "id": …}`, or the fields alone of `name`.

    An object with an `event` is the long form, so that a field of that name needs it too.
    """
    data = _object(text)
    if "event" not in data:
        if not name:
            raise EventTextError('it has no "event": the name under which scripts hear it')
        return name, _fields(data), ""
    unknown = data.keys() - {"event", "fields", "id"}
    if unknown:
        raise EventTextError(f"beside event, fields and id it has {', '.join(sorted(unknown))}")
    fields = data.get("fields", {})
    if not isinstance(fields, dict):
        raise EventTextError('"fields" is no object')
    return _text(data, "event"), _fields(fields), _text(data, "id")


def _object(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text, parse_constant=_no_number, object_pairs_hook=_once)
    except EventTextError:
        raise
    except (ValueError, RecursionError) as error:
        raise EventTextError(f"not JSON: {error}") from error
    if not isinstance(data, dict):
        raise EventTextError('not an object: write it as {"field": 1}')
    return data


def _no_number(name: str) -> NoReturn:
    raise EventTextError(f"{name} is no number of JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise EventTextError("a name stands twice")
    return data


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name, "")
    if not isinstance(value, str):
        raise EventTextError(f'"{name}" is no text')
    return whole(value)


def whole(text: str) -> str:
    """Half a character can't be written to the journal."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise EventTextError(f"half a character: {error.reason}") from error
    return text


def _fields(data: dict[str, Any]) -> Fields:
    return tuple((whole(name), _given(name, value)) for name, value in data.items())


def _given(name: str, value: Any) -> Given:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return whole(value)
    if not isinstance(value, (int, float)):
        kind = "null" if value is None else type(value).__name__
        raise EventTextError(f"field {name!r} is a number, a text, true or false; {kind} came")
    try:
        number = float(value)
    except OverflowError:
        number = float("inf")
    if number in {float("inf"), float("-inf")}:
        raise EventTextError(f"field {name!r} is too large a number")
    return number
