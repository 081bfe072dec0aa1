"""Messages and the desk as canonical JSON, and back: the same value has one text, for ever.

Decimals are text, doubles their shortest digits, infinities and not-a-number the texts "inf",
"-inf", "nan"; tuples are lists, mappings lists of pairs sorted by key, records objects in the
order of their fields. Types are read from annotations, once a class. What is decoded equals what
was encoded, type by type; only what is annotated `object` or `Any` comes back as plain data.
"""

from __future__ import annotations

import json
import math
import types
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from enum import Enum
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from lefi_tui.core import messages
from lefi_tui.core.bot import Given
from lefi_tui.core.messages import Message
from lefi_tui.core.record import Record

Turn = Callable[[Any], Any]
SHOWN_MAX: Final = 60  # characters of wrong data that a refusal repeats


class CodecError(ValueError):
    """What was read is not of a type or version that this program knows."""


# ---- out


def to_plain(value: Any) -> Any:
    """The value as plain JSON data."""
    kind: Any = type(value)
    writer: Turn = _writer_of_value(kind)
    return writer(value)


def _same(value: Any) -> Any:
    return value


def _double(value: float) -> float | str:
    # A whole number given for a double is that double: 1 and 1.0 must not be two texts.
    value = float(value)
    return value if math.isfinite(value) else str(value)


def _given(value: Given) -> Any:
    """A field of a custom event: "inf" is a text there, so a double of no digits is a list."""
    if isinstance(value, (bool, str)):
        return value
    return float(value) if math.isfinite(value) else [str(float(value))]


def _pairs(value: Mapping[Any, Any]) -> list[Any]:
    return [[to_plain(key), to_plain(each)] for key, each in sorted(value.items(), key=_KEY)]


def _list(value: Iterable[Any]) -> list[Any]:
    return [to_plain(each) for each in value]


_KEY: Final = itemgetter(0)
_VALUE: Final = attrgetter("_value_")  # `value` is a property in Python, ten times as slow
# The first that fits: an enum may also be a text, a truth also a number.
_WRITERS: Final[tuple[tuple[Any, Turn], ...]] = (
    (Enum, _VALUE),
    ((str, int, type(None)), _same),
    (float, _double),
    (Decimal, str),
    (Mapping, _pairs),
    ((tuple, list), _list),
)


@cache
def _writer_of_value(kind: type) -> Turn:
    """How a value is written of which no more is known than that it is there."""
    for base, turn in _WRITERS:
        if issubclass(kind, base):
            return turn
    if issubclass(kind, Record):
        return _object_writer(kind)
    raise CodecError(f"{kind.__name__} can't be written")


@cache
def _writer(hint: Any) -> Turn:
    """How a value is written that was annotated with this type."""
    if hint in _TAGGED:
        return _tagged
    if hint == Given:
        return _given
    if get_origin(hint) is not None:
        return _composed_writer(hint, get_args(hint))
    is_open = hint in {Any, object} or not isinstance(hint, type)
    return to_plain if is_open else _writer_of_value(hint)


def _composed_writer(hint: Any, args: tuple[Any, ...]) -> Turn:
    optional = _optional(hint)
    if optional is not None:
        inner = _writer(optional)
        return lambda value: None if value is None else inner(value)
    if get_origin(hint) is not tuple:
        return _pairs_writer(args)
    if args[1:] == (Ellipsis,):
        each = _writer(args[0])
        return list if each is _same else lambda value: [each(item) for item in value]
    parts = [_writer(arg) for arg in args]
    return lambda value: [part(item) for part, item in zip(parts, value, strict=True)]


def _pairs_writer(args: tuple[Any, ...]) -> Turn:
    key, each = (_writer(arg) for arg in args)

    def write(value: Mapping[Any, Any]) -> list[Any]:
        return [[key(name), each(item)] for name, item in sorted(value.items(), key=_KEY)]

    return write


def _optional(hint: Any) -> Any:
    """X of `X | None`, the only union that messages write; None for anything else."""
    if get_origin(hint) not in {Union, types.UnionType}:
        return None
    some = [each for each in get_args(hint) if each is not type(None)]
    if len(some) != 1:
        raise CodecError(f"{hint} can't be written")
    return some[0]


def _fields(kind: Any) -> list[tuple[str, Any]]:
    """What of a record is written: all it holds."""
    hints = get_type_hints(kind)
    return [(name, hints[name]) for name in kind.__struct_fields__]


def _object_writer(kind: Any) -> Turn:
    parts = [(name, _writer(hint)) for name, hint in _fields(kind)]

    def write(value: Any) -> dict[str, Any]:
        if type(value) is not kind:
            raise CodecError(f"{type(value).__name__} stands where {kind.__name__} is written")
        return {name: turn(getattr(value, name)) for name, turn in parts}

    return write


def _tagged(message: Message) -> dict[str, Any]:
    name, version, body = encode(message)
    return {"type": name, "version": version, "body": body}


# ---- in


