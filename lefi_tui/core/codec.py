"""Messages and the desk as canonical JSON, and back: the same value has one text, for ever.

Decimals are text, doubles their shortest digits, infinities and not-a-number the texts "inf",
"-inf", "nan"; tuples are lists, mappings lists of pairs sorted by key, dataclasses objects in the
order of their fields. What is decoded equals what was encoded, type by type.
"""

from __future__ import annotations

import dataclasses
import json
import math
import types
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from lefi_tui.core import messages
from lefi_tui.core.messages import Message

T = TypeVar("T")
Turn = Callable[[Any], Any]


class CodecError(ValueError):
    """What was read is not of a type or version that this program knows."""


def _same(value: Any) -> Any:
    return value


def _double(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def to_plain(value: Any) -> Any:
    """The value as plain JSON data."""
    kind: Any = type(value)
    writer: Turn = _writer(kind)
    return writer(value)


@cache
def _writer(kind: Any) -> Turn:
    for base, turn in _WRITERS:
        if issubclass(kind, base):
            return turn
    if dataclasses.is_dataclass(kind):
        return _object_writer(kind)
    raise CodecError(f"{kind.__name__} can't be written")


def _object_writer(kind: Any) -> Turn:
    names = [each.name for each in dataclasses.fields(kind) if each.compare]
    return lambda value: {name: to_plain(getattr(value, name)) for name in names}


def _pairs(value: Mapping[Any, Any]) -> list[Any]:
    return [[to_plain(key), to_plain(each)] for key, each in sorted(value.items(), key=_key)]


def _list(value: Iterable[Any]) -> list[Any]:
    return [to_plain(each) for each in value]


def _value(value: Enum) -> Any:
    return value.value


# The first that fits: an enum may also be a text, a truth also a number.
_WRITERS: Final[tuple[tuple[Any, Turn], ...]] = (
    (Enum, _value),
    ((str, int, type(None)), _same),
    (float, _double),
    (Decimal, str),
    (Mapping, _pairs),
    ((tuple, list), _list),
)


def _key(pair: tuple[Any, Any]) -> Any:
    return pair[0]


def from_plain(kind: Any, data: Any) -> Any:
    """The value of type `kind` that `to_plain` wrote as `data`."""
    try:
        return _reader(kind)(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CodecError(f"no {kind}: {error}") from error


@cache
def _reader(kind: Any) -> Turn:
    if kind in _READERS:
        return _READERS[kind]
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        return _union_reader(kind)
    if origin is tuple:
        return _tuple_reader(get_args(kind))
    if origin is not None:
        return _mapping_reader(get_args(kind))
    if dataclasses.is_dataclass(kind):
        return _object_reader(kind)
    return kind if issubclass(kind, Enum) else _exact_reader(kind)


def _exact_reader(kind: Any) -> Turn:
    def read(data: Any) -> Any:
        if type(data) is not kind:
            raise CodecError(f"{data!r} is no {kind.__name__}")
        return data

    return read


def _union_reader(kind: Any) -> Turn:
    """Only unions with None are written by messages."""
    some = [each for each in get_args(kind) if each is not type(None)]
    if len(some) != 1:
        raise CodecError(f"{kind} can't be read")
    inner = _reader(some[0])
    return lambda data: None if data is None else inner(data)


def _tuple_reader(args: tuple[Any, ...]) -> Turn:
    if len(args) == 2 and args[1] is Ellipsis:
        each = _reader(args[0])
        return lambda data: tuple(each(item) for item in data)
    parts = [_reader(arg) for arg in args]
    return lambda data: tuple(part(item) for part, item in zip(parts, data, strict=True))


def _mapping_reader(args: tuple[Any, ...]) -> Turn:
    key, value = _reader(args[0]), _reader(args[1])
    return lambda data: {key(pair[0]): value(pair[1]) for pair in data}


def _object_reader(kind: Any) -> Turn:
    hints = get_type_hints(kind)
    readers = {
        each.name: _reader(hints[each.name]) for each in dataclasses.fields(kind) if each.compare
    }

    def read(data: Any) -> Any:
        unknown = set(data) - set(readers)
        if unknown:
            raise CodecError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
        return kind(**{name: readers[name](item) for name, item in data.items()})

    return read


def _tagged_reader(data: Any) -> Any:
    return decode(data["type"], data["version"], data["body"])


_READERS: Final[dict[Any, Turn]] = {
    Any: _same,
    object: _same,
    float: float,
    Decimal: Decimal,
    messages.MarketInput: _tagged_reader,
}


def _message_types() -> dict[str, type[Message]]:
    found = vars(messages).values()
    kinds = (each for each in found if isinstance(each, type) and issubclass(each, Message))
    return {kind.__name__: kind for kind in kinds if kind.__module__ == messages.__name__}


MESSAGE_TYPES: Final = _message_types()


def text_of(plain: Any) -> str:
    """Canonical JSON text of plain data."""
    return json.dumps(plain, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def encode(message: Message) -> tuple[str, int, str]:
    """Type name, version and canonical JSON body."""
    return type(message).__name__, message.VERSION, text_of(to_plain(message))


def decode(name: str, version: int, body: str) -> Any:
    """The message; a type or version this program does not know is a CodecError."""
    kind = MESSAGE_TYPES.get(name)
    if kind is None:
        raise CodecError(f"unknown message {name!r}; was it written by a newer program?")
    if version != kind.VERSION:
        raise CodecError(f"{name} has version {version}, this program reads {kind.VERSION}")
    try:
        plain = json.loads(body)
    except json.JSONDecodeError as error:
        raise CodecError(f"{name}: {error}") from error
    return from_plain(kind, plain)
