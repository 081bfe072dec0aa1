"""Alt with a letter is a key at once, as every other key is.

Textual 8.2.8 knows ESC and a letter only by waiting 100 ms for what may follow. Another key within
that time, as a key held down or a burst over a slow line gives it, would be typed as `^` and the
letter: garbage in a script. Here the pair is in Textual's own table; what stands there stays.
"""

from __future__ import annotations

from string import ascii_lowercase
from typing import Final, NamedTuple

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

ESC: Final = "\x1b"


class _Key(NamedTuple):
    """Read as Textual reads its own keys."""

    value: str


def know_alt() -> None:
    table = ANSI_SEQUENCES_KEYS
    assert isinstance(table, dict), "Textual's table of keys takes others"
    for letter in ascii_lowercase:
        table.setdefault(f"{ESC}{letter}", (_Key(f"alt+{letter}"),))