def from_plain(kind: Any, data: Any) -> Any:
    """The value of type `kind` that `to_plain` wrote as `data`."""
    try:
        return _reader(kind)(data)
    except CodecError:
        raise
    except _WRONG as error:
        raise CodecError(f"no {getattr(kind, '__name__', kind)}: {error}") from error


# What reading wrong data raises: InvalidOperation and OverflowError are ArithmeticErrors.
_WRONG: Final = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)


@cache
def _reader(hint: Any) -> Turn:
    if hint in _READERS:
        return _READERS[hint]
    if get_origin(hint) is not None:
        return _composed_reader(hint, get_args(hint))
    if isinstance(hint, type) and issubclass(hint, Record):
        return _object_reader(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _enum_reader(hint)
    raise CodecError(f"{hint} can't be read")


def _composed_reader(hint: Any, args: tuple[Any, ...]) -> Turn:
    optional = _optional(hint)
    if optional is not None:
        inner = _reader(optional)
        return lambda data: None if data is None else inner(data)
    if get_origin(hint) is not tuple:
        return _pairs_reader(args)
    if args[1:] == (Ellipsis,):
        each = _reader(args[0])
        return lambda data: tuple([each(item) for item in _listed(data)])
    parts = [_reader(arg) for arg in args]
    return lambda data: tuple([part(item) for part, item in zip(parts, _listed(data), strict=True)])


def _pairs_reader(args: tuple[Any, ...]) -> Turn:
    key, each = (_reader(arg) for arg in args)

    def read(data: Any) -> dict[Any, Any]:
        out = {key(name): each(item) for name, item in _listed(data)}
        if len(out) != len(data):
            raise CodecError("a key stands twice")
        return out

    return read


def _shown(data: Any) -> str:
    text = repr(data)
    return text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}…"


def _listed(data: Any) -> list[Any]:
    if type(data) is not list:
        raise CodecError(f"{_shown(data)} is no list")
    return data


def _enum_reader(kind: type[Enum]) -> Turn:
    members = {each.value: each for each in kind}

    def read(data: Any) -> Enum:
        member = members.get(data)
        if member is None:
            raise CodecError(f"{_shown(data)} is no {kind.__name__}")
        return member

    return read


def _object_reader(kind: Any) -> Turn:
    parts = {name: _reader(hint) for name, hint in _fields(kind)}

    def read(data: Any) -> Any:
        unknown = data.keys() - parts.keys()
        if unknown:
            raise CodecError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
        name = ""
        values = {}
        try:
            for name, item in data.items():
                values[name] = parts[name](item)
        except _WRONG as error:
            raise CodecError(f"{kind.__name__}.{name}: {error}") from error
        return kind(**values)

    return read


def _exact(kind: type) -> Turn:
    def read(data: Any) -> Any:
        if type(data) is not kind:
            raise CodecError(f"{_shown(data)} is no {kind.__name__}")
        return data

    return read


def _text(data: Any) -> str:
    if type(data) is not str:
        raise CodecError(f"{_shown(data)} is no text")
    if not data.isascii():
        data.encode()  # half a character (a lone surrogate) can't be written to the journal
    return data


def _double_in(data: Any) -> float:
    if type(data) is float or type(data) is int or data in {"inf", "-inf", "nan"}:
        return float(data)
    raise CodecError(f"{_shown(data)} is no number")


def _given_in(data: Any) -> Given:
    if type(data) is bool:
        return data
    if type(data) is str:
        return _text(data)
    return _double_in(data[0] if type(data) is list else data)


def _decimal(data: Any) -> Decimal:
    value = Decimal(_text(data))
    if not value.is_finite():
        raise CodecError(f"{_shown(data)} is no amount")
    return value


def _tagged_in(data: Any) -> Message:
    message: Message = decode(data["type"], data["version"], data["body"])
    if not isinstance(message, tuple(_TAGGED)):
        raise CodecError(f"{data['type']} is no market input")
    return message


# Annotations that stand for any of several messages: written with their type's name.
_TAGGED: Final = frozenset({messages.MarketInput})
_READERS: Final[dict[Any, Turn]] = {
    Any: _same,
    object: _same,
    str: _text,
    int: _exact(int),
    bool: _exact(bool),
    float: _double_in,
    Decimal: _decimal,
    messages.MarketInput: _tagged_in,
    Given: _given_in,
}


# ---- messages


def _message_types() -> dict[str, type[Message]]:
    """Every class of core.messages that stands for one message, by its name."""
    found = vars(messages).values()
    kinds = (each for each in found if isinstance(each, type) and issubclass(each, Message))
    return {kind.__name__: kind for kind in kinds if not kind.__subclasses__()}


MESSAGE_TYPES: Final = _message_types()


_ENCODER: Final = json.JSONEncoder(
    separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
)


def text_of(plain: Any) -> str:
    """Canonical JSON text of plain data."""
    return _ENCODER.encode(plain)


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
    except (ValueError, TypeError, RecursionError) as error:
        raise CodecError(f"{name}: {error}") from error
    return from_plain(kind, plain)
