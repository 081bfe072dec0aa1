"""Two threads at one terminal, of which one listens: it leaves with the press that it has heard,
and the other listens on.

So a press waits for no thread to wake up, and a disk that hangs under it stops neither the next key
nor the kill: where both are held up, a third one comes. The rules it keeps: keys are heard one at a
time, in the sequence of the terminal; what ends one thread ends the program's reading in words, as
the stock driver has it.
"""

from __future__ import annotations

import logging
import os
import selectors
import threading
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

from textual._parser import ParseEOF, ParseError
from textual._xterm_parser import XTermParser
from textual.message import Message

from lefi_tui.ports.errands import ERRANDS

READERS: Final = 2
LOOK_S: Final = 0.1  # how soon an end, and an escape that nothing follows, are seen
READ_BYTES_MAX: Final = 4_096

_log: Final = logging.getLogger(__name__)


class Readers:
    """Of one file, until `over`; `heard` is called with each message, by one thread at a time."""

    def __init__(self, fileno: int, heard: Callable[[Message], None], parser: XTermParser) -> None:
        self._fileno, self._heard, self._parser = fileno, heard, parser
        self._decode = getincrementaldecoder("utf-8")().decode
        self._listening = threading.Lock()
        self._free = 0  # threads that listen, or wait for their turn to
        self._counting = threading.Lock()
        self._over = threading.Event()
        self._messages = self._read()
        self._failure: BaseException | None = None

    def run(self, over: threading.Event) -> None:
        """Raises what ended a reader. One that a disk holds up is not waited for."""
        with self._counting:
            for _ in range(READERS):
                self._begin()
        while not over.wait(LOOK_S) and self._failure is None:
            continue
        self._over.set()
        with self._listening:
            if self._failure is not None:
                raise self._failure
            for message in self._messages:
                self._heard(message)

    def _begin(self) -> None:
        self._free += 1
        threading.Thread(target=self._listen, name="keys", daemon=True).start()

    def _listen(self) -> None:
        ERRANDS.begin()
        try:
            while not self._over.is_set():
                with self._listening:
                    errands = self._until_errand()
                    self._leave()
                for each in errands:
                    _done(each)
                if not self._is_back():
                    return
        except BaseException as error:  # noqa: BLE001 -- whoever runs the readers raises it
            self._failure = error
            self._over.set()

    def _leave(self) -> None:
        with self._counting:
            self._free -= 1
            if not self._free and not self._over.is_set():
                self._begin()

    def _is_back(self) -> bool:
        """Unless others came meanwhile, for those that a disk held up."""
        with self._counting:
            is_wanted = self._free < READERS
            self._free += is_wanted
        return is_wanted

    def _until_errand(self) -> list[Callable[[], None]]:
        for message in self._messages:
            self._heard(message)
            if errands := ERRANDS.due():
                return errands
        return []

    def _read(self) -> Iterator[Message]:
        with selectors.SelectSelector() as selector:
            selector.register(self._fileno, selectors.EVENT_READ)
            while not self._over.is_set():
                yield from self._come(selector)
                yield from self._parser.tick()
            yield from self._come(selector, is_last=True)
        with suppress(EOFError, ParseEOF, ParseError):
            for _ in self._parser.feed(""):
                continue

    def _come(
        self, selector: selectors.SelectSelector, *, is_last: bool = False
    ) -> Iterator[Message]:
        if not selector.select(LOOK_S):
            return
        data = os.read(self._fileno, READ_BYTES_MAX)
        text = self._decode(data, final=is_last)
        if text:
            yield from self._parser.feed(text)
        elif not data:
            self._over.wait(LOOK_S)  # a file that has ended is always ready


def _done(errand: Callable[[], None]) -> None:
    try:
        errand()
    except Exception:  # noqa: BLE001 -- the keyboard outlives whatever a press has met
        _log.exception("what a key led to failed behind it")
