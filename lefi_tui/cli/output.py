"""Where words go: values to standard output, words for people to standard error, never mixed.

Everything a person reads passes `shown`, so that no file and no venue can command the terminal.
"""

from __future__ import annotations

import io
import json
from typing import Any, TextIO

from lefi_tui.errors import InFourParts, render, shown


class Output:
    """The two streams of one command."""

    def __init__(self, out: TextIO, err: TextIO) -> None:
        self._out = _tolerant(out)
        self._err = _tolerant(err)

    @property
    def is_terminal(self) -> bool:
        """Whether a person watches: then long work shows how far it is."""
        return self._err.isatty()

    @property
    def people(self) -> TextIO:
        return self._err

    def line(self, text: str) -> None:
        """A line of the answer, for people."""
        self._out.write(f"{shown(text)}\n")
        self._out.flush()

    def script(self, text: str) -> None:
        """A script for a file or another program: UTF-8, as it is; on a terminal, harmless."""
        if self._out.isatty():
            self.line(text.removesuffix("\n"))
            return
        self._out.flush()
        self._out.buffer.write(text.encode("utf-8", "replace"))
        self._out.buffer.flush()

    def raw(self, text: str) -> None:
        """A part of a file for another program; flushed when the command ends."""
        self._out.write(text if not self._out.isatty() else shown(text))

    def value(self, value: Any) -> None:
        """One JSON value on its own line. NaN is no JSON: whoever makes the value says null."""
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=str)
        self._out.write(f"{text}\n")
        self._out.flush()

    def say(self, text: str) -> None:
        """A word beside the answer."""
        self._err.write(f"{shown(text)}\n")
        self._err.flush()

    def error(self, error: InFourParts) -> None:
        self.say(render(error))


def _tolerant(stream: TextIO) -> TextIO:
    """A terminal without UTF-8 gets escapes instead of a crash."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return stream
