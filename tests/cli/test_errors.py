"""What goes wrong is told in four parts, and nobody else's text commands the terminal."""

from __future__ import annotations

import pytest

from lefi_tui import errors
from lefi_tui.errors import InFourParts, LefiError, as_data, render, shown
from lefi_tui.ports.journal import JournalError


def kinds(root: type[LefiError] = LefiError) -> list[type[LefiError]]:
    return [root, *(each for child in root.__subclasses__() for each in kinds(child))]


def test_every_kind_has_a_code_and_a_title_of_its_own() -> None:
    found = kinds()
    assert len(found) > 10
    assert JournalError in found
    assert len({each.code for each in found}) == len(found)
    assert len({each.title for each in found}) == len(found)


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_is_told_in_four_parts(kind: type[LefiError]) -> None:
    told = render(kind("the disk is full", where="journal.sqlite"))
    what, why, following = told.splitlines()
    assert what == f"{kind.code} {kind.title}  journal.sqlite"
    assert why == "  Why: the disk is full"
    assert following.startswith("  Next: ")
    assert len(following) > len("  Next: ")


def test_an_error_of_another_room_fits_when_it_has_the_parts() -> None:
    class DiskError(Exception):
        code, what, where = "X1", "No room", "here"
        why, next_step = "full", "free some"

    error = DiskError()
    assert isinstance(error, InFourParts)
    assert render(error) == "X1 No room  here\n  Why: full\n  Next: free some"
    assert as_data(error)["next"] == "free some"
    assert not isinstance(ValueError(), InFourParts)


@pytest.mark.parametrize("text", ["\x1b[31m", "\x07", "a\rb", "\u202eevil", "\u2028", "\x9b2J"])
def test_control_and_direction_characters_are_written_out(text: str) -> None:
    error = errors.RefusedError(text, where=text, next_step=text)
    assert text not in render(error)
    assert "\\" in shown(text)


def test_plain_words_of_any_language_stay_as_they_are() -> None:
    text = "Überschuss – 価格 • ≤ 5%\nnext line"
    assert shown(text) == text
