"""Keys stay secret: a type that never shows itself, and a cleaner for whatever leaves the program.

`Secret` shows dots in every text form and refuses to be pickled. `REDACTOR` knows every value that
became one, and takes it out of log records and tracebacks: as it is, in hex, base64 and URL
escapes, and cut down to as little as its first eight characters.
"""

from __future__ import annotations

import base64
import hmac
import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Final, NoReturn, TextIO
from urllib.parse import quote, quote_plus, unquote, urlsplit

DOTS: Final = "••••"
# What was made with a key, as an address bears it.
SIGNED: Final = re.compile(r"(?i)\b((?:signature|sign)=)[\w%+/=-]{16,}")
PREFIX_LENGTH: Final = 8  # a shorter piece is found in innocent texts


class Secret:
    """A key, a passphrase, a token. Only `reveal()` gives it, so every use can be found."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        REDACTOR.learn(value)

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return f"Secret({DOTS})"

    def __str__(self) -> str:
        return DOTS

    def __format__(self, _spec: str) -> str:
        return DOTS

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(self._value)  # salted by the process: tells nothing

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, _memo: object) -> Secret:
        return self  # dataclasses.asdict copies deeply: it stays a Secret

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is never pickled")

    def __getstate__(self) -> NoReturn:
        raise TypeError("a secret has no state to save")


class Redactor:
    """Takes the values it has learned out of any text."""

    def __init__(self) -> None:
        self._forms: tuple[str, ...] = ()
        self._lock = threading.Lock()  # keys are learned on one thread and logged on another

    def learn(self, value: str) -> None:
        found = set(_forms(value))
        with self._lock:
            # Longest first: a base64 form may begin like a shorter one.
            self._forms = tuple(sorted({*self._forms, *found}, key=lambda form: (-len(form), form)))

    def learn_address(self, address: str) -> None:
        """A URL, and what in it may be a key. Where a host's name would stand many services have a
        token: only what has a dot is a host."""
        self.learn(address)
        parts = urlsplit(address)
        whole = f"{parts.netloc}/{parts.path}?{parts.query}#{parts.fragment}"
        for piece in re.split(r"[/?&=#:@]", whole):
            is_host = piece.lower() == parts.hostname and "." in piece
            if len(piece) >= PREFIX_LENGTH and not is_host:
                self.learn(unquote(piece))
        if parts.password:
            self.learn(unquote(parts.password))

    def clean(self, text: str) -> str:
        text = SIGNED.sub(rf"\1{DOTS}", text)
        for form in self._forms:
            text = _without(text, form)
        return text


# One a process: a key that became a Secret anywhere is taken out everywhere, nobody can forget it.
REDACTOR: Final = Redactor()


def _forms(value: str) -> Iterator[str]:
    """Each way a value is seen on a wire or in a repr."""
    if not value:
        return
    raw = value.encode()
    yield value
    yield from (raw.hex(), raw.hex().upper())
    yield from (quote(value, safe=""), quote_plus(value), quote(value, safe="").lower())
    yield from (json.dumps(value)[1:-1], repr(value)[1:-1])
    for offset in range(3):  # inside a longer base64 text a value starts at one of three phases
        yield from _base64_core(raw, offset)


def _base64_core(raw: bytes, offset: int) -> Iterator[str]:
    """The characters of a base64 text that hang on this value alone, at one phase."""
    start = -(-offset * 8 // 6)
    whole = (offset + len(raw)) * 8 // 6
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        core = encode(bytes(offset) + raw).decode()[start:whole]
        if len(core) >= PREFIX_LENGTH:
            yield core


def _without(text: str, form: str) -> str:
    """The text without the form and without any beginning of it of eight characters or more."""
    needle = form[:PREFIX_LENGTH]
    at = text.find(needle)
    if at < 0:
        return text
    pieces: list[str] = []
    done = 0
    while at >= 0:
        end = at + _shared_length(text, at, form)
        pieces += (text[done:at], DOTS)
        done = end
        at = text.find(needle, done)
    return "".join((*pieces, text[done:]))


def _shared_length(text: str, at: int, form: str) -> int:
    length = min(len(form), PREFIX_LENGTH)
    while length < len(form) and text[at + length : at + length + 1] == form[length]:
        length += 1
    return length


class RedactingFilter(logging.Filter):
    """On a handler: cleans the message, its arguments, the traceback and the stack."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = self._redactor.clean(record.getMessage())
        record.args = ()
        if record.exc_info:
            record.exc_text = (
                record.exc_text or "".join(traceback.format_exception(*record.exc_info)).rstrip()
            )
            record.exc_info = None
        if record.exc_text:
            record.exc_text = self._redactor.clean(record.exc_text)
        if record.stack_info:
            record.stack_info = self._redactor.clean(record.stack_info)
        return True


def guard_logging(redactor: Redactor, logger: logging.Logger) -> None:
    """Puts the filter on every handler: a logger's own filter misses what its children send."""
    for handler in logger.handlers:
        handler.addFilter(RedactingFilter(redactor))


def guard_tracebacks(redactor: Redactor, stream: Callable[[], TextIO]) -> None:
    """Uncaught errors of any thread, and those of finalizers, are printed clean."""

    def told(error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None or isinstance(error, SystemExit):
            return
        text = "".join(traceback.format_exception(type(error), error, trace))
        stream().write(redactor.clean(text))

    sys.excepthook = lambda _kind, error, trace: told(error, trace)
    threading.excepthook = lambda args: told(args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda unraisable: told(unraisable.exc_value, unraisable.exc_traceback)
