"""Keys with Alt, as the bytes of a terminal: alone, held down, and in a burst with others."""

from __future__ import annotations

import pytest
from textual._xterm_parser import XTermParser
from textual.events import Key

from lefi_tui.terminal.alt import know_alt

UP = "\x1b[A"


def heard(written: str) -> list[str]:
    parser = XTermParser()
    events = [*parser.feed(written), *parser.feed("")]
    return [each.key for each in events if isinstance(each, Key)]


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ("\x1bz", ["alt+z"]),
        ("\x1bz\x1bz\x1bz", ["alt+z"] * 3),
        (f"\x1bi{UP}", ["alt+i", "up"]),
        ("a\x1bib", ["a", "alt+i", "b"]),
        ("\x1bb\x1bf", ["ctrl+left", "ctrl+right"]),
        (f"{UP}{UP}", ["up", "up"]),
    ],
)
def test_no_key_that_follows_tears_an_alt_from_its_letter(written: str, keys: list[str]) -> None:
    know_alt()
    assert heard(written) == keys


def test_a_letter_with_alt_carries_no_letter_to_be_typed() -> None:
    know_alt()
    (key,) = (each for each in XTermParser().feed("\x1bc") if isinstance(each, Key))
    assert (key.character, key.is_printable) == (None, False)
